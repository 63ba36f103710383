/** `stream`: random bytes to stdout. */
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, nameOf, parseSize } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../errors.ts";
import { streamBytes } from "../faces/pipe/stream.ts";
import { POOL_FLAGS } from "./claims.ts";
import { SOURCES_FLAGS } from "./source-flags.ts";

const FLAGS = {
  format: flag.choice(["raw", "hex", "base64"], { default: "raw", about: "Encoding of the output" }),
  wrap: flag.count(1, 65_536, { about: "hex and base64: begin a new line after N characters" }),
  bytes: flag.value(parseBytes, {
    hint: "N",
    default: "0",
    about: "Number of bytes: 64, 4K, 1M, 2G; 0 = endless",
  }),
  mode: flag.choice(["full", "drbg", "noise"], {
    default: "full",
    about: "full: 320 credited bits for each 32 bytes; drbg: fast, reseeded; noise: raw symbols",
  }),
  ...SOURCES_FLAGS,
  bytesPerSecond: flag.rate({ name: "rate", about: "Highest rate, bytes a second" }),
  timeoutMs: flag.seconds({
    name: "timeout",
    default: "10",
    about: "Give up after this many seconds without new entropy",
  }),
  debias: flag.choice(["von-neumann", "xor-fold"], {
    about: "noise mode: condition the symbols, for study",
  }),
  bits: flag.count(1, 8, { hint: "K", about: "noise mode: the low K bits of each symbol, packed" }),
  ...POOL_FLAGS,
  force: flag.switch({ about: "Write raw bytes even to a terminal" }),
};

export const stream = command({
  name: "stream",
  description: "Write random bytes to stdout",
  details: [
    "full: each 32 bytes are the SHA-256 of noise that passed its health tests and was credited at least 320 bits, XORed with the output of a CTR_DRBG. That is the arithmetic of RBG3(XOR) in SP 800-90C, over non-physical sources that are not validated. drbg: that CTR_DRBG alone, seeded and reseeded from the pool, for gigabytes. noise: the sources' raw symbols, for study, neither tested nor credited.",
    "Operating-system randomness is mixed in and credited nothing. If the sources cannot deliver the requested bytes in time, the exit code is 3; nothing is made up.",
    "Hexadecimal and base64 end with a line break once they are complete: text without one was cut off. Raw bytes have none.",
  ],
  flags: FLAGS,
  examples: [
    "esoteric-entropy stream --format hex --bytes 32",
    "esoteric-entropy stream --format base64 --wrap 76 --bytes 1K",
    "esoteric-entropy stream --mode drbg --bytes 1G > random.bin",
    "esoteric-entropy stream --sources dram_row_buffer,sleep_jitter --format base64 --bytes 48",
    "esoteric-entropy stream --mode noise --sources page_fault_timing --bits 2 --bytes 1M > noise.bin",
  ],
  seeAlso: ["pool", "device", "server", "report"],
  check({ mode, debias, bits, format, wrap }, given) {
    if (wrap !== undefined && format === "raw") throw new UsageError("--wrap is for --format hex and base64");
    const stray = Object.entries(POOL_FLAGS).find(([key]) => given.has(key) && key !== "uncalibrated");
    if (mode === "noise" && stray) {
      throw new UsageError(`--${nameOf(...stray)} is not for --mode noise, which credits nothing`);
    }
    if (mode !== "noise" && (debias || bits !== undefined)) {
      throw new UsageError("--debias and --bits are for --mode noise");
    }
  },
  async run(options, io, deps: Deps) {
    await streamBytes(options, io, deps, (symbols, bits) => assessInThread(symbols, bits, io.signal));
    return EXIT.ok;
  },
});

/** Loaded when noise was streamed: nothing else here needs the tests. */
async function assessInThread(symbols: Uint8Array, bitsPerSymbol: number, signal: AbortSignal) {
  const { shared, TestThreads } = await import("../report/threads/test-threads.ts");
  using threads = new TestThreads(1, signal);
  return (await threads.run({ kind: "assess", symbols: shared(symbols), bitsPerSymbol })).minEntropy;
}

/** Parses a size; 0 means endless: Infinity. */
function parseBytes(text: string, name: string): number {
  return parseSize(text, name) || Number.POSITIVE_INFINITY;
}
