/** Random bytes to stdout, one piece written while the next is made: the last step of the path of a byte. */
import { pause } from "#kit/abort.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { UsageError } from "../../errors.ts";
import type { Host } from "../../platform/host.ts";
import { openPool, type PoolDeps, type PoolSettings } from "../../pool/open.ts";
import type { FillOptions, Generator } from "../../rbg/generator.ts";
import { type Assess, type Debias, NoiseGenerator } from "../../rbg/noise.ts";
import { selectForSampling } from "../../sources/selection.ts";
import { type Encoder, encoder, type Format } from "./encode.ts";
import { Lines } from "./lines.ts";

export interface StreamOptions extends PoolSettings {
  readonly format: Format;
  /** Characters of a line of text; undefined for one line. */
  readonly wrap: number | undefined;
  /** Infinity for endless output. */
  readonly bytes: number;
  readonly mode: "full" | "drbg" | "noise";
  readonly bytesPerSecond: number | undefined;
  readonly timeoutMs: number;
  readonly debias: Debias | undefined;
  /** Low bits of each symbol that noise mode writes; undefined for whole symbols, one per byte. */
  readonly bits: number | undefined;
  /** Write raw bytes even to a terminal. */
  readonly force: boolean;
}

/** Bytes kept ready in drbg mode: a block for the next reseed, one second later, and one to spare. */
const SEEDS_BYTES = 64;

/**
 * Seconds of a rate that are kept ready, and the most bytes. A pool is filled from half empty to full at once, and each time a few slices
 * are sampled for which it has no room; the more it holds, the rarer that is (`npm run bench idle`).
 */
const READY_SECONDS = 8;
const MOST_READY_BYTES = 1 << 16;

/** @returns undefined for the pool's own capacity, 4 KiB */
function capacityFor(bytesPerSecond: number | undefined): number | undefined {
  if (bytesPerSecond === undefined || bytesPerSecond * READY_SECONDS <= 4096) return undefined;
  return Math.min(READY_SECONDS * bytesPerSecond, MOST_READY_BYTES);
}

/** Output above this length is worth a wider pipe. */
const WIDE_PIPE_BYTES = 1 << 20;

/** @throws UsageError; InsufficientEntropyError; ClosedPipeError when the reader has gone; the signal's reason */
export async function streamBytes(
  options: StreamOptions,
  io: Io,
  deps: PoolDeps,
  assess: Assess,
): Promise<void> {
  const { mode, format, bytes } = options;
  if (format === "raw" && io.outIsTerminal && !options.force) {
    throw new UsageError("raw bytes would garble the terminal", ["use --format hex, redirect, or --force"]);
  }
  if (mode === "noise") {
    const infos = selectForSampling(deps, options.sources).map((source) => source.info);
    using noise = new NoiseGenerator(infos, options, deps.startThread);
    await write(noise, options, io, deps);
    io.log.info(await summary(noise, io, assess));
  } else {
    const capacityBytes = mode === "drbg" ? SEEDS_BYTES : capacityFor(options.bytesPerSecond);
    using open = openPool({ ...options, capacityBytes }, deps);
    if (mode === "drbg" && bytes > WIDE_PIPE_BYTES) widenPipe(io, deps.host);
    const showWait = () => new ProgressLine(io, () => `collecting entropy: ${open.pool.shortage()}`);
    await write(open[mode], { ...options, showWait: io.errIsTerminal ? showWait : undefined }, io, deps);
  }
}

async function summary(noise: NoiseGenerator, io: Io, assess: Assess): Promise<string> {
  using _ = new ProgressLine(io, () => "assessing the noise that was written");
  return await noise.summary(assess);
}

async function write(
  generator: Generator,
  options: StreamOptions & Pick<PumpOptions, "showWait">,
  io: Io,
  deps: PoolDeps,
): Promise<void> {
  const { format, wrap } = options;
  const lines = wrap === undefined ? undefined : new Lines(wrap);
  const out = (piece: Uint8Array) => io.out(lines?.broken(piece) ?? piece);
  await pump(generator, encoder(format, deps.host), options, out, io.signal);
  // Whoever reads lines takes the last one for whole by this.
  if (format !== "raw") await io.out("\n");
}

function widenPipe(io: Io, { native }: Pick<Host, "native">): void {
  if (native.ok) io.widenPipe((fd, bytes) => native.library.resizePipe(fd, bytes));
}

export interface PumpOptions {
  /** Number of bytes; Infinity for endless output. */
  readonly bytes: number;
  /** Highest mean rate; undefined for no limit. */
  readonly bytesPerSecond: number | undefined;
  readonly timeoutMs: number;
  /** Shows that entropy is awaited, until it is disposed. */
  readonly showWait?: (() => Disposable) | undefined;
}

/**
 * Writes `bytes` bytes, encoded, and at the end the rest that the encoder kept back. If this process is copied meanwhile, what
 * was made and not given to `write` is made again.
 * @param write resolves when a piece is written
 * @throws the errors of `fill` and `write`; the signal's reason
 */
export async function pump(
  generator: Generator,
  encoder: Encoder,
  { bytes, bytesPerSecond, timeoutMs, showWait }: PumpOptions,
  write: (piece: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  // Ends the wait for entropy when writing fails.
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);
  const options: FillOptions = { signal: ended, timeoutMs };
  const pace = new Pace(bytesPerSecond);
  const buffers = new TwoBuffers();
  let left = bytes;
  /** Bytes that were made, and of which nothing was given to `write`. */
  let unwritten = 0;

  const make = async (): Promise<Uint8Array | undefined> => {
    if (left === 0) return undefined;
    const allowed = await pace.allowance(ended);
    const piece = buffers.next(Math.min(left, allowed, generator.pieceBytes));
    {
      using _ = showWait?.();
      await generator.fill(piece, options);
    }
    left -= piece.length;
    unwritten += piece.length;
    pace.spend(piece.length);
    return encoder.encode(piece);
  };

  try {
    let { epoch } = generator;
    let text = await make();
    for (;;) {
      const now = generator.epoch;
      if (now !== epoch) {
        text?.fill(0);
        encoder.forget();
        left += unwritten;
        unwritten = 0;
        epoch = now;
        text = await make();
      } else if (text === undefined) {
        break;
      } else {
        unwritten = encoder.keptBytes;
        [, text] = await Promise.all([write(text), make()]);
      }
    }
    await write(encoder.end());
  } finally {
    failed.abort();
  }
}

/** Two buffers in turn: one is written while the other is filled. */
class TwoBuffers {
  #buffers: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)];

  next(length: number): Uint8Array {
    const [current, other] = this.#buffers;
    const buffer = other.length < length ? new Uint8Array(length) : other;
    this.#buffers = [buffer, current];
    return buffer.subarray(0, length);
  }
}

/** Limits output to a mean rate, in pieces of at most a tenth of a second's worth. */
class Pace {
  #spent = 0;
  #startMs: number | undefined;

  constructor(private readonly bytesPerSecond: number | undefined) {}

  /** Waits until bytes may be made. @returns their number */
  async allowance(signal: AbortSignal): Promise<number> {
    const rate = this.bytesPerSecond;
    if (rate === undefined) return Number.POSITIVE_INFINITY;
    this.#startMs ??= performance.now();
    const waitMs = this.#startMs + (this.#spent / rate) * 1000 - performance.now();
    if (waitMs > 0) await pause(waitMs, signal);
    return Math.max(1, Math.floor(rate / 10));
  }

  spend(bytes: number): void {
    this.#spent += bytes;
  }
}
