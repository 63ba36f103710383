import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { chiSquareUpper } from "../../../src/stats/math/tails.ts";
import type { HypothesisResult } from "../../../src/stats/result.ts";
import { type Outcome, sp80022 } from "../../../src/stats/sp800-22/index.ts";
import vectors from "../../vectors/sp800-22.json";
import { eBits, piBits, sqrt2Bits } from "./constant-bits.ts";

/** The sequences of Appendix B: 188 p-values each, to nine digits of exact arithmetic. */

const N = 1_000_000;
const EXPANSIONS = { pi: piBits, e: eBits, sqrt2: sqrt2Bits };

/** p-values by the vector file's names. */
function byVectorName(
  results: readonly Outcome[],
  exact: readonly Outcome[],
): Record<string, number | Record<string, number>> {
  const of = (id: string): HypothesisResult => {
    const result = results.find((candidate) => candidate.test === id);
    if (result?.kind !== "hypothesis") throw new Error(`${id} did not run`);
    return result;
  };
  /** Exact constants with the law that the vectors have: for small counts the tests have a better one. */
  const byChiSquared = (id: string): number => {
    const result = exact.find((candidate) => candidate.test === id);
    if (result?.kind !== "hypothesis") throw new Error(`${id} did not run`);
    return chiSquareUpper(result.statistic, (result.details!["counts"] as readonly number[]).length - 1);
  };
  const labelled = (id: string) => Object.fromEntries(of(id).labels!.map((l, i) => [l, of(id).pValues[i]!]));
  return {
    frequency: of("frequency").pValues[0]!,
    block_frequency: of("block-frequency").pValues[0]!,
    cusum_forward: of("cumulative-sums").pValues[0]!,
    cusum_reverse: of("cumulative-sums").pValues[1]!,
    runs: of("runs").pValues[0]!,
    longest_run: of("longest-run").pValues[0]!,
    longest_run_exact_pi: byChiSquared("longest-run"),
    rank: of("rank").pValues[0]!,
    dft: of("dft").pValues[0]!,
    nonoverlapping: labelled("non-overlapping-template"),
    overlapping: of("overlapping-template").pValues[0]!,
    overlapping_exact_pi: byChiSquared("overlapping-template"),
    universal: of("universal").pValues[0]!,
    apen: of("approximate-entropy").pValues[0]!,
    random_excursions: labelled("random-excursions"),
    random_excursions_variant: labelled("random-excursions-variant"),
    serial_p1: of("serial").pValues[0]!,
    serial_p2: of("serial").pValues[1]!,
    linear_complexity: of("linear-complexity").pValues[0]!,
    linear_complexity_exact_pi: byChiSquared("linear-complexity"),
  };
}

function largestDifference(
  found: ReturnType<typeof byVectorName>,
  wanted: Record<string, unknown>,
): [number, number] {
  let count = 0;
  let worst = 0;
  for (const [name, value] of Object.entries(wanted)) {
    const pairs =
      typeof value === "object"
        ? Object.entries(value as Record<string, number>).map(
            ([label, p]) => [p, (found[name] as Record<string, number>)[label]!] as const,
          )
        : [[value as number, found[name] as number] as const];
    for (const [p, ours] of pairs) {
      count++;
      worst = Math.max(worst, Number.isFinite(ours) ? Math.abs(ours - p) : Number.POSITIVE_INFINITY);
    }
  }
  return [count, worst];
}

