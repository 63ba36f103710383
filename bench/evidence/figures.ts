/** The figures of the tables: those computed from recordings, and the null control. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildNative } from "#kit/make/native.ts";
import { hostTarget, type Target } from "#kit/native/target.ts";
import { native } from "../../make/esoteric-entropy.ts";
import { BlockEstimate } from "../../src/health/block-estimate.ts";
import { currentHost, type Host } from "../../src/platform/index.ts";
import { sharedInformation } from "../../src/recording/dependence.ts";
import type { Manifest } from "../../src/recording/manifest.ts";
import { blockSymbols } from "../../src/sampling/probation.ts";
import { CREDITED_SHARE, claimAt, counterStepNs, type Source, type SourceInfo } from "../../src/source.ts";
import { assess, restartTest } from "../../src/stats/sp800-90b/index.ts";
import { toSymbols } from "../../src/trace.ts";
import { evident, within } from "./sources.ts";

const NULL_SAMPLES = 100_000;
const NULL_SECONDS = 5;

/** Length of the stretches, in symbols, within which sequences are shuffled to measure shared information beyond slow drift. */
export const WINDOW = 500;

const never = new AbortController().signal;

export interface Evidence {
  readonly id: string;
  readonly family: string;
  readonly claim: number;
  readonly manifests: readonly (Manifest | undefined)[];
  /** By condition. */
  readonly assessed: readonly (number | undefined)[];
  /** With a counter of 24 MHz: the claim, and the assessed entropy by condition. */
  readonly coarseClaim: number;
  readonly coarse: readonly (number | undefined)[];
  readonly stretches: readonly (Stretches | undefined)[];
  readonly restart:
    | {
        h: number;
        hRow: number | null;
        hCol: number | null;
        rows: number;
        cols: number;
        passed: boolean;
        reason?: string;
      }
    | undefined;
  readonly rateHz: number | undefined;
  readonly nullH: number | string;
  /** By condition: mutual information of two runs, in all and beyond slow drift. */
  readonly replays: readonly ([all: number, moment: number] | undefined)[];
}

/** Computes the slow figures, source by source in the order given, so that several processes can share the work. */
export async function assessAll([folder, ...ids]: string[]): Promise<void> {
  if (!folder) throw new Error("assess: which folder?");
  const host = currentHost();
  for (const { info } of await evident(host)) {
    const manifest = readManifest(folder, info.id);
    if (!manifest || (ids.length > 0 && !ids.includes(info.id))) continue;
    const h = assessedH(folder, manifest);
    restarted(folder, manifest, Math.min(h, claimAt(info, counterStepNs(host))));
    coarseH(folder, manifest);
    console.error(`${info.id}: ${h.toFixed(3)}`);
  }
}

/** Computes all figures of all recorded sources, by folder in the order given. */
export async function figures(folders: readonly string[]): Promise<Evidence[]> {
  const host = currentHost();
  const nullHost = currentHost({
    libraryPath: await buildNative(native, { target: hostTarget() as Target, defines: ["EE_NULL_CLOCK"] }),
  });
  const all: Evidence[] = [];
  for (const source of await evident(host)) {
    const { info } = source;
    const claim = claimAt(info, counterStepNs(host));
    const manifests = folders.map((folder) => readManifest(folder, info.id));
    const assessed = folders.map((folder, i) => manifests[i] && assessedH(folder, manifests[i]));
    const least = Math.min(info.symbolBits, ...assessed.filter((h) => h !== undefined));
    const withRestarts = manifests.findIndex((manifest) => manifest?.files.restarts);
    all.push({
      id: info.id,
      family: info.family,
      claim,
      manifests,
      assessed,
      coarseClaim: claimAt(info, COARSE_PERIOD_NS),
      coarse: folders.map((folder, i) => manifests[i] && coarseH(folder, manifests[i])),
      stretches: folders.map((folder, i) => manifests[i] && stretches(folder, manifests[i], info, claim)),
      restart: restarted(folders[withRestarts], manifests[withRestarts], Math.min(least, claim)),
      rateHz: manifests.find((manifest) => manifest)?.rateHz,
      nullH: info.unit === "ticks" ? await nullControl(source, nullHost) : "counts, no times",
      replays: folders.map((folder) =>
        info.unit === "ticks" ? replay(folder, info.id, info.symbolBits) : undefined,
      ),
    });
    console.error(`${info.id} assessed`);
  }
  return all;
}

