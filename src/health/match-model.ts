/**
 * Guesses a symbol by what followed the last time that things went alike: the predictor that sees a replay.
 *
 * It keeps the last 258,000 symbols, finds where the last 32 stood before, and guesses that what came next then comes
 * next now. While it is right the next guess comes from the place after it, without another search. That is what makes
 * it settle on the true period of noise with little entropy, in which any 32 symbols stand in many places: a wrong place
 * is left at the first symbol that is unusual, the right one never.
 *
 * The history is noise that has gone into output long ago, at `symbolBits` of each sample's 64 bits.
 */

/** Most symbols that are remembered; a power of two. */
const MOST = 2 ** 18;
/** Capacity at first. It doubles with the history, so that a slow source takes little memory. */
const LEAST = 2 ** 13;
/** Most symbols that `follow` takes at once. The oldest so many of a full history are being overwritten. */
const LONGEST_STRETCH = 4_096;
/** Symbols that must stand in both places. Equals the bits of a hash, in which a symbol moves up one bit a step. */
const CONTEXT = 32;
/** One place in so many is entered in the index. A search is made at every symbol, so that one of eight finds the place. */
const STRIDE = 8;

/** Words that symbols add to a hash: odd multiples of 2³²/φ. */
const WORDS = Int32Array.from({ length: 256 }, (_, symbol) => Math.imul(2 * symbol + 1, 0x9e3779b1));

/**
 * The symbols of the past, for several models to search. Positions are counted modulo twice the capacity.
 */
export class History {
  #symbols = new Uint8Array(LEAST);
  #end = 0;

  /** A ring: the symbol at position p stands at p modulo the length. */
  get symbols(): Uint8Array {
    return this.#symbols;
  }

  /** Position after the latest symbol. */
  get end(): number {
    return this.#end;
  }

  /** Farthest that a model may look back from a symbol of the latest stretch; beyond, newer symbols stand there already. */
  get reach(): number {
    return this.#symbols.length < MOST ? this.#end : MOST - LONGEST_STRETCH - CONTEXT - 1;
  }

  /** Returns the symbol that stands `ago` before the next one; 0 before the first. */
  recent(ago: number): number {
    return this.#symbols[(this.#end - ago) & (this.#symbols.length - 1)]!;
  }

  /** @param stretch at most 4,096 symbols */
  append(stretch: Uint8Array): void {
    while (this.#end + stretch.length > this.#symbols.length && this.#symbols.length < MOST) this.#grow();
    const size = this.#symbols.length;
    const at = this.#end & (size - 1);
    this.#symbols.set(stretch.subarray(0, size - at), at);
    this.#symbols.set(stretch.subarray(size - at), 0);
    this.#end += stretch.length;
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
  /** Places ÷ STRIDE by the hash of the context before. One that is out of date is found out by comparing. */
  #index = new Uint16Array(LEAST / STRIDE);
  #hash = 0;
  /** Symbols from the place that is followed to the current one. */
  #distance = 1;
  /** Right guesses in a row, up to CONTEXT: below it the place is in doubt and a search is made at every symbol. */
  #trust = 0;
  readonly #mask: number;
  /** Takes from a symbol the last one, or 0. */
  readonly #lastMask: number;

  constructor(
    symbolBits: number,
    readonly of: "symbols" | "differences",
  ) {
    this.#mask = 2 ** symbolBits - 1;
    this.#lastMask = of === "symbols" ? 0 : this.#mask;
  }

  /**
   * Guesses each symbol of the latest stretch of the history.
   * @param right gets `bit` set for each symbol that was guessed rightly
   */
  follow(history: History, stretch: number, right: Int32Array, bit: number): void {
    const symbols = history.symbols;
    const last = symbols.length - 1;
    const begin = history.end - stretch;
    const reach = history.reach;
    while (this.#index.length * STRIDE < symbols.length) this.#grow(symbols, begin);
    const index = this.#index;
    const mask = this.#mask;
    const lastMask = this.#lastMask;
    const shift = Math.clz32(index.length - 1);
    let hash = this.#hash;
    let distance = this.#distance;
    let trust = this.#trust;
    let previous = symbols[(begin - 1) & last]!;
    for (let i = 0; i < stretch; i++) {
      const position = begin + i;
      const slot = hash >>> shift;
      if (trust < CONTEXT) {
        const found = (position - index[slot]! * STRIDE) & last;
        if (found !== 0 && found <= reach && isAlike(symbols, position, found, mask, lastMask)) {
          distance = found;
          trust = CONTEXT;
        }
      }
      if (position % STRIDE === 0) index[slot] = (position & last) / STRIDE;
      const place = position - distance;
      const symbol = symbols[position & last]!;
      const guess = (symbols[place & last]! + ((previous - symbols[(place - 1) & last]!) & lastMask)) & mask;
      if (guess === symbol) {
        right[i]! |= bit;
        trust++;
      } else {
        trust = 0;
      }
      hash = ((hash << 1) + WORDS[(symbol - (previous & lastMask)) & mask]!) | 0;
      previous = symbol;
    }
    this.#hash = hash;
    this.#distance = distance;
    this.#trust = Math.min(trust, CONTEXT);
  }

  reset(): void {
    this.#index.fill(0);
    this.#index = new Uint16Array(LEAST / STRIDE);
    this.#hash = 0;
    this.#distance = 1;
    this.#trust = 0;
  }

  /** Doubles the index and enters all places of the history anew, up to `end`. */
  #grow(symbols: Uint8Array, end: number): void {
    this.#index.fill(0);
    this.#index = new Uint16Array(2 * this.#index.length);
    const shift = Math.clz32(this.#index.length - 1);
    let hash = 0;
    let previous = 0;
    for (let position = 0; position < end; position++) {
      if (position % STRIDE === 0) this.#index[hash >>> shift] = position / STRIDE;
      const symbol = symbols[position]!;
      hash = ((hash << 1) + WORDS[(symbol - (previous & this.#lastMask)) & this.#mask]!) | 0;
      previous = symbol;
    }
  }
}

/** Tells if the CONTEXT symbols, or differences, before `position` equal those `distance` earlier. */
function isAlike(
  symbols: Uint8Array,
  position: number,
  distance: number,
  mask: number,
  lastMask: number,
): boolean {
  const last = symbols.length - 1;
  const offset = (symbols[(position - 1) & last]! - symbols[(position - 1 - distance) & last]!) & mask;
  if ((offset & ~lastMask) !== 0) return false;
  for (let ago = lastMask === 0 ? CONTEXT : CONTEXT + 1; ago > 1; ago--) {
    const here = (position - ago) & last;
    if (((symbols[here]! - symbols[(here - distance) & last]!) & mask) !== offset) return false;
  }
  return true;
}