describe.each(["pi", "e", "sqrt2"] as const)("the first million bits of %s", (name) => {
  const vector = vectors.sequences[name];
  const bytes = EXPANSIONS[name](N);
  const results = sp80022({ bytes, length: N });
  const found = byVectorName(results, sp80022({ bytes, length: N }, { constants: "exact" }));

  test("are the bits of the standard", () => {
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(vector.sha256);
  });

  test("give 15 tests and 188 p-values", () => {
    expect(results).toHaveLength(15);
    expect(results.flatMap((r) => (r.kind === "hypothesis" ? r.pValues : []))).toHaveLength(188);
  });

  test("give every p-value of exact arithmetic within 1e-9", () => {
    // The vectors also hold parameters other than the defaults.
    const { block_frequency_M16384, universal_K128000, ...wanted } = vector.p;
    const [count, worst] = largestDifference(found, wanted);
    expect(count).toBe(188 + 3);
    expect(worst).toBeLessThan(1e-9);
    const [block] = sp80022(
      { bytes, length: N },
      { tests: ["block-frequency"], parameters: { "block-frequency": { blockLength: 16384 } } },
    ) as HypothesisResult[];
    expect(Math.abs(block!.pValues[0]! - block_frequency_M16384)).toBeLessThan(1e-9);
    const firstBlocks = { bytes, length: 7 * (1280 + 128_000) };
    const [maurer] = sp80022(firstBlocks, { tests: ["universal"] }) as HypothesisResult[];
    expect(Math.abs(maurer!.pValues[0]! - universal_K128000)).toBeLessThan(1e-9);
  });

  test("give those of NIST's program within 1e-8, and its published six digits", () => {
    expect(largestDifference(found, vector.pSts212)[1]).toBeLessThan(1e-8);
    const { nonoverlapping_000000001, random_excursions_p1, random_excursions_variant_m1, ...published } =
      vector.published;
    const nested = {
      ...published,
      nonoverlapping: { "000000001": nonoverlapping_000000001 },
      random_excursions: { 1: random_excursions_p1 },
      random_excursions_variant: { "-1": random_excursions_variant_m1 },
    };
    expect(largestDifference(found, nested)[1]).toBeLessThan(1e-6);
  });

  test("give the intermediate statistics", () => {
    const details = (id: string): Readonly<Record<string, unknown>> => {
      const result = results.find((r) => r.test === id);
      return result?.kind === "hypothesis" ? result.details! : {};
    };
    const s = vector.statistics;
    expect(details("frequency")["sum"]).toBe(s.frequency.S_n);
    expect(details("cumulative-sums")).toMatchObject({
      forward: s.cusum.z_forward,
      backward: s.cusum.z_reverse,
    });
    expect(results.find((r) => r.test === "runs")).toMatchObject({ statistic: s.runs.V });
    expect(details("longest-run")["counts"]).toEqual(s.longest_run_sts212_constants.nu);
    expect(details("rank")["counts"]).toEqual([s.rank.F_full, s.rank.F_full_minus1, s.rank.F_rest]);
    expect(details("dft")["below"]).toBe(s.dft.N1);
    expect(details("overlapping-template")["counts"]).toEqual(s.overlapping_sts212_formula.nu);
    expect(details("universal")["sum"]).toBeCloseTo(s.universal_all_blocks.sum, 6);
    expect(details("approximate-entropy")["approximateEntropy"]).toBeCloseTo(s.apen.ApEn, 13);
    expect(details("approximate-entropy")["phiM"]).toBeCloseTo(s.apen.phi_m, 13);
    expect(details("random-excursions")["cycles"]).toBe(vector.cycles);
    expect(details("serial")["psiSquared"]).toEqual([
      expect.closeTo(s.serial.psi2_m, 6),
      expect.closeTo(s.serial.psi2_m1, 6),
      expect.closeTo(s.serial.psi2_m2, 6),
    ]);
    expect(details("linear-complexity")["counts"]).toEqual(s.linear_complexity_sts_constants.nu);
  });

  test("with exact constants give the exact p-values as p-values", () => {
    for (const result of sp80022({ bytes, length: N }, { constants: "exact" })) {
      const standard = results.find((r) => r.test === result.test);
      if (result.kind !== "hypothesis" || standard?.kind !== "hypothesis")
        throw new Error(`${result.test} did not run`);
      expect(result.pValues).toEqual(standard.exactPValues ?? standard.pValues);
    }
  });
});
