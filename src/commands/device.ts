/** `device`: a FIFO that behaves like a device file, or entropy for the kernel's own. */
import type { ArgsDef } from "citty";
import type { Command } from "#kit/term/command.ts";
import type { Io } from "#kit/term/io.ts";
import { pause } from "#kit/term/pause.ts";
import { parseSeconds, parseSize } from "#kit/term/units.ts";
import type { Deps } from "../deps.ts";
import { NativeError, UsageError } from "../errors.ts";
import { Fifo } from "../faces/device/fifo.ts";
import { BLOCK_BITS, feedKernel } from "../faces/device/kernel.ts";
import { serveFifo } from "../faces/device/serve-fifo.ts";
import { Supply } from "../faces/device/supply.ts";
import { encoder } from "../faces/pipe/encode.ts";
import { EntropyPool } from "../pool/pool.ts";
import { RandomBytes, type RbgMode } from "../rbg/generator.ts";
import { selectSources } from "../sources/selection.ts";
import { CLAIM_ARGS, type ClaimOptions, claimOptions, creditedInfos } from "./claims.ts";
import { SOURCES_ARGS } from "./source-args.ts";

/** For the FIFO alone; those for the kernel alone have no others. A default that is not stated can be told from a choice. */
const FIFO_ARGS = {
  "buffer-size": {
    type: "string",
    valueHint: "N",
    description: "At most so many bytes wait in the pipe for a reader: 4K to 1M; default: 4K",
  },
  mode: {
    type: "enum",
    options: ["full", "drbg"],
    description: "full: full entropy; drbg: fast, reseeded; default: full",
  },
  format: { type: "enum", options: ["raw", "hex"], description: "How bytes are written; default: raw" },
  "mode-bits": {
    type: "string",
    valueHint: "OCTAL",
    description: "Permissions of a FIFO that is made; default: 0600, the owner's",
  },
} satisfies ArgsDef;

const DEVICE_ARGS = {
  path: { type: "positional", required: false, description: "Where the FIFO is, or is made" },
  ...FIFO_ARGS,
  kernel: { type: "boolean", description: "Feed the kernel's own generator instead (Linux, root)" },
  interval: {
    type: "string",
    valueHint: "S",
    description: "kernel: seconds between blocks of 256 bits; default: 60",
  },
  ...SOURCES_ARGS,
  ...CLAIM_ARGS,
  foreground: { type: "boolean", description: "Stay in the foreground; it always does" },
} satisfies ArgsDef;

export type DeviceOptions = ClaimOptions & { readonly sources: string } & (FifoOptions | KernelOptions);

interface FifoOptions {
  readonly kind: "fifo";
  readonly path: string;
  readonly bufferBytes: number;
  readonly mode: RbgMode;
  readonly format: "raw" | "hex";
  readonly modeBits: number;
}

interface KernelOptions {
  readonly kind: "kernel";
  readonly intervalMs: number;
}

export const device: Command = {
  name: "device",
  description: "Serve random bytes through a FIFO that behaves like a device file",
  args: DEVICE_ARGS,
  examples: [
    "esoteric-entropy device /tmp/entropy",
    "esoteric-entropy device /run/entropy --mode drbg --mode-bits 0640",
    "esoteric-entropy device --kernel --interval 300",
  ],
  seeAlso: ["stream", "server"],
  async run(args, io, deps) {
    await runDevice(deviceOptions(args), io, { ...deps, userId: process.geteuid!() });
    return 0;
  },
};

/** @throws UsageError */
export function deviceOptions(args: Record<string, unknown>): DeviceOptions {
  const text = (name: string) => (args[name] === undefined ? undefined : String(args[name]));
  const shared = { sources: text("sources") ?? "default", ...claimOptions(args) };
  const path = text("path");
  if (args["kernel"] === true) {
    const stray = Object.keys(FIFO_ARGS).find((name) => args[name] !== undefined);
    if (path !== undefined || stray) {
      throw new UsageError(`${stray ? `--${stray}` : "a path"} is for a FIFO, not for --kernel`);
    }
    return { kind: "kernel", intervalMs: parseSeconds(text("interval") ?? "60", "--interval"), ...shared };
  }
  if (!path) throw new UsageError("missing argument <path>", ["esoteric-entropy device /tmp/entropy"]);
  if (args["interval"] !== undefined) throw new UsageError("--interval is for --kernel");
  return {
    kind: "fifo",
    path,
    bufferBytes: parseBufferSize(text("buffer-size") ?? "4K"),
    mode: (text("mode") ?? "full") as RbgMode,
    format: (text("format") ?? "raw") as FifoOptions["format"],
    modeBits: parseModeBits(text("mode-bits") ?? "0600"),
    ...shared,
  };
}

/** A pipe holds at least a page, and an ordinary user may have a mebibyte (/proc/sys/fs/pipe-max-size). */
const LEAST_BUFFER_BYTES = 4 << 10;
const MOST_BUFFER_BYTES = 1 << 20;

function parseBufferSize(text: string): number {
  const bytes = parseSize(text, "--buffer-size");
  if (bytes < LEAST_BUFFER_BYTES || bytes > MOST_BUFFER_BYTES) {
    throw new UsageError(`--buffer-size: '${text}' is not within 4K and 1M`);
  }
  return bytes;
}

function parseModeBits(text: string): number {
  if (!/^0?[0-7]{3}$/.test(text)) {
    throw new UsageError(`--mode-bits: '${text}' is not like 0600`, [
      "three octal digits: what the owner, the group and others may do; 4 is to read",
    ]);
  }
  return Number.parseInt(text, 8);
}

/** Full entropy goes to the pipe in pieces this small, for the first bytes to come soon. */
const FULL_PIECE_BYTES = 512;

export interface DeviceDeps extends Deps {
  /** Effective user. */
  readonly userId: number;
}

/** Serves until it is interrupted. @throws InterruptedError; InputError; InsufficientEntropyError */
export async function runDevice(options: DeviceOptions, io: Io, deps: DeviceDeps): Promise<void> {
  if (options.kind === "kernel" && deps.host.os !== "linux") {
    throw new UsageError("--kernel is for Linux: no other system counts entropy that is brought to it");
  }
  const { native } = deps.host;
  if (!native.ok) throw new NativeError(native.reason);
  const infos = creditedInfos(selectSources(deps.sources, options.sources), options, io, deps);
  using pool = new EntropyPool({ sources: infos, startThread: deps.startThread });
  using random = new RandomBytes(pool, options.kind === "fifo" ? options.mode : "full", deps.host);
  const supply = new Supply(pool, random, (text) => io.log.warn(text));

  if (options.kind === "kernel") {
    const { intervalMs } = options;
    await feedKernel(supply, native.library, io.signal);
    io.log.info(
      `the kernel got ${BLOCK_BITS} bits of entropy, and gets as many every ${intervalMs / 1000} s`,
    );
    for (;;) {
      await pause(intervalMs, io.signal);
      await feedKernel(supply, native.library, io.signal);
    }
  } else {
    const { path, modeBits: mode, bufferBytes: pipeBytes } = options;
    using fifo = Fifo.open({ path, mode, pipeBytes, userId: deps.userId }, native.library);
    io.log.info(`random bytes at ${path}${fifo.made ? "" : ", a FIFO that was there"}`);
    const { encode } = encoder(options.format);
    const pieceBytes = options.mode === "full" ? FULL_PIECE_BYTES : options.bufferBytes;
    await serveFifo(fifo, supply, encode, pieceBytes, io.signal);
  }
}
