/**
 * Guesses a symbol by what followed the last time that things went alike: the predictor that sees a replay.
 *
 * It keeps the last 258,000 symbols, finds where the latest ones stood before, and guesses that what came next then comes
 * next now. While it is right the next guess comes from the place after it, without another search. That is what makes
 * it settle on the true period of noise with little entropy, in which the same few symbols stand in many places: a wrong
 * place is left at the first symbol that is unusual, the right one never.
 *
 * **The history is a secret for longer than the symbols were:** noise that has gone into output already, at `symbolBits` of
 * a sample's 64 bits. It is overwritten when the source fails or the pool is closed, not when its output is handed out.
 */

/** Most symbols that are remembered; a power of two. */
const MOST = 2 ** 18;
/**
 * Capacity at first. It doubles with the history, so that a slow source takes little memory: history and two indexes take
 * 16 KiB at first, 512 KiB in the end.
 */
const LEAST = 2 ** 13;
/** Most symbols that are appended at once. The oldest so many of a full history are being overwritten. */
const LONGEST_STRETCH = 4_096;

/**
 * One place in so many is entered in the index. A search is made at every symbol, so that within eight it finds a place
 * whatever the period.
 */
const STRIDE = 8;
/**
 * Bits that a hash moves up at each change of the symbol: the last 16 runs of equal symbols decide its 32 bits, each with
 * its length. Where symbols seldom change that is a long context, as it must be to know one stretch from another.
 */
const CHANGE_BITS = 2;
/** Words that symbols add to a hash: multiples of 2³²/φ. */
const WORDS = Int32Array.from({ length: 256 }, (_, symbol) => Math.imul(symbol + 1, 0x9e3779b1));
/** Low bits of an entry of the index: a place, of which there are MOST. */
const PLACE_BITS = 18;

/** Right guesses in a row from which on a place is beyond doubt. */
const SURE = 32;

/**
 * Steps from a symbol to the one that is taken from it, for differences. One counter would do with 1; 12 sees 1, 2, 3, 4, 6
 * or 12 of them interleaved, because each meets itself.
 */
const BASE = 12;

/** The symbols of the past, for models to search. A position is a place plus a multiple of the capacity. */
export class History {
  #symbols = new Uint8Array(LEAST);
  #end = 0;

  /** A ring, as long as the capacity. */
  get symbols(): Uint8Array {
    return this.#symbols;
  }

  /** Position after the latest symbol. */
  get end(): number {
    return this.#end;
  }

  /** Farthest that one may look back from the latest stretch; beyond, newer symbols stand there already. */
  get reach(): number {
    return this.#symbols.length < MOST ? this.#end : MOST - LONGEST_STRETCH - BASE;
  }

  /** Returns the symbol that stands `ago` before the next one; 0 before the first. */
  recent(ago: number): number {
    return this.#symbols[(this.#end - ago) & (this.#symbols.length - 1)]!;
  }

  /** @param stretch at most 4,096 symbols */
  append(stretch: Uint8Array): void {
    while (this.#end + stretch.length > this.#symbols.length && this.#symbols.length < MOST) this.#grow();
    const size = this.#symbols.length;
    const place = this.#end & (size - 1);
    this.#symbols.set(stretch.subarray(0, size - place), place);
    this.#symbols.set(stretch.subarray(size - place), 0);
    this.#end += stretch.length;
    // Keeps positions small integers.
    if (this.#end >= 2 * MOST) this.#end -= MOST;
  }

  /** Wipes it and gives its memory back. */
  reset(): void {
    this.#symbols.fill(0);
    this.#symbols = new Uint8Array(LEAST);
    this.#end = 0;
  }

  /** Doubles the capacity. It has not come round yet, so that each symbol keeps its place. */
  #grow(): void {
    const old = this.#symbols;
    this.#symbols = new Uint8Array(2 * old.length);
    this.#symbols.set(old);
    old.fill(0);
  }
}

/**
 * A model that follows a place in the history: of the symbols, or of their differences modulo 2^symbolBits. A counter
 * that moves once in N symbols has the period N in its differences, and 2^symbolBits times that in its symbols.
 */
export class MatchModel {
  /**
   * Places by the hash of the context before. The high bits of a hash say where its entry stands; the low ones, which
   * stand in the entry above the place, tell other contexts apart.
   */
  // An empty entry names the first place of all, which is a guess like any other.
  #index = new Int32Array(LEAST / STRIDE);
  #hash = 0;
  /** Last symbol or difference. */
  #previous = 0;
  /** Symbols from the place that is followed to the current one. */
  #distance = 1;
  /** Right guesses in a row, up to SURE; below it a search is made at every symbol. −1 after a wrong guess in doubt. */
  #trust = -1;
  readonly #mask: number;
  /** Takes from a symbol the one BASE before, or 0. */
  readonly #baseMask: number;

