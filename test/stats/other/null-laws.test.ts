import { describe, expect, test } from "bun:test";
import { gaussLegendre } from "../../../src/stats/math/gauss-legendre.ts";
import { bridgeInside, exactInside, kolmogorovDiscreteUpper } from "../../../src/stats/math/kolmogorov.ts";
import { multinomialMaximumUpper } from "../../../src/stats/math/multinomial-maximum.ts";
import { poissonPmf } from "../../../src/stats/math/poisson.ts";
import { digamma, tetragamma, trigamma } from "../../../src/stats/math/polygamma.ts";
import {
  binomialTwoSided,
  binomialUpper,
  chiSquareLower,
  chiSquareTwoSided,
  chiSquareUpper,
  igam,
  normalTwoSided,
  normalUpper,
  pearson3TwoSided,
  poissonTwoSided,
} from "../../../src/stats/math/tails.ts";
import { weightedChiSquareUpper } from "../../../src/stats/math/weighted-chi-square.ts";
import { momentsOfG } from "../../../src/stats/other/shannon-entropy.ts";

/** Reference values without another origin are from 30-digit arithmetic (mpmath). */

function expectRelative(found: number, wanted: number, tolerance: number): void {
  expect(Math.abs(found / wanted - 1)).toBeLessThan(tolerance);
}

test("ψ, ψ′ and ψ″", () => {
  for (const [x, psi0, psi1, psi2] of [
    [0.5, -1.9635100260214235, 4.934802200544679, -16.82879664423432],
    [1, -0.5772156649015329, 1.6449340668482264, -2.4041138063191885],
    [7, 1.8727843350984672, 0.15354517795933756, -0.023530472985855238],
    [122, 4.79991708526178, 0.008230406214852362, -6.773920409025283e-5],
    [62342, 11.040382614640263, 1.604067916201179e-5, -2.573033879730822e-10],
  ] as const) {
    expectRelative(digamma(x), psi0, 1e-14);
    expectRelative(trigamma(x), psi1, 1e-14);
    expectRelative(tetragamma(x), psi2, 1e-13);
  }
});

describe("tails", () => {
  test("small tails keep their digits", () => {
    expectRelative(igam(33333, 32000), 6.860307540093751e-14, 1e-11);
    expectRelative(igam(16, 4), 4.892610719877852e-6, 1e-12);
    expectRelative(igam(127.5, 100), 0.004574555458048105, 1e-13);
    expectRelative(igam(1e7, 9.99e6), 0.0007801532152520487, 1e-11);
    expectRelative(binomialUpper(502_500, 1_000_000, 0.5), 2.881270818870302e-7, 1e-9);
    expect(chiSquareUpper(0, 5)).toBe(1);
    expect(chiSquareLower(0, 5)).toBe(0);
    expect(binomialUpper(0, 10, 0.3)).toBe(1);
  });

  test("two-sided p-values are symmetric and at most 1", () => {
    expect(normalTwoSided(-2)).toBe(normalTwoSided(2));
    expectRelative(normalTwoSided(1.959963984540054), 0.05, 1e-13);
    expectRelative(normalUpper(3), 0.0013498980316300946, 1e-13);
    expect(binomialTwoSided(30, 60, 0.5)).toBe(1);
    expectRelative(binomialTwoSided(0, 10, 0.5), 2 / 1024, 1e-13);
    expectRelative(binomialTwoSided(10, 10, 0.5), 2 / 1024, 1e-13);
    expectRelative(poissonTwoSided(0, 5), 2 * Math.exp(-5), 1e-13);
    expectRelative(poissonTwoSided(3, 1), 2 * (1 - Math.exp(-1) * 2.5), 1e-12);
    expect(poissonTwoSided(5, 5)).toBe(1);
    expect(chiSquareTwoSided(255, 255)).toBeGreaterThan(0.9);
  });

  test("Pearson III is the gamma law it is, mirrored for negative skewness, normal for none", () => {
    // gamma(4): mean 4, deviation 2, skewness 1; P(≥ 10) = e^−10·(1 + 10 + 50 + 1000/6).
    const upper = Math.exp(-10) * (61 + 1000 / 6);
    expectRelative(pearson3TwoSided(10, 4, 2, 1), 2 * upper, 1e-12);
    expectRelative(pearson3TwoSided(-10, -4, 2, -1), 2 * upper, 1e-12);
    expect(pearson3TwoSided(-0.5, 4, 2, 1)).toBe(0);
    expectRelative(pearson3TwoSided(2, 0, 1, 1e-5), normalTwoSided(2), 1e-12);
    expectRelative(pearson3TwoSided(2, 0, 1, 2e-4), normalTwoSided(2), 1e-3);
  });

  test("Poisson probabilities", () => {
    expectRelative(poissonPmf(3, 2), (8 / 6) * Math.exp(-2), 1e-14);
    let sum = 0;
    for (let k = 0; k <= 200; k++) sum += poissonPmf(k, 60);
    expect(Math.abs(sum - 1)).toBeLessThan(1e-13);
  });
});

