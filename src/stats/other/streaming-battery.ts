import { normalTwoSided, normalUpper } from "../math/tails.ts";
import { WALK_END, WALK_HIGHEST, WALK_LOWEST } from "../math/walk-tables.ts";
import type { TestHeader, TestResult } from "../result.ts";
import { BATTERY } from "../suites.ts";
import { ByteTally, onesOf, transitionsOf } from "./byte-tally.ts";
import { UNBALANCED } from "./fitted-tests.ts";
import { notEnoughData } from "./not-enough-data.ts";

/** Least length of the three tests by SP 800-22. */
const MINIMUM_BITS = 100;

/**
 * The cheap tests of the battery, for data too large for memory. From one pass over pieces of any size it gives the
 * same results as `battery()` for the same bytes.
 */
export class StreamingBattery {
  readonly #tally = new ByteTally();
  #at = 0;
  #lowest = 0;
  #highest = 0;

  update(chunk: Uint8Array): this {
    this.#tally.update(chunk);
    let at = this.#at;
    let lowest = this.#lowest;
    let highest = this.#highest;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      const low = at + WALK_LOWEST[byte]!;
      const high = at + WALK_HIGHEST[byte]!;
      // Branches instead of minima: new records soon become rare, and the processor predicts that.
      if (low < lowest) lowest = low;
      if (high > highest) highest = high;
      at += WALK_END[byte]!;
    }
    this.#at = at;
    this.#lowest = lowest;
    this.#highest = highest;
    return this;
  }

  /** The results for what was seen so far, in the battery's order; more may follow. */
  finish(): TestResult[] {
    const ofWalk: Readonly<Record<string, () => TestResult>> = {
      monobit: () => this.#monobit(),
      runs: () => this.#runs(),
      "cumulative-sums": () => this.#cumulativeSums(),
    };
    return BATTERY.flatMap((test) => {
      if ("ofTally" in test) return test.ofTally(this.#tally);
      return ofWalk[test.id]?.() ?? [];
    });
  }

  #header(test: string, section: string): TestHeader {
    return {
      suite: "battery",
      test,
      section: `SP 800-22 §${section}`,
      params: {},
      n: 8 * this.#tally.length,
    };
  }

  /** SP 800-22 §2.1: s = |S|/√n. */
  #monobit(): TestResult {
    const header = this.#header("monobit", "2.1");
    if (header.n < MINIMUM_BITS) return notEnoughData(header, MINIMUM_BITS, "bits");
    const statistic = Math.abs(this.#at) / Math.sqrt(header.n);
    return {
      ...header,
      kind: "hypothesis",
      statistic,
      pValues: [normalTwoSided(statistic)],
      details: { ones: (header.n + this.#at) / 2, sum: this.#at },
    };
  }

  /**
   * SP 800-22 §2.3: V against 2nπ(1 − π). Where |π − ½| ≥ 2/√n, that is |S|/√n ≥ 4, the standard has P = 0;
   * the battery has the frequency test's p-value.
   */
  #runs(): TestResult {
    const header = this.#header("runs", "2.3");
    const n = header.n;
    if (n < MINIMUM_BITS) return notEnoughData(header, MINIMUM_BITS, "bits");
    const histogram = this.#tally.histogram();
    const statistic = transitionsOf(this.#tally.pairs(), histogram) + 1;
    const proportion = onesOf(histogram) / n;
    const spread = proportion * (1 - proportion);
    const z = (statistic - 2 * n * spread) / (2 * Math.sqrt(n) * spread);
    const balance = this.#at / Math.sqrt(n);
    return {
      ...header,
      kind: "hypothesis",
      statistic,
      pValues: [normalTwoSided(Math.abs(balance) >= UNBALANCED ? balance : z)],
      details: { proportion },
    };
  }

  /** SP 800-22 §2.13. Read backward, the walk is at S(n) − S(k) when k bits are left. */
  #cumulativeSums(): TestResult {
    const header = this.#header("cumulative-sums", "2.13");
    if (header.n < MINIMUM_BITS) return notEnoughData(header, MINIMUM_BITS, "bits");
    const forward = Math.max(this.#highest, -this.#lowest);
    const backward = Math.max(this.#at - this.#lowest, this.#highest - this.#at);
    const root = Math.sqrt(header.n);
    return {
      ...header,
      kind: "hypothesis",
      statistic: Math.max(forward, backward),
      pValues: [excursionProbability(forward / root), excursionProbability(backward / root)],
      labels: ["forward", "backward"],
      details: { forward, backward, lowest: this.#lowest, highest: this.#highest, end: this.#at },
    };
  }
}

/** P(max |W| ≥ z) of a Brownian motion over unit time: 4·Σ (−1)^j·P(Z ≥ (2j + 1)z), §2.13.4 (4) reordered. */
function excursionProbability(z: number): number {
  // P(max < 0.15) is (4/π)·exp(−π²/(8·0.15²)) < 1e-23, and the sum would be long.
  if (z < 0.15) return 1;
  let p = 0;
  for (let j = 0; ; j++) {
    const term = 4 * normalUpper((2 * j + 1) * z);
    p += j % 2 === 0 ? term : -term;
    if (term < 1e-17 * Math.abs(p) || term === 0) return Math.min(1, Math.max(0, p));
  }
}