function readManifest(folder: string, id: string): Manifest | undefined {
  const path = join(folder, `${id}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Manifest) : undefined;
}

export function bytes(folder: string, name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, name)));
}

/** The estimate of each block, half of which caps its credit (src/sampling/probation.ts), over a whole recording. */
export interface Stretches {
  /** Lowest value, bits per symbol. */
  readonly lowest: number;
  /** Share of blocks in which half of it is below the claim and lowers the credit. */
  readonly belowClaim: number;
}

function stretches(folder: string, { files }: Manifest, info: SourceInfo, claim: number): Stretches {
  const symbols = bytes(folder, files.symbols.name);
  const estimate = new BlockEstimate(info.symbolBits);
  const length = blockSymbols(info.rateHz);
  let lowest = info.symbolBits;
  let below = 0;
  let blocks = 0;
  for (let from = 0; from + length <= symbols.length; from += length) {
    const assessed = estimate.assess(symbols.subarray(from, from + length));
    lowest = Math.min(lowest, assessed);
    if (CREDITED_SHARE * assessed < claim) below += 1;
    blocks += 1;
  }
  return { lowest, belowClaim: blocks === 0 ? 0 : below / blocks };
}

function assessedH(folder: string, { source, files }: Manifest): number {
  return kept(folder, `${source.id}.assessed`, [files.symbols.sha256], () => ({
    h: assess(bytes(folder, files.symbols.name), source.symbolBits).minEntropy,
  })).h;
}

/** One tick of Apple silicon's counter, 24 MHz. */
const COARSE_PERIOD_NS = 1e9 / 24e6;

/**
 * Assesses a recording as a coarser counter might have seen it: each time divided by the ratio of the ticks and rounded
 * down. A real counter would add noise from the phase of its ticks, which is left out here and was never measured.
 */
function coarseH(folder: string, { source, files, clock }: Manifest): number | undefined {
  if (source.unit !== "ticks" || !clock || clock.periodNs >= COARSE_PERIOD_NS) return undefined;
  return kept(folder, `${source.id}.coarse`, [files.samples.sha256], () => {
    const samples = new BigUint64Array(bytes(folder, files.samples.name).buffer);
    const ratio = clock.periodNs / COARSE_PERIOD_NS;
    const mask = (1 << source.symbolBits) - 1;
    const symbols = Uint8Array.from(samples, (sample) => Math.floor(Number(sample) * ratio) & mask);
    return { h: assess(symbols, source.symbolBits).minEntropy };
  }).h;
}

/** Runs the restart test. @param hInitial H_I of the standard: the lower of assessed and claimed entropy */
function restarted(
  folder: string | undefined,
  manifest: Manifest | undefined,
  hInitial: number,
): Evidence["restart"] {
  if (!folder || !manifest?.restarts || !manifest.files.restarts) return undefined;
  const { rows, cols } = manifest.restarts;
  const { name, sha256 } = manifest.files.restarts;
  return kept(folder, `${manifest.source.id}.restarted`, [sha256, hInitial], () => {
    const result = restartTest(bytes(folder, name), rows, cols, manifest.source.symbolBits, hInitial);
    const { hRow, hCol, passed, reason } = result;
    return { h: Math.min(hRow ?? 0, hCol ?? 0), hRow, hCol, rows, cols, passed, ...(reason && { reason }) };
  });
}

/** Returns a result that takes half a minute to compute, from the file beside its recording if it is there. */
function kept<T extends object>(folder: string, name: string, key: unknown[], compute: () => T): T {
  const path = join(folder, `${name}.json`);
  if (existsSync(path)) {
    const found = JSON.parse(readFileSync(path, "utf8")) as { key: unknown; result: T };
    if (JSON.stringify(found.key) === JSON.stringify(key)) return found.result;
  }
  const result = compute();
  writeFileSync(path, JSON.stringify({ key, result }));
  return result;
}

async function nullControl(source: Source, host: Host): Promise<number | string> {
  const { info } = source;
  try {
    await using sampler = await source.open(host);
    const trace = await sampler.sample(within(info.rateHz, NULL_SECONDS, NULL_SAMPLES), never);
    return assess(toSymbols(trace, info.symbolBits), info.symbolBits).minEntropy;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function replay(folder: string, id: string, bits: number): [number, number] | undefined {
  if (!existsSync(join(folder, `${id}.replay-b.u64`))) return undefined;
  const [a, b] = ["a", "b"].map((name) => {
    const samples = new BigUint64Array(bytes(folder, `${id}.replay-${name}.u64`).buffer);
    return toSymbols({ samples }, bits);
  });
  return [sharedInformation(a!, b!), sharedInformation(a!, b!, WINDOW)];
}
