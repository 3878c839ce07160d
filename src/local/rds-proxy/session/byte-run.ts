/** Owns gathering bytes for one write: what lies side by side in memory stays one piece and is not copied. */
export class ByteRun {
  readonly #pieces: Buffer[] = [];
  /** The piece that may still grow, as offsets into its memory. */
  #memory: ArrayBufferLike | undefined;
  #start = 0;
  #end = 0;

  get isEmpty(): boolean {
    return this.#memory === undefined && this.#pieces.length === 0;
  }

  /** @param source must not change until what was taken is written */
  append(source: Buffer, start = 0, end = source.length): void {
    const from = source.byteOffset + start;
    if (source.buffer !== this.#memory || from !== this.#end) {
      this.#closePiece();
      this.#memory = source.buffer;
      this.#start = from;
    }
    this.#end = source.byteOffset + end;
  }

  /** All that was appended; nothing is left. */
  take(): Buffer {
    this.#closePiece();
    const [first] = this.#pieces;
    const bytes = this.#pieces.length === 1 && first !== undefined ? first : Buffer.concat(this.#pieces);
    this.#pieces.length = 0;
    return bytes;
  }

  #closePiece(): void {
    if (this.#memory !== undefined) this.#pieces.push(Buffer.from(this.#memory, this.#start, this.#end - this.#start));
    this.#memory = undefined;
  }
}
