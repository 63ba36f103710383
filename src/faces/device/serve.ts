/** Serves random bytes until it is interrupted: as a device does, through a FIFO; as EGD does, at a socket; or to the kernel. */
import { pause } from "#kit/abort.ts";
import { visible } from "#kit/format/visible.ts";
import type { Io } from "#kit/term/io.ts";
import { ServiceManager } from "#kit/term/service-manager.ts";
import { NativeError, UsageError } from "../../errors.ts";
import { type OpenPool, openPool, type PoolDeps, type PoolSettings } from "../../pool/open.ts";
import { Pulse } from "../../pool/pulse.ts";
import type { RbgMode } from "../../rbg/generator.ts";
import { encoder } from "../pipe/encode.ts";
import { Lines } from "../pipe/lines.ts";
import { serveEgd } from "./egd.ts";
import { Fifo } from "./fifo.ts";
import { BLOCK_BITS, type KernelCalls, KernelFeed } from "./kernel.ts";
import { serveFifo } from "./serve-fifo.ts";
import { WaitNotice } from "./wait-notice.ts";

export type DeviceOptions = PoolSettings & (FifoOptions | EgdOptions | KernelOptions);

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

export interface EgdOptions {
  readonly kind: "egd";
  readonly path: string;
  readonly mode: RbgMode;
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
  /** Where a service manager says how it is reached. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The parts of a face at work. */
interface Service {
  readonly open: OpenPool;
  readonly manager: ServiceManager;
  /** Tells the user, and the service manager, what is waited for, until it is disposed. */
  readonly notice: () => Disposable;
  readonly warn: (text: string) => void;
  readonly io: Io;
}

type NativeLibrary = Extract<PoolDeps["host"]["native"], { ok: true }>["library"];

/** Full entropy goes to the pipe in pieces this small, so that the first bytes come soon. */
const FULL_PIECE_BYTES = 512;

/** Never returns. @throws InterruptedError; UsageError; NativeError; InputError; InsufficientEntropyError */
export async function serveDevice(options: DeviceOptions, io: Io, deps: DeviceDeps): Promise<void> {
  if (options.kind === "kernel" && deps.host.os !== "linux") {
    throw new UsageError("--kernel is for Linux: no other system counts entropy that a program brings");
  }
  const { native } = deps.host;
  if (!native.ok) throw new NativeError(native.reason);
  const { warn } = deps;
  using open = openPool(options, deps);
  const pulse = new Pulse(open.pool);
  using manager = new ServiceManager(deps.env, io, () => pulse.isWell());
  const notice = () =>
    new WaitNotice(open.pool, (text) => {
      warn(text);
      manager.status(text);
    });
  const service = { open, manager, notice, warn, io };
  if (options.kind === "kernel") await serveKernel(options, native.library, service);
  else if (options.kind === "egd") await serveSocket(options, service);
  else await servePipe(options, native.library, deps.userId, service);
}

async function servePipe(
  options: FifoOptions,
  library: NativeLibrary,
  userId: number,
  { open, manager, notice, io }: Service,
): Promise<never> {
  const { path, modeBits: mode, bufferBytes: pipeBytes } = options;
  using fifo = Fifo.open({ path, mode, pipeBytes, userId }, library);
  const status = `random bytes at ${visible(path)}`;
  io.log.info(`${status}${fifo.made ? "" : ", a FIFO that was there"}`);
  const formed = encoder(options.format);
  const lines = options.wrap === undefined ? undefined : new Lines(options.wrap);
  const text = (piece: Uint8Array) => {
    const encoded = formed.encode(piece);
    return lines?.broken(encoded) ?? encoded;
  };
  const pieceBytes = options.mode === "full" ? FULL_PIECE_BYTES : options.bufferBytes;
  const onWritten = () => manager.ready(status);
  return await serveFifo(fifo, open[options.mode], text, pieceBytes, notice, onWritten, io.signal);
}

async function serveSocket(
  { path, mode, modeBits }: EgdOptions,
  { open, manager, notice, warn, io }: Service,
): Promise<never> {
  const status = `entropy for clients of EGD at ${visible(path)}`;
  const onListening = () => io.log.info(status);
  const onServing = () => manager.ready(status);
  const deps = { pool: open.pool, generator: open[mode], notice, warn, onListening, onServing };
  return await serveEgd({ path, mode: modeBits }, deps, io.signal);
}

async function serveKernel(
  { intervalMs }: KernelOptions,
  calls: KernelCalls,
  { open, manager, notice, warn, io }: Service,
): Promise<never> {
  const kernel = new KernelFeed(open.full, calls, warn);
  const feed = async () => {
    {
      using _ = notice();
      await kernel.feed(io.signal);
    }
    manager.ready(`the kernel got ${kernel.blocks} × ${BLOCK_BITS} bits of entropy`);
  };
  await feed();
  io.log.info(`the kernel got ${BLOCK_BITS} bits of entropy, and gets as many every ${intervalMs / 1000} s`);
  for (;;) {
    await pause(intervalMs, io.signal);
    await feed();
  }
}
