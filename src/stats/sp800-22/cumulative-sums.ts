import type { BitString } from "../bits.ts";
import { normalCdf } from "../math/special-functions.ts";
import { WALK_END, WALK_HIGHEST, WALK_LOWEST } from "../math/walk-tables.ts";
import { header, type MinimumOption, notApplicable, type Outcome } from "./outcome.ts";

/**
 * SP 800-22 §2.13, cumulative sums test: how far does the random walk of the bits (one up for 1, one down for 0) get
 * from where it started, read forward and read backward? Asks for n ≥ 100.
 */
export function cumulativeSums(bits: BitString, options: MinimumOption = {}): Outcome {
  const of = header("cumulative-sums", "2.13", bits);
  const n = bits.length;
  const least = (options.enforceMinimum ?? true) ? 100 : 1;
  if (n < least) return notApplicable(of, `${n} bits are fewer than the ${least} needed`);
  const { end, lowest, highest } = walk(bits);
  const forward = Math.max(highest, -lowest);
  // Read backward the walk is at S(n) − S(k) when k bits are left.
  const backward = Math.max(end - lowest, highest - end);
  return {
    ...of,
    kind: "hypothesis",
    statistic: Math.max(forward, backward),
    pValues: [excursionProbability(forward, n), excursionProbability(backward, n)],
    labels: ["forward", "backward"],
    details: { forward, backward, lowest, highest, end },
  };
}

/** Follows the walk to its end. The start at 0 counts among its places. */
function walk({ bytes, length }: BitString): { end: number; lowest: number; highest: number } {
  let at = 0;
  let lowest = 0;
  let highest = 0;
  const full = length >>> 3;
  for (let i = 0; i < full; i++) {
    const byte = bytes[i]!;
    lowest = Math.min(lowest, at + WALK_LOWEST[byte]!);
    highest = Math.max(highest, at + WALK_HIGHEST[byte]!);
    at += WALK_END[byte]!;
  }
  for (let i = full * 8; i < length; i++) {
    at += 2 * ((bytes[full]! >> (7 - (i & 7))) & 1) - 1;
    lowest = Math.min(lowest, at);
    highest = Math.max(highest, at);
  }
  return { end: at, lowest, highest };
}

/**
 * The probability that the walk reaches z, §2.13.4 (4). The limits of the sums are those of NIST's program, whose
 * divisions truncate toward zero. Terms more than ten standard deviations out, below 1e-22, are left out.
 */
function excursionProbability(z: number, n: number): number {
  const root = Math.sqrt(n);
  const reach = Math.ceil((2.5 * root) / z) + 1;
  const ratio = Math.trunc(n / z);
  const last = Math.min(reach, Math.trunc((ratio - 1) / 4));
  let p = 1;
  for (let k = Math.max(-reach, Math.trunc((1 - ratio) / 4)); k <= last; k++) {
    p -= normalCdf(((4 * k + 1) * z) / root) - normalCdf(((4 * k - 1) * z) / root);
  }
  for (let k = Math.max(-reach, Math.trunc((-3 - ratio) / 4)); k <= last; k++) {
    p += normalCdf(((4 * k + 3) * z) / root) - normalCdf(((4 * k + 1) * z) / root);
  }
  return Math.min(1, Math.max(0, p));
}
