/** Random numbers of several distributions, from the pool's DRBG output. */
import { type RandomSource, RandomWords } from "./random-words.ts";
import { uniformBelow, uniformBelowBig } from "./uniform-integer.ts";

export interface ChoiceOptions {
  /** Allows choosing an element again. Default true. */
  readonly replace?: boolean;
}

/** Longest possible array. */
const MAX_COUNT = 2 ** 32 - 1;
/** Most words per request: Web Cryptography allows 65,536 bytes. */
const MAX_FILL_WORDS = 16_384;

/**
 * Distributions over a pool. Methods are synchronous; with a count they return that many numbers, without one a single number.
 *
 * ```ts
 * const rng = new EsotericRandom(pool);
 * rng.integers(1, 7, 10);     // ten throws of a die
 * rng.normal(0, 1, 1_000);    // Float64Array
 * ```
 *
 * Each number is made of its own random words, which are never used twice and are wiped after use. Methods throw the pool's
 * error when it is closed, TypeError for arguments of a wrong type and RangeError for those out of range.
 */
export class EsotericRandom {
  readonly #source: RandomSource;
  readonly #words: RandomWords;

  /** @param source an EntropyPool, or anything else with `getRandomValues` */
  constructor(source: RandomSource) {
    this.#source = source;
    this.#words = new RandomWords(source);
  }

  /** Uniform on [0, 1): all multiples of 2⁻⁵³ are equally likely. */
  random(): number;
  random(count: number): Float64Array;
  random(count?: number): number | Float64Array {
    return this.#reals(count, () => this.#words.unit());
  }

  /**
   * Uniform integers from `low` up to, not including, `high`. Without bias, by rejection: Lemire's method up to a range of
   * 2³², masked bits above.
   * @param low a safe integer, or a bigint of any size
   * @param high above `low`; with numbers, `high − low` is at most 2⁵³
   */
  integers(low: number, high: number): number;
  integers(low: number, high: number, count: number): number[];
  integers(low: bigint, high: bigint): bigint;
  integers(low: bigint, high: bigint, count: number): bigint[];
  integers(
    low: number | bigint,
    high: number | bigint,
    count?: number,
  ): number | bigint | (number | bigint)[] {
    const draw = this.#integer(low, high);
    return count === undefined ? draw() : Array.from({ length: checkedCount(count) }, draw);
  }

  /**
   * Normal deviates, by the polar method: G. Marsaglia and T. A. Bray, "A Convenient Method for Generating Normal Variables",
   * SIAM Review 6 (1964) 260–264. Exact but for the rounding of doubles.
   * @param mean any finite number
   * @param sd standard deviation, 0 or more
   */
  normal(mean?: number, sd?: number): number;
  normal(mean: number, sd: number, count: number): Float64Array;
  normal(mean = 0, sd = 1, count?: number): number | Float64Array {
    checkReal("mean", mean);
    checkReal("sd", sd, 0);
    this.#words.look();
    if (count === undefined) return mean + sd * this.#normalPair()[0];
    const out = new Float64Array(checkedCount(count));
    for (let i = 0; i < out.length; i += 2) {
      const [first, second] = this.#normalPair();
      out[i] = mean + sd * first;
      if (i + 1 < out.length) out[i + 1] = mean + sd * second;
    }
    return out;
  }

  /**
   * Exponential deviates of this mean (1/λ), by inversion: −mean · ln(1 − u), u uniform on the multiples of 2⁻⁵³ in [0, 1)
   * (L. Devroye, "Non-Uniform Random Variate Generation", 1986, II.2). None exceeds 53 ln 2 ≈ 36.7 means; a true deviate does
   * with probability 2⁻⁵³.
   * @param mean above 0
   */
  exponential(mean?: number): number;
  exponential(mean: number, count: number): Float64Array;
  exponential(mean = 1, count?: number): number | Float64Array {
    checkReal("mean", mean, Number.MIN_VALUE);
    return this.#reals(count, () => -mean * Math.log1p(-this.#words.unit()));
  }

  /** Returns random bytes: DRBG output, like everything here. `EntropyPool.randomBytes` returns full entropy. */
  bytes(length: number): Uint8Array {
    const words = new Uint32Array(Math.ceil(checkedCount(length) / 4));
    for (let at = 0; at < words.length; at += MAX_FILL_WORDS) {
      this.#source.getRandomValues(words.subarray(at, at + MAX_FILL_WORDS));
    }
    return new Uint8Array(words.buffer, 0, length);
  }

