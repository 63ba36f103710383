import { expect, test } from "bun:test";
import { battery } from "../../../src/stats/battery.ts";
import { StreamingBattery } from "../../../src/stats/other/streaming-battery.ts";
import { failed } from "../../../src/stats/result.ts";
import { BATTERY } from "../../../src/stats/suites.ts";
import { aesBytes, BAD } from "./sample-data.ts";

/** All tests of the sums over the bytes, and three of the bits' random walk. */
const STREAMED = BATTERY.filter((entry) => "ofTally" in entry).length + 3;

function inPieces(bytes: Uint8Array, size: number) {
  const streaming = new StreamingBattery();
  for (let at = 0; at < bytes.length; at += size) streaming.update(bytes.subarray(at, at + size));
  return streaming.finish();
}

test("gives the battery's results, however the data are cut", () => {
  for (const bytes of [
    aesBytes(1, 100_003),
    BAD["51 % ones"]!(20_000),
    BAD["text"]!(5000),
    BAD["constant"]!(3000),
  ]) {
    const results = inPieces(bytes, 4099);
    const whole = battery(bytes, { tests: results.map((result) => result.test) });
    expect(results.length).toBe(STREAMED);
    for (const result of results) {
      const wanted = whole.find((candidate) => candidate.test === result.test)!;
      expect(result.kind).toBe("hypothesis");
      if (result.kind !== "hypothesis" || wanted.kind !== "hypothesis") continue;
      expect([result.suite, result.section, result.n]).toEqual([wanted.suite, wanted.section, wanted.n]);
      expect(result.statistic).toBeCloseTo(wanted.statistic, 9);
      expect(result.labels).toEqual(wanted.labels!);
      result.pValues.forEach((p, i) => {
        expect(Math.abs(p - wanted.pValues[i]!)).toBeLessThan(1e-12);
      });
    }
    expect(inPieces(bytes, 1_000_000)).toEqual(results);
  }
});

test("bad data fail", () => {
  for (const [name, make] of Object.entries(BAD)) {
    if (name === "linear congruence" || name === "repeated block") continue;
    expect(inPieces(make(125_000), 65_536).some((result) => failed(result))).toBe(true);
  }
});

test("nothing, and next to nothing, is not applicable", () => {
  for (const length of [0, 1, 12]) {
    const results = inPieces(aesBytes(1, length), 5);
    expect(results.map((result) => result.kind)).toEqual(new Array(STREAMED).fill("not-applicable"));
  }
  // 100 bits are enough for SP 800-22's three.
  expect(inPieces(aesBytes(1, 13), 5).filter((result) => result.kind === "hypothesis").length).toBe(3);
});
