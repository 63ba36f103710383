import { expect, test } from "bun:test";
import { matchesUpper, matchLaw } from "../../../src/stats/math/match-law.ts";
import { chiSquareUpper } from "../../../src/stats/math/tails.ts";

test.each([0b001, 0b011, 0b110])(
  "matches of pattern %d of three bits, by enumeration of all 2^14 strings",
  (pattern) => {
    const counts = new Array<number>(5).fill(0);
    for (let bits = 0; bits < 1 << 14; bits++) {
      let matches = 0;
      for (let i = 0; i + 3 <= 14; i++) if (((bits >> i) & 7) === pattern) matches++;
      counts[matches]!++;
    }
    const wanted = counts.map((count) => expect.closeTo(count / 2 ** 14, 14));
    expect([...matchLaw(14, 3, 4)]).toEqual(wanted);
  },
);

test("of a pattern longer than its block, or as long", () => {
  expect([...matchLaw(3, 4, 1)]).toEqual([1, 0]);
  expect([...matchLaw(4, 4, 1)]).toEqual([15 / 16, 1 / 16]);
});

const blocksOf = (blocks: number, bits: number, m: number) => {
  const chance = 2 ** -m;
  const mean = (bits - m + 1) * chance;
  return { blocks, bits, m, mean, variance: bits * (chance - (2 * m - 1) * chance ** 2) };
};

test("of two blocks: as enumerated, but for the rounding of terms", () => {
  const of = blocksOf(2, 60, 3);
  const law = matchLaw(60, 3, 20);
  const term = (count: number) => (count - of.mean) ** 2 / of.variance;
  const upper = (from: number) =>
    law.reduce(
      (sum, a, i) => sum + law.reduce((s, b, j) => (term(i) + term(j) >= from ? s + a * b : s), 0),
      0,
    );
  for (let i = 0; i <= 16; i++)
    for (let j = 0; j <= i; j++) {
      const x = term(i) + term(j);
      const p = matchesUpper([i, j], of)!;
      expect(p).toBeGreaterThanOrEqual(upper(x + 1 / 8) * (1 - 1e-9));
      expect(p).toBeLessThanOrEqual(upper(x - 1 / 8) * (1 + 1e-9));
    }
});

test("where 78 are expected the χ² law is too short by one and a half to three times far out; where more than 300, it serves", () => {
  const of = blocksOf(8, 20_000, 8);
  const at = (z: number) => Array.from({ length: 8 }, () => Math.round(of.mean + z * Math.sqrt(of.variance)));
  const chi = at(2.45).reduce((sum, count) => sum + (count - of.mean) ** 2 / of.variance, 0);
  expect(matchesUpper(at(2.45), of)! / chiSquareUpper(chi, 8)).toBeWithin(1.5, 3);
  expect(matchesUpper(at(0), of)).toBeGreaterThan(0.99);
  expect(matchesUpper(at(0), blocksOf(8, 400_000, 9))).toBeUndefined();
});