  /**
   * Shuffles in place and returns the same array; all orders are equally likely. Fisher and Yates, as R. Durstenfeld,
   * "Algorithm 235", Communications of the ACM 7 (1964) 420.
   */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    this.#words.look();
    for (let last = checkedLength(items) - 1; last > 0; last--) {
      const at = uniformBelow(last + 1, this.#words);
      [items[last], items[at]] = [items[at], items[last]];
    }
    return items;
  }

  /**
   * Chooses one element, or `count` of them, all equally likely; with `replace: false` none twice.
   * @throws RangeError if there are not enough elements
   */
  choice<T>(items: ArrayLike<T>): T;
  choice<T>(items: ArrayLike<T>, count: number, options?: ChoiceOptions): T[];
  choice<T>(items: ArrayLike<T>, count?: number, options: ChoiceOptions = {}): T | T[] {
    if (options.replace === false && count !== undefined) return this.sample(items, count);
    const length = checkedLength(items);
    if (length === 0 && count !== 0) throw new RangeError("cannot choose from no elements");
    this.#words.look();
    const draw = () => items[uniformBelow(length, this.#words)]!;
    return count === undefined ? draw() : Array.from({ length: checkedCount(count) }, draw);
  }

  /**
   * Chooses `count` different elements in random order; all selections and orders are equally likely. Leaves `items`
   * unchanged; takes time and memory for `count` elements, however many there are.
   * @throws RangeError if there are not enough elements
   */
  sample<T>(items: ArrayLike<T>, count: number): T[] {
    const length = checkedLength(items);
    if (checkedCount(count) > length)
      throw new RangeError(`cannot choose ${count} of ${length} elements without replacement`);
    this.#words.look();
    // Shuffles a list 0 … length − 1 from its front; stores only the places that moved.
    const moved = new Map<number, number>();
    return Array.from({ length: count }, (_, place) => {
      const at = place + uniformBelow(length - place, this.#words);
      const chosen = moved.get(at) ?? at;
      moved.set(at, moved.get(place) ?? place);
      moved.delete(place);
      return items[chosen]!;
    });
  }

  /** Returns a UUID of version 4 (RFC 9562 §5.4): 122 random bits. */
  uuid(): string {
    const bytes = this.bytes(16);
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  #reals(count: number | undefined, draw: () => number): number | Float64Array {
    this.#words.look();
    if (count === undefined) return draw();
    const out = new Float64Array(checkedCount(count));
    for (let i = 0; i < out.length; i++) out[i] = draw();
    return out;
  }

  #integer(low: number | bigint, high: number | bigint): () => number | bigint {
    this.#words.look();
    if (typeof low === "bigint" && typeof high === "bigint") {
      if (high <= low) throw new RangeError(`no integer is from ${low} up to, not including, ${high}`);
      return () => low + uniformBelowBig(high - low, this.#words);
    }
    if (typeof low !== "number" || typeof high !== "number") {
      throw new TypeError("the bounds are two numbers or two bigints");
    }
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high)) {
      throw new RangeError(`the bounds are safe integers, not ${low} and ${high}; beyond them use bigints`);
    }
    if (high <= low || high - low > 2 ** 53) {
      throw new RangeError(`no range of 1 to 2^53 integers: from ${low} up to, not including, ${high}`);
    }
    return () => low + uniformBelow(high - low, this.#words);
  }

  /** Returns two independent standard normal deviates. */
  #normalPair(): [first: number, second: number] {
    for (;;) {
      const u = 2 * this.#words.unit() - 1;
      const v = 2 * this.#words.unit() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(s)) / s);
      return [u * factor, v * factor];
    }
  }
}

function checkedCount(count: number): number {
  if (typeof count !== "number") throw new TypeError("a count is a number");
  if (!Number.isInteger(count) || count < 0 || count > MAX_COUNT) {
    throw new RangeError(`a count is a whole number from 0 to ${MAX_COUNT}, not ${count}`);
  }
  return count;
}

function checkedLength(items: { readonly length: number }): number {
  if (typeof items !== "object" && typeof items !== "string")
    throw new TypeError("the elements must be in an array");
  return checkedCount(items.length);
}

function checkReal(name: string, value: number, least = Number.NEGATIVE_INFINITY): void {
  if (typeof value !== "number") throw new TypeError(`${name} is a number`);
  if (!Number.isFinite(value) || value < least) throw new RangeError(`${name} cannot be ${value}`);
}