test("Gauss–Legendre integrates polynomials of degree 2n − 1", () => {
  const { nodes, weights } = gaussLegendre(12);
  let sum = 0;
  nodes.forEach((x, i) => {
    sum += weights[i]! * (x ** 22 + x ** 23);
  });
  expect(sum).toBeCloseTo(2 / 23, 14);
});

describe("weighted sums of χ²", () => {
  const anderson = Float64Array.from({ length: 255 }, (_, i) => 1 / ((i + 1) * (i + 2)));

  test("two weights: an integral that is elementary", () => {
    // Two equal weights would be an exponential; 1 ± ε is it within ε².
    const near = Float64Array.of(1 + 1e-5, 1 - 1e-5);
    for (const x of [0.1, 1, 10, 100])
      expectRelative(weightedChiSquareUpper(x, near), Math.exp(-x / 2), 1e-6);
  });

  test("Anderson–Darling on 256 levels, by Imhof's integral", () => {
    // 16-digit quadrature of Imhof's formula.
    for (const [x, p] of [
      [0.3, 0.93519489779],
      [0.8, 0.47821837997],
      [2.492, 0.0497866782167],
      [3.857, 0.0101961147316],
    ] as const) {
      expectRelative(weightedChiSquareUpper(x, anderson), p, 1e-9);
    }
    // The continuous law's 5 % and 1 % points, 2.492 and 3.878, are near.
    expectRelative(weightedChiSquareUpper(2.492, anderson), 0.05, 0.01);
    expectRelative(weightedChiSquareUpper(3.878, anderson), 0.01, 0.01);
  });

  test("from 1 to 0 without a break", () => {
    let last = 1;
    for (let x = 0; x < 40; x += 0.25) {
      const p = weightedChiSquareUpper(x, anderson);
      expect(p).toBeLessThanOrEqual(last);
      expect(p).toBeGreaterThan(0);
      last = p;
    }
    expect(weightedChiSquareUpper(1e5, anderson)).toBe(0);
    expect(() => weightedChiSquareUpper(1, Float64Array.of(1))).toThrow(RangeError);
  });
});

/** Every sequence of n throws into `cells` equal cells, as counts with their probabilities. */
function* allCounts(n: number, cells: number): Generator<[number[], number]> {
  function* rest(left: number, cell: number): Generator<number[]> {
    if (cell === cells - 1) yield [left];
    else for (let c = 0; c <= left; c++) for (const more of rest(left - c, cell + 1)) yield [c, ...more];
  }
  const factorial = (k: number): number => (k < 2 ? 1 : k * factorial(k - 1));
  for (const counts of rest(n, 0)) {
    yield [counts, counts.reduce((p, c) => p / factorial(c), factorial(n)) / cells ** n];
  }
}

