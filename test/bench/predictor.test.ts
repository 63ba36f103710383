import { describe, expect, test } from "bun:test";
import { predict } from "../../bench/predictors/predictor.ts";
import { keystream } from "../support/keystream.ts";
import { draw, sticky } from "../support/symbols.ts";

const N = 30_000;
const wide = (symbols: Uint8Array) => BigUint64Array.from(symbols, BigInt);
const best = (samples: BigUint64Array, symbolBits = 8) => predict(samples, symbolBits)[0]!;

describe("finds no more than there is", () => {
  // Six standard deviations of the best of thirty guesses.
  test("in uniform bytes and bits", () => {
    expect(best(wide(keystream(N, 1))).accuracy).toBeWithin(1 / 256, 1 / 256 + 6 * Math.sqrt(1 / 256 / N));
    const bits = keystream(N, 2).map((byte) => byte & 1);
    expect(best(wide(bits), 1).accuracy).toBeWithin(0.49, 0.5 + 6 * Math.sqrt(0.25 / N));
  });

  test("in independent symbols", () => {
    const symbols = draw([0.6, 0.3, 0.1], N, 3);
    expect(best(wide(symbols)).accuracy).toBeWithin(0.58, 0.6 + 6 * Math.sqrt(0.24 / N));
  });
});

describe("finds what there is", () => {
  test("a sticky chain", () => {
    expect(best(wide(sticky(0.8, 15, N, 4))).accuracy).toBeWithin(0.78, 0.82);
  });

  test("a symbol that the three before it decide, nine times of ten", () => {
    const symbols = new Uint8Array(N);
    const surprises = keystream(N, 5);
    for (let i = 3; i < N; i++) {
      symbols[i] = surprises[i]! < 26 ? i & 3 : (symbols[i - 1]! * 2 + symbols[i - 2]! + symbols[i - 3]!) & 3;
    }
    expect(best(wide(symbols)).accuracy).toBeWithin(0.85, 0.95);
  });

  test("a symbol that the bits of the last sample above its symbol decide", () => {
    const noise = keystream(2 * N, 6);
    const samples = BigUint64Array.from({ length: N }, (_, i) => {
      const above = noise[2 * i]! & 15;
      const symbol = i === 0 ? 0 : ((noise[2 * i - 2]! & 15) * 37) & 255;
      return BigInt(above * 256 + symbol);
    });
    expect(best(samples).accuracy).toBeGreaterThan(0.95);
  });

  test("a pattern of 60 samples", () => {
    const symbols = keystream(N, 7).map((byte, i) => (i % 60 === 17 ? 9 : byte & 7));
    expect(predict(wide(symbols), 8).find(({ by }) => by === "place in 60")!.accuracy).toBeWithin(0.13, 0.16);
  });

  test("together what no context finds alone: three that outvote each other", () => {
    const symbols = keystream(2 * N, 8).map((byte) => byte & 1);
    for (let i = 19; i < symbols.length; i += 5) {
      symbols[i] = Number(symbols[i - 4]! + symbols[i - 8]! + symbols[i - 16]! >= 2);
    }
    // One symbol in five is decided, of which one witness knows half.
    const accuracies = predict(wide(symbols), 1);
    expect(accuracies[0]!.by).toBe("mixture of all");
    expect(accuracies[0]!.accuracy).toBeGreaterThan(0.57);
    expect(accuracies[1]!.accuracy).toBeLessThan(0.56);
  });
});
