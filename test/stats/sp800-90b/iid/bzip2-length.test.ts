/** Lengths of compressed text, computed without compressing, against the real bzip2. */
import { describe, expect, test } from "bun:test";
import { DecimalCompressor } from "../../../../src/stats/sp800-90b/iid/bzip2/compressed-length.ts";
import vectors from "../../../vectors/sp800-90b-iid.json" with { type: "json" };
import { echo, noise } from "../sequences.ts";

interface Recipe {
  readonly noise?: readonly number[];
  readonly echo?: readonly number[];
  readonly values?: readonly number[];
  readonly bytes: number;
}

const recipes: readonly Recipe[] = vectors.bzip2.lengths;

function symbolsOf({ noise: n, echo: e }: Recipe): Uint8Array {
  return n ? noise(n[0]!, n[1]!, n[2]!, n[3]!) : echo(e![0]!, e![1]!, e![2]!, e![3]!, e![4]!);
}

function compressorFor({ noise: n, echo: e, values }: Recipe): DecimalCompressor {
  const [length, alphabetSize] = (n ?? e)!;
  const written = values ?? Array.from({ length: alphabetSize! }, (_, symbol) => symbol);
  return new DecimalCompressor(written, new Array(written.length).fill(1), length!);
}

describe("length of bzip2's output", () => {
  test(`${recipes.length} texts`, () => {
    for (const recipe of recipes) {
      const length = compressorFor(recipe).lengthOf(symbolsOf(recipe));
      expect(length, JSON.stringify(recipe)).toBe(recipe.bytes);
    }
  });

  test("one compressor for texts one after the other, whatever frequencies it was told", () => {
    const wide = recipes.filter(({ noise: n, values }) => n && n[1] === 256 && !values);
    const told = Array.from({ length: 256 }, (_, symbol) => (symbol === 0 ? 1_000_000 : 0));
    const values = Array.from(told, (_, symbol) => symbol);
    const compressor = new DecimalCompressor(values, told, 400_000);
    for (const recipe of [...wide, ...wide.toReversed()]) {
      expect(compressor.lengthOf(symbolsOf(recipe)), JSON.stringify(recipe)).toBe(recipe.bytes);
    }
  });

  test("nothing takes 14 bytes", () => {
    expect(new DecimalCompressor([0, 1], [1, 1], 0).lengthOf(new Uint8Array())).toBe(14);
  });
});
