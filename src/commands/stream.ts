/** `stream`: random bytes to stdout. The last step of the path of a byte. */
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag } from "#kit/term/flags/builders.ts";
import type { Io } from "#kit/term/io.ts";
import { pause } from "#kit/term/pause.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { parseSize } from "#kit/term/units.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../errors.ts";
import type { ByteSupply } from "../faces/pipe/byte-supply.ts";
import { type Encoder, encoder, type Format } from "../faces/pipe/encode.ts";
import type { Host } from "../platform/host.ts";
import { EntropyPool } from "../pool/pool.ts";
import { shortage } from "../pool/status.ts";
import { withinTime } from "../pool/within-time.ts";
import { RandomBytes } from "../rbg/generator.ts";
import { type Debias, NoiseSupply } from "../rbg/noise.ts";
import { selectSources } from "../sources/selection.ts";
import { CLAIM_FLAGS, type ClaimOptions, creditedInfos } from "./claims.ts";
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

/** What the pool keeps in drbg mode: a block for the next reseed, one second later, and one to spare. */
const SEEDS_BYTES = 64;

/** A wider pipe pays for more than this. */
const WIDE_PIPE_BYTES = 1 << 20;

/** @throws InsufficientEntropyError · ClosedPipeError when the reader has gone · the signal's reason */
export async function runStream(options: StreamOptions, io: Io, deps: Deps): Promise<void> {
  if (options.format === "raw" && io.outIsTerminal && !options.force) {
    throw new UsageError("raw bytes would garble the terminal", ["use --format hex, redirect, or --force"]);
  }
  const selected = selectSources(deps.sources, options.sources);
  const { native } = deps.host;
  if (options.mode === "drbg" && options.bytes > WIDE_PIPE_BYTES && native.ok) {
    io.widenPipe((fd, bytes) => native.library.resizePipe(fd, bytes));
  }
  const failed = new AbortController();
  const signal = AbortSignal.any([io.signal, failed.signal]);
  try {
    if (options.mode === "noise") {
      const infos = selected.map((source) => source.info);
      using noise = new NoiseSupply(infos, options, deps);
      await pump(noise, options, io, deps.host, signal);
    } else {
      const infos = creditedInfos(selected, options, io, deps);
      using pool = new EntropyPool({
        sources: infos,
        startThread: deps.startThread,
        ...(options.mode === "drbg" && { capacityBytes: SEEDS_BYTES }),
      });
      using random = new RandomBytes(pool, options.mode, deps.host);
      await pump(poolSupply(pool, random, options, io), options, io, deps.host, signal);
    }
  } finally {
    failed.abort(); // whatever still waits for entropy
  }
}

function poolSupply(pool: EntropyPool, random: RandomBytes, options: StreamOptions, io: Io): ByteSupply {
  // One is written while the other is filled.
  const buffers = [new Uint8Array(random.pieceBytes), new Uint8Array(random.pieceBytes)];
  return {
    async next(max, signal) {
      buffers.reverse();
      const piece = buffers[0]!.subarray(0, max);
      if (random.isImmediate) return piece.subarray(0, await random.fill(piece, signal));
      using _ = new ProgressLine(io, () => `collecting entropy: ${shortage(pool.status())}`);
      const filled = await withinTime(pool, options.timeoutMs, signal, (limited) =>
        random.fill(piece, limited),
      );
      return piece.subarray(0, filled);
    },
  };
}

/** Writes one piece while the next is made. */
async function pump(
  supply: ByteSupply,
  options: StreamOptions,
  io: Io,
  host: Host,
  signal: AbortSignal,
): Promise<void> {
  const encode: Encoder = encoder(options.format, host);
  const pace = new Pace(options.bytesPerSecond);
  let left = options.bytes;
  const make = async (): Promise<Uint8Array | undefined> => {
    if (left === 0) return undefined;
    const piece = await supply.next(Math.min(left, await pace.allowance(signal)), signal);
    left -= piece.length;
    pace.spend(piece.length);
    return encode.encode(piece);
  };
  for (let piece = await make(); piece !== undefined; ) {
    const [, following] = await Promise.all([io.out(piece), make()]);
    piece = following;
  }
  await io.out(encode.end());
  if (options.format !== "raw" && io.outIsTerminal) await io.out("\n");
  const summary = supply.summary?.();
  if (summary) io.log.info(summary);
}

/** Holds output to a mean rate, in pieces of at most a tenth of a second's worth. */
class Pace {
  #spent = 0;
  #startMs: number | undefined;

  constructor(private readonly bytesPerSecond: number | undefined) {}

  /** How many bytes may be made now; waits until it is some. */
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
