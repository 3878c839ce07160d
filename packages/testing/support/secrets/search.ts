/** Finds secrets in what was logged, answered or printed. It reports which kind it found, never the secret itself. */

/** By what it is: "the secret access key". The values are never shown. */
export type KnownSecrets = Readonly<Record<string, string>>;

/** A test puts it into arguments, whose values belong in no log. In a response to the caller they are allowed. */
export const ARGUMENT_CANARY = 'canary-Vx7Qm2';

const SHAPES: Readonly<Record<string, RegExp>> = {
  'a signature of AWS': /X-Amz-Signature(=|%3D)[0-9a-f]{64}|\bSignature=[0-9a-f]{64}\b/i,
  'a session token of AWS': /X-Amz-Security-Token(=|%3D)[\w%+/-]{20}/i,
  'a signed token (JWT)': /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}/,
  'a private key (PEM)': /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  'a private key (JWK)': /\\?"d\\?":\s*\\?"[\w-]{40,}/,
  'a password in an address': /\bpostgres(ql)?:\/\/[^\s:@/]+:[^\s@/]+@/,
};

/** @returns what kinds of secrets the text holds; empty when it holds none */
export function secretsIn(text: string, known: KnownSecrets = NONE): string[] {
  const values = spellingsIn(known).flatMap(([kind, spellings]) =>
    spellings.some((spelling) => text.includes(spelling)) ? [kind] : [],
  );
  return [...values, ...Object.keys(SHAPES).filter((kind) => SHAPES[kind]?.test(text))];
}

/** A log must contain no argument either. */
export function secretsInLog(line: string, known: KnownSecrets = NONE): string[] {
  return [...secretsIn(line, known), ...(line.includes(ARGUMENT_CANARY) ? ['an argument'] : [])];
}

const NONE: KnownSecrets = {};

/** Made once for each set of secrets: there are many lines to search. */
const made = new WeakMap<KnownSecrets, [kind: string, spellings: string[]][]>();

function spellingsIn(known: KnownSecrets): [kind: string, spellings: string[]][] {
  const spellings = made.get(known) ?? Object.entries(known).map(([kind, value]) => [kind, spellingsOf(value)]);
  made.set(known, spellings);
  return spellings;
}

/** As it is, in a URL, in JSON, and in base 64. */
function spellingsOf(secret: string): string[] {
  if (secret.length < 8) throw new Error('A secret of less than 8 characters would be found everywhere.');
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  ];
}
