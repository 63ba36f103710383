/** Every figure, intermediate ones too, against NIST's own program. */
import { describe, expect, test } from "bun:test";
import { inflateSync } from "node:zlib";
import { bitString, unpackBits } from "../../../src/stats/bits.ts";
import { assess, ESTIMATORS, TRACKS } from "../../../src/stats/sp800-90b/index.ts";
import vectors from "../../vectors/sp800-90b.json" with { type: "json" };
import { eBits, piBits } from "../sp800-22/constant-bits.ts";

const TOLERANCE = 1e-9;

type Figures = Readonly<Record<string, number | boolean | null>>;
interface Case {
  readonly name: string;
  readonly bitsPerSymbol: number;
  readonly data: {
    readonly constant?: string;
    readonly recipe?: string;
    readonly length?: number;
    readonly deflated?: string;
  };
  readonly expected: {
    readonly alphabetSize: number;
    readonly hOriginal: number;
    readonly hBitstring: number | null;
    readonly minEntropy: number;
    readonly original: Readonly<Record<string, Figures>>;
    readonly bitstring: Readonly<Record<string, Figures>> | null;
  };
}

const RECIPES: Readonly<Record<string, (i: number) => number>> = {
  const0: () => 0,
  alt01: (i) => i % 2,
  ramp: (i) => i % 256,
  single1: (i) => (i === 5000 ? 1 : 0),
};

const constants = new Map<string, Uint8Array>();

function constantBytes(name: string): Uint8Array {
  const bytes = constants.get(name) ?? (name === "pi" ? piBits(1_000_000) : eBits(1_000_000));
  constants.set(name, bytes);
  return bytes;
}

function symbolsOf({ data, bitsPerSymbol }: Case): Uint8Array {
  if (data.deflated) return new Uint8Array(inflateSync(Buffer.from(data.deflated, "base64")));
  if (data.recipe) return Uint8Array.from({ length: data.length! }, (_, i) => RECIPES[data.recipe!]!(i));
  const bytes = constantBytes(data.constant!);
  return bitsPerSymbol === 8 ? bytes : unpackBits(bitString(bytes));
}

function expectEqual(actual: unknown, expected: number | boolean | null, label: string): void {
  if (typeof expected !== "number") expect(actual, label).toBe(expected);
  else {
    expect(actual, label).toBeNumber();
    expect(Math.abs((actual as number) - expected), label).toBeLessThan(TOLERANCE);
    expect(Object.is(actual, -0), label).toBe(false);
  }
}

describe("NIST's program", () => {
  for (const item of vectors.cases as unknown as Case[]) {
    test(item.name, () => {
      const { expected } = item;
      const result = assess(symbolsOf(item), item.bitsPerSymbol, { details: true });
      expect(result.alphabetSize).toBe(expected.alphabetSize);
      expectEqual(result.hOriginal, expected.hOriginal, "hOriginal");
      expectEqual(result.hBitstring, expected.hBitstring, "hBitstring");
      expectEqual(result.minEntropy, expected.minEntropy, "minEntropy");
      for (const track of TRACKS) {
        for (const { id } of ESTIMATORS) {
          const figures = expected[track]?.[id];
          if (!figures) {
            expect(result.estimators[id][track] ?? null, `${id} ${track}`).toBeNull();
            continue;
          }
          for (const [name, value] of Object.entries(figures)) {
            const actual =
              name === "minEntropy" ? result.estimators[id][track] : result.details![id][track]![name];
            expectEqual(actual, value, `${id} ${track} ${name}`);
          }
        }
      }
    });
  }
});
