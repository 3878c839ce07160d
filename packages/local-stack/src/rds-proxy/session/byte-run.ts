/** Gathers bytes for one write: what lies side by side in memory stays one piece and is not copied. */
export class ByteRun {
  readonly #pieces: Buffer[] = [];
  /** What the piece that may still grow begins in. */
  #source: Buffer | undefined;
  /** That piece, as offsets into the memory of its source. */
  #start = 0;
  #end = 0;

  get isEmpty(): boolean {
    return this.#source === undefined && this.#pieces.length === 0;
  }

  /** @param source must not change until what was taken is written */
  append(source: Buffer, start = 0, end = source.length): void {
    const from = source.byteOffset + start;
    if (from !== this.#end || source.buffer !== this.#source?.buffer) {
      this.#closePiece();
      this.#source = source;
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
    const source = this.#source;
    if (source === undefined) return;
    const lengthBytes = this.#end - this.#start;
    const isWhole = source.byteOffset === this.#start && source.length === lengthBytes;
    this.#pieces.push(isWhole ? source : Buffer.from(source.buffer, this.#start, lengthBytes));
    this.#source = undefined;
  }
}
