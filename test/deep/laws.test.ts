/** Laws of the families that count: against exact reckoning, and against simulation where that is too much. */
import { describe, expect, test } from "bun:test";
import { binomialTailBound } from "../../src/stats/deep/binomial-bounds.ts";
import { evenCells, evenCellsTwoSided } from "../../src/stats/deep/even-cells.ts";
import {
  judgePatterns,
  middling,
  middlingChance,
  productSums,
} from "../../src/stats/deep/weight-patterns.ts";
import { chainProductTwoSided } from "../../src/stats/deep/weight-products.ts";
import { saddlepointPearsonUpper } from "../../src/stats/math/multinomial-saddlepoint.ts";
import { uniforms } from "../support/keystream.ts";

function choose(n: number, k: number): number {
  let product = 1;
  for (let i = 1; i <= k; i++) product = (product * (n - k + i)) / i;
  return product;
}

describe("binomial tails", () => {
  test("are never below the exact ones, and near them far out", () => {
    for (const [n, p] of [
      [40, 0.5],
      [60, 0.1],
      [90, 3 / 256],
    ] as const) {
      let exact = 0;
      for (let k = n; k > n * p; k--) {
        exact += choose(n, k) * p ** k * (1 - p) ** (n - k);
        const bound = binomialTailBound(k, n, p);
        expect(bound).toBeGreaterThan(exact * (1 - 1e-10));
        const z = (k - n * p) / Math.sqrt(n * p * (1 - p));
        if (z > 3) expect(bound).toBeLessThan(exact * (1 + 2 / (z * z)));
      }
      expect(binomialTailBound(0, n, p)).toBeGreaterThanOrEqual((1 - p) ** n * (1 - 1e-10));
    }
  });

  test("stay exact for a terabyte", () => {
    // Seven standard deviations of 2^43 fair bits: 1.2798e-12 in the normal limit.
    const bound = binomialTailBound(2 ** 42 + 3.5 * 2 ** 21.5, 2 ** 43, 0.5) / 1.2798e-12;
    expect(bound).toBeGreaterThan(1);
    expect(bound).toBeLessThan(1.03);
    expect(binomialTailBound(0, 2 ** 43, 0.5)).toBe(0);
  });
});

describe("equal cells", () => {
  test("have the tails that importance sampling gives, within the margin", () => {
    for (const z of [-5, 5, 6.5]) {
      const ratio =
        evenCellsTwoSided(255 + z * Math.sqrt(510), 4096, 256) / 2 / sampledTail(256, 4096, z, 4000);
      expect(ratio).toBeGreaterThan(1);
      expect(ratio).toBeLessThan(2);
    }
  });

  test("have tails near the saddlepoint's, which is exact for many", () => {
    for (const [cells, n] of [
      [16384, 4096],
      [65536, 16384],
      [65536, 524288],
    ] as const) {
      for (const z of [4, 6, 7]) {
        const x = cells - 1 + z * Math.sqrt(2 * cells - 2);
        const saddlepoint = saddlepointPearsonUpper(x, n, [{ cells, probability: 1 / cells }]);
        const ratio = evenCellsTwoSided(x, n, cells) / 2 / saddlepoint;
        expect(ratio).toBeGreaterThan(1.2);
        expect(ratio).toBeLessThan(1.6);
      }
    }
  });

  test("have Pearson's statistic", () => {
    expect(evenCells(Float64Array.of(3, 5, 1, 3)).statistic).toBeCloseTo((0 + 4 + 4 + 0) / 3, 12);
  });
});

/** P(χ² beyond z standard deviations), from draws tilted towards it whose last cell takes what is left. */
function sampledTail(cells: number, n: number, z: number, rounds: number): number {
  const mean = n / cells;
  const target = cells - 1 + z * Math.sqrt(2 * (cells - 1));
  const logChance = [-mean];
  for (let count = 1; count <= mean + 12 * Math.sqrt(mean) + 30; count++) {
    logChance.push(logChance[count - 1]! + Math.log(mean / count));
  }
  const term = logChance.map((_, count) => (count - mean) ** 2 / mean);
  const tilt = (t: number, u: number) =>
    logChance.map((log, count) => Math.exp(log + t * term[count]! + u * count));
  let [t, u] = [0, 0];
  for (let round = 0; round < 300; round++) {
    const weights = tilt(t, u);
    const mass = weights.reduce((a, b) => a + b);
    const moment = (f: (count: number) => number) =>
      weights.reduce((sum, w, count) => sum + w * f(count), 0) / mass;
    const [a, b] = [moment((k) => term[k]!), moment((k) => k)];
    const aa = moment((k) => term[k]! ** 2) - a * a;
    const ab = moment((k) => term[k]! * k) - a * b;
    const bb = moment((k) => k * k) - b * b;
    const [da, db] = [target / cells - a, mean - b];
    t += (0.3 * (bb * da - ab * db)) / (aa * bb - ab * ab);
    u += (0.3 * (aa * db - ab * da)) / (aa * bb - ab * ab);
  }
  const weights = tilt(t, u);
  const mass = weights.reduce((a, b) => a + b);
  let sum = 0;
  const cumulated = weights.map((weight) => (sum += weight / mass));
  let logTotal = -n;
  for (let i = 1; i <= n; i++) logTotal += Math.log(n / i);
  const random = uniforms(rounds * (cells - 1), 40 + z);
  let tail = 0;
  for (let round = 0, at = 0; round < rounds; round++) {
    let [statistic, drawn] = [0, 0];
    for (let cell = 1; cell < cells; cell++) {
      const chance = random[at++]!;
      let count = 0;
      while (chance >= cumulated[count]! && count < cumulated.length - 1) count++;
      statistic += term[count]!;
      drawn += count;
    }
    const last = n - drawn;
    if (last < 0 || last >= term.length) continue;
    const all = statistic + term[last]!;
    if (z > 0 ? all < target : all > target) continue;
    tail += Math.exp((cells - 1) * Math.log(mass) - t * statistic - u * drawn + logChance[last]! - logTotal);
  }
  return tail / rounds;
}

