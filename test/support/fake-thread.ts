/** A sampling thread without a thread: the real executor on fake sources, with faults to switch on. */
import type { Host } from "../../src/platform/host.ts";
import { serveRequests } from "../../src/sampling/executor.ts";
import type { Reply, Request, SamplingThread } from "../../src/sampling/protocol.ts";
import type { Sampler, Source, SourceInfo } from "../../src/source.ts";
import { fakeHost as makeHost } from "./fake-host.ts";

/** An empty machine: fake sources need nothing. */
export const fakeHost: Host = makeHost();

export class FakeThread implements SamplingThread {
  terminated = false;
  #death: ((reason: string) => void) | undefined;
  #toThread: ((request: Request) => void) | undefined;
  #toPool: ((reply: Reply) => void) | undefined;
  /** Holds back messages while it is frozen, like a thread inside a blocking call. */
  frozen = false;
  readonly #held: Request[] = [];

  constructor(sources: readonly Source[], host: Host = fakeHost) {
    serveRequests(
      {
        post: (reply) => setImmediate(() => !this.terminated && this.#toPool?.(reply)),
        listen: (handler) => {
          this.#toThread = handler;
        },
      },
      sources,
      host,
    );
  }

  post(request: Request): void {
    if (this.frozen) this.#held.push(request);
    else setImmediate(() => !this.terminated && this.#toThread?.(request));
  }

  /** Answers a request itself, bypassing the executor. */
  say(reply: Reply): void {
    this.#toPool?.(reply);
  }

  listen(handler: (reply: Reply) => void): void {
    this.#toPool = handler;
  }

  onDeath(handler: (reason: string) => void): void {
    this.#death = handler;
  }

  die(reason: string): void {
    this.terminated = true;
    this.#death?.(reason);
  }

  terminate(): void {
    this.terminated = true;
  }
}

export interface FakeSource extends Source {
  /** Makes the samples; may be replaced at any time. */
  next: (index: number) => number | bigint;
  /** Thrown instead of sampling, while set. */
  error: Error | undefined;
  /** Never answers, while set; obeys the abort signal only if "obediently". */
  hangs: "obediently" | "for ever" | undefined;
  unavailable: string | undefined;
  readonly opened: () => number;
  readonly closed: () => number;
}

/** Nanoseconds that a fake sample pretends to take. */
const SAMPLE_NS = 1_000;

export function fakeSource(
  partial: Partial<SourceInfo> & { id: string },
  next: (index: number) => number | bigint,
): FakeSource {
  let opened = 0;
  let closed = 0;
  let index = 0;
  let clockNs = 0;
  const info: SourceInfo = {
    title: partial.id,
    mechanism: "a test",
    family: "clock",
    unit: "count",
    symbolBits: 8,
    claim: 1,
    rateHz: 1_000_000,
    effects: [],
    ...partial,
  };
  const source: FakeSource = {
    info,
    next,
    error: undefined,
    hangs: undefined,
    unavailable: undefined,
    opened: () => opened,
    closed: () => closed,
    async availability() {
      return source.unavailable === undefined ? { ok: true } : { ok: false, reason: source.unavailable };
    },
    async open(): Promise<Sampler> {
      opened += 1;
      return {
        async sample(n, signal) {
          if (source.error) throw source.error;
          if (source.hangs) {
            await new Promise<void>((_, reject) => {
              if (source.hangs === "obediently")
                signal.addEventListener("abort", () => reject(signal.reason));
            });
          }
          const samples = BigUint64Array.from({ length: n }, () => BigInt(source.next(index++)));
          const startedNs = clockNs;
          clockNs += n * SAMPLE_NS;
          return { sourceId: info.id, samples, discarded: 0, startedNs, elapsedNs: n * SAMPLE_NS };
        },
        async [Symbol.asyncDispose]() {
          closed += 1;
        },
      };
    },
  };
  return source;
}

/** Deterministic noise: the high bits of a 64-bit multiplicative generator. Each source gets a seed of its own. */
export function fakeNoise(seed: number): () => number {
  let state = BigInt(seed) * 0x9e3779b97f4a7c15n + 1n;
  return () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number(state >> 40n);
  };
}
