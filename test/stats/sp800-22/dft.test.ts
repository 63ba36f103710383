import { expect, test } from "bun:test";
import { createCipheriv, createHash } from "node:crypto";
import { verdictOf } from "../../../src/report/verdict.ts";
import { bitString } from "../../../src/stats/bits.ts";
import { normalUpper } from "../../../src/stats/math/tails.ts";
import { aboveTwoSided, dft } from "../../../src/stats/sp800-22/dft.ts";
import { uniforms } from "../../support/keystream.ts";

/**
 * Counts, over many sets of exponential values divided by their mean, those above ln 20: what the moduli of a spectrum are, without a
 * spectrum. @returns share of sets with at least, and with at most, so many
 */
function simulated(values: number): (above: number) => { upper: number; lower: number } {
  const [streams, setsOfStream] = [50, 200];
  const counts = new Float64Array(values + 1);
  for (let stream = 0; stream < streams; stream++) {
    const all = uniforms(values * setsOfStream, stream).map((u) => -Math.log1p(-u));
    for (let at = 0; at < all.length; at += values) {
      const set = all.subarray(at, at + values);
      const limit = (set.reduce((a, b) => a + b) / values) * Math.log(20);
      counts[set.reduce((above, e) => above + Number(e > limit), 0)]!++;
    }
  }
  const share = (from: number, to: number) =>
    counts.slice(from, to).reduce((a, b) => a + b, 0) / (streams * setsOfStream);
  return (above) => ({ upper: share(above, values + 1), lower: share(0, above + 1) });
}

test("the exact law has the tails of exponential values with a given sum, the standard's has not", () => {
  const values = 500;
  const tail = simulated(values);
  // The constant value lies above T more often than the others.
  const [mean, more] = [0.05 * values, 0.0335];
  const ofStandard = (above: number) => normalUpper(Math.abs(above - mean) / Math.sqrt(values * 0.02375));
  const [upper, lower] = [mean + 9, mean - 9];
  // Of 10,000 some 75 lie in each tail: chance is 12 %.
  expect(aboveTwoSided(upper + more, values) / 2 / tail(upper).upper).toBeWithin(0.75, 1.33);
  expect(aboveTwoSided(lower + more, values) / 2 / tail(lower).lower).toBeWithin(0.75, 1.33);
  expect(ofStandard(upper) / tail(upper).upper).toBeLessThan(0.65);
});

test("half of the values above T is no good data, the expected number is", () => {
  expect(aboveTwoSided(2_500, 5_000)).toBe(0);
  expect(aboveTwoSided(250, 5_000)).toBeGreaterThan(0.9);
});

test("good data that the standard's variance fails: not a finding", () => {
  const key = createHash("sha256").update("verdict 1 1250").digest();
  const counter = new Uint8Array(16);
  new DataView(counter.buffer).setUint32(0, 1644);
  const data = createCipheriv("aes-256-ctr", key, counter).update(new Uint8Array(1_250));
  const result = dft(bitString(data));
  if (result.kind !== "hypothesis") throw new Error(result.kind);
  // A report on 1,250 bytes asks 18 questions.
  expect(verdictOf({ ...result, exactPValues: result.pValues }, 18)).toBe("fail");
  expect(verdictOf(result, 18)).toBe("weak");
});
