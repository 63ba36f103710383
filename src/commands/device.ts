/** `device`: a FIFO that behaves like a device file, or entropy for the kernel's own. */

import { pause } from "#kit/abort.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, positional } from "#kit/term/flags/builders.ts";
import { nameOf, type OptionsOf } from "#kit/term/flags/flag.ts";
import type { Io } from "#kit/term/io.ts";
import type { Deps } from "../deps.ts";
import { NativeError, UsageError } from "../errors.ts";
import { Fifo } from "../faces/device/fifo.ts";
import { BLOCK_BITS, feedKernel } from "../faces/device/kernel.ts";
import { serveFifo } from "../faces/device/serve-fifo.ts";
import { WaitNotice } from "../faces/device/wait-notice.ts";
import { encoder } from "../faces/pipe/encode.ts";
import { openPool } from "../pool/open.ts";
import type { RbgMode } from "../rbg/generator.ts";
import { CLAIM_FLAGS, type ClaimOptions } from "./claims.ts";
import { SOURCES_FLAGS } from "./source-flags.ts";

/** For the FIFO alone. A pipe holds at least a page, and an ordinary user may have a mebibyte (/proc/sys/fs/pipe-max-size). */
const FIFO_FLAGS = {
  bufferBytes: flag.size({
    name: "buffer-size",
    least: "4K",
    most: "1M",
    default: "4K",
    about: "At most so many bytes wait in the pipe for a reader: 4K to 1M",
  }),
  mode: flag.choice(["full", "drbg"], {
    default: "full",
    about: "full: full entropy; drbg: fast, reseeded",
  }),
  format: flag.choice(["raw", "hex"], { default: "raw", about: "How bytes are written" }),
  modeBits: flag.value(parseModeBits, {
    hint: "OCTAL",
    default: "0600",
    about: "Permissions of a FIFO that is made",
  }),
};

const DEVICE_FLAGS = {
  path: positional.file({ required: false, about: "Where the FIFO is, or is made" }),
  ...FIFO_FLAGS,
  kernel: flag.switch({ about: "Feed the kernel's own generator instead (Linux, root)" }),
  intervalMs: flag.seconds({
    name: "interval",
    default: "60",
    about: "kernel: seconds between blocks of 256 bits",
  }),
  ...SOURCES_FLAGS,
  ...CLAIM_FLAGS,
  foreground: flag.switch({ about: "Stay in the foreground; it always does" }),
};

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

export const device = command({
  name: "device",
  description: "Serve random bytes through a FIFO that behaves like a device file",
  flags: DEVICE_FLAGS,
  examples: [
    "esoteric-entropy device /tmp/entropy",
    "esoteric-entropy device /run/entropy --mode drbg --mode-bits 0640",
    "esoteric-entropy device --kernel --interval 300",
  ],
  seeAlso: ["stream", "server"],
  check({ kernel, path }, given) {
    if (kernel) {
      const stray = Object.entries(FIFO_FLAGS).find(([key]) => given.has(key));
      if (stray) throw new UsageError(`--${nameOf(...stray)} is for a FIFO, not for --kernel`);
      if (path !== undefined) throw new UsageError("a path is for a FIFO, not for --kernel");
    } else {
      if (!path) throw new UsageError("missing argument <path>", ["esoteric-entropy device /tmp/entropy"]);
      if (given.has("intervalMs")) throw new UsageError("--interval is for --kernel");
    }
  },
  async run(options, io, deps: Deps) {
    await runDevice(deviceOptions(options), io, { ...deps, userId: process.geteuid!() });
    return EXIT.ok;
  },
});

/** The FIFO or the kernel. @param options checked */
export function deviceOptions(options: OptionsOf<typeof DEVICE_FLAGS>): DeviceOptions {
  const { kernel, path = "" } = options;
  return kernel ? { kind: "kernel", ...options } : { kind: "fifo", ...options, path };
}

function parseModeBits(text: string, name: string): number {
  if (!/^0?[0-7]{3}$/.test(text)) {
    throw new UsageError(`${name}: '${text}' is not like 0600`, [
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
  using open = openPool(options, { ...deps, warn: (text) => io.log.warn(text) });
  const notice = () => new WaitNotice(open.pool, (text) => io.log.warn(text));

  if (options.kind === "kernel") {
    const feed = async () => {
      using _ = notice();
      await feedKernel(open.full, native.library, io.signal);
    };
    const { intervalMs } = options;
    await feed();
    io.log.info(
      `the kernel got ${BLOCK_BITS} bits of entropy, and gets as many every ${intervalMs / 1000} s`,
    );
    for (;;) {
      await pause(intervalMs, io.signal);
      await feed();
    }
  } else {
    const { path, modeBits: mode, bufferBytes: pipeBytes } = options;
    using fifo = Fifo.open({ path, mode, pipeBytes, userId: deps.userId }, native.library);
    io.log.info(`random bytes at ${path}${fifo.made ? "" : ", a FIFO that was there"}`);
    const { encode } = encoder(options.format);
    const pieceBytes = options.mode === "full" ? FULL_PIECE_BYTES : options.bufferBytes;
    await serveFifo(fifo, open[options.mode], encode, pieceBytes, notice, io.signal);
  }
}
