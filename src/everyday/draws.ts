/** Whole numbers below a bound, each exactly as likely as any other, made of random bytes of which none is used twice. */

/** Fills `out` with random bytes, or rejects. */
export type Fill = (out: Uint8Array) => Promise<void>;

/** Bytes of the first fetch: one block of full entropy. Each fetch is twice the one before, so that less than half is left over. */
const FIRST_BYTES = 32;
/** Bytes of a fetch, at most. */
const MOST_BYTES = 4096;

export class Draws implements Disposable {
  #bytes = new Uint8Array(0);
  #used = 0;
  #fetch = FIRST_BYTES;

  constructor(private readonly fill: Fill) {}

  /** Takes bytes as they are. @throws the errors of `fill` */
  async bytes(count: number): Promise<Uint8Array> {
    const out = new Uint8Array(count);
    for (let done = 0; done < count; ) {
      if (this.#used === this.#bytes.length) await this.#refill();
      const taken = this.#bytes.subarray(this.#used, this.#used + count - done);
      out.set(taken, done);
      taken.fill(0);
      this.#used += taken.length;
      done += taken.length;
    }
    return out;
  }

  /**
   * Takes as many bits as `range` − 1 has, and takes others until they are below `range`: fewer than two tries on average.
   * Of each try's whole bytes, the first one's upper bits are dropped.
   * @param range 1 or more; 1 takes nothing
   * @returns 0 … `range` − 1
   */
  async below(range: bigint): Promise<bigint> {
    if (range === 1n) return 0n;
    const bits = (range - 1n).toString(2).length;
    const mask = 0xff >>> ((8 - (bits % 8)) % 8);
    for (;;) {
      const bytes = await this.bytes(Math.ceil(bits / 8));
      bytes[0]! &= mask;
      const value = BigInt(`0x${Buffer.from(bytes.buffer).toString("hex")}`);
      bytes.fill(0);
      if (value < range) return value;
    }
  }

  /** The same for the places of a list. @param count at most 2⁵³ */
  async place(count: number): Promise<number> {
    return Number(await this.below(BigInt(count)));
  }

  /** Wipes what was fetched: a copy of this process has it, too, or nobody wants it any more. */
  forget(): void {
    this.#bytes.fill(0);
    this.#used = this.#bytes.length;
  }

  [Symbol.dispose](): void {
    this.forget();
  }

  async #refill(): Promise<void> {
    const bytes = new Uint8Array(this.#fetch);
    await this.fill(bytes);
    this.#bytes = bytes;
    this.#used = 0;
    this.#fetch = Math.min(2 * this.#fetch, MOST_BYTES);
  }
}
