/** Signs an IAM database token, offline, with the AWS credentials at hand. */
import { Signer, type SignerConfig } from '@aws-sdk/rds-signer';
import { TokenError } from './token-error.js';

/** @throws TokenError when there are no credentials. */
export async function signToken(target: SignerConfig): Promise<string> {
  try {
    return await new Signer(target).getAuthToken();
  } catch (cause) {
    throw new TokenError(
      `No token could be signed, for want of AWS credentials (${(cause as Error).name}). ` +
        'Sign in first, for example: aws sso login',
      { cause },
    );
  }
}