describe("Kolmogorov's statistic on discrete data", () => {
  test("exactly, for everything that eight throws of a four-sided die can do", () => {
    const [n, levels] = [8, 4];
    for (const d of [1 / 8, 0.25, 0.375, 0.5, 0.75]) {
      let wanted = 0;
      for (const [counts, p] of allCounts(n, levels)) {
        let cumulated = 0;
        let distance = 0;
        counts.forEach((count, k) => {
          cumulated += count;
          distance = Math.max(distance, Math.abs(cumulated / n - (k + 1) / levels));
        });
        if (distance < d - 1e-12) wanted += p;
      }
      expect(exactInside(d, n, levels)).toBeCloseTo(wanted, 12);
    }
  });

  test("the limit law meets the exact one as 1/√n", () => {
    for (const c of [0.6, 1, 1.3, 1.6]) {
      const limit = 1 - bridgeInside(c, 256);
      // n not a multiple of 256, so that no lattice is favoured.
      const n = 8009;
      const exact = 1 - exactInside(c / Math.sqrt(n), n, 256);
      expectRelative(exact, limit, (4 * c) / Math.sqrt(n));
    }
  });

  test("far out the two formulas meet", () => {
    expectRelative(
      kolmogorovDiscreteUpper(2.2001 / Math.sqrt(1e6), 1e6, 256),
      1 - bridgeInside(2.2, 256),
      0.003,
    );
    expect(kolmogorovDiscreteUpper(0, 1000, 256)).toBe(1);
    expect(kolmogorovDiscreteUpper(1, 1e6, 256)).toBe(0);
  });

  test("the continuous law would be wrong", () => {
    // Kolmogorov's own 1 % point, 1.6276, is exceeded less often where only 255 points are looked at.
    expect(1 - bridgeInside(1.6276, 256)).toBeCloseTo(0.0078, 3);
  });
});

describe("the largest of multinomial counts", () => {
  /** P(max < m) = n!/cells^n·[x^n] (Σ_{j<m} x^j/j!)^cells, by repeated squaring in Poisson units. */
  function exactBelow(m: number, n: number): number {
    let power = new Float64Array(n + 1);
    for (let j = 0; j < Math.min(m, n + 1); j++) power[j] = poissonPmf(j, n / 256);
    for (let doubling = 0; doubling < 8; doubling++) {
      const square = new Float64Array(n + 1);
      for (let i = 0; i <= n; i++) {
        if (power[i] !== 0) for (let j = 0; i + j <= n; j++) square[i + j]! += power[i]! * power[j]!;
      }
      power = square;
    }
    return power[n]! / poissonPmf(n, n);
  }

  test("Levin's formula against the exact law", () => {
    for (const [n, maxima] of [
      [1280, [11, 13, 15, 18]],
      [2560, [18, 21, 24, 27]],
    ] as const) {
      for (const m of maxima) {
        const exact = 1 - exactBelow(m, n);
        expect(Math.abs(multinomialMaximumUpper(m, n, 256) - exact)).toBeLessThan(2e-4 * exact + 1e-12);
      }
    }
  });

  test("falls from 1 to 0", () => {
    let last = 1;
    for (let m = 480; m < 900; m++) {
      const p = multinomialMaximumUpper(m, 125_000, 256);
      expect(p).toBeLessThanOrEqual(last * (1 + 1e-9));
      last = p;
    }
    expect(last).toBeLessThan(1e-50);
    expect(multinomialMaximumUpper(125_000, 125_000, 256)).toBe(0);
  });
});

test("moments of G, for everything that 24 throws of a four-sided die can do", () => {
  const [n, cells] = [24, 4];
  let mean = 0;
  let square = 0;
  for (const [counts, p] of allCounts(n, cells)) {
    const g = counts.reduce((sum, c) => sum + (c === 0 ? 0 : 2 * c * Math.log((c * cells) / n)), 0);
    mean += p * g;
    square += p * g * g;
  }
  const found = momentsOfG(n, cells);
  // The expansion's next terms are of order 1/n, and 1/n² in the mean.
  expectRelative(found.mean, mean, 0.005);
  expectRelative(found.variance, square - mean * mean, 0.03);
});
