/** The four predictors against the standard's steps written out, without any of the shortcuts. */
import { describe, expect, test } from "bun:test";
import type { EstimatorResult } from "../../../src/stats/sp800-90b/estimate.ts";
import { lag } from "../../../src/stats/sp800-90b/lag.ts";
import { lz78y } from "../../../src/stats/sp800-90b/lz78y.ts";
import { multiMcw } from "../../../src/stats/sp800-90b/multi-mcw.ts";
import { multiMmc } from "../../../src/stats/sp800-90b/multi-mmc.ts";
import { echo, noise, sequence } from "./sequences.ts";

type Prediction = number | undefined;
interface Outcome {
  c: number;
  r: number;
  n: number;
}

/** Predictions of several predictors at place i, played by §6.3.7 step 3. `silenceBreaksRuns`: see MultiMMC. */
function play(
  symbols: Uint8Array,
  first: number,
  predictors: number,
  predict: (i: number) => Prediction[],
  silenceBreaksRuns = true,
): Outcome {
  const scores = new Array<number>(predictors).fill(0);
  let winner = 0;
  let c = 0;
  let run = 0;
  let longest = 0;
  for (let i = first; i < symbols.length; i++) {
    const predictions = predict(i);
    if (predictions[winner] === symbols[i]) {
      c++;
      run++;
      longest = Math.max(longest, run);
    } else if (silenceBreaksRuns || predictions[winner] !== undefined) run = 0;
    predictions.forEach((prediction, j) => {
      if (prediction === symbols[i] && ++scores[j]! >= scores[winner]!) winner = j;
    });
  }
  return { c, r: longest + 1, n: symbols.length - first };
}

function plainMcw(symbols: Uint8Array): Outcome {
  return play(symbols, 63, 4, (i) =>
    [63, 255, 1023, 4095].map((length) => {
      if (i < length) return undefined;
      const counts = new Map<number, number>();
      let most = 0;
      for (let j = i - length; j < i; j++) {
        const count = (counts.get(symbols[j]!) ?? 0) + 1;
        counts.set(symbols[j]!, count);
        most = Math.max(most, count);
      }
      for (let j = i - 1; ; j--) if (counts.get(symbols[j]!) === most) return symbols[j];
    }),
  );
}

function plainLag(symbols: Uint8Array): Outcome {
  return play(symbols, 1, 128, (i) =>
    Array.from({ length: 128 }, (_, j) => (i > j ? symbols[i - 1 - j] : undefined)),
  );
}

type Model = Map<string, Map<number, number>>;

/** Successor with the highest count, the largest of several. */
function best(successors: Map<number, number>): { symbol: number; count: number } {
  let symbol = -1;
  let count = 0;
  for (const [candidate, times] of successors) {
    if (times > count || (times === count && candidate > symbol)) {
      symbol = candidate;
      count = times;
    }
  }
  return { symbol, count };
}

function contextAt(symbols: Uint8Array, i: number, length: number): string {
  return symbols.subarray(i - length, i).join();
}

/** As NIST's program: a predictor without prediction leaves the run as it is. */
function plainMmc(symbols: Uint8Array): Outcome {
  const models: Model[] = Array.from({ length: 17 }, () => new Map());
  const pairs = new Array<number>(17).fill(0);
  const learn = (i: number) => {
    for (let depth = 1; depth <= Math.min(16, i); depth++) {
      const context = contextAt(symbols, i, depth);
      const successors = models[depth]!.get(context) ?? new Map<number, number>();
      const count = successors.get(symbols[i]!) ?? 0;
      if (count === 0 && pairs[depth]! >= 100_000) continue;
      if (count === 0) pairs[depth]!++;
      successors.set(symbols[i]!, count + 1);
      models[depth]!.set(context, successors);
    }
  };
  learn(1);
  return play(
    symbols,
    2,
    16,
    (i) => {
      const predictions = Array.from({ length: 16 }, (_, j) => {
        const successors = i > j ? models[j + 1]!.get(contextAt(symbols, i, j + 1)) : undefined;
        return successors && best(successors).symbol;
      });
      learn(i);
      return predictions;
    },
    false,
  );
}

