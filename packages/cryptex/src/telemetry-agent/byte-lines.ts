/** Cuts a stream of bytes into lines, none of them longer than memory should hold. */

/**
 * Bytes of a line. The longest that a scan writes lists 100,000 matches with 256 bytes each, which is some 30 MB where they are printable
 * and 100 MB where each byte is escaped; this holds what hundreds of thousands of ordinary matches take.
 */
export const MOST_LINE_BYTES = 64 * 2 ** 20;

export interface ByteLine {
  /** Without its end, LF or CR LF; empty where the line is too long. */
  readonly bytes: Uint8Array;
  readonly isTooLong: boolean;
  /** False for what stands behind the last line end. */
  readonly isEnded: boolean;
  /** Bytes of the stream up to here, the line's end included. */
  readonly end: number;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** The byte order mark, which programs of Windows write before the first line. */
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export class LineCutter {
  #pieces: Uint8Array[] = [];
  #held = 0;
  #isTooLong = false;
  #end: number;
  #isFirst: boolean;

  /** @param offset of the bytes that come, in the stream */
  constructor(
    private readonly most = MOST_LINE_BYTES,
    offset = 0,
  ) {
    this.#end = offset;
    this.#isFirst = offset === 0;
  }

  /** Takes bytes, which are copied where they are kept. Yields the lines that end in them. */
  *cut(bytes: Uint8Array): Generator<ByteLine, void> {
    let from = 0;
    for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, from)) {
      this.#hold(bytes.subarray(from, at));
      this.#end++;
      from = at + 1;
      yield this.#take(true);
    }
    this.#hold(bytes.subarray(from).slice());
  }

  /** The rest, if there is any. */
  *rest(): Generator<ByteLine, void> {
    if (this.#held > 0 || this.#isTooLong) yield this.#take(false);
  }

  #hold(piece: Uint8Array): void {
    this.#end += piece.length;
    if (this.#isTooLong || piece.length === 0) return;
    this.#held += piece.length;
    this.#pieces.push(piece);
    if (this.#held <= this.most) return;
    this.#isTooLong = true;
    this.#pieces = [];
  }

  #take(isEnded: boolean): ByteLine {
    const whole = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
    const isMarked = this.#isFirst && MARK.equals(whole.subarray(0, MARK.length));
    this.#isFirst = false;
    const bytes = whole.subarray(
      isMarked ? MARK.length : 0,
      whole.at(-1) === CARRIAGE_RETURN ? whole.length - 1 : whole.length,
    );
    const line = { bytes, isTooLong: this.#isTooLong, isEnded, end: this.#end };
    this.#pieces = [];
    this.#held = 0;
    this.#isTooLong = false;
    return line;
  }
}
