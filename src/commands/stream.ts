/** `stream`: random bytes to stdout. The last step of the path of a byte. */
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag } from "#kit/term/flags/builders.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { parseSize } from "#kit/term/units.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../errors.ts";
import { encoder, type Format } from "../faces/pipe/encode.ts";
import { type PumpOptions, pump } from "../faces/pipe/pump.ts";
import type { Host } from "../platform/host.ts";
import { openPool } from "../pool/open.ts";
import type { Generator } from "../rbg/generator.ts";
import { type Debias, NoiseGenerator } from "../rbg/noise.ts";
import { selectSources } from "../sources/selection.ts";
import { CLAIM_FLAGS, type ClaimOptions } from "./claims.ts";
import { SOURCES_FLAGS } from "./source-flags.ts";

const STREAM_FLAGS = {
  format: flag.choice(["raw", "hex", "base64"], { default: "raw", about: "How bytes are written" }),
  bytes: flag.value(parseBytes, {
    hint: "N",
    default: "0",
    about: "How many: 64, 4K, 1M, 2G; 0 = endless",
  }),
  mode: flag.choice(["full", "drbg", "noise"], {
    default: "full",
    about: "full: full entropy; drbg: fast, reseeded; noise: raw symbols",
  }),
  ...SOURCES_FLAGS,
  bytesPerSecond: flag.rate({ name: "rate", about: "At most so many bytes a second" }),
  timeoutMs: flag.seconds({
    name: "timeout",
    default: "10",
    about: "Give up after so many seconds without entropy",
  }),
  debias: flag.choice(["von-neumann", "xor-fold"], {
    about: "noise mode: condition the symbols, for study",
  }),
  bits: flag.count(1, 8, { hint: "K", about: "noise mode: the low K bits of each symbol, packed" }),
  ...CLAIM_FLAGS,
  force: flag.switch({ about: "Write raw bytes even to a terminal" }),
};

export interface StreamOptions extends ClaimOptions {
  readonly format: Format;
  /** Infinity: endless. */
  readonly bytes: number;
  readonly mode: "full" | "drbg" | "noise";
  readonly sources: string;
  readonly bytesPerSecond: number | undefined;
  readonly timeoutMs: number;
  readonly debias: Debias | undefined;
  /** Low bits of each symbol that noise mode writes; undefined: whole symbols, one a byte. */
  readonly bits: number | undefined;
  readonly force: boolean;
}

export const stream = command({
  name: "stream",
  description: "Write random bytes to stdout",
  details: [
    "full: each 32 bytes are the SHA-256 of noise that was credited 320 bits or more, XORed with the output of a CTR_DRBG (SP 800-90C, RBG3). drbg: that CTR_DRBG alone, seeded and reseeded from the pool, for gigabytes. noise: the sources' raw symbols, for study, neither tested nor credited.",
    "Operating-system randomness is mixed in and credited nothing. Where sources cannot deliver what is asked for in time, the exit code is 3 and nothing is made up.",
  ],
  flags: STREAM_FLAGS,
  examples: [
    "esoteric-entropy stream --format hex --bytes 32",
    "esoteric-entropy stream --mode drbg --bytes 1G > random.bin",
    "esoteric-entropy stream --sources dram_row_buffer,sleep_jitter --format base64 --bytes 48",
    "esoteric-entropy stream --mode noise --sources page_fault_timing --bits 2 --bytes 1M > noise.bin",
  ],
  seeAlso: ["pool", "device", "server", "report"],
  check({ mode, credit, debias, bits }) {
    if (mode === "noise" && credit.size > 0) {
      throw new UsageError("--credit is not for --mode noise, which credits nothing");
    }
    if (mode !== "noise" && (debias || bits !== undefined)) {
      throw new UsageError("--debias and --bits are for --mode noise");
    }
  },
  async run(options, io, deps: Deps) {
    await runStream(options, io, deps);
    return EXIT.ok;
  },
});

/** Infinity: endless. */
function parseBytes(text: string, name: string): number {
  return parseSize(text, name) || Number.POSITIVE_INFINITY;
}

/** Kept ready in drbg mode: a block for the next reseed, one second later, and one to spare. */
const SEEDS_BYTES = 64;

/** Output above this length is worth a wider pipe. */
const WIDE_PIPE_BYTES = 1 << 20;

/** @throws InsufficientEntropyError · ClosedPipeError when the reader has gone · the signal's reason */
export async function runStream(options: StreamOptions, io: Io, deps: Deps): Promise<void> {
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
    const capacityBytes = mode === "drbg" ? SEEDS_BYTES : undefined;
    using open = openPool({ ...options, capacityBytes }, { ...deps, warn: (text) => io.log.warn(text) });
    if (mode === "drbg" && bytes > WIDE_PIPE_BYTES) widenPipe(io, deps.host);
    const showWait = () => new ProgressLine(io, () => `collecting entropy: ${open.pool.shortage()}`);
    await write(open[mode], { ...options, showWait }, io, deps);
  }
}

async function write(
  generator: Generator,
  options: StreamOptions & Pick<PumpOptions, "showWait">,
  io: Io,
  deps: Deps,
): Promise<void> {
  await pump(generator, encoder(options.format, deps.host), options, (piece) => io.out(piece), io.signal);
  if (options.format !== "raw" && io.outIsTerminal) await io.out("\n");
}

function widenPipe(io: Io, { native }: Pick<Host, "native">): void {
  if (native.ok) io.widenPipe((fd, bytes) => native.library.resizePipe(fd, bytes));
}
