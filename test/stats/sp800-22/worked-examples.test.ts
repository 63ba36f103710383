import { describe, expect, test } from "bun:test";
import { bitString } from "../../../src/stats/bits.ts";
import { BerlekampMassey } from "../../../src/stats/math/berlekamp-massey.ts";
import { bitWords } from "../../../src/stats/math/bit-words.ts";
import { erfc } from "../../../src/stats/math/special-functions.ts";
import { chiSquareUpper } from "../../../src/stats/math/tails.ts";
import type { HypothesisResult } from "../../../src/stats/result.ts";
import * as suite from "../../../src/stats/sp800-22/index.ts";
import vectors from "../../vectors/sp800-22-examples.json";
import { bitsOf } from "./bit-text.ts";
import { eBits } from "./constant-bits.ts";

/**
 * Every worked example of SP 800-22 §2.x. Where the printed value is wrong the right one is asserted, and that it is not
 * the printed one.
 */

const e = eBits(1_000_000);

function example(section: string, name: string) {
  const found = vectors.examples.find((x) => x.section === section && x.test === name);
  if (!found) throw new Error(`no example ${section}`);
  const firstOfE = /^first ([\d,]+) bits of e$/.exec(found.epsilon);
  const bits = firstOfE ? bitString(e, Number(firstOfE[1]!.replaceAll(",", ""))) : bitsOf(found.epsilon);
  // biome-ignore lint/suspicious/noExplicitAny: the shape differs from example to example
  return { bits, computed: found.computed as any, published: found.published as any };
}

function run(result: suite.Outcome): HypothesisResult {
  if (result.kind !== "hypothesis") throw new Error(result.reason);
  return result;
}

const small = { enforceMinimum: false };
const near = (p: number) => expect.closeTo(p, 10);
const printed = (p: number) => expect.closeTo(p, 6);