  constructor(symbolBits: number, of: "symbols" | "differences") {
    this.#mask = 2 ** symbolBits - 1;
    this.#baseMask = of === "symbols" ? 0 : this.#mask;
  }

  /**
   * Guesses each symbol of the latest stretch of the history.
   * @param stretch its length
   * @param right gets `bit` set for each symbol that was guessed rightly
   */
  follow(history: History, stretch: number, right: Int32Array, bit: number): void {
    const symbols = history.symbols;
    const last = symbols.length - 1;
    const begin = history.end - stretch;
    const reach = history.reach;
    while (this.#index.length * STRIDE < symbols.length) this.#grow(symbols, begin);
    const index = this.#index;
    const shift = Math.clz32(index.length - 1);
    const mask = this.#mask;
    const baseMask = this.#baseMask;
    let hash = this.#hash;
    let previous = this.#previous;
    let distance = this.#distance;
    let trust = this.#trust;
    for (let i = 0; i < stretch; i++) {
      const position = begin + i;
      const slot = hash >>> shift;
      const check = hash << PLACE_BITS;
      let isEntered = position % STRIDE === 0;
      if (trust < SURE) {
        const place = index[slot]! ^ check;
        // Unsigned, so that nothing but a place is left where the hashes are the same.
        if (place >>> PLACE_BITS === 0) {
          const found = (position - place) & last;
          if (found !== 0 && found <= reach) {
            distance = found;
            trust = SURE;
          }
          // Else a place from before a replay, which enters another one of the STRIDE phases, would be found for ever.
          isEntered = true;
        } else {
          // 1, if the last guess was wrong in doubt.
          const isLost = trust >> 31;
          distance = (distance & ~isLost) | (1 & isLost);
        }
      }
      if (isEntered) index[slot] = check | (position & last);

      const then = position - distance;
      const symbol = symbols[position & last]!;
      const base = symbols[(position - BASE) & last]! & baseMask;
      const guess = (base + symbols[then & last]! - (symbols[(then - BASE) & last]! & baseMask)) & mask;
      // All bits or none, instead of branches, which would be foretold wrongly half of the time: 9 ns a symbol for fair bits,
      // against 14. A wrong guess leaves a trust of 0, or −1 where there was doubt.
      const isWrong = Number(guess === symbol) - 1;
      right[i]! |= bit & ~isWrong;
      trust = ((trust + 1) & ~isWrong) | (((trust - SURE) >> 31) & isWrong);

      const value = (symbol - base) & mask;
      hash = ((hash << (CHANGE_BITS * Number(value !== previous))) + WORDS[value]!) | 0;
      previous = value;
    }
    this.#hash = hash;
    this.#previous = previous;
    this.#distance = distance;
    this.#trust = Math.min(trust, SURE);
  }

  /** Wipes what it knows and gives its memory back. */
  reset(): void {
    this.#index.fill(0);
    this.#index = new Int32Array(LEAST / STRIDE);
    this.#hash = 0;
    this.#previous = 0;
    this.#distance = 1;
    this.#trust = -1;
  }

  /** Doubles the index and enters all places of the history anew, up to `end`. */
  #grow(symbols: Uint8Array, end: number): void {
    this.#index.fill(0);
    this.#index = new Int32Array(2 * this.#index.length);
    const shift = Math.clz32(this.#index.length - 1);
    let hash = 0;
    let previous = 0;
    for (let position = 0; position < end; position++) {
      if (position % STRIDE === 0) this.#index[hash >>> shift] = (hash << PLACE_BITS) | position;
      const base = position < BASE ? 0 : symbols[position - BASE]! & this.#baseMask;
      const value = (symbols[position]! - base) & this.#mask;
      hash = ((hash << (CHANGE_BITS * Number(value !== previous))) + WORDS[value]!) | 0;
      previous = value;
    }
  }
}
