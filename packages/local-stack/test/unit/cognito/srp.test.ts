/** The server's side of SRP against what pycognito 2024.5.1 and warrant-lite 1.0.4 answer to it: both answer the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createVerifier, isPassword, type SrpExchange, startExchange } from '../../../src/cognito/srp.js';

interface Vector {
  poolName: string;
  username: string;
  password: string;
  salt: string;
  verifier: string;
  privateValue: string;
  srpA: string;
  srpB: string;
  secretBlock: string;
  timestamp: string;
  signature: string;
}

const vectors: Vector[] = JSON.parse(readFileSync(join(import.meta.dirname, 'srp-vectors.json'), 'utf8'));

describe.each(vectors)('the exchange of $username', (vector) => {
  const { poolName, username, password, salt, verifier, privateValue, srpA, srpB, ...claim } = vector;
  const owner = { poolName, username };
  const start = () => startExchange(srpA, { salt, verifier }, BigInt(`0x${privateValue}`)) as SrpExchange;

  it('has the verifier and the public value of the vector', () => {
    expect(createVerifier(owner, password, salt)).toEqual({ salt, verifier });
    expect(start().publicValue).toBe(srpB);
  });

  it('takes the signature of both clients', () => {
    expect(start().isProof({ owner, ...claim })).toBe(true);
  });

  it.each([
    ['another signature', { signature: `A${claim.signature.slice(1)}`.replace(/^AA/, 'BA') }],
    ['another time', { timestamp: claim.timestamp.replace('2026', '2027') }],
    ['another secret block', { secretBlock: 'AAAA' }],
    ['another user', { owner: { ...owner, username: 'mallory' } }],
    ['another pool', { owner: { ...owner, poolName: 'other' } }],
  ])('refuses it with %s', (_, changed) => {
    expect(start().isProof({ owner, ...claim, ...changed })).toBe(false);
  });

  it('refuses it for the verifier of another password', () => {
    const other = createVerifier(owner, `${password}!`, salt);
    const exchange = startExchange(srpA, other, BigInt(`0x${privateValue}`));

    expect(exchange?.isProof({ owner, ...claim })).toBe(false);
  });

  it('compares a password that was sent', () => {
    expect(isPassword(owner, { salt, verifier }, password)).toBe(true);
    expect(isPassword(owner, { salt, verifier }, `${password} `)).toBe(false);
  });
});

it('gives each password its own salt', () => {
  const owner = { poolName: 'pool', username: 'ada' };
  const [first, second] = [createVerifier(owner, 'the same'), createVerifier(owner, 'the same')];

  expect(second.salt).not.toBe(first.salt);
  expect(second.verifier).not.toBe(first.verifier);
});

it.each(['0', 'N', '2N'])('refuses the public value %s, with which any password would be right', (value) => {
  const [{ salt, verifier }] = vectors as [Vector];
  const n = BigInt(`0x${N}`);
  const srpA = { '0': '0', N: n.toString(16), '2N': (2n * n).toString(16) }[value] ?? '';

  expect(startExchange(srpA, { salt, verifier })).toBeUndefined();
});

/** RFC 5054, appendix A, the 3072-bit group. */
const N =
  'FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF';