describe("worked examples that are right", () => {
  test.each(["2.1.4", "2.1.8"])("§%s frequency", (section) => {
    const { bits, computed, published } = example(section, "frequency");
    const result = run(suite.frequency(bits, small));
    expect(result).toMatchObject({ statistic: near(computed.s_obs), details: { sum: computed.S_n } });
    expect(result.pValues).toEqual([near(computed.p)]);
    expect(result.pValues).toEqual([printed(published.p)]);
  });

  test.each([
    ["2.2.4", 3],
    ["2.2.8", 10],
  ] as const)("§%s block frequency", (section, blockLength) => {
    const { bits, computed, published } = example(section, "block_frequency");
    const result = run(suite.blockFrequency(bits, { ...small, blockLength }));
    expect(result.statistic).toBeCloseTo(published.chi2, 9);
    expect(result.pValues).toEqual([near(computed.p)]);
    expect(result.pValues).toEqual([printed(published.p)]);
  });

  test.each(["2.3.4", "2.3.8"])("§%s runs", (section) => {
    const { bits, computed, published } = example(section, "runs");
    const result = run(suite.runs(bits, small));
    expect(result.statistic).toBe(published.V);
    expect(result.pValues).toEqual([near(computed.p)]);
    expect(result.pValues).toEqual([printed(published.p)]);
  });

  test("§2.4.8 longest run", () => {
    const { bits, computed, published } = example("2.4.8", "longest_run");
    const result = run(suite.longestRun(bits));
    expect(result).toMatchObject({ params: { blockLength: 8 }, details: { counts: computed.nu } });
    expect(result.statistic).toBeCloseTo(published.chi2, 6);
    expect(result.pValues).toEqual([near(computed.p)]);
    expect(result.pValues).toEqual([printed(published.p)]);
  });

  test("§2.5.4 rank of 3 × 3 matrices: the printed value uses the limit for large matrices", () => {
    const { bits, computed, published } = example("2.5.4", "rank");
    const result = run(suite.rank(bits, { ...small, rows: 3, columns: 3 }));
    expect(result.statistic).toBeCloseTo(published.chi2, 6);
    expect(result.pValues).toEqual([near(computed.p)]);
    const exact = run(suite.rank(bits, { ...small, rows: 3, columns: 3, constants: "exact" }));
    expect(chiSquareUpper(exact.statistic, 2)).toBeCloseTo(0.8209616256861869, 10);
  });

  test("§2.5.8 rank", () => {
    const { bits, computed, published } = example("2.5.8", "rank");
    const result = run(suite.rank(bits));
    expect(result.details).toEqual({ matrices: 97, counts: [published.F_full, published.F_full_minus1, 14] });
    expect(result.pValues).toEqual([near(computed.p)]);
    expect(result.pValues).toEqual([printed(published.p)]);
  });

  test("§2.7.4 non-overlapping template", () => {
    const { bits, computed, published } = example("2.7.4", "nonoverlapping");
    const result = run(suite.nonOverlappingTemplate(bits, { template: "001", blocks: 2 }));
    expect(result.details).toMatchObject({ mean: 1, variance: 0.46875, counts: [published.W] });
    expect(result.statistic).toBeCloseTo(published.chi2, 6);
    expect(result.pValues).toEqual([near(computed.p)]);
    expect(result.pValues).toEqual([printed(published.p)]);
  });

  test("§2.8.8 overlapping template", () => {
    const { bits, computed, published } = example("2.8.8", "overlapping");
    const result = run(suite.overlappingTemplate(bits));
    expect(result.details).toEqual({ blocks: 968, counts: published.nu });
    expect(result.pValues).toEqual([near(computed.with_formula_pi.p)]);
    expect(result.pValues).toEqual([printed(published.p)]);
    expect(result.exactPValues).toEqual([near(computed.with_exact_pi.p)]);
  });

  test("§2.9.4 universal: the printed value takes σ = √variance", () => {
    const { bits, computed, published } = example("2.9.4", "universal");
    const result = run(suite.universal(bits, { ...small, blockLength: 2, initialBlocks: 4 }));
    expect(result.statistic).toBeCloseTo(computed.fn, 10);
    const { expected, variance } = result.details as { expected: number; variance: number };
    const p = erfc(Math.abs(result.statistic - expected) / Math.sqrt(2 * variance));
    expect(p).toBeCloseTo(computed.p, 10);
    expect(p).toBeCloseTo(published.p, 6);
  });

  test("§2.10.4 Berlekamp–Massey", () => {
    const { bits, computed } = example("2.10.4", "berlekamp_massey");
    expect(new BerlekampMassey(13).linearComplexity(bitWords(bits), 0)).toBe(computed.L);
  });

  test("§2.10.8 linear complexity", () => {
    const { bits, computed, published } = example("2.10.8", "linear_complexity");
    const result = run(suite.linearComplexity(bits, { blockLength: 1000 }));
    expect(result.details).toMatchObject({ counts: published.nu });
    expect(result.statistic).toBeCloseTo(published.chi2, 6);
    expect(result.pValues).toEqual([near(computed.p)]);
    expect(result.pValues).toEqual([printed(published.p)]);
  });

  test.each([
    ["2.11.4", 3],
    ["2.11.8", 2],
  ] as const)("§%s serial", (section, patternLength) => {
    const { bits, computed, published } = example(section, "serial");
    const result = run(suite.serial(bits, { ...small, patternLength }));
    expect(result.details).toEqual({
      psiSquared: [near(computed.psi2_m), near(computed.psi2_m1), near(computed.psi2_m2)],
      delta: near(computed.del1),
      delta2: near(computed.del2),
    });
    expect(result.pValues).toEqual([near(computed.p1), near(computed.p2)]);
    expect(result.pValues).toEqual([printed(published.p1), printed(published.p2)]);
  });

  test.each([
    ["2.12.4", 3],
    ["2.12.8", 2],
  ] as const)("§%s approximate entropy", (section, patternLength) => {
    const { bits, computed, published } = example(section, "apen");
    const result = run(suite.approximateEntropy(bits, { ...small, patternLength }));
    expect(result.details).toEqual({
      approximateEntropy: near(computed.ApEn),
      phiM: near(computed.phi_m),
      phiM1: near(computed.phi_m1),
    });
    expect(result.statistic).toBeCloseTo(computed.chi2, 8);
    expect(result.pValues).toEqual([near(computed.p)]);
    expect(result.pValues).toEqual([printed(published.p)]);
  });

  test.each(["2.13.4", "2.13.8"])("§%s cumulative sums", (section) => {
    const { bits, computed, published } = example(section, "cusum");
    const result = run(suite.cumulativeSums(bits, small));
    expect(result.details).toMatchObject({ forward: computed.z_forward, backward: computed.z_reverse });
    expect(result.pValues).toEqual([near(computed.p_forward), near(computed.p_reverse)]);
    expect(result.pValues[0]).toEqual(printed(published.p ?? published.p_forward));
  });

  test("§2.14.4 random excursions: the printed value uses π rounded to four digits", () => {
    const { bits, computed, published } = example("2.14.4", "random_excursions");
    const result = run(suite.randomExcursions(bits, small));
    const state = result.labels!.indexOf("1");
    const details = result.details as { cycles: number; counts: number[][]; chiSquared: number[] };
    expect(details.cycles).toBe(published.J);
    expect(details.counts[state]).toEqual(computed.nu);
    expect(details.chiSquared[state]).toBeCloseTo(computed.chi2, 10);
    expect(result.pValues[state]).toBeCloseTo(computed.p, 10);
    expect(result.pValues[state]).toBeCloseTo(published.p, 4);
  });

  test("§2.14.8 random excursions", () => {
    const { bits, computed, published } = example("2.14.8", "random_excursions");
    const result = run(suite.randomExcursions(bits));
    const details = result.details as { cycles: number; counts: number[][] };
    expect(details.cycles).toBe(1490);
    for (const [i, label] of result.labels!.entries()) {
      expect(details.counts[i]).toEqual(computed.states[label].nu);
      expect(result.pValues[i]).toBeCloseTo(computed.states[label].p, 10);
      expect(result.pValues[i]).toBeCloseTo(published.states[label].p, 6);
    }
  });

  test("§2.15.4 random excursions variant", () => {
    const { bits, computed } = example("2.15.4", "random_excursions_variant");
    const result = run(suite.randomExcursionsVariant(bits, small));
    const state = result.labels!.indexOf("1");
    expect((result.details as { visits: number[] }).visits[state]).toBe(computed.visits);
    expect(result.pValues[state]).toBeCloseTo(computed.p, 10);
  });

  test("§2.15.8 random excursions variant", () => {
    const { bits, computed, published } = example("2.15.8", "random_excursions_variant");
    const result = run(suite.randomExcursionsVariant(bits));
    for (const [i, label] of result.labels!.entries()) {
      expect((result.details as { visits: number[] }).visits[i]).toBe(computed.states[label].visits);
      expect(result.pValues[i]).toBeCloseTo(computed.states[label].p, 10);
      expect(result.pValues[i]).toBeCloseTo(published.p[label], 6);
    }
  });
});

