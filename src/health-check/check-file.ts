/** Runs the health tests over a recorded file, of any length: it is read piece by piece, and never held. */
import { statSync } from "node:fs";
import { formatPercent, formatQuantity } from "#kit/format/numbers.ts";
import type { Running } from "../assessment/running.ts";
import { requireWidth, widthOf } from "../assessment/symbol-file.ts";
import { type SymbolLayout, SymbolStream } from "../assessment/symbol-stream.ts";
import { LEAST_CLAIM } from "../calibration/claims.ts";
import type { Fault } from "../drill/faults.ts";
import { InputError, UsageError } from "../errors.ts";
import { MOST_BLOCK } from "../health/block-estimate.ts";
import { type RecordingFile, readRecording } from "../recording/manifest-file.ts";
import { blockSymbols } from "../sampling/probation.ts";
import { type Induced, induce, noiseFor, TURN_SYMBOLS } from "./induce.ts";
import { type HealthOutcome, HealthTally, type Tested } from "./tally.ts";

export interface FileHealthRequest {
  readonly layout: SymbolLayout;
  /** H, bits per symbol; undefined: what the recording's manifest claims. */
  readonly claim: number | undefined;
  /** Faults to lay over the beginning of the data. */
  readonly faults: readonly Fault[];
}

/** Plain data, as `--json` writes it. */
export interface FileHealthReport extends HealthOutcome, Tested {
  readonly schema: 1;
  readonly input: {
    readonly name: string;
    readonly bytes: number;
    readonly sha256: string;
    /** Index of the first symbol tested; places are counted from it. */
    readonly from: number;
  };
  /** Where the claim is from: the manifest beside the file, or the command line. */
  readonly claimFrom: { readonly manifest: string } | "command line";
  readonly induced: readonly Induced[];
  readonly notes: readonly string[];
}

/**
 * @throws UsageError without a claim, or for one that no symbol can hold, or standard input without a width
 * @throws InputError for data that cannot be read, are of another format, or not what was recorded; the signal's reason
 */
export async function checkFile(
  path: string,
  { layout, claim, faults }: FileHealthRequest,
  running: Running,
): Promise<FileHealthReport> {
  const recording = recordingOf(path);
  const h = claim ?? recording?.manifest.source.claimedH;
  if (h === undefined) {
    throw new UsageError("the health tests are of a claim: their cutoffs follow from it", [
      "--claim H, bits per symbol; a recording, NAME.symbols.u8 with NAME.json beside it, brings its own",
    ]);
  }
  const symbolBits =
    layout.bitsPerSymbol ??
    recording?.manifest.source.symbolBits ??
    (isOfBits(layout) ? 1 : await findWidth(path, layout, running));
  if (h > 0 && h < LEAST_CLAIM)
    throw new UsageError(`--claim: below ${LEAST_CLAIM} bits a claim counts as 0`);
  if (h > symbolBits)
    throw new UsageError(`--claim: ${h} bits are more than a symbol of ${symbolBits} can hold`);
  const block = recording ? blockSymbols(recording.manifest.rateHz) : MOST_BLOCK;
  const tested: Tested = { claim: h, symbolBits, block };
  const tally = new HealthTally(tested);
  const turn = async () => {
    await new Promise<void>((resolve) => setImmediate(resolve));
    running.signal.throwIfAborted();
  };
  const head = new Uint8Array(noiseFor(tested, faults));
  let kept = 0;
  await using stream = await SymbolStream.open(
    path,
    { ...layout, bitsPerSymbol: symbolBits },
    running.signal,
  );
  const { name, from } = stream;
  for await (const symbols of stream.symbols(running.signal, progressOf(stream, "testing", running))) {
    requireWidth({ name, symbols, from: from + tally.symbols }, symbolBits);
    const part = symbols.subarray(0, head.length - kept);
    head.set(part, kept);
    kept += part.length;
    for (let at = 0; at < symbols.length; at += TURN_SYMBOLS) {
      tally.add(symbols.subarray(at, at + TURN_SYMBOLS));
      await turn();
    }
  }
  const input = { name, bytes: stream.bytes, sha256: stream.sha256(), from };
  if (recording && input.sha256 !== recording.manifest.files.symbols.sha256) {
    throw new InputError(`${path} is not what was recorded: its SHA-256 differs from the manifest's`, {
      hints: ["a copy under another name, with --claim and --bits-per-symbol, is tested as it is"],
    });
  }
  if (faults.length > 0) running.onProgress("inducing faults");
  const induced = await induce(head.subarray(0, kept), tested, faults, turn);
  const outcome = tally.outcome();
  return {
    schema: 1,
    input,
    ...tested,
    claimFrom: claim === undefined ? { manifest: recording!.path } : "command line",
    ...outcome,
    induced,
    notes: stream.notes,
    passed: induced.some(({ passed }) => passed === false) ? false : outcome.passed,
  };
}

const RECORDED = ".symbols.u8";

/** The manifest beside a file that `record` wrote; undefined where there is none. @throws InputError for a damaged one */
function recordingOf(path: string): RecordingFile | undefined {
  if (!path.endsWith(RECORDED)) return undefined;
  const manifest = `${path.slice(0, -RECORDED.length)}.json`;
  return statSync(manifest, { throwIfNoEntry: false }) ? readRecording(manifest) : undefined;
}

/** True where a symbol is one bit unless more are asked for. */
function isOfBits({ format }: SymbolLayout): boolean {
  return format === "bits" || format === "ascii";
}

/** Finds the width that the largest symbol takes, for which the file is read once more. @throws UsageError for standard input */
async function findWidth(path: string, layout: SymbolLayout, running: Running): Promise<number> {
  if (path === "-") {
    throw new UsageError("standard input is read once, and the width of its symbols must be known before", [
      "--bits-per-symbol says it",
    ]);
  }
  await using stream = await SymbolStream.open(path, layout, running.signal);
  const onBytes = progressOf(stream, "finding the width of symbols", running);
  let width = 1;
  for await (const symbols of stream.symbols(running.signal, onBytes))
    width = Math.max(width, widthOf(symbols));
  return width;
}

function progressOf(
  { length }: SymbolStream,
  doing: string,
  { onProgress }: Running,
): (bytes: number) => void {
  return (bytes) => {
    const part = length === undefined ? "" : `, ${formatPercent(Math.min(1, bytes / length))}`;
    onProgress(`${doing}: ${formatQuantity(bytes, "B")}${part}`);
  };
}
