/**
 * Which sources are live on this very machine, how fast they are and how even their symbols look at first sight. Needs
 * EE_LIVE=1: what it finds depends on the machine. Nothing that leaves the machine, listens or watches is opened.
 */
import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { SourceError } from "../../src/errors.ts";
import { currentHost } from "../../src/platform/index.ts";
import type { Source } from "../../src/source.ts";
import { mostCommonValue } from "../../src/stats/sp800-90b/most-common-value.ts";
import { toSymbols } from "../../src/trace.ts";

const LIVE = process.env["EE_LIVE"] === "1";

const FOLDER = join(import.meta.dir, "../../src/sources");
const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".ts") && name !== "index.ts")
  .sort();
const host = currentHost();

/** At most this many samples, or what comes in about this time by the source's own figure. */
const SAMPLES = 20_000;
const SECONDS = 3;

if (!LIVE) console.log("skipped: live sources; EE_LIVE=1 runs them");

describe.skipIf(!LIVE)("live sources", () => {
  for (const file of files) {
    test(file, async () => {
      const exported: object[] = Object.values(await import(join(FOLDER, file)));
      const source = exported.find((each) => Object.hasOwn(each, "info")) as Source;
      const { info } = source;
      if (info.effects.some((effect) => ["network", "microphone", "camera"].includes(effect))) return;
      const answer = await source.availability(host);
      if (!answer.ok) return say(info.id, `unavailable: ${answer.reason}`);
      const n = Math.max(16, Math.min(SAMPLES, Math.ceil(info.rateHz * SECONDS)));
      try {
        await using sampler = await source.open(host);
        const trace = await sampler.sample(n, AbortSignal.timeout(20_000));
        expect(trace.samples).toHaveLength(n);
        const rateHz = Math.round((n / trace.elapsedNs) * 1e9);
        const symbols = toSymbols(trace, info.symbolBits);
        const estimate = mostCommonValue({ symbols, alphabetSize: 256 });
        const mcv = estimate.kind === "estimate" ? estimate.minEntropy.toFixed(2) : estimate.reason;
        say(info.id, `${rateHz} Hz (declared ${info.rateHz}), MCV ${mcv} bits (claim ${info.claim})`);
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        say(info.id, `not live: ${error.message}`);
        return;
      }
      const before = readdirSync("/dev/fd").length;
      for (let i = 0; i < 1_000; i++) await (await source.open(host))[Symbol.asyncDispose]();
      expect(readdirSync("/dev/fd").length).toBeLessThanOrEqual(before);
    }, 60_000);
  }
});

function say(id: string, what: string): void {
  console.log(`${id.padEnd(24)} ${what}`);
}
