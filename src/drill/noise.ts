/** Where the drill's noise comes from: the sources of this machine, or recordings made by `record`. */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { openDataFile } from "#kit/files/data-file.ts";
import { InputError } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import { dataPath, type RecordingFile, readRecording } from "../recording/manifest-file.ts";
import { takeSymbols } from "../recording/sample-until.ts";
import { claimAt, counterStepNs, type Source, type SourceInfo } from "../source.ts";
import { type Cast, leastNoise, noiseNeeded } from "./drill.ts";
import type { Fault } from "./faults.ts";

/** A source that cannot be drilled, and why. */
export interface Without {
  readonly id: string;
  readonly reason: string;
}

/** One source's noise, or why there is none. */
export type Noise =
  | { readonly kind: "noise"; readonly cast: Cast }
  /** It claims nothing, so that no fault can earn anything. */
  | { readonly kind: "not-credited"; readonly without: Without }
  /** It cannot run here. */
  | { readonly kind: "absent"; readonly without: Without }
  /** It failed, or delivered too little. */
  | { readonly kind: "failed"; readonly without: Without };

/** Time that one piece takes: an interrupt waits for its end. */
const PIECE_MS = 100;

/** Samples a source for as long as the faults need, or `durationMs`. @throws the signal's reason */
export async function sampleNoise(
  source: Source,
  info: SourceInfo,
  faults: readonly Fault[],
  durationMs: number,
  host: Host,
  signal: AbortSignal,
): Promise<Noise> {
  const { id } = info;
  const availability = await source.availability(host);
  if (!availability.ok) return { kind: "absent", without: { id, reason: availability.reason } };
  const stepNs = counterStepNs(host);
  if (!(claimAt(info, stepNs) > 0)) return notCredited(info);
  const samples = Math.max(leastNoise({ info, stepNs }), noiseNeeded({ info, stepNs }, faults));
  const pieceSamples = Math.max(1, Math.round((info.rateHz * PIECE_MS) / 1000));
  const taken = await takeSymbols(source, host, { samples, durationMs, pieceSamples }, signal);
  if (taken.shortfall?.kind === "failed") {
    return { kind: "failed", without: { id, reason: taken.shortfall.reason } };
  }
  return ifEnough({ info, stepNs, rateHz: taken.rateHz, symbols: taken.symbols });
}

function ifEnough(cast: Cast): Noise {
  const least = leastNoise(cast);
  if (cast.symbols.length >= least) return { kind: "noise", cast };
  const reason = `too few samples: ${cast.symbols.length}, and the drill takes ${least} or more`;
  return { kind: "failed", without: { id: cast.info.id, reason } };
}

function notCredited({ id }: SourceInfo): Noise {
  return { kind: "not-credited", without: { id, reason: `claims nothing; --credit ${id}=H drills it` } };
}

// ---- Recordings ----

/**
 * Finds the recordings of these sources at `path`, which is a folder that `record` wrote, or one manifest in it.
 * @throws InputError where there is none, or a manifest is not understood
 */
export function findRecordings(path: string, sources: readonly Source[]): RecordingFile[] {
  const manifests = isFolder(path)
    ? sources
        .map(({ info }) => join(path, `${info.id}.json`))
        .filter((file) => statSync(file, { throwIfNoEntry: false }))
    : [path];
  if (manifests.length === 0) {
    throw new InputError(`${path} holds no recording of these sources`, {
      hints: ["'esoteric-entropy record SOURCE --out FOLDER' makes one"],
    });
  }
  return manifests.map(readRecording);
}

/** False for what cannot be looked at: whoever reads it says why. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Reads a recording's symbols, as many as the faults need.
 * @throws InputError for symbols that are missing, were changed, or are not this source's; the signal's reason
 */
export async function readNoise(
  recording: RecordingFile,
  info: SourceInfo,
  faults: readonly Fault[],
  signal: AbortSignal,
): Promise<Noise> {
  const { source, rateHz, clock, files } = recording.manifest;
  const { symbolBits } = source;
  const stepNs = clock?.periodNs;
  const path = dataPath(recording, "symbols");
  if (!(rateHz > 0)) throw new InputError(`${recording.path} has no rate`);
  if (symbolBits !== info.symbolBits) {
    throw new InputError(`${path} has symbols of ${symbolBits} bits, and ${info.id} of ${info.symbolBits}`);
  }
  if (!(claimAt(info, stepNs) > 0)) return notCredited(info);
  const most = noiseNeeded({ info, stepNs }, faults);
  const symbols = new Uint8Array(Math.min(most, files.symbols.bytes));
  const hash = createHash("sha256");
  let length = 0;
  await using file = await openDataFile(path, signal);
  for await (const piece of file.pieces(signal)) {
    hash.update(piece);
    if (length < symbols.length) symbols.set(piece.subarray(0, symbols.length - length), length);
    length += piece.length;
  }
  if (length !== files.symbols.bytes || hash.digest("hex") !== files.symbols.sha256) {
    throw new InputError(
      `${path} is not what was recorded: its length or SHA-256 differs from the manifest's`,
    );
  }
  if (symbols.some((symbol) => symbol >> symbolBits !== 0)) {
    throw new InputError(`${path} holds symbols of more than ${symbolBits} bits`);
  }
  return ifEnough({ info, stepNs, rateHz, symbols });
}
