import type { BitString } from "../bits.ts";
import { BinaryMatrixRank, rankProbability } from "../math/binary-matrix-rank.ts";
import { bitWords } from "../math/bit-words.ts";
import { chiSquared } from "../math/chi-squared.ts";
import { pearsonUpper } from "../math/pearson.ts";
import { igamc } from "../math/special-functions.ts";
import {
  type ConstantsOption,
  constantsOption,
  header,
  integerOption,
  type MinimumOption,
  notApplicable,
  type Outcome,
} from "./outcome.ts";

export interface RankOptions extends MinimumOption, ConstantsOption {
  /** M, rows of a matrix; default 32. A linear generator fails with matrices larger than its state in bits. */
  readonly rows?: number;
  /** Q, bits in a row; default 32. */
  readonly columns?: number;
}

/** §2.5.4 (5) as printed: probabilities of full rank, one less, and the rest, for large matrices. */
const PRINTED = [0.2888, 0.5776, 0.1336];

/**
 * SP 800-22 §2.5, binary matrix rank test: are the bits, cut into rows of matrices, linearly dependent too often?
 * The ranks of N = ⌊n/(M·Q)⌋ matrices fall in three classes, P = igamc(1, χ²/2) = e^(−χ²/2). Asks for n ≥ 38·M·Q.
 *
 * For 32 × 32 NIST's program computes the probabilities from the formula of §3.5. For other sizes the standard has only
 * the printed ones. `exactPValues` have those of the formula, and the law of so many matrices.
 */
export function rank(bits: BitString, options: RankOptions = {}): Outcome {
  const rows = integerOption("rows", options.rows, 32, 1, 1 << 15);
  const columns = integerOption("columns", options.columns, 32, 1, 1 << 15);
  const constants = constantsOption(options.constants);
  const of = header("rank", "2.5", bits, { rows, columns, constants });
  const n = bits.length;
  const size = rows * columns;
  const least = (options.enforceMinimum ?? true) ? 38 * size : size;
  if (n < least) return notApplicable(of, `${n} bits are fewer than the ${least} needed`);

  const words = bitWords(bits);
  const matrix = new BinaryMatrixRank(rows, columns);
  const matrices = Math.floor(n / size);
  const full = Math.min(rows, columns);
  const counts = [0, 0, 0];
  for (let i = 0; i < matrices; i++) counts[Math.min(2, full - matrix.rank(words, i * size))]!++;

  const atFull = rankProbability(full, rows, columns);
  const oneLess = rankProbability(full - 1, rows, columns);
  const probabilities = [atFull, oneLess, 1 - atFull - oneLess];
  const exactPValues = [pearsonUpper(counts, probabilities)];
  const isExact = constants === "exact";
  const statistic = chiSquared(counts, isExact || size === 1024 ? probabilities : PRINTED);
  const pValues = isExact ? exactPValues : [igamc(1, statistic / 2)];
  const details = { matrices, counts };
  return { ...of, kind: "hypothesis", statistic, pValues, exactPValues, details };
}
