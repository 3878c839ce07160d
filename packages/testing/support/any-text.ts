import fc from 'fast-check';

const codePoint = fc
  .integer({ min: 0, max: 0x10_ff_ff })
  .filter((code) => code < 0xd8_00 || code > 0xdf_ff)
  .map((code) => String.fromCodePoint(code));

/** Of any code points, as fast-check's unit 'binary', which takes a second to make. */
export const anyText = (constraints: { maxLength?: number } = {}) => fc.string({ unit: codePoint, ...constraints });
