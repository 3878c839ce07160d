/** The errors of Cognito's user pools API, by the names and in the words that clients know. */

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/CommonErrors.html */
export type CognitoErrorName =
  | 'CodeMismatchException'
  | 'EnableSoftwareTokenMFAException'
  | 'ExpiredCodeException'
  | 'InvalidParameterException'
  | 'InvalidPasswordException'
  | 'LimitExceededException'
  | 'NotAuthorizedException'
  | 'PasswordResetRequiredException'
  | 'ResourceNotFoundException'
  | 'SerializationException'
  | 'SoftwareTokenMFANotFoundException'
  | 'TooManyRequestsException'
  | 'UnauthorizedException'
  | 'UnknownOperationException'
  | 'UnsupportedOperationException'
  | 'UnsupportedUserStateException'
  | 'UserNotConfirmedException'
  | 'UserNotFoundException'
  | 'UsernameExistsException'
  | 'AliasExistsException'
  | 'ExpiredTokenException'
  | 'IncompleteSignatureException'
  | 'InvalidSignatureException'
  | 'MissingAuthenticationTokenException'
  | 'UnrecognizedClientException';

/** A refusal. Its message never holds a password, a code or a token. */
export class CognitoError extends Error {
  constructor(
    /** What clients find in `__type` and in the header x-amzn-errortype. */
    override readonly name: CognitoErrorName,
    message: string,
  ) {
    super(message);
  }
}

/** Of a wrong password, and of an unknown user where the app client hides who exists. */
export const wrongPassword = () => new CognitoError('NotAuthorizedException', 'Incorrect username or password.');

export const userNotFound = () => new CognitoError('UserNotFoundException', 'User does not exist.');

export const userDisabled = () => new CognitoError('NotAuthorizedException', 'User is disabled.');

export const invalidParameter = (message: string) => new CognitoError('InvalidParameterException', message);

export const codeMismatch = () =>
  new CognitoError('CodeMismatchException', 'Invalid verification code provided, please try again.');

export const codeExpired = () =>
  new CognitoError('ExpiredCodeException', 'Invalid code provided, please request a code again.');

export const attemptLimit = () =>
  new CognitoError('LimitExceededException', 'Attempt limit exceeded, please try after some time.');

/** In the place of `attemptLimit`, where the model of the operation does not have it. */
export const tooManyRequests = () =>
  new CognitoError('TooManyRequestsException', 'Too many wrong codes, please try after some time.');

export const invalidAccessToken = () => new CognitoError('NotAuthorizedException', 'Invalid Access Token');

export const invalidSession = () => new CognitoError('NotAuthorizedException', 'Invalid session for the user.');
