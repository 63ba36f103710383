import { describe, expect, test } from "bun:test";
import { type BitString, bitString } from "../../../src/stats/bits.ts";
import { chiSquareUpper } from "../../../src/stats/math/tails.ts";
import { sp80022 } from "../../../src/stats/sp800-22/index.ts";
import vectors from "../../vectors/sp800-22-roots.json";
import { rootBits } from "./constant-bits.ts";

/** Square roots of small primes at odd lengths and parameters, against an independent implementation. */

/** Bits x(3i) or (x(3i+1) and x(3i+2)): ones with probability 5/8. */
function biased(bytes: Uint8Array, n: number): BitString {
  const out = new Uint8Array(Math.ceil(n / 8));
  const x = (i: number): number => (bytes[i >> 3]! >> (7 - (i & 7))) & 1;
  for (let i = 0; i < n; i++) out[i >> 3]! |= (x(3 * i) | (x(3 * i + 1) & x(3 * i + 2))) << (7 - (i & 7));
  return bitString(out, n);
}

describe.each(vectors.cases)(
  "$name, $n bits",
  ({ n, root, biased: withBias, options, pValues, exactPValues, cycles }) => {
    const bits = withBias ? biased(rootBits(root, 3 * n), n) : bitString(rootBits(root, n), n);
    const parameters = Object.fromEntries(
      Object.entries(options).map(([name, value]) => [
        name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
        value,
      ]),
    );
    const results = sp80022(bits, { parameters, enforceMinimum: false });

    test("every p-value within 1e-9, small ones within 1e-9 of themselves", () => {
      expect(results.map((result) => result.test)).toEqual(Object.keys(pValues));
      for (const result of results) {
        if (result.kind !== "hypothesis") throw new Error(`${result.test}: ${result.reason}`);
        const wanted = pValues[result.test as keyof typeof pValues];
        expect(result.pValues).toHaveLength(wanted.length);
        for (const [i, p] of result.pValues.entries()) {
          expect([result.test, Math.abs(p - wanted[i]!) <= 1e-9 * Math.max(wanted[i]!, 1e-290)]).toEqual([
            result.test,
            true,
          ]);
        }
      }
    });

    test("exact constants: the same statistics, each with the law that its p-value there comes from", () => {
      for (const result of sp80022(bits, { parameters, enforceMinimum: false, constants: "exact" })) {
        const exact = exactPValues[result.test as keyof typeof exactPValues];
        if (!exact || result.kind !== "hypothesis") continue;
        const { counts } = result.details as { counts?: readonly number[] };
        const p = counts ? chiSquareUpper(result.statistic, counts.length - 1) : result.pValues[0]!;
        expect(Math.abs(p - exact[0]!)).toBeLessThan(1e-9);
      }
    });

    test("the number of cycles decides whether the excursion tests apply", () => {
      const applied = sp80022(bits, { tests: ["random-excursions", "random-excursions-variant"] });
      for (const result of applied) expect(result.kind).toBe(cycles >= 500 ? "hypothesis" : "not-applicable");
    });
  },
);
