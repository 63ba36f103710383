import { describe, expect, test } from "bun:test";
import { chiSquared } from "../../../src/stats/math/chi-squared.ts";
import { exactPearsonUpper } from "../../../src/stats/math/multinomial-law.ts";
import { saddlepointPearsonUpper } from "../../../src/stats/math/multinomial-saddlepoint.ts";
import { pearsonUpper } from "../../../src/stats/math/pearson.ts";
import { poissonPmf } from "../../../src/stats/math/poisson.ts";
import { chiSquareUpper } from "../../../src/stats/math/tails.ts";
import { visitsTwoSided } from "../../../src/stats/math/visit-law.ts";

/** All ways to put `total` draws into cells, with their probabilities. */
function* outcomes(
  total: number,
  probabilities: readonly number[],
): Generator<{ counts: number[]; chance: number }> {
  const factorials = Array.from({ length: total + 1 }, () => 1);
  for (let i = 1; i <= total; i++) factorials[i] = factorials[i - 1]! * i;
  const ofCounts = (counts: readonly number[]) =>
    counts.reduce((p, count, i) => (p * probabilities[i]! ** count) / factorials[count]!, factorials[total]!);
  function* split(left: number, cells: number): Generator<number[]> {
    if (cells === 1) yield [left];
    else
      for (let count = 0; count <= left; count++)
        for (const rest of split(left - count, cells - 1)) yield [count, ...rest];
  }
  for (const counts of split(total, probabilities.length)) yield { counts, chance: ofCounts(counts) };
}

const LAWS: readonly (readonly [total: number, probabilities: readonly number[]])[] = [
  [14, [1 / 2, 1 / 4, 1 / 8, 1 / 8]],
  [9, [0.01, 0.04, 0.2, 0.25, 0.5]],
  [30, [0.2888, 0.5776, 0.1336]],
  [40, [0.03, 0.97]],
];

describe("few cells", () => {
  test.each(LAWS)("%d draws, %p: as enumerated, but for the rounding of terms", (total, probabilities) => {
    const all = [...outcomes(total, probabilities)].map(({ counts, chance }) => ({
      x: chiSquared(counts, probabilities),
      p: exactPearsonUpper(counts, probabilities, 50),
      chance,
    }));
    const upper = (from: number) => all.reduce((sum, { x, chance }) => (x >= from ? sum + chance : sum), 0);
    const rounding = probabilities.length / 16;
    // Larger ones are counted together.
    for (const { x, p } of all.filter(({ x }) => x < 128 - rounding).slice(0, 400)) {
      expect(p).toBeGreaterThanOrEqual(upper(x + rounding) * (1 - 1e-12));
      expect(p).toBeLessThanOrEqual(upper(x - rounding) * (1 + 1e-9) + 1e-15);
    }
    // What a p-value is: at most α of good data are at or below α, whatever α is.
    for (const level of new Set(all.map(({ p }) => p))) {
      const share = all.reduce((sum, { p, chance }) => (p <= level ? sum + chance : sum), 0);
      expect(share).toBeLessThanOrEqual(level * (1 + 1e-9) + 1e-15);
    }
  });

  test("cells that expect enough are compared with the χ² law: a seam in neither p-value nor order", () => {
    const probabilities = [1 / 96, 1 / 32, 1 / 8, 1 / 2, 1 / 4, 1 / 16, 1 / 48];
    const counts = (total: number) => {
      const others = probabilities
        .slice(0, 6)
        .map((p, i) => Math.round(total * p + (i % 2 === 0 ? 1.5 : -1.5) * Math.sqrt(total * p)));
      return [...others, total - others.reduce((a, b) => a + b)];
    };
    for (const total of [200, 800, 1_600, 3_200, 4_799]) {
      const at = counts(total);
      const x = chiSquared(at, probabilities);
      expect(Math.log10(pearsonUpper(at, probabilities) / chiSquareUpper(x, 6))).toBeWithin(-0.5, 1);
    }
    const [below, above] = [4_799, 4_800].map((total) => pearsonUpper(counts(total), probabilities));
    expect(below! / above!).toBeWithin(0.9, 1.1);
  });

  test("whatever is observed, it is a number from 0 to 1, and small where everything is in one cell", () => {
    const probabilities = [0.7, 0.1, 0.1, 0.05, 0.05];
    for (let cell = 0; cell < 5; cell++) {
      const observed = probabilities.map((_, i) => (i === cell ? 400 : 0));
      const p = pearsonUpper(observed, probabilities);
      expect(p).toBeGreaterThanOrEqual(0);
      expect(p).toBeLessThan(1e-18);
    }
  });
});

