/**
 * Reducing the symbol space, SP 800-90B §6.4: samples wider than 8 bits are assessed by the few of their bits that
 * contribute most. The standard leaves the ranking of the bits to whoever knows the source; where nobody gives
 * one, it is made from the data.
 */

export interface MappedSymbols {
  readonly symbols: Uint8Array;
  /** Width of the symbols; less than asked for if fewer bits of the samples vary. */
  readonly bitsPerSymbol: number;
  /** The bits taken, 0 the lowest of the sample, best first; the best is the highest bit of the symbol. */
  readonly ranking: readonly number[];
}

export interface MapDownOptions {
  /** Bit numbers of the sample, the one that contributes most first. */
  readonly ranking?: readonly number[];
}

/** Unsigned samples of up to 64 bits. */
export type WideSamples = BigUint64Array | Uint32Array | Uint16Array;

/**
 * Keeps `bits` (1 … 8) bits of each sample.
 *
 * @throws RangeError if `bits` or the ranking is out of range
 */
export function mapDown(samples: WideSamples, bits: number, options: MapDownOptions = {}): MappedSymbols {
  if (!Number.isInteger(bits) || bits < 1 || bits > 8) {
    throw new RangeError(`bits to keep must be 1 to 8, not ${bits}`);
  }
  const columns = new BitColumns(samples);
  const ranking = options.ranking ? checkRanking(options.ranking, columns.width) : rank(columns, bits);
  const kept = ranking.slice(0, bits);
  const symbols = new Uint8Array(samples.length);
  for (const bit of kept) {
    for (let i = 0; i < symbols.length; i++) symbols[i] = (symbols[i]! << 1) | columns.at(i, bit);
  }
  return { symbols, bitsPerSymbol: Math.max(1, kept.length), ranking: kept };
}

/** Single bits of samples, without a BigInt for each. */
class BitColumns {
  readonly width: number;
  private readonly words: Uint32Array | Uint16Array;
  private readonly wordsPerSample: number;

  constructor(private readonly samples: WideSamples) {
    this.width = samples.BYTES_PER_ELEMENT * 8;
    this.wordsPerSample = samples instanceof BigUint64Array ? 2 : 1;
    // Both supported systems are little-endian: the low word of 64 bits comes first.
    this.words =
      samples instanceof BigUint64Array
        ? new Uint32Array(samples.buffer, samples.byteOffset, samples.length * 2)
        : samples;
  }

  get length(): number {
    return this.samples.length;
  }

  at(i: number, bit: number): number {
    return (this.words[i * this.wordsPerSample + (bit >> 5)]! >>> (bit & 31)) & 1;
  }
}

/**
 * Step 2 of §6.4, with the contribution of a bit estimated as how hard it is to guess for someone who knows the
 * bits already chosen and the same bit one sample earlier: neither a copy of another bit nor one that merely
 * alternates ranks high. Bits that never vary are not ranked. Of equals, the lower bit comes first.
 */
function rank(columns: BitColumns, bits: number): number[] {
  const candidates: number[] = [];
  for (let bit = 0; bit < columns.width; bit++) if (varies(columns, bit)) candidates.push(bit);
  const ranking: number[] = [];
  /** Bits chosen so far, as a number, for each sample. */
  const chosen = new Uint8Array(columns.length);
  while (ranking.length < bits && candidates.length > 0) {
    let best = 0;
    let fewestHits = Number.POSITIVE_INFINITY;
    for (let c = 0; c < candidates.length; c++) {
      const hits = guessableCount(columns, candidates[c]!, chosen, ranking.length);
      if (hits < fewestHits) {
        fewestHits = hits;
        best = c;
      }
    }
    const bit = candidates.splice(best, 1)[0]!;
    ranking.push(bit);
    for (let i = 0; i < chosen.length; i++) chosen[i] = (chosen[i]! << 1) | columns.at(i, bit);
  }
  return ranking;
}

function varies(columns: BitColumns, bit: number): boolean {
  for (let i = 1; i < columns.length; i++) if (columns.at(i, bit) !== columns.at(0, bit)) return true;
  return false;
}

/** How often the likelier value of the bit occurs, summed over the contexts (chosen bits, previous bit). */
function guessableCount(columns: BitColumns, bit: number, chosen: Uint8Array, chosenBits: number): number {
  const counts = new Int32Array(4 << chosenBits);
  let previous = columns.at(0, bit);
  for (let i = 1; i < columns.length; i++) {
    const value = columns.at(i, bit);
    counts[(chosen[i]! << 2) | (previous << 1) | value]!++;
    previous = value;
  }
  let hits = 0;
  for (let i = 0; i < counts.length; i += 2) hits += Math.max(counts[i]!, counts[i + 1]!);
  return hits;
}

function checkRanking(ranking: readonly number[], width: number): readonly number[] {
  const valid = ranking.every((bit) => Number.isInteger(bit) && bit >= 0 && bit < width);
  if (!valid || new Set(ranking).size !== ranking.length || ranking.length === 0) {
    throw new RangeError(`a ranking holds different bit numbers from 0 to ${width - 1}`);
  }
  return ranking;
}
