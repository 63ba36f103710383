/** Measures nanoseconds per symbol of the health tests and the estimate of blocks. Asserts nothing. */
import { BlockEstimate } from "../src/health/block-estimate.ts";
import {
  AdaptiveProportionTest,
  aptCutoff,
  aptWindow,
  CONTINUOUS_ALPHA_EXPONENT,
  RepetitionCountTest,
  rctCutoff,
} from "../src/health/health-tests.ts";
import { HealthMonitor } from "../src/health/monitor.ts";
import { SecondTests } from "../src/health/second-tests.ts";

const SYMBOLS = 2 ** 20;
const BATCH = 4096;
const ROUNDS = 15;
/** Kept by all shapes: tests that have fired do nothing any more. */
const CLAIM = 0.1;

const SHAPES: [name: string, symbolBits: number, symbols: Uint8Array][] = [
  ...[1, 4, 8].map((bits): [string, number, Uint8Array] => [
    `uniform symbols of ${bits} bits`,
    bits,
    randomSymbols(bits),
  ]),
  ["symbols of which 90 % are equal", 8, randomSymbols(8).map((byte) => (byte < 230 ? 7 : byte))],
];

for (const [name, symbolBits, symbols] of SHAPES) {
  const window = aptWindow(symbolBits);
  const rct = new RepetitionCountTest(rctCutoff(CLAIM, CONTINUOUS_ALPHA_EXPONENT));
  const apt = new AdaptiveProportionTest(aptCutoff(CLAIM, window, CONTINUOUS_ALPHA_EXPONENT), window);
  const monitor = new HealthMonitor(CLAIM, symbolBits);
  const second = new SecondTests(symbolBits, 0.05);
  const estimate = new BlockEstimate(symbolBits);
  console.log(`\n${name}, batches of ${BATCH}`);
  report("repetition count", symbols, (batch) => rct.test(batch));
  report("adaptive proportion", symbols, (batch) => apt.test(batch));
  report("monitor (both)", symbols, (batch) => monitor.observe(batch));
  report("second tests", symbols, (batch) => second.observe(batch));
  report("block estimate", symbols, (batch) => estimate.assess(batch));
}

function randomSymbols(symbolBits: number): Uint8Array {
  const symbols = new Uint8Array(SYMBOLS);
  for (let i = 0; i < SYMBOLS; i += 65_536) crypto.getRandomValues(symbols.subarray(i, i + 65_536));
  return symbols.map((byte) => byte & (2 ** symbolBits - 1));
}

/** Prints the least CPU time of several rounds. */
function report(name: string, symbols: Uint8Array, take: (batch: Uint8Array) => unknown): void {
  let bestUs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < SYMBOLS; i += BATCH) take(symbols.subarray(i, i + BATCH));
    const { user, system } = process.cpuUsage(before);
    bestUs = Math.min(bestUs, user + system);
  }
  console.log(`  ${name.padEnd(20)} ${((bestUs * 1000) / SYMBOLS).toFixed(2).padStart(6)} ns/symbol`);
}
