/**
 * Restart tests, SP 800-90B §3.1.4, of the same number of samples from each of many starts, one start a row. If the
 * beginnings resemble each other, an estimate from one long run is too high.
 */

import { compact, countChecked } from "./alphabet.ts";
import { lowest, runEstimators } from "./assess.ts";
import type { Sequence } from "./estimate.ts";
import type { Loops } from "./loops.ts";
import { maxCountQuantile } from "./max-count.ts";
import { mostCommonValue } from "./most-common-value.ts";
import { transpose } from "./transpose.ts";

export interface RestartResult {
  readonly rows: number;
  readonly cols: number;
  readonly bitsPerSymbol: number;
  /** Different symbols in the matrix: k. */
  readonly alphabetSize: number;
  readonly hInitial: number;
  readonly sanity: {
    /** Significance level of one row or column: 1 − 0.99^(1/(rows + cols)). */
    readonly alpha: number;
    /** Occurrences of the most frequent symbol of any row, and the most that pass. */
    readonly rowMax: number;
    readonly rowCutoff: number;
    readonly colMax: number;
    readonly colCutoff: number;
    readonly passed: boolean;
  };
  /** Estimate on the rows, one after the other; null where the sanity check failed or there is nothing to estimate. */
  readonly hRow: number | null;
  readonly hCol: number | null;
  /** min(hRow, hCol, hInitial); 0 if a test failed. */
  readonly minEntropy: number;
  readonly passed: boolean;
  /** Why the data did not pass. */
  readonly reason?: string;
}

/** §3.1.2: data that nothing says are not IID are estimated by their most common value alone. */
export type TrackName = "non-iid" | "iid";

export interface RestartOptions {
  /** By which rows and columns are estimated; the tests of §5 are the caller's. Default: `non-iid`. */
  readonly track?: TrackName | undefined;
  /** Default: the plain ones. */
  readonly loops?: Loops;
}

/** Most rows or columns. The standard asks for 1000; the exact cutoff takes time quadratic in their number. */
const MOST = 10_000;

/**
 * @param matrix row by row, one symbol a byte
 * @param hInitial H_I, the initial entropy estimate in bits per symbol
 * @throws RangeError if the sizes do not fit together or hInitial is not in 0 … bitsPerSymbol
 */
export function restartTest(
  matrix: Uint8Array,
  rows: number,
  cols: number,
  bitsPerSymbol: number,
  hInitial: number,
  { track = "non-iid", loops }: RestartOptions = {},
): RestartResult {
  const counts = countChecked(matrix, bitsPerSymbol, loops?.countSymbols);
  if (
    !Number.isInteger(rows) ||
    !Number.isInteger(cols) ||
    rows < 2 ||
    cols < 2 ||
    rows > MOST ||
    cols > MOST
  ) {
    throw new RangeError(`rows and columns must be 2 to ${MOST}, not ${rows} and ${cols}`);
  }
  if (matrix.length !== rows * cols) {
    throw new RangeError(`${rows} rows of ${cols} symbols are not ${matrix.length} symbols`);
  }
  if (!(hInitial >= 0 && hInitial <= bitsPerSymbol)) {
    throw new RangeError(`the initial estimate must be 0 to ${bitsPerSymbol} bits, not ${hInitial}`);
  }

  const byRow = compact(matrix, counts);
  const { alphabetSize } = byRow;
  const byCol = { symbols: transpose(byRow.symbols, rows, cols), alphabetSize };

  // §3.1.4.3.
  const alpha = -Math.expm1(Math.log(0.99) / (rows + cols));
  const rowCutoff = cutoff(cols, alphabetSize, hInitial, alpha);
  const colCutoff = rows === cols ? rowCutoff : cutoff(rows, alphabetSize, hInitial, alpha);
  const rowMax = highestCount(byRow.symbols, cols, alphabetSize);
  const colMax = highestCount(byCol.symbols, rows, alphabetSize);
  const sane = rowMax <= rowCutoff && colMax <= colCutoff;
  const sanity = { alpha, rowMax, rowCutoff, colMax, colCutoff, passed: sane };
  const common = { rows, cols, bitsPerSymbol, alphabetSize, hInitial, sanity };
  const failure = { ...common, hRow: null, hCol: null, minEntropy: 0, passed: false };
  if (alphabetSize < 2) return { ...failure, reason: "all symbols are equal: no entropy" };
  if (!sane) return { ...failure, reason: "a symbol is too frequent in a row or column" };

  // §3.1.4.2.
  const estimate = (sequence: Sequence) =>
    lowest(
      track === "iid"
        ? { mcv: mostCommonValue(sequence, loops?.countSymbols) }
        : runEstimators(sequence, loops),
      bitsPerSymbol,
    );
  const hRow = estimate(byRow);
  const hCol = estimate(byCol);
  if (Math.min(hRow, hCol) < hInitial / 2) {
    const reason = "rows or columns hold less than half the initial estimate";
    return { ...failure, hRow, hCol, reason };
  }
  return { ...common, hRow, hCol, minEntropy: Math.min(hRow, hCol, hInitial), passed: true };
}

/**
 * Computes the highest count of one symbol among n that passes: the smallest that as many draws from the worst case with min-entropy
 * H exceed with a chance of at most `alpha`. The worst case is that of NIST's program: as many symbols as fit have probability 2^−H,
 * and one more has all the rest. Where H is more than so many symbols can hold, which NIST's program refuses, all are equally likely.
 *
 * The program takes the quantile from 5,000,000 simulated rounds, 25 of which are expected beyond it with 1,000 × 1,000 symbols; so
 * its cutoff varies by one or two from run to run. The one here is the value that its simulations scatter about.
 */
export function cutoff(n: number, alphabetSize: number, hInitial: number, alpha: number): number {
  const p = 2 ** -hInitial;
  if (p * alphabetSize <= 1) {
    return maxCountQuantile(n, [{ symbols: alphabetSize, probability: 1 / alphabetSize }], 1 - alpha);
  }
  const likely = Math.floor(1 / p);
  const rest = 1 - likely * p;
  const classes = [{ symbols: likely, probability: p }];
  if (rest > 0) classes.push({ symbols: 1, probability: rest });
  return maxCountQuantile(n, classes, 1 - alpha);
}

function highestCount(symbols: Uint8Array, groupLength: number, alphabetSize: number): number {
  let highest = 0;
  const counts = new Int32Array(alphabetSize);
  for (let start = 0; start < symbols.length; start += groupLength) {
    counts.fill(0);
    for (let i = start; i < start + groupLength; i++) {
      const count = ++counts[symbols[i]!]!;
      if (count > highest) highest = count;
    }
  }
  return highest;
}
