/** The data that a report tests: a file, standard input, one source's raw symbols, or the pool's output. */
import { type DataFile, type DataHints, openDataFile, openStdin } from "#kit/files/data-file.ts";
import { InputError, UsageError } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import { openPool, type PoolDeps, type PoolSettings } from "../pool/open.ts";
import type { Generator, RbgMode } from "../rbg/generator.ts";
import { requireAvailable, sampleUntil } from "../recording/sample-until.ts";
import type { Source } from "../source.ts";
import { packLowBits } from "../stats/bits.ts";
import { toSymbols } from "../trace.ts";
import { bytesFrom, type InputFormat, keepsLength } from "./input-format.ts";
import { DEEP_BYTES } from "./intake.ts";
import type { ReportData, RunOptions } from "./run-options.ts";

export type DataOrigin =
  | { readonly kind: "file"; readonly path: string; readonly format: InputFormat }
  | { readonly kind: "stdin"; readonly format: InputFormat }
  | { readonly kind: "source"; readonly source: Source }
  | ({
      readonly kind: "pool";
      readonly mode: RbgMode;
      readonly timeoutMs: number;
    } & PoolSettings);

/** Lists the files that the data are read from: paths and descriptors. */
export function inputsOf(origin: DataOrigin): (string | number)[] {
  if (origin.kind === "file") return [origin.path];
  return origin.kind === "stdin" ? [STDIN] : [];
}

const STDIN = 0;

/** Data, with their length where it is known before they are read. */
export type OpenData = ReportData &
  AsyncDisposable & {
    readonly bytes: number | undefined;
    /** Place of the first byte of `pieces` in the data. */
    readonly from: number;
    /** As `DataFile.stamp`. */
    readonly stamp: string | undefined;
  };

const HINTS: DataHints = {
  endless: ["take a part of it: 'report' has --bytes, or cut with head -c 1000000"],
  terminal: ["pipe data in: head -c 1M /dev/urandom | esoteric-entropy report --stdin"],
};

export interface DataNeeds {
  /** The data need not have an end: where no number of bytes is given, all that come are read. */
  readonly isEndless?: boolean;
  /** The data before `bytes` are known, unless their stamp has changed: they may begin there. */
  readonly known?: { readonly stamp: string | null; readonly bytes: number } | undefined;
}

/** @param bytes number of bytes; undefined for all of a file */
export async function openData(
  origin: DataOrigin,
  bytes: number | undefined,
  signal: AbortSignal,
  deps: PoolDeps,
  needs: DataNeeds = {},
): Promise<OpenData> {
  const generatedBytes = bytes ?? (needs.isEndless ? Number.POSITIVE_INFINITY : 0);
  switch (origin.kind) {
    case "file":
      return fromFile(origin, await openDataFile(origin.path, signal, HINTS), bytes, signal, needs);
    case "stdin":
      return fromFile(origin, await openStdin(HINTS), bytes, signal, needs);
    case "source": {
      const { info } = origin.source;
      await requireAvailable(origin.source, deps.host);
      const pieces = rawSymbols(origin.source, generatedBytes, deps.host, signal);
      return generated("source", info.id, info.symbolBits, pieces, bytes);
    }
    case "pool": {
      const open = openPool(origin, deps);
      const name = `${origin.mode === "full" ? "full entropy" : "drbg"}, sources ${origin.sources}`;
      const pieces = poolBytes(open[origin.mode], origin.timeoutMs, generatedBytes, signal);
      return {
        // The pool's memory goes before the tests take theirs.
        ...generated("pool", name, 8, thenClose(pieces, open), bytes),
        [Symbol.asyncDispose]: async () => open.close(),
      };
    }
  }
}

function fromFile(
  { kind, format }: Extract<DataOrigin, { readonly format: InputFormat }>,
  file: DataFile,
  bytes: number | undefined,
  signal: AbortSignal,
  { isEndless, known }: DataNeeds,
): OpenData {
  const { name, stamp } = file;
  const keeps = keepsLength(format);
  const mayBegin = keeps && known !== undefined && known.stamp === stamp;
  const from = mayBegin && known.bytes < (bytes ?? Number.POSITIVE_INFINITY) ? known.bytes : undefined;
  const raw = file.pieces(signal, { limit: keeps ? bytes : undefined, from, isEndless });
  const { pieces, notes } = bytesFrom(raw, format, name);
  return {
    kind,
    name,
    ...(format !== "bytes" && { format }),
    bitsPerSymbol: format === "bits" || format === "ascii" ? 1 : 8,
    bytes: bytes ?? (keeps ? file.bytes : undefined),
    pieces: keeps || bytes === undefined ? pieces : firstOf(pieces, bytes, name),
    notes,
    from: from ?? 0,
    ...(format === "bytes" && { asTheyAre: from ?? 0 }),
    stamp,
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

/** Yields the first `bytes` of decoded data. @throws InputError if there are fewer */
async function* firstOf(
  pieces: AsyncIterable<Uint8Array>,
  bytes: number,
  name: string,
): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const piece of pieces) {
    yield piece.subarray(0, left);
    left -= piece.length;
    if (left <= 0) return;
  }
  throw new InputError(`${name} ends after ${bytes - left} bytes; ${bytes} were asked for`);
}

function generated(
  kind: "source" | "pool",
  name: string,
  bitsPerSymbol: number,
  pieces: AsyncIterable<Uint8Array>,
  bytes: number | undefined,
): OpenData {
  return {
    kind,
    name,
    bitsPerSymbol,
    bytes,
    pieces,
    from: 0,
    stamp: undefined,
    async [Symbol.asyncDispose]() {},
  };
}

/** Samples per request: a multiple of 8, so that symbols of any width fill whole bytes. */
const PIECE_SAMPLES = 8_192;

async function* rawSymbols(
  source: Source,
  bytes: number,
  host: Host,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { symbolBits } = source.info;
  const limits = { samples: Math.ceil((8 * bytes) / symbolBits), pieceSamples: PIECE_SAMPLES };
  for await (const trace of sampleUntil(source, host, limits, signal)) {
    yield packLowBits(toSymbols(trace, symbolBits), symbolBits).bytes;
  }
}

async function* thenClose(
  pieces: AsyncIterable<Uint8Array>,
  open: { close(): void },
): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } finally {
    open.close();
  }
}

async function* poolBytes(
  generator: Generator,
  timeoutMs: number,
  bytes: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for (let left = bytes; left > 0; ) {
    const piece = new Uint8Array(Math.min(left, generator.pieceBytes));
    await generator.fill(piece, { signal, timeoutMs });
    left -= piece.length;
    yield piece;
  }
}

/** Cuts the data into sequences of the same length. @throws UsageError or InputError where they cannot be cut so */
export function sequencesOf(
  sequences: number,
  data: { readonly name: string; readonly bytes: number | undefined },
): RunOptions["sequences"] {
  if (sequences === 1) return undefined;
  if (data.bytes === undefined) {
    throw new UsageError(`--sequences: the length of ${data.name} is not known beforehand`, [
      "--bytes N says it, for all sequences together",
    ]);
  }
  const bytes = Math.floor(data.bytes / sequences);
  if (bytes === 0) {
    throw new InputError(`${data.name}: ${data.bytes} bytes cannot be cut into ${sequences} sequences`);
  }
  if (bytes > DEEP_BYTES) {
    throw new InputError(
      `sequences of ${bytes} bytes are longer than the ${DEEP_BYTES} that are tested whole`,
      {
        hints: [`--sequences ${Math.ceil(data.bytes / DEEP_BYTES)} or more, or --bytes`],
      },
    );
  }
  return { count: sequences, bytes };
}
