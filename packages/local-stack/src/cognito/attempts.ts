/** Counts wrong passwords and codes, and says who has to wait. Forgotten when the stack stops. */
import { attemptLimit, CognitoError } from './errors.js';

/** After so many wrong passwords in a row each further one doubles the time in which no other is looked at. */
const FREE_PASSWORD_ATTEMPTS = 5;
const MAX_LOCKOUT_MILLIS = 15 * 60 * 1000;
/** Cognito's quota is between 5 and 20 in an hour, whatever is asked for. */
const CODE_ATTEMPTS_PER_HOUR = 5;
const HOUR_MILLIS = 60 * 60 * 1000;

interface WrongPasswords {
  count: number;
  lockedUntilMillis: number;
  /** When the count begins anew, without an attempt. */
  forgottenAtMillis: number;
}

export class AttemptCounter {
  readonly #passwords = new Map<string, WrongPasswords>();
  readonly #codes = new Map<string, number[]>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws CognitoError while the user has to wait, whatever the password */
  assertPasswordAllowed(username: string): void {
    const wrong = this.#passwords.get(username);
    if (wrong === undefined || wrong.lockedUntilMillis <= this.#now()) return;
    throw new CognitoError('NotAuthorizedException', 'Password attempts exceeded');
  }

  /** @see https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow.html */
  wrongPassword(username: string): void {
    const now = this.#now();
    const before = this.#passwords.get(username);
    const count = before === undefined || before.forgottenAtMillis <= now ? 1 : before.count + 1;
    const lockoutMillis =
      count < FREE_PASSWORD_ATTEMPTS ? 0 : Math.min(1000 * 2 ** (count - FREE_PASSWORD_ATTEMPTS), MAX_LOCKOUT_MILLIS);
    const lockedUntilMillis = now + lockoutMillis;
    const forgottenAtMillis = lockedUntilMillis + MAX_LOCKOUT_MILLIS;
    this.#passwords.set(username, { count, lockedUntilMillis, forgottenAtMillis });
  }

  rightPassword(username: string): void {
    this.#passwords.delete(username);
  }

  /**
   * Counts an attempt, right or wrong: a request for a code, or a wrong code.
   *
   * @param what of whom and for what: each has its own limit
   * @throws CognitoError for the sixth within an hour
   */
  countCode(what: string): void {
    const now = this.#now();
    const recent = (this.#codes.get(what) ?? []).filter((atMillis) => atMillis > now - HOUR_MILLIS);
    if (recent.length >= CODE_ATTEMPTS_PER_HOUR) throw attemptLimit();
    this.#codes.set(what, [...recent, now]);
  }

  /** @throws CognitoError when no further attempt is allowed */
  assertCodeAllowed(what: string, refusal: () => CognitoError = attemptLimit): void {
    const recent = (this.#codes.get(what) ?? []).filter((atMillis) => atMillis > this.#now() - HOUR_MILLIS);
    if (recent.length >= CODE_ATTEMPTS_PER_HOUR) throw refusal();
  }

  forgetCodes(what: string): void {
    this.#codes.delete(what);
  }
}
