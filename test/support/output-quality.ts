/** Checks that a long output looks uniform: by byte chi-square and runs test, at a false-alarm rate of 2⁻⁴⁰ each. */
import { expect } from "bun:test";
import { bitString } from "../../src/stats/bits.ts";
import { chiSquared } from "../../src/stats/math/chi-squared.ts";
import { igamc } from "../../src/stats/math/special-functions.ts";
import { frequency, runs } from "../../src/stats/sp800-22/index.ts";

const FALSE_ALARM = 2 ** -40;

export function expectUniform(bytes: Uint8Array): void {
  const counts = new Float64Array(256);
  for (const byte of bytes) counts[byte]! += 1;
  const statistic = chiSquared(counts, new Array(256).fill(1 / 256));
  expect(igamc(255 / 2, statistic / 2)).toBeGreaterThan(FALSE_ALARM);
  for (const test of [frequency, runs]) {
    const result = test(bitString(bytes));
    if (result.kind !== "hypothesis") throw new Error(`${result.test} did not apply`);
    expect(result.pValues[0]).toBeGreaterThan(FALSE_ALARM);
  }
}

const BLOCK_BYTES = 32;

/** Counts aligned 32-byte blocks that occur again in all of the outputs together. By chance none do, but for 2⁻²⁰⁰. */
export function repeatedBlocks(...outputs: readonly Uint8Array[]): number {
  const seen = new Set<string>();
  let blocks = 0;
  for (const output of outputs) {
    const bytes = Buffer.from(output.buffer, output.byteOffset, output.length);
    for (let at = 0; at + BLOCK_BYTES <= bytes.length; at += BLOCK_BYTES) {
      seen.add(bytes.toString("latin1", at, at + BLOCK_BYTES));
      blocks += 1;
    }
  }
  return blocks - seen.size;
}
