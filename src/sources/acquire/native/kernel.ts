/** The part that noise sources share whose loop is a native kernel. */
import { setImmediate } from "node:timers/promises";
import { COMMANDS, KERNELS } from "../../../../ffi/kernels.ts";
import { NativeError, SourceError } from "../../../errors.ts";
import type { Host } from "../../../platform/host.ts";
import type { KernelRun, Sampler, Source, SourceInfo } from "../../../source.ts";
import type { RawTrace } from "../../../trace.ts";

export type KernelId = (typeof KERNELS)[number];

export interface KernelSource {
  readonly info: SourceInfo & { readonly id: KernelId };
  /** Samples dropped after opening, while caches, page tables and clock frequency settle. */
  readonly warmUpSamples: number;
}

/** Makes the source that runs the kernel `ee_<id>` of the native library. @throws Error if c/kernels/ exports none */
export function kernelSource({ info, warmUpSamples }: KernelSource) {
  if (!KERNELS.includes(info.id)) throw new Error(`c/kernels/ exports no kernel ee_${info.id}`);
  const chunkSamples = Math.max(MIN_CHUNK_SAMPLES, Math.ceil((info.rateHz * CHUNK_MS) / 1000));
  const run: KernelRun = { kernel: info.id, warmUpSamples, chunkSamples };
  return {
    info,
    async availability(host) {
      return host.native.ok ? { ok: true } : { ok: false, reason: host.native.reason };
    },
    async open(host) {
      if (!host.native.ok) throw new SourceError(info.id, host.native.reason);
      return new KernelSampler(info, host, host.native.library.kernel(info.id), run);
    },
    kernelRun: () => run,
  } satisfies Source;
}

/** @throws Error if c/kernels/ does not export the command: when the source is loaded, not when it is used */
export function requireCommand(id: KernelId, verb: "check" | "open" | "close"): void {
  if (!(COMMANDS as readonly string[]).includes(`${id}_${verb}`)) {
    throw new Error(`c/kernels/ exports no command ee_${id}_${verb}`);
  }
}

/** Time between checks for an abort, about: a kernel cannot be interrupted. */
const CHUNK_MS = 20;
const MIN_CHUNK_SAMPLES = 16;

class KernelSampler implements Sampler {
  #warmUp: number;
  readonly #chunk: number;

  constructor(
    private readonly info: SourceInfo,
    private readonly host: Host,
    private readonly kernel: (out: BigUint64Array) => void,
    { warmUpSamples, chunkSamples }: KernelRun,
  ) {
    this.#warmUp = warmUpSamples;
    this.#chunk = chunkSamples;
  }

  async sample(n: number, signal: AbortSignal): Promise<RawTrace> {
    signal.throwIfAborted();
    if (!Number.isInteger(n) || n < 1) throw new RangeError(`sample count ${n} is not a positive integer`);
    const discarded = this.#warmUp;
    if (discarded > 0) {
      this.run(new BigUint64Array(discarded));
      this.#warmUp = 0;
    }
    const samples = new BigUint64Array(n);
    const startedNs = this.host.nowNs();
    for (let from = 0; from < n; from += this.#chunk) {
      if (from > 0) {
        await setImmediate(); // lets an abort through
        signal.throwIfAborted();
      }
      this.run(samples.subarray(from, from + this.#chunk));
    }
    const elapsedNs = this.host.nowNs() - startedNs;
    return { sourceId: this.info.id, samples, discarded, startedNs, elapsedNs };
  }

  private run(out: BigUint64Array): void {
    try {
      this.kernel(out);
    } catch (error) {
      if (error instanceof NativeError) throw new SourceError(this.info.id, error.message, { cause: error });
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
