/**
 * Random numbers that a seed repeats: sfc32 of Chris Doty-Humphrey (PractRand), 32 bits a step. Every generator of the tests
 * draws from one of these, so that a seed in a message is enough to see a fault again.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(readonly seed: number) {
    this.#a = 0x9e3779b9;
    this.#b = 0x243f6a88;
    this.#c = seed >>> 0;
    // As the generator's author has it: the first outputs depend too plainly on the seed.
    for (let step = 0; step < 12; step++) this.next();
  }

  /** An integer, 0 to 2^32 − 1. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) >>> 0;
    this.#counter = (this.#counter + 1) >>> 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) >>> 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) >>> 0;
    return sum;
  }

  /** An integer from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return low + (this.next() % (high - low + 1));
  }

  /** True in a share of the calls. */
  chance(share: number): boolean {
    return this.next() < share * 2 ** 32;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.next() % items.length];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  }

  /** Some of the items, each with the given chance, in their order. */
  some<Item>(items: readonly Item[], share: number): Item[] {
    return items.filter(() => this.chance(share));
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.next() & 0xff);
  }

  /** Text of the given length out of these characters. */
  text(length: number, characters: string): string {
    return Array.from({ length }, () => characters[this.next() % characters.length]).join("");
  }
}
