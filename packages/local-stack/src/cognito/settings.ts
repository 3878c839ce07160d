/**
 * What the user pool enforces: what amplify/auth/resource.ts declares, and what `hardenAuth` sets on top of it. A test compares
 * these with the template that is deployed.
 */

export interface PasswordPolicy {
  minimumLength: number;
  requireLowercase: boolean;
  requireUppercase: boolean;
  requireNumbers: boolean;
  requireSymbols: boolean;
  /** How long an invited user can use the password of the invitation. */
  temporaryPasswordValidityDays: number;
}

export interface AttributeSettings {
  required: boolean;
  mutable: boolean;
  dataType: 'String' | 'Number' | 'Boolean' | 'DateTime';
  /** Characters of a String, or the value of a Number. @default - any */
  min?: number;
  max?: number;
}

export type AuthFlow = 'USER_SRP_AUTH' | 'USER_PASSWORD_AUTH' | 'REFRESH_TOKEN_AUTH';

export interface UserPoolSettings {
  /** What a user signs in with in the place of a username. */
  usernameAttributes: readonly ('email' | 'phone_number')[];
  /** By Cognito's names: `email`, `given_name`, `custom:plan`. */
  attributes: Readonly<Record<string, AttributeSettings>>;
  /** What a signed-in user, and one who signs up, may write. */
  writeAttributes: readonly string[];
  /** Keep their old value until the new one is confirmed. */
  attributesRequireVerificationBeforeUpdate: readonly string[];
  mfa: 'OFF' | 'OPTIONAL' | 'ON';
  /** Whether codes of an authenticator app are one of the second factors. */
  totp: boolean;
  groups: readonly string[];
  passwordPolicy: PasswordPolicy;
  allowSelfSignUp: boolean;
  authFlows: readonly AuthFlow[];
  /** An unknown user gets the response of a wrong password. */
  preventUserExistenceErrors: boolean;
  accessTokenMinutes: number;
  idTokenMinutes: number;
  refreshTokenDays: number;
  /** Whether the identity pool gives credentials to guests. */
  allowUnauthenticatedIdentities: boolean;
  /** What amplify/auth/resource.ts asks for and this pool does not have: "the trigger postConfirmation". */
  unsupported: readonly string[];
}

/** packages/backend/src/auth/hardening.ts. */
export const HARDENED = {
  passwordPolicy: {
    minimumLength: 12,
    requireLowercase: true,
    requireUppercase: true,
    requireNumbers: true,
    requireSymbols: true,
    temporaryPasswordValidityDays: 1,
  },
  attributesRequireVerificationBeforeUpdate: ['email'],
  writeAttributes: ['email'],
  authFlows: ['USER_SRP_AUTH', 'REFRESH_TOKEN_AUTH'],
  preventUserExistenceErrors: true,
  accessTokenMinutes: 15,
  idTokenMinutes: 15,
  refreshTokenDays: 7,
  allowUnauthenticatedIdentities: false,
} as const satisfies Partial<UserPoolSettings>;

/** The names of the CDK that are not Cognito's with another spelling. */
const RENAMED: Readonly<Record<string, string>> = {
  fullname: 'name',
  profilePage: 'profile',
  profilePicture: 'picture',
  timezone: 'zoneinfo',
  lastUpdateTime: 'updated_at',
};

const STANDARD_ATTRIBUTES = [
  'address',
  'birthdate',
  'email',
  'family_name',
  'gender',
  'given_name',
  'locale',
  'middle_name',
  'name',
  'nickname',
  'phone_number',
  'picture',
  'preferred_username',
  'profile',
  'updated_at',
  'website',
  'zoneinfo',
] as const;

/** @param authProps what `defineAuth` was called with; anything else, as of `referenceAuth`, counts as `{ loginWith: { email: true } }` */
export function readUserPoolSettings(authProps: unknown): UserPoolSettings {
  const props = asObject(authProps);
  const isDefined = isObject(authProps);
  const loginWith = isDefined ? asObject(props.loginWith) : { email: true };
  const multifactor = asObject(props.multifactor);
  const { mode = 'OFF' } = multifactor;
  const usernameAttributes = [
    ...(loginWith.email ? (['email'] as const) : []),
    ...(loginWith.phone ? (['phone_number'] as const) : []),
  ];
  return {
    ...HARDENED,
    usernameAttributes,
    attributes: attributesOf(asObject(props.userAttributes), usernameAttributes),
    mfa: mode === 'REQUIRED' ? 'ON' : mode === 'OPTIONAL' ? 'OPTIONAL' : 'OFF',
    totp: mode !== 'OFF' && multifactor.totp === true,
    groups: Array.isArray(props.groups) ? props.groups.map(String) : [],
    allowSelfSignUp: true,
    unsupported: unsupportedIn(props, loginWith, multifactor),
  };
}

function attributesOf(
  userAttributes: Record<string, unknown>,
  usernameAttributes: readonly string[],
): Record<string, AttributeSettings> {
  const standard = STANDARD_ATTRIBUTES.map((name): [string, AttributeSettings] => [
    name,
    {
      required: usernameAttributes.includes(name),
      mutable: true,
      dataType: name === 'updated_at' ? 'Number' : 'String',
    },
  ]);
  const verified = ['email_verified', 'phone_number_verified'].map((name): [string, AttributeSettings] => [
    name,
    { required: false, mutable: true, dataType: 'Boolean' },
  ]);
  const attributes: Record<string, AttributeSettings> = Object.fromEntries([...standard, ...verified]);
  for (const [key, value] of Object.entries(userAttributes)) {
    const { required, mutable, dataType, min, minLen = min, max, maxLen = max } = asObject(value);
    const name = cognitoName(key);
    attributes[name] = {
      required: required === true || usernameAttributes.includes(name),
      mutable: mutable !== false,
      dataType: isDataType(dataType) ? dataType : 'String',
      ...(typeof minLen === 'number' && { min: minLen }),
      ...(typeof maxLen === 'number' && { max: maxLen }),
    };
  }
  return attributes;
}

/** `givenName` of the CDK is `given_name` of Cognito. Those of the app are named as they are. */
function cognitoName(key: string): string {
  if (key.startsWith('custom:')) return key;
  return RENAMED[key] ?? key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function unsupportedIn(
  { triggers, senders }: Record<string, unknown>,
  { phone, externalProviders, webAuthn, email }: Record<string, unknown>,
  { sms, email: emailCodes }: Record<string, unknown>,
): string[] {
  const found: [boolean, string][] = [
    ...Object.keys(asObject(triggers)).map((name): [boolean, string] => [true, `the trigger ${name}`]),
    [Boolean(phone), 'sign-in with a phone number'],
    [Boolean(externalProviders), 'sign-in with an external provider'],
    [Boolean(webAuthn), 'passkeys'],
    [Boolean(asObject(email).otpLogin), 'sign-in with a code by email'],
    [asObject(email).verificationEmailStyle === 'LINK', 'confirmation by a link: it is a code here'],
    [Boolean(sms), 'a second factor by SMS'],
    [Boolean(emailCodes), 'a second factor by email'],
    [Boolean(senders), 'a sender of messages: they are in the inbox of the console'],
  ];
  return found.flatMap(([isAskedFor, name]) => (isAskedFor ? [name] : []));
}

function isDataType(value: unknown): value is AttributeSettings['dataType'] {
  return value === 'String' || value === 'Number' || value === 'Boolean' || value === 'DateTime';
}

/** Not the placeholder of a package that is not loaded, which is a function. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function asObject(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}
