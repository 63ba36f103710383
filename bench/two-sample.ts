/**
 * False alarms and detections of `evidence compare`'s tests on made-up noise whose neighbours depend on each other: for each kind of noise,
 * the share of pairs in which a test's p-value is below a level, and the same once one of the pair is changed.
 *
 *     bun bench/two-sample.ts [PAIRS] [SAMPLES]
 */
import { Uniform } from "../src/recording/dependence.ts";
import { compareSamples, type Sequence, type TwoSamples } from "../src/stats/two-sample/two-samples.ts";
import { toSymbols, traceBytes } from "../src/trace.ts";

const [pairs = 300, samples = 8_192] = process.argv.slice(2).map(Number);
const LEVELS = [0.05, 0.01, 0.001];
const SYMBOL_BITS = 4;

const uniform = new Uniform();

/** Box and Muller. */
function normal(): number {
  return Math.sqrt(-2 * Math.log(1 - uniform.next())) * Math.cos(2 * Math.PI * uniform.next());
}

/** An autoregression: each value is φ times the one before, and noise. */
function autoregression(phi: number, scale = 20, place = 1_000): BigUint64Array {
  let x = normal();
  return BigUint64Array.from({ length: samples }, () => {
    x = phi * x + Math.sqrt(1 - phi * phi) * normal();
    return BigInt(Math.max(0, Math.round(place + scale * x)));
  });
}

/** Two states of a machine, fast and slow, that last `length` samples on average, and rare interruptions. */
function switching(length: number): BigUint64Array {
  let slow = uniform.next() < 0.5;
  return BigUint64Array.from({ length: samples }, () => {
    if (uniform.next() < 1 / length) slow = !slow;
    const interrupted = uniform.next() < 0.001 ? 50_000 : 0;
    return BigInt(Math.round((slow ? 1_060 : 1_000) + 10 * normal() + interrupted));
  });
}

const KINDS: readonly (readonly [string, () => BigUint64Array])[] = [
  ["independent", () => autoregression(0)],
  ["autoregression 0.5", () => autoregression(0.5)],
  ["autoregression 0.9", () => autoregression(0.9)],
  ["autoregression 0.99", () => autoregression(0.99)],
  ["switching, 30 samples", () => switching(30)],
  ["switching, 300 samples", () => switching(300)],
];
const CHANGES: readonly (readonly [string, () => BigUint64Array])[] = [
  ["0.5: place + half a deviation", () => autoregression(0.5, 20, 1_010)],
  ["0.5: twice the deviation", () => autoregression(0.5, 40)],
  ["0.9 in place of 0.5", () => autoregression(0.9)],
];

const TESTS: readonly (readonly [string, (result: TwoSamples) => number])[] = [
  ["distribution", ({ tests }) => tests.distribution.pValue],
  ["level", ({ tests }) => tests.level.pValue],
  ["shape", ({ tests }) => tests.shape.pValue],
  ["symbols", ({ tests }) => tests.symbols.pValue],
  ["order", ({ tests }) => tests.order.pValue],
  ["drift", ({ a }) => a.drift.pValue],
];

function sequenceOf(samples: BigUint64Array): Sequence {
  return { bytes: traceBytes({ samples }), symbols: toSymbols({ samples }, SYMBOL_BITS) };
}

function row(name: string, a: () => BigUint64Array, b: () => BigUint64Array): void {
  const counts = TESTS.map(() => LEVELS.map(() => 0));
  let changed = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const result = compareSamples({
      a: sequenceOf(a()),
      b: sequenceOf(b()),
      symbolBits: SYMBOL_BITS,
      level: 0.01,
      unitRatio: 1,
      leastEffect: 0,
    });
    for (const [t, [, pick]] of TESTS.entries()) {
      for (const [l, level] of LEVELS.entries()) if (pick(result) < level) counts[t]![l]!++;
    }
    if (result.a.changes.length > 0) changed++;
  }
  const cells = counts.map((each) => each.map((count) => (count / pairs).toFixed(3)).join(" "));
  console.log(
    [name.padEnd(32), ...cells.map((cell) => cell.padEnd(19)), (changed / pairs).toFixed(3)].join(""),
  );
}

console.log(
  `${pairs} pairs of ${samples} samples each; shares of p-values below ${LEVELS.join(", ")}; changes at level 0.01\n`,
);
console.log(["".padEnd(32), ...TESTS.map(([name]) => name.padEnd(19)), "changes"].join(""));
for (const [name, make] of KINDS) row(name, make, make);
console.log("\nfound, against an autoregression of 0.5:");
for (const [name, make] of CHANGES) row(name, () => autoregression(0.5), make);
