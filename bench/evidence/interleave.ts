/** `interleave`: records all sources in turns, for their correlations. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { currentHost } from "../../src/platform/index.ts";
import { type RawTrace, toSymbols } from "../../src/trace.ts";
import { evident } from "./sources.ts";

/**
 * Rounds, and samples of each source in a round. Each turn begins with caches that the other sources have filled, which
 * would show up as a correlation of all sources. The first samples of a turn are therefore dropped.
 */
const ROUNDS = 1_000;
export const ROUND_SAMPLES = 50;
export const ROUND_DROPPED = 100;

const never = new AbortController().signal;

export async function interleave([folder]: string[]): Promise<void> {
  if (!folder) throw new Error("interleave: which folder?");
  mkdirSync(folder, { recursive: true });
  const host = currentHost();
  const live: { id: string; take: () => Promise<RawTrace>; symbols: Uint8Array; bits: number }[] = [];
  for (const source of await evident(host)) {
    const { info } = source;
    // With slower ones the rounds would last for hours.
    if (info.rateHz < ROUND_SAMPLES * 5) continue;
    const sampler = await source.open(host);
    live.push({
      id: info.id,
      take: () => sampler.sample(ROUND_DROPPED + ROUND_SAMPLES, never),
      symbols: new Uint8Array(ROUNDS * ROUND_SAMPLES),
      bits: info.symbolBits,
    });
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const { take, symbols, bits } of live) {
      symbols.set(toSymbols(await take(), bits).subarray(ROUND_DROPPED), round * ROUND_SAMPLES);
    }
  }
  for (const { id, symbols } of live) writeFileSync(join(folder, `${id}.interleaved.u8`), symbols);
  console.error(`${live.length} sources, ${ROUNDS * ROUND_SAMPLES} symbols of each`);
  process.exit(0); // without closing the samplers
}
