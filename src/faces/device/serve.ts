/** Serves random bytes as a device does, until it is interrupted: through a FIFO, or to the kernel's own generator. */
import { pause } from "#kit/abort.ts";
import type { Io } from "#kit/term/io.ts";
import { NativeError, UsageError } from "../../errors.ts";
import { type OpenPool, openPool, type PoolDeps, type PoolSettings } from "../../pool/open.ts";
import type { RbgMode } from "../../rbg/generator.ts";
import { encoder } from "../pipe/encode.ts";
import { Lines } from "../pipe/lines.ts";
import { Fifo } from "./fifo.ts";
import { BLOCK_BITS, feedKernel, type KernelCalls } from "./kernel.ts";
import { serveFifo } from "./serve-fifo.ts";
import { WaitNotice } from "./wait-notice.ts";

export type DeviceOptions = PoolSettings & (FifoOptions | KernelOptions);

export interface FifoOptions {
  readonly kind: "fifo";
  readonly path: string;
  readonly bufferBytes: number;
  readonly mode: RbgMode;
  readonly format: "raw" | "hex";
  /** Characters of a line of hex; one endless line by default. */
  readonly wrap: number | undefined;
  /** Permissions of a FIFO that is made. */
  readonly modeBits: number;
}

export interface KernelOptions {
  readonly kind: "kernel";
  /** Time between blocks. */
  readonly intervalMs: number;
}

export interface DeviceDeps extends PoolDeps {
  /** Effective user. */
  readonly userId: number;
}

/** Full entropy goes to the pipe in pieces this small, so that the first bytes come soon. */
const FULL_PIECE_BYTES = 512;

/** Never returns. @throws InterruptedError; UsageError; NativeError; InputError; InsufficientEntropyError */
export async function serveDevice(options: DeviceOptions, io: Io, deps: DeviceDeps): Promise<void> {
  if (options.kind === "kernel" && deps.host.os !== "linux") {
    throw new UsageError("--kernel is for Linux: no other system counts entropy that a program brings");
  }
  const { native } = deps.host;
  if (!native.ok) throw new NativeError(native.reason);
  using open = openPool(options, deps);
  const notice = () => new WaitNotice(open.pool, deps.warn);
  if (options.kind === "kernel") {
    await serveKernel(options, open, native.library, notice, io);
  } else {
    const { path, modeBits: mode, bufferBytes: pipeBytes } = options;
    using fifo = Fifo.open({ path, mode, pipeBytes, userId: deps.userId }, native.library);
    io.log.info(`random bytes at ${path}${fifo.made ? "" : ", a FIFO that was there"}`);
    const formed = encoder(options.format);
    const lines = options.wrap === undefined ? undefined : new Lines(options.wrap);
    const text = (piece: Uint8Array) => {
      const encoded = formed.encode(piece);
      return lines?.broken(encoded) ?? encoded;
    };
    const pieceBytes = options.mode === "full" ? FULL_PIECE_BYTES : options.bufferBytes;
    await serveFifo(fifo, open[options.mode], text, pieceBytes, notice, io.signal);
  }
}

async function serveKernel(
  { intervalMs }: KernelOptions,
  open: OpenPool,
  calls: KernelCalls,
  notice: () => Disposable,
  io: Io,
): Promise<never> {
  const feed = async () => {
    using _ = notice();
    await feedKernel(open.full, calls, io.signal);
  };
  await feed();
  io.log.info(`the kernel got ${BLOCK_BITS} bits of entropy, and gets as many every ${intervalMs / 1000} s`);
  for (;;) {
    await pause(intervalMs, io.signal);
    await feed();
  }
}