describe("worked examples that are wrong in the standard", () => {
  test.each(["2.6.4", "2.6.8"])("§%s discrete Fourier transform: N₁ is miscounted", (section) => {
    const { bits, computed, published } = example(section, "dft");
    const result = run(suite.dft(bits, small));
    expect(result.details).toMatchObject({ below: computed.N1, threshold: near(computed.T) });
    expect(result.pValues).toEqual([near(computed.p)]);
    expect(result.pValues).not.toEqual([expect.closeTo(published.p, 2)]);
  });

  test("§2.8.4 overlapping template: ν is miscounted and χ² not halved", () => {
    const { bits, computed, published } = example("2.8.4", "overlapping");
    const result = run(suite.overlappingTemplate(bits, { ...small, templateLength: 2, blockLength: 10 }));
    expect(result.details).toEqual({ blocks: 5, counts: computed.nu });
    expect(result.statistic).toBeCloseTo(computed.chi2, 10);
    expect(result.pValues).toEqual([near(computed.p)]);
    expect(result.pValues).not.toEqual([expect.closeTo(published.p, 2)]);
  });
});

test("every example of the vector file is asserted above", () => {
  expect(vectors.examples).toHaveLength(27);
  expect(vectors.examples.filter((x) => x.status === "MISMATCH").map((x) => x.section)).toEqual([
    "2.6.4",
    "2.6.8",
    "2.8.4",
  ]);
});
