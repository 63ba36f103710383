/**
 * Guesses the noise of this machine's sources by a predictor that shares nothing with the estimate of credit, and prints
 * its best accuracy beside 2^−claim, which no guess may exceed. Asserts nothing.
 *
 *     bun bench/predictors.ts [ID…]              the default sources that claim something, or these; sampled now
 *     bun bench/predictors.ts --from FOLDER [ID…]   from recordings that the command `record` made
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { currentHost } from "../src/platform/index.ts";
import { takeTrace } from "../src/recording/sample-until.ts";
import { claimAt, counterStepNs, isDefault, type Source } from "../src/source.ts";
import { sources } from "../src/sources/index.ts";
import { predict } from "./predictors/predictor.ts";

const SAMPLES = 400_000;
const LONGEST_MS = 15_000;

const { values, positionals } = parseArgs({
  options: { from: { type: "string" } },
  allowPositionals: true,
});
const host = currentHost();
const never = new AbortController().signal;
const wanted = sources.filter(({ info }) =>
  positionals.length > 0 ? positionals.includes(info.id) : isDefault(info) && info.claim > 0,
);

console.log("| source | samples | claim | 2^−claim | best accuracy | bits | claim ÷ bits | best predictor |");
console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
for (const source of wanted) {
  const { id, symbolBits } = source.info;
  const samples = await noiseOf(source);
  if (typeof samples === "string") {
    console.error(`${id}: ${samples}`);
    continue;
  }
  const claim = claimAt(source.info, counterStepNs(host));
  const [best] = predict(samples, symbolBits);
  const bits = -Math.log2(best!.accuracy);
  const cells = [
    id,
    samples.length,
    claim,
    (2 ** -claim).toFixed(4),
    best!.accuracy.toFixed(4),
    bits.toFixed(3),
    (claim / bits).toFixed(2),
    best!.by,
  ];
  console.log(`| ${cells.join(" | ")} |`);
}

/** Returns raw samples, or the reason why there are none. */
async function noiseOf(source: Source): Promise<BigUint64Array | string> {
  if (values.from !== undefined) {
    const name = `${source.info.id}.samples.u64`;
    const path = [join(values.from, name), join(values.from, source.info.id, name)].find(existsSync);
    if (path === undefined) return `no ${name} in ${values.from}`;
    return new BigUint64Array(new Uint8Array(readFileSync(path)).buffer).subarray(0, SAMPLES);
  }
  const availability = await source.availability(host);
  if (!availability.ok) return availability.reason;
  const limits = { samples: SAMPLES, durationMs: LONGEST_MS };
  return (await takeTrace(source, host, limits, never)).samples;
}
