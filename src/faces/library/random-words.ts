/** 32-bit words from a source of random values, each handed out once. */

/** Anything that fills arrays like `crypto.getRandomValues`: an EntropyPool, or a script in a test. */
export interface RandomSource {
  getRandomValues(array: Uint32Array): unknown;
  /** Another number: the process was copied, and words from before must not be used. Without it, it never is. */
  readonly epoch?: number;
}

/** Words fetched at a time: 4 KiB, so that a call of the source costs little per word. */
const WORDS = 1_024;
/** Words handed out until the source is asked again whether the process was copied. */
const WORDS_A_LOOK = 64;

export class RandomWords {
  readonly #words = new Uint32Array(WORDS);
  #used = WORDS;
  #unseen = 0;
  #epoch: number | undefined;

  constructor(private readonly source: RandomSource) {}

  /** Drops words that a copy of this process has, too. For whoever begins to take some. */
  look(): void {
    const { epoch } = this.source;
    if (epoch !== this.#epoch) {
      this.#words.fill(0);
      this.#used = WORDS;
    }
    this.#epoch = epoch;
    this.#unseen = WORDS_A_LOOK;
  }

  /** Uniform on 0 … 2³² − 1. */
  next(): number {
    if (this.#unseen === 0) this.look();
    this.#unseen -= 1;
    if (this.#used === WORDS) {
      this.source.getRandomValues(this.#words);
      this.#used = 0;
    }
    const word = this.#words[this.#used]!;
    this.#words[this.#used] = 0;
    this.#used += 1;
    return word;
  }

  /** Uniform on the multiples of 2⁻⁵³ in [0, 1): the first word's upper 27 bits, then the second's upper 26. */
  unit(): number {
    const upper = this.next() >>> 5;
    const lower = this.next() >>> 6;
    return (upper * 2 ** 26 + lower) / 2 ** 53;
  }
}
