/** The content of a member while it is unpacked. It grows with what comes, never with what an archive says will come. */

const FIRST_BYTES = 1 << 12;

export class Content {
  #memory = new Uint8Array(FIRST_BYTES);
  #length = 0;
  #isOver = false;

  /** @param claim is told of memory before so much of it is taken; what it throws ends the unpacking */
  constructor(
    private readonly most: number,
    private readonly claim: (bytes: number) => void,
  ) {}

  get length(): number {
    return this.#length;
  }

  get bytes(): Uint8Array {
    return this.#memory.subarray(0, this.#length);
  }

  /** True where there was more than there is room for. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Takes a block; a hole before it is zeros. Returns false where there is no room for it. */
  put(offset: number, block: Uint8Array): boolean {
    if (!this.extend(offset + block.length)) return false;
    this.#memory.set(block, offset);
    return true;
  }

  /** Adds zeros up to a length. Returns false where there is no room for them. */
  extend(length: number): boolean {
    if (length > this.most) this.#isOver = true;
    if (this.#isOver) return false;
    if (length > this.#memory.length) {
      const size = Math.min(this.most, Math.max(length, 2 * this.#memory.length));
      this.claim(size);
      const memory = new Uint8Array(size);
      memory.set(this.bytes);
      this.#memory = memory;
    }
    this.#length = Math.max(this.#length, length);
    return true;
  }
}
