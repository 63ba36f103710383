/** Sources that read bytes from a device which makes random numbers. A sample is one byte, unchanged. */
import { accessSync, constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { orAborted } from "#kit/abort.ts";
import { SourceError } from "../../../errors.ts";
import type { Host } from "../../../platform/host.ts";
import type { Availability, Sampler, Source, SourceInfo } from "../../../source.ts";
import type { RawTrace } from "../../../trace.ts";

export interface ByteDevice {
  readonly info: SourceInfo;
  readonly path: string;
  /** "r+" for a device that takes requests. */
  readonly flags: "r" | "r+";
  /** Reasons for `availability`: there is no device, or it may not be used. */
  readonly absent: string;
  readonly forbidden: string;
  /** Returns any other reason why it cannot be used, or undefined. */
  readonly obstacle?: (host: Host) => string | undefined;
  /** Most bytes per read: few enough to take well under 100 ms, because a read cannot be interrupted. */
  readonly mostBytes: number;
  /** Resolves with the next 1..`count` bytes. Its errors become SourceErrors. */
  read(file: FileHandle, count: number): Promise<Uint8Array>;
}

export function byteDevice(device: ByteDevice): Source {
  return {
    info: device.info,
    availability: async (host) => look(device, host),
    async open(host) {
      try {
        return new ByteSampler(device, host, await open(device.path, device.flags));
      } catch (error) {
        throw failure(device, error);
      }
    },
  };
}

function look({ path, flags, absent, forbidden, obstacle }: ByteDevice, host: Host): Availability {
  try {
    accessSync(path, flags === "r" ? constants.R_OK : constants.R_OK | constants.W_OK);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return { ok: false, reason: code === "EACCES" || code === "EPERM" ? forbidden : absent };
  }
  const reason = obstacle?.(host);
  return reason === undefined ? { ok: true } : { ok: false, reason };
}

class ByteSampler implements Sampler {
  /** The read that has not ended. After it was given up the device is still busy, and its bytes are discarded. */
  #reading: Promise<Uint8Array> | undefined;

  constructor(
    private readonly device: ByteDevice,
    private readonly host: Host,
    private readonly file: FileHandle,
  ) {}

  async sample(n: number, signal: AbortSignal): Promise<RawTrace> {
    signal.throwIfAborted();
    if (!Number.isInteger(n) || n < 1) throw new RangeError(`sample count ${n} is not a positive integer`);
    const { info, mostBytes } = this.device;
    if (this.#reading) throw new SourceError(info.id, "is still busy with a read that was given up");
    const samples = new BigUint64Array(n);
    const startedNs = this.host.nowNs();
    for (let from = 0; from < n; ) {
      signal.throwIfAborted();
      const bytes = await this.#read(Math.min(mostBytes, n - from), signal);
      for (const byte of bytes) samples[from++] = BigInt(byte);
    }
    const elapsedNs = this.host.nowNs() - startedNs;
    return { sourceId: info.id, samples, discarded: 0, startedNs, elapsedNs };
  }

  async #read(count: number, signal: AbortSignal): Promise<Uint8Array> {
    try {
      const reading = this.device.read(this.file, count);
      this.#reading = reading.finally(() => {
        this.#reading = undefined;
      });
      const bytes = await orAborted(this.#reading, signal);
      if (bytes.length >= 1 && bytes.length <= count) return bytes;
      throw new Error(`${bytes.length} bytes came instead of 1 to ${count}`);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw failure(this.device, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const close = () => this.file.close();
    // Closing waits for a read that has not ended; disposing must not.
    if (this.#reading) void this.#reading.then(close, close);
    else await close();
  }
}

function failure({ info, path }: ByteDevice, error: unknown): SourceError {
  const message = error instanceof Error ? error.message : String(error);
  return new SourceError(info.id, `${path}: ${message}`, { cause: error });
}
