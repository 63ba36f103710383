import type { BitString } from "../bits.ts";
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

export interface LongestRunOptions extends MinimumOption, ConstantsOption {
  /** M, bits in a block: 8, 128 or 10000; default by n, as in §2.4.2. */
  readonly blockLength?: number;
}

interface Table {
  readonly blockLength: number;
  /** Smallest n that takes this block length by default. */
  readonly from: number;
  /** The first class is of longest runs up to this. */
  readonly lowest: number;
  /** The probabilities NIST's program uses: exact for M = 8, ten digits for 128, four digits for 10000. */
  readonly nist: readonly number[];
}

const TABLES: readonly Table[] = [
  { blockLength: 8, from: 0, lowest: 1, nist: [0.21484375, 0.3671875, 0.23046875, 0.1875] },
  {
    blockLength: 128,
    from: 6272,
    lowest: 4,
    nist: [0.1174035788, 0.242955959, 0.249363483, 0.17517706, 0.102701071, 0.112398847],
  },
  {
    blockLength: 10000,
    from: 750_000,
    lowest: 10,
    nist: [0.0882, 0.2092, 0.2483, 0.1933, 0.1208, 0.0675, 0.0727],
  },
];

/**
 * SP 800-22 §2.4, test for the longest run of ones in a block. The longest runs of the N = ⌊n/M⌋ blocks are counted in
 * K + 1 classes; P = igamc(K/2, χ²/2). Asks for n ≥ 128.
 */
export function longestRun(bits: BitString, options: LongestRunOptions = {}): Outcome {
  const n = bits.length;
  const byLength = TABLES.findLast((table) => n >= table.from)!.blockLength;
  const blockLength = integerOption("blockLength", options.blockLength, byLength, 1);
  const table = TABLES.find((candidate) => candidate.blockLength === blockLength);
  if (!table) throw new RangeError(`blockLength must be 8, 128 or 10000, not ${blockLength}`);
  const constants = constantsOption(options.constants);
  const of = header("longest-run", "2.4", bits, { blockLength, constants });
  const least = (options.enforceMinimum ?? true) ? Math.max(128, blockLength) : blockLength;
  if (n < least) return notApplicable(of, `${n} bits are fewer than the ${least} needed`);

  const counts: number[] = table.nist.map(() => 0);
  const blockBytes = blockLength / 8;
  const blocks = Math.floor(n / blockLength);
  for (let block = 0; block < blocks; block++) {
    const longest = longestRunIn(bits.bytes, block * blockBytes, blockBytes);
    counts[Math.min(Math.max(longest - table.lowest, 0), counts.length - 1)]!++;
  }
  const freedom = counts.length - 1;
  const nist = chiSquared(counts, table.nist);
  const probabilities = longestRunProbabilities(blockLength, table.lowest, counts.length);
  const exact = chiSquared(counts, probabilities);
  const exactPValues = [pearsonUpper(counts, probabilities)];
  const statistic = constants === "exact" ? exact : nist;
  return {
    ...of,
    kind: "hypothesis",
    statistic,
    pValues: constants === "exact" ? exactPValues : [igamc(freedom / 2, nist / 2)],
    exactPValues,
    details: { blocks, counts },
  };
}

/** By byte, first bit most significant: ones at the front, ones at the end, the longest run. */
const LEADING = new Uint8Array(256);
const TRAILING = new Uint8Array(256);
const LONGEST = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  LEADING[byte] = Math.clz32(~(byte << 24));
  for (let b = byte; b & 1; b >>= 1) TRAILING[byte]!++;
  for (let b = byte; b !== 0; b &= b << 1) LONGEST[byte]!++;
}

function longestRunIn(bytes: Uint8Array, start: number, length: number): number {
  let longest = 0;
  let open = 0;
  for (let i = start; i < start + length; i++) {
    const byte = bytes[i]!;
    if (byte === 0xff) {
      open += 8;
      continue;
    }
    longest = Math.max(longest, open + LEADING[byte]!, LONGEST[byte]!);
    open = TRAILING[byte]!;
  }
  return Math.max(longest, open);
}

/**
 * Exact probabilities of the classes ≤ lowest, lowest + 1, …, ≥ lowest + classes − 1 for the longest run of ones among M
 * random bits. With q(j) the probability that j bits hold no run longer than r, q(j) = q(j−1) − q(j−r−2)/2^(r+2): the bit
 * string fails at j for the first time if it ends in r + 1 ones after a zero after a good string of j − r − 2.
 */
export function longestRunProbabilities(blockLength: number, lowest: number, classes: number): number[] {
  const atMost = (r: number): number => {
    const q = new Float64Array(blockLength + 1).fill(1, 0, Math.min(r, blockLength) + 1);
    if (r < blockLength) q[r + 1] = 1 - 2 ** -(r + 1);
    for (let j = r + 2; j <= blockLength; j++) q[j] = q[j - 1]! - q[j - r - 2]! / 2 ** (r + 2);
    return q[blockLength]!;
  };
  const cumulative = Array.from({ length: classes }, (_, i) => (i === classes - 1 ? 1 : atMost(lowest + i)));
  return cumulative.map((p, i) => p - (cumulative[i - 1] ?? 0));
}
