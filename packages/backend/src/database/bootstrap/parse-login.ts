/** Reads the name and the password in a secret. No error shows any of the text: JSON.parse() would quote it. */
import type { Login } from '@vpc-postgres/lambda/database/bootstrap/request.js';

const PRINTABLE_ASCII = /^[ -~]+$/;

/**
 * @param arn Of the secret, for errors.
 * @param user Whose secret it must be. @default - anybody's
 * @throws Error when the secret has another form or is of another user
 */
export function parseLogin(arn: string, text: string | undefined, user?: string): Login {
  const { username, password } = parseObject(text);
  if (typeof username !== 'string' || typeof password !== 'string') {
    throw new Error(
      `The secret ${arn} is not of the form that is expected: JSON with the texts username and password, as ` +
        '{"username":"app","password":"…"}.',
    );
  }
  if (user !== undefined && username !== user) {
    throw new Error(`The secret ${arn} is of the user ${username}, and the user ${user} was expected.`);
  }
  // A proxy and PostgreSQL would have to prepare any other in the same way (RFC 4013), and do not.
  if (!PRINTABLE_ASCII.test(password)) {
    throw new Error(`The password in the secret ${arn} has characters other than printable ASCII: choose another.`);
  }
  return { username, password };
}

function parseObject(text = ''): { username?: unknown; password?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
