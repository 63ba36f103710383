/** Random bytes to stdout: the last step of the path of a byte. */
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { UsageError } from "../../errors.ts";
import type { Host } from "../../platform/host.ts";
import { openPool, type PoolDeps, type PoolSettings } from "../../pool/open.ts";
import type { Generator } from "../../rbg/generator.ts";
import { type Debias, NoiseGenerator } from "../../rbg/noise.ts";
import { selectSources } from "../../sources/selection.ts";
import { encoder, type Format } from "./encode.ts";
import { type PumpOptions, pump } from "./pump.ts";

export interface StreamOptions extends PoolSettings {
  readonly format: Format;
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

/** Output above this length is worth a wider pipe. */
const WIDE_PIPE_BYTES = 1 << 20;

/** @throws UsageError; InsufficientEntropyError; ClosedPipeError when the reader has gone; the signal's reason */
export async function streamBytes(options: StreamOptions, io: Io, deps: PoolDeps): Promise<void> {
  const { mode, format, bytes } = options;
  if (format === "raw" && io.outIsTerminal && !options.force) {
    throw new UsageError("raw bytes would garble the terminal", ["use --format hex, redirect, or --force"]);
  }
  if (mode === "noise") {
    const infos = selectSources(deps.sources, options.sources).map((source) => source.info);
    using noise = new NoiseGenerator(infos, options, deps.startThread);
    await write(noise, options, io, deps);
    io.log.info(noise.summary());
  } else {
    using open = openPool({ ...options, capacityBytes: mode === "drbg" ? SEEDS_BYTES : undefined }, deps);
    if (mode === "drbg" && bytes > WIDE_PIPE_BYTES) widenPipe(io, deps.host);
    const showWait = () => new ProgressLine(io, () => `collecting entropy: ${open.pool.shortage()}`);
    await write(open[mode], { ...options, showWait }, io, deps);
  }
}

async function write(
  generator: Generator,
  options: StreamOptions & Pick<PumpOptions, "showWait">,
  io: Io,
  deps: PoolDeps,
): Promise<void> {
  await pump(generator, encoder(options.format, deps.host), options, (piece) => io.out(piece), io.signal);
  if (options.format !== "raw" && io.outIsTerminal) await io.out("\n");
}

function widenPipe(io: Io, { native }: Pick<Host, "native">): void {
  if (native.ok) io.widenPipe((fd, bytes) => native.library.resizePipe(fd, bytes));
}
