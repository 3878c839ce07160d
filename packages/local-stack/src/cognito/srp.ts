/**
 * The server's side of SRP-6a as Cognito speaks it: the 3072-bit group of RFC 5054, SHA-256, numbers padded as Java's BigInteger
 * is, a key of 16 bytes by HKDF, and a signature with it as the proof.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html
 */
import { createHash, createHmac, getDiffieHellman, hkdfSync, randomBytes } from 'node:crypto';
import { isSameText } from '../is-same-text.js';

/** The same prime as group 15 of RFC 3526. */
const N = toNumber(getDiffieHellman('modp15').getPrime());
const G = 2n;
const MULTIPLIER = toNumber(sha256(pad(N), pad(G)));
const KEY_INFO = 'Caldera Derived Key';
const KEY_BYTES = 16;
const SALT_BYTES = 16;
/** RFC 5054 asks for 256 bits at least. */
const PRIVATE_VALUE_BYTES = 32;
const MAX_PUBLIC_VALUE_DIGITS = N.toString(16).length + 2;

/** What is kept of a password. In base 16. */
export interface PasswordVerifier {
  salt: string;
  verifier: string;
}

/** Whose password: it enters the hash. */
export interface PasswordOwner {
  /** The part of the user pool's id after `_`. */
  poolName: string;
  username: string;
}

/** @param salt @default - 16 random bytes */
export function createVerifier(
  { poolName, username }: PasswordOwner,
  password: string,
  salt: string = randomBytes(SALT_BYTES).toString('hex'),
): PasswordVerifier {
  const identity = sha256(`${poolName}${username}:${password}`);
  const x = toNumber(sha256(pad(BigInt(`0x${salt}`)), identity));
  return { salt, verifier: modPow(G, x).toString(16) };
}

/** Whether this is the password, for flows in which the client sends it. */
export function isPassword(owner: PasswordOwner, kept: PasswordVerifier, password: string): boolean {
  return isSameText(createVerifier(owner, password, kept.salt).verifier, kept.verifier);
}

/** One run of the protocol, between the first response and the client's proof. */
export interface SrpExchange {
  /** SRP_B, in base 16. */
  publicValue: string;
  /** Whether the client knows the password: PASSWORD_CLAIM_SIGNATURE, in base 64. */
  isProof(claim: { owner: PasswordOwner; secretBlock: string; timestamp: string; signature: string }): boolean;
}

/**
 * @param clientPublicValue SRP_A, in base 16
 * @param privateValue @default - 32 random bytes
 * @returns undefined when SRP_A is no number of the group: with zero, any password would be right
 */
export function startExchange(
  clientPublicValue: string,
  kept: PasswordVerifier,
  privateValue: bigint = toNumber(randomBytes(PRIVATE_VALUE_BYTES)),
): SrpExchange | undefined {
  if (!/^[0-9a-f]+$/i.test(clientPublicValue) || clientPublicValue.length > MAX_PUBLIC_VALUE_DIGITS) return undefined;
  const a = BigInt(`0x${clientPublicValue}`);
  if (a % N === 0n) return undefined;
  const verifier = BigInt(`0x${kept.verifier}`);
  const b = (MULTIPLIER * verifier + modPow(G, privateValue)) % N;
  return {
    publicValue: b.toString(16),
    isProof({ owner, secretBlock, timestamp, signature }) {
      const u = toNumber(sha256(pad(a), pad(b)));
      const s = modPow((a * modPow(verifier, u)) % N, privateValue);
      const key = Buffer.from(hkdfSync('sha256', pad(s), pad(u), KEY_INFO, KEY_BYTES));
      const expected = createHmac('sha256', key)
        .update(owner.poolName)
        .update(owner.username)
        .update(Buffer.from(secretBlock, 'base64'))
        .update(timestamp)
        .digest('base64');
      return isSameText(expected, signature);
    },
  };
}

function modPow(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % N;
    if (bit === '1') result = (result * base) % N;
  }
  return result;
}

/** As Java's BigInteger.toByteArray(): a zero in front when the first bit is set. */
function pad(value: bigint): Buffer {
  const digits = value.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
}

function toNumber(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}

function sha256(...parts: (Buffer | string)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
