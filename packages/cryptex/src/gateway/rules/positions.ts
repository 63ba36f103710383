/** Some positions of a list: a bit for each. */
export class Positions {
  readonly #bits: Uint32Array;

  constructor(
    private readonly length: number,
    areAll: boolean,
  ) {
    this.#bits = new Uint32Array(Math.ceil(length / 32)).fill(areAll ? 0xffff_ffff : 0);
    // None beyond the end.
    if (areAll && length % 32 > 0) this.#bits[this.#bits.length - 1] = 2 ** (length % 32) - 1;
  }

  add(position: number): void {
    this.#bits[position >>> 5]! |= 1 << (position & 31);
  }

  /** Takes in those that are in the others. */
  join(others: Positions): void {
    for (const [at, bits] of others.#bits.entries()) this.#bits[at]! |= bits;
  }

  /** Leaves those that are in the others, too. */
  cut(others: Positions): void {
    for (const [at, bits] of others.#bits.entries()) this.#bits[at]! &= bits;
  }

  get count(): number {
    let count = 0;
    for (let rest of this.#bits) for (; rest !== 0; rest &= rest - 1) count++;
    return count;
  }

  /** Lists some in order, from a position on. */
  from(begin: number, most: number): number[] {
    const found: number[] = [];
    for (let position = begin; position < this.length && found.length < most; position++)
      if ((this.#bits[position >>> 5]! >>> (position & 31)) & 1) found.push(position);
    return found;
  }
}
