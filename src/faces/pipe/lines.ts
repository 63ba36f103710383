/** Breaks a text that comes in pieces into lines of one length. */
const BREAK = 0x0a;

export class Lines {
  /** Characters of the present line. */
  #column = 0;

  /** @param length characters of a line, without its break */
  constructor(private readonly length: number) {}

  /** Returns the next piece with its breaks. There is one before a character that finds the line full, so that none ends the text. */
  broken(piece: Uint8Array): Uint8Array {
    const breaks = Math.floor(Math.max(0, this.#column + piece.length - 1) / this.length);
    const out = new Uint8Array(piece.length + breaks);
    let to = 0;
    for (let from = 0; from < piece.length; ) {
      if (this.#column === this.length) {
        out[to++] = BREAK;
        this.#column = 0;
      }
      const part = piece.subarray(from, from + this.length - this.#column);
      out.set(part, to);
      from += part.length;
      to += part.length;
      this.#column += part.length;
    }
    return out;
  }
}
