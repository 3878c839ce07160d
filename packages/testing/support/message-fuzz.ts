/** Random bytes that look like the protocol, more or less: whole messages, wrong lengths, wrong types, cut and glued anywhere. */

/** A small generator with a seed, so that a failure can be run again. @see https://github.com/bryc/code (mulberry32) */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const TYPES = Buffer.from('QPBDECSHFdcfXZGNT1230RKpA\0\xff', 'latin1');
const LENGTHS = [-2_147_483_648, -1, 0, 1, 3, 4, 5, 6, 100, 10_000, 65_536, 0x3fff_ffff, 2_147_483_647];

/** Up to eight messages, of which some are none. */
export function randomInput(random: () => number): Buffer {
  const count = 1 + Math.floor(random() * 8);
  return Buffer.concat(Array.from({ length: count }, () => randomMessage(random)));
}

function randomMessage(random: () => number): Buffer {
  const body = Buffer.alloc(Math.floor(random() ** 4 * 300));
  for (let at = 0; at < body.length; at += 1) body[at] = random() < 0.3 ? 0 : Math.floor(random() * 256);
  const header = Buffer.alloc(5);
  header[0] = TYPES[Math.floor(random() * TYPES.length)] ?? 0;
  const isHonest = random() < 0.85;
  header.writeInt32BE(isHonest ? body.length + 4 : (LENGTHS[Math.floor(random() * LENGTHS.length)] ?? 0), 1);
  return Buffer.concat([header, body]);
}

/** The same bytes, in pieces. */
export function cutAnywhere(bytes: Buffer, random: () => number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + 1 + Math.floor(random() * 64));
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}