function plainLz78y(symbols: Uint8Array): Outcome {
  const dictionary: Model = new Map();
  const learn = (i: number) => {
    for (let length = 16; length >= 1; length--) {
      const context = contextAt(symbols, i, length);
      let successors = dictionary.get(context);
      if (!successors) {
        if (dictionary.size >= 65_536) continue;
        successors = new Map();
        dictionary.set(context, successors);
      }
      successors.set(symbols[i]!, (successors.get(symbols[i]!) ?? 0) + 1);
    }
  };
  learn(16);
  return play(symbols, 17, 1, (i) => {
    let prediction: Prediction;
    let highest = 0;
    for (let length = 16; length >= 1; length--) {
      const successors = dictionary.get(contextAt(symbols, i, length));
      if (!successors) continue;
      const { symbol, count } = best(successors);
      if (count > highest) {
        highest = count;
        prediction = symbol;
      }
    }
    learn(i);
    return [prediction];
  });
}

function outcome(result: EstimatorResult): Outcome {
  if (result.kind !== "estimate") throw new Error(result.reason);
  const { c, r, n } = result.details;
  return { c: Number(c), r: Number(r), n: Number(n) };
}

const SAMPLES: readonly [name: string, symbols: Uint8Array, alphabetSize: number][] = [
  ["uniform bits", noise(5000, 2, 1), 2],
  ["biased bits", noise(5000, 2, 2, 0.8), 2],
  ["bits repeating with period 5", echo(5000, 2, 3, 5, 0.95), 2],
  ["sticky bits", echo(5001, 2, 4, 1, 0.97), 2],
  ["alternating bits", Uint8Array.from({ length: 5003 }, (_, i) => i & 1), 2],
  ["constant bits", new Uint8Array(4500), 2],
  ["3 symbols", noise(5000, 3, 5), 3],
  ["7 biased symbols", noise(5000, 7, 6, 0.6), 7],
  ["16 symbols repeating with period 30", echo(5000, 16, 7, 30, 0.9), 16],
  ["256 symbols", noise(5000, 256, 8), 256],
  ["256 biased symbols", noise(5000, 256, 9, 0.9), 256],
  ["a ramp", Uint8Array.from({ length: 5000 }, (_, i) => i), 256],
];

describe("predictors against their definition", () => {
  for (const [name, symbols, alphabetSize] of SAMPLES) {
    const data = sequence(symbols, alphabetSize);
    test(`MultiMCW, ${name}`, () => expect(outcome(multiMcw(data))).toEqual(plainMcw(symbols)));
    test(`lag, ${name}`, () => expect(outcome(lag(data))).toEqual(plainLag(symbols)));
    test(`MultiMMC, ${name}`, () => expect(outcome(multiMmc(data))).toEqual(plainMmc(symbols)));
    test(`LZ78Y, ${name}`, () => expect(outcome(lz78y(data))).toEqual(plainLz78y(symbols)));
  }

  test("short sequences of every length up to 40", () => {
    for (let length = 4; length <= 40; length++) {
      for (const alphabetSize of [2, 5]) {
        const symbols = noise(length, alphabetSize, length);
        const data = sequence(symbols, alphabetSize);
        expect(outcome(lag(data))).toEqual(plainLag(symbols));
        expect(outcome(multiMmc(data))).toEqual(plainMmc(symbols));
        if (length >= 18) expect(outcome(lz78y(data))).toEqual(plainLz78y(symbols));
      }
    }
  });

  test("LZ78Y beyond the 65,536 contexts of its dictionary", () => {
    const bits = echo(16_000, 2, 10, 9, 0.1);
    expect(outcome(lz78y(sequence(bits, 2)))).toEqual(plainLz78y(bits));
    const bytes = echo(9_000, 200, 11, 3, 0.3);
    expect(outcome(lz78y(sequence(bytes, 200)))).toEqual(plainLz78y(bytes));
  });
});