describe("products of weights at a lag", () => {
  test("are bounded: of single bits they are quarters of a fair walk", () => {
    const links = 60;
    let exact = 0;
    for (let ones = links; ones > links / 2 + 5; ones--) {
      exact += choose(links, ones) / 2 ** links;
      const bound = chainProductTwoSided((2 * ones - links) / 4, links, 1 / 4);
      expect(bound).toBeGreaterThan(2 * exact);
      expect(chainProductTwoSided((links - 2 * ones) / 4, links, 1 / 4)).toBe(bound);
    }
    // Near the normal law's for many: its tail at seven standard deviations is 1.28e-12, Chernoff's bound 2.3e-11.
    expect(chainProductTwoSided(7 * 8 * 1e4, 1e8, 8)).toBeCloseTo(2 * Math.exp(-24.5), 12);
  });
});

describe("patterns of classes", () => {
  test("have the exact chance of the middle class", () => {
    expect(middling(8)).toBe(0);
    expect(middlingChance(8)).toBeCloseTo(70 / 256, 13);
    expect(middlingChance(16)).toBeCloseTo((12870 + 2 * 11440) / 65536, 13);
    // 3,622,088 of 2^23 bits and 0.43 standard deviations: the normal law is exact to 1e-6 there.
    const bits = 2 ** 23;
    expect(middlingChance(bits)).toBeCloseTo(0.333, 2);
    expect(middlingChance(bits)).toBeGreaterThan(middlingChance(bits / 2) - 0.01);
  });

  test("are sums of products with mean 0 and variance 1 that are not correlated", () => {
    const middle = middlingChance(16);
    const chances = [(1 - middle) / 2, middle, (1 - middle) / 2];
    const chanceOf = (cell: number) => {
      let product = 1;
      for (let place = 0, rest = cell; place < 8; place++, rest = Math.floor(rest / 3))
        product *= chances[rest % 3]!;
      return product;
    };
    const patterns = [1, 2, 3, 5, 2 + 9 * 1, 1 + 27 * 2 + 729, 6560];
    const sums = new Float64Array(patterns.length);
    const squares = patterns.map(() => new Float64Array(patterns.length));
    for (let cell = 0; cell < 6561; cell += 1) {
      // A single window has the values of all products at it.
      const values = valuesAt(cell, middle, patterns);
      const chance = chanceOf(cell);
      for (const [i, value] of values.entries()) {
        sums[i]! += chance * value;
        for (const [j, other] of values.entries()) squares[i]![j]! += chance * value * other;
      }
    }
    for (let i = 0; i < patterns.length; i++) {
      expect(sums[i]!).toBeCloseTo(0, 10);
      for (let j = 0; j < patterns.length; j++) expect(squares[i]![j]!).toBeCloseTo(i === j ? 1 : 0, 10);
    }
    const delta = new Float64Array(6561);
    delta[1234] = 1;
    productSums(delta, middle);
    for (const [i, pattern] of patterns.entries())
      expect(delta[pattern]!).toBeCloseTo(valuesAt(1234, middle, patterns)[i]!, 10);
  });

  test("of good classes have squares that add up to their number", () => {
    let [pairs, n] = [0, 0];
    let lowest = 1;
    for (let seed = 0; seed < 12; seed++) {
      const classes = Array.from(uniforms(2 ** 16, 60 + seed), (x) =>
        x < 93 / 256 ? 0 : x < 163 / 256 ? 1 : 2,
      );
      const counts = new Float64Array(6561);
      for (let at = 0; at + 8 <= classes.length; at += 4) {
        let cell = 0;
        for (let place = 7; place >= 0; place--) cell = 3 * cell + classes[at + place]!;
        counts[cell]!++;
      }
      const results = judgePatterns(counts, middlingChance(8));
      pairs += results.find(({ pattern }) => pattern === "all patterns of 2")!.statistic;
      n++;
      lowest = Math.min(lowest, ...results.map(({ p }) => p));
    }
    // 28 each, give or take √56; six standard deviations of the mean of twelve.
    expect(Math.abs(pairs / n - 28)).toBeLessThan(6 * Math.sqrt(56 / n));
    expect(lowest).toBeGreaterThan(1e-4);
  });
});

/** Products of functions of the classes of one window, by the definition. */
function valuesAt(cell: number, middle: number, patterns: readonly number[]): number[] {
  const odd = [-1 / Math.sqrt(1 - middle), 0, 1 / Math.sqrt(1 - middle)];
  const outer = Math.sqrt(middle / (1 - middle));
  const even = [outer, -1 / outer, outer];
  return patterns.map((pattern) => {
    let product = 1;
    for (let place = 0; place < 8; place++) {
      const kind = Math.floor(pattern / 3 ** place) % 3;
      const at = Math.floor(cell / 3 ** place) % 3;
      if (kind === 1) product *= odd[at]!;
      if (kind === 2) product *= even[at]!;
    }
    return product;
  });
}
