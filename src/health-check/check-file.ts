/** Runs the health tests over a recorded file, of any length: it is read piece by piece, and never held. */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { openDataFile, openStdin } from "#kit/files/data-file.ts";
import { formatPercent, formatQuantity } from "#kit/format/numbers.ts";
import type { Running } from "../assessment/running.ts";
import { type SymbolLayout, widthOf } from "../assessment/symbol-file.ts";
import { LEAST_CLAIM } from "../calibration/claims.ts";
import type { Fault } from "../drill/faults.ts";
import { type RecordedNoise, readManifest } from "../drill/noise.ts";
import { InputError, UsageError } from "../errors.ts";
import { MOST_BLOCK } from "../health/block-estimate.ts";
import { symbolsFrom } from "../report/input-format.ts";
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
  const h = claim ?? recording?.claimedH;
  if (h === undefined) {
    throw new UsageError("the health tests are of a claim: their cutoffs follow from it", [
      "--claim H, bits per symbol; a recording, NAME.symbols.u8 with NAME.json beside it, brings its own",
    ]);
  }
  const symbolBits =
    layout.bitsPerSymbol ?? recording?.symbolBits ?? (await findWidth(path, layout, running));
  if (h > 0 && h < LEAST_CLAIM)
    throw new UsageError(`--claim: below ${LEAST_CLAIM} bits a claim counts as 0`);
  if (h > symbolBits)
    throw new UsageError(`--claim: ${h} bits are more than a symbol of ${symbolBits} can hold`);
  const block = recording ? blockSymbols(recording.rateHz) : MOST_BLOCK;
  const tested: Tested = { claim: h, symbolBits, block };
  const tally = new HealthTally(tested);
  const turn = async () => {
    await new Promise<void>((resolve) => setImmediate(resolve));
    running.signal.throwIfAborted();
  };
  const head = new Uint8Array(noiseFor(tested, faults));
  let kept = 0;
  await using reading = await Reading.open(
    path,
    { ...layout, bitsPerSymbol: symbolBits },
    running,
    "testing",
  );
  for await (const symbols of reading.symbols()) {
    requireFit(symbols, tally.tested, reading, tally.symbols);
    const part = symbols.subarray(0, head.length - kept);
    head.set(part, kept);
    kept += part.length;
    for (let at = 0; at < symbols.length; at += TURN_SYMBOLS) {
      tally.add(symbols.subarray(at, at + TURN_SYMBOLS));
      await turn();
    }
  }
  const input = reading.input();
  if (tally.symbols === 0) throw new InputError(`${input.name} holds no symbol to test`);
  if (recording && input.sha256 !== recording.sha256) {
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
    notes: reading.notes(),
    passed: induced.some(({ passed }) => passed === false) ? false : outcome.passed,
  };
}

const RECORDED = ".symbols.u8";

/** The manifest beside a file that `record` wrote; undefined where there is none. @throws InputError for a damaged one */
function recordingOf(path: string): RecordedNoise | undefined {
  if (!path.endsWith(RECORDED)) return undefined;
  const manifest = `${path.slice(0, -RECORDED.length)}.json`;
  return statSync(manifest, { throwIfNoEntry: false }) ? readManifest(manifest) : undefined;
}

/** Reads the file once, for the width that its largest symbol takes. */
async function findWidth(path: string, layout: SymbolLayout, running: Running): Promise<number> {
  if (layout.format !== "bytes" && layout.format !== "csv") return 1;
  if (path === "-") {
    throw new UsageError("standard input is read once, and the width of its symbols must be known before", [
      "--bits-per-symbol says it",
    ]);
  }
  await using reading = await Reading.open(path, layout, running, "finding the width of symbols");
  let width = 1;
  for await (const symbols of reading.symbols()) width = Math.max(width, widthOf(symbols));
  return width;
}

function requireFit(
  symbols: Uint8Array,
  { symbolBits }: Tested,
  { name, from }: Reading,
  before: number,
): void {
  if (widthOf(symbols) <= symbolBits) return;
  const at = symbols.findIndex((symbol) => symbol >> symbolBits !== 0);
  throw new InputError(
    `${name}: symbol ${symbols[at]} at ${from + before + at} does not fit ${symbolBits} bits`,
  );
}

/** One pass over a file: its symbols, or those of a range. The digest is of the file. */
class Reading implements AsyncDisposable {
  readonly #hash = createHash("sha256");
  #bytes = 0;
  #notes: () => readonly string[] = () => [];

  private constructor(
    private readonly file: Awaited<ReturnType<typeof openDataFile>>,
    private readonly layout: SymbolLayout,
    private readonly running: Running,
    private readonly doing: string,
  ) {}

  static async open(path: string, layout: SymbolLayout, running: Running, doing: string): Promise<Reading> {
    const hints = { endless: ["cut a part of it: head -c 1000000"] };
    const file = path === "-" ? await openStdin(hints) : await openDataFile(path, running.signal, hints);
    return new Reading(file, layout, running, doing);
  }

  get name(): string {
    return this.file.name;
  }

  /** Index of the first symbol of the range. */
  get from(): number {
    const { range } = this.layout;
    return range === undefined ? 0 : range.index * range.count;
  }

  async *symbols(): AsyncGenerator<Uint8Array> {
    const { format, bitsPerSymbol, range } = this.layout;
    const decoded = symbolsFrom(this.#raw(), format, this.name, bitsPerSymbol);
    this.#notes = decoded.notes;
    const end = range === undefined ? Number.POSITIVE_INFINITY : this.from + range.count;
    let at = 0;
    for await (const piece of decoded.pieces) {
      const symbols = piece.subarray(Math.max(0, this.from - at), Math.max(0, end - at));
      at += piece.length;
      if (symbols.length > 0) yield symbols;
    }
  }

  async *#raw(): AsyncGenerator<Uint8Array> {
    const { bytes } = this.file;
    for await (const piece of this.file.pieces(this.running.signal)) {
      this.#hash.update(piece);
      this.#bytes += piece.length;
      const part = bytes === undefined ? "" : `, ${formatPercent(Math.min(1, this.#bytes / bytes))}`;
      this.running.onProgress(`${this.doing}: ${formatQuantity(this.#bytes, "B")}${part}`);
      yield piece;
    }
  }

  input(): FileHealthReport["input"] {
    return { name: this.name, bytes: this.#bytes, sha256: this.#hash.digest("hex"), from: this.from };
  }

  notes(): readonly string[] {
    return this.#notes();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.file[Symbol.asyncDispose]());
  }
}
