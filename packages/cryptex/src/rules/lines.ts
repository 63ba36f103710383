const LINE_FEED = 10;

/** Line and column of an offset. As for libyara, a line ends with a line feed and nothing else. */
export class Lines {
  /** Offsets of the first bytes of lines. */
  private readonly starts: Uint32Array;

  constructor(bytes: Uint8Array) {
    let count = 1;
    for (let at = 0; at < bytes.length; at++) if (bytes[at] === LINE_FEED) count++;
    this.starts = new Uint32Array(count);
    let line = 1;
    for (let at = 0; at < bytes.length; at++) if (bytes[at] === LINE_FEED) this.starts[line++] = at + 1;
  }

  /** 1 is the first. */
  line(offset: number): number {
    let low = 0;
    let high = this.starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  /** Counts bytes, 1 is the first. */
  column(offset: number): number {
    return offset - this.starts[this.line(offset) - 1]! + 1;
  }
}
