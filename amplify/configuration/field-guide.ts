/** A field in words: what is expected there, and where its value is found. */

export interface FieldGuide {
  readonly expected: string;
  readonly fix: string;
}

/** By the path of the field, with `*` for a position in a list or a key of a record. */
export type FieldGuides = Readonly<Record<string, FieldGuide>>;
