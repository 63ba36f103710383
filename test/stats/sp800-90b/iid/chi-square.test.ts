import { describe, expect, test } from "bun:test";
import { allocateBins } from "../../../../src/stats/sp800-90b/iid/chi-square-bins.ts";
import { chiSquareGoodnessOfFit } from "../../../../src/stats/sp800-90b/iid/chi-square-goodness-of-fit.ts";
import { chiSquareIndependence } from "../../../../src/stats/sp800-90b/iid/chi-square-independence.ts";
import { iidData } from "../../../../src/stats/sp800-90b/iid/index.ts";
import { keystream } from "../../../support/keystream.ts";

describe("bins", () => {
  test("merge the rarest first, equally rare ones in their order, until 5 are expected", () => {
    const { binOf, expected } = allocateBins(Float64Array.of(9, 2, 1, 2, 5, 1));
    // 1 + 1 + 2 + 2 = 6; 5; 9.
    expect(expected).toEqual([6, 5, 9]);
    expect(Array.from(binOf)).toEqual([2, 0, 0, 0, 1, 0]);
  });

  test("the last ones, if too few, go to the bin before", () => {
    const { binOf, expected } = allocateBins(Float64Array.of(3, 3, 4));
    expect(expected).toEqual([10]);
    expect(Array.from(binOf)).toEqual([0, 0, 0]);
  });

  test("too few for one bin are one bin", () => {
    expect(allocateBins(Float64Array.of(1, 1)).expected).toEqual([2]);
  });
});

describe("independence and goodness of fit", () => {
  test("random symbols pass", () => {
    for (const bits of [1, 2, 4, 8]) {
      const data = iidData(
        keystream(100_000, 3).map((byte) => byte >> (8 - bits)),
        bits,
      );
      for (const result of [chiSquareIndependence(data), chiSquareGoodnessOfFit(data)]) {
        expect(result).toMatchObject({ kind: "chi-square", passed: true });
      }
    }
  });

  test("neighbours that depend on each other fail independence", () => {
    const random = keystream(20_000, 4);
    const doubled = random.map((_, i) => random[i >> 1]! >> 6);
    expect(chiSquareIndependence(iidData(doubled, 2))).toMatchObject({ passed: false });
    const bits = random.map((_, i) => random[i >> 1]! >> 7);
    expect(chiSquareIndependence(iidData(bits, 1))).toMatchObject({ passed: false });
  });

  test("frequencies that drift fail goodness of fit", () => {
    const drifting = keystream(20_000, 5).map((byte, i) => (byte * (i / 20_000)) >> 5);
    expect(chiSquareGoodnessOfFit(iidData(drifting, 3))).toMatchObject({ passed: false });
    const bits = keystream(20_000, 6).map((byte, i) => (byte < (i > 10_000 ? 100 : 156) ? 1 : 0));
    expect(chiSquareGoodnessOfFit(iidData(bits, 1))).toMatchObject({ passed: false });
  });

  test("do not apply to too few symbols", () => {
    for (const symbols of [[], [1], [1, 1, 1], [0, 1], [0, 1, 2]]) {
      const data = iidData(Uint8Array.from(symbols), 2);
      expect(chiSquareIndependence(data).kind).toBe("not-applicable");
      expect(chiSquareGoodnessOfFit(data).kind).toBe("not-applicable");
    }
    const rare = iidData(new Uint8Array(10_000).fill(1, 5000, 5001), 1);
    expect(chiSquareIndependence(rare).kind).toBe("not-applicable");
  });
});
