/** Dependence of the classes of successive Hamming weights: sums of products over windows of eight, and their null laws. */
import { poissonPmf } from "../math/poisson.ts";
import { chiSquareUpper, normalTwoSided } from "../math/tails.ts";

const WIDTH = 8;
/** Windows begin at every fourth word. */
const STEP = 4;
const MOST_WORDS = 4;

/**
 * Words from which the sums are near enough to normal: a product of four functions is at most 7, its third moment at most 1 and its fourth at most 16,
 * which changes a tail at 7.5 standard deviations by a factor below MARGIN.
 */
const LEAST_WORDS = 2 ** 14;
const MARGIN = 2;
/**
 * Words from which sums of squares are near enough to χ² laws: d squares of n words each are correlated by some 16/n, so their
 * sum has 8·d/n more variance than 2d, relatively: at most 1 %.
 */
const WORDS_PER_SQUARE = 800;

/** Half of the width of the middle class, about a third of all weights of `bits` bits: 0.43 standard deviations. */
export function middling(bits: number): number {
  return Math.floor(0.215 * Math.sqrt(bits) + 0.25);
}

/** Chance of a weight in the middle class. */
export function middlingChance(bits: number): number {
  const half = bits / 2;
  // Poisson counts of ones and zeros, given that they are `bits` together, are binomial.
  let term = poissonPmf(half, half) ** 2 / poissonPmf(bits, bits);
  let sum = term;
  for (let away = 1; away <= middling(bits); away++) {
    term *= (half - away + 1) / (half + away);
    sum += 2 * term;
  }
  return sum;
}

export interface PatternResult {
  /** In words of the window: functions that are odd or even in the classes. */
  readonly pattern: string;
  readonly n: number;
  readonly statistic: number;
  readonly p: number;
}

interface Pattern {
  /** Index of the sum in the transformed table, for each word of the window that it can begin at. */
  readonly cells: readonly number[];
  readonly name: string;
}

/** All patterns of one to four words, by their number of words. */
const PATTERNS: readonly (readonly Pattern[])[] = Array.from({ length: MOST_WORDS }, (_, at) =>
  patternsOf(at + 1),
);

function patternsOf(words: number): Pattern[] {
  const patterns: Pattern[] = [];
  for (let cell = 1; cell < 3 ** WIDTH; cell++) {
    const digits = Array.from({ length: WIDTH }, (_, place) => Math.floor(cell / 3 ** place) % 3);
    const places = digits.flatMap((digit, place) => (digit === 0 ? [] : [place]));
    if (places[0] !== 0 || places.length !== words) continue;
    const starts = Math.min(STEP, WIDTH - places.at(-1)!);
    patterns.push({
      cells: Array.from({ length: starts }, (_, start) => cell * 3 ** start),
      name: places.map((place) => `${digits[place] === 1 ? "odd" : "even"} in word ${place}`).join(", "),
    });
  }
  return patterns;
}

/**
 * Judges windows of classes by each pattern, and by the sums of squares over all patterns of so many words; not at all if they are too few.
 * @param counts by window in base three, the latest class being the highest digit; overwritten
 * @param middle chance of class 1; the others have equal ones
 */
export function judgePatterns(counts: Float64Array, middle: number): PatternResult[] {
  const windows = counts.reduce((sum, count) => sum + count, 0);
  const words = windows * STEP;
  if (words < LEAST_WORDS) return [];
  productSums(counts, middle);
  const results: PatternResult[] = [];
  for (const [at, patterns] of PATTERNS.entries()) {
    let squares = 0;
    let [most, farthest] = [0, patterns[0]!];
    for (const pattern of patterns) {
      let sum = 0;
      for (const cell of pattern.cells) sum += counts[cell]!;
      const z = sum / Math.sqrt(windows * pattern.cells.length);
      squares += z * z;
      if (Math.abs(z) > Math.abs(most)) [most, farthest] = [z, pattern];
    }
    const n = windows * farthest.cells.length;
    const p = Math.min(1, MARGIN * patterns.length * normalTwoSided(most));
    results.push({ pattern: farthest.name, n, statistic: most, p });
    if (words < WORDS_PER_SQUARE * patterns.length) continue;
    const together = Math.min(1, MARGIN * chiSquareUpper(squares, patterns.length));
    results.push({ pattern: `all patterns of ${at + 1}`, n: words, statistic: squares, p: together });
  }
  return results;
}

/** Replaces counts by sums of products: digit 0 of an index stands for 1, digit 1 for the odd function and digit 2 for the even one. */
export function productSums(counts: Float64Array, middle: number): void {
  const odd = 1 / Math.sqrt(1 - middle);
  const outer = Math.sqrt(middle / (1 - middle));
  const inner = 1 / outer;
  for (let stride = 1; stride < counts.length; stride *= 3) {
    for (let block = 0; block < counts.length; block += 3 * stride) {
      for (let at = block; at < block + stride; at++) {
        const low = counts[at]!;
        const mid = counts[at + stride]!;
        const high = counts[at + 2 * stride]!;
        counts[at] = low + mid + high;
        counts[at + stride] = odd * (high - low);
        counts[at + 2 * stride] = outer * (low + high) - inner * mid;
      }
    }
  }
}