describe("many cells", () => {
  /** P(Σ counts² ≥ s) for equal cells, by convolution: the sum is a whole number, and χ² goes with it. */
  function tailOfSquares(total: number, cells: number): (s: number) => number {
    const width = 3_000; // beyond it, and beyond 40 in a cell, stands less than 1e-12
    let joint = new Map([[0, new Float64Array(width).fill(1, 0, 1)]]);
    const chances = Array.from({ length: 41 }, (_, count) => poissonPmf(count, total / cells));
    for (let cell = 0; cell < cells; cell++) {
      const next = new Map<number, Float64Array<ArrayBuffer>>();
      for (const [draws, row] of joint)
        for (let count = 0; count <= 40 && draws + count <= total; count++) {
          const into = next.get(draws + count) ?? new Float64Array(width);
          next.set(draws + count, into);
          for (let s = 0; s + count * count < width; s++)
            into[s + count * count]! += row[s]! * chances[count]!;
        }
      joint = next;
    }
    const law = joint.get(total)!;
    return (s) =>
      law.reduceRight((sum, chance, at) => (at >= s ? sum + chance : sum), 0) / poissonPmf(total, total);
  }

  test("as convolved, down to 1e-7: from seven tenths to two and a half times", () => {
    const [total, cells] = [216, 24];
    const tail = tailOfSquares(total, cells);
    let looked = 0;
    for (let s = 1_944; s < 2_900; s += 4) {
      const exact = tail(s);
      if (exact < 1e-7 || exact > 0.3) continue;
      looked++;
      // Between its atoms, two apart, the sum has no value: compared half-way.
      const x = ((s - 1) * cells) / total - total;
      const p = Math.max(
        saddlepointPearsonUpper(x, total, [{ cells, probability: 1 / cells }]),
        chiSquareUpper(x, cells - 1),
      );
      expect(p / exact).toBeWithin(0.7, 2.5);
    }
    expect(looked).toBeGreaterThan(30);
  });

  test("falls all the way, also where everything is in one cell", () => {
    const uniform = new Array<number>(256).fill(1 / 256);
    let before = 1;
    for (const share of [0, 2, 4, 8, 16, 32, 64, 400, 1280]) {
      const observed = uniform.map((_, i) => (i === 0 ? 5 + (share * 255) / 256 : 5 - share / 256));
      const p = pearsonUpper(share === 1280 ? observed.map((_, i) => (i ? 0 : 1280)) : observed, uniform);
      expect(p).toBeLessThanOrEqual(before);
      if (share < 4) expect(p).toBeGreaterThan(0.99);
      before = p;
    }
    expect(before).toBeLessThan(1e-18);
  });
});

describe("visits of a walk", () => {
  test.each([1, 2, -3])("to %d, in few cycles: as convolved", (x) => {
    const [cycles, most] = [5, 400];
    const last = 1 / (2 * Math.abs(x));
    const one = Array.from({ length: most }, (_, v) =>
      v === 0 ? 1 - last : last * last * (1 - last) ** (v - 1),
    );
    let law = [1];
    for (let cycle = 0; cycle < cycles; cycle++) {
      const next = new Array<number>(most).fill(0);
      law.forEach((p, a) => {
        for (let b = 0; a + b < most; b++) next[a + b]! += p * one[b]!;
      });
      law = next;
    }
    const sum = (from: number, to: number) => law.slice(from, to).reduce((a, b) => a + b, 0);
    for (let visits = 0; visits < 60; visits++) {
      const exact = Math.min(1, 2 * Math.min(sum(visits, most), sum(0, visits + 1)));
      expect(visitsTwoSided(x, visits, cycles)).toBeCloseTo(exact, 10);
    }
  });

  test("many cycles: three cumulants serve where the sum is too long", () => {
    for (const z of [-4, -2, 0.5, 3, 4.5]) {
      const visits = (cycles: number) => Math.round(cycles + z * Math.sqrt(34 * cycles));
      const [summed, fitted] = [20_000, 20_001].map((cycles) => visitsTwoSided(9, visits(cycles), cycles));
      expect(fitted! / summed!).toBeWithin(0.97, 1.03);
    }
  });
});
