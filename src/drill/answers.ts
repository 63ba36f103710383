/**
 * Faults of the sampling thread rather than of symbols: a source that throws, and one that answers with more samples than
 * asked for. A whole pool runs, over a thread that plays recorded noise.
 */
import { once } from "node:events";
import { Secrets } from "../platform/secrets.ts";
import { openPoolOver, type PoolDeps } from "../pool/open.ts";
import type { Pool } from "../pool/pool.ts";
import type { System } from "../rbg/generator.ts";
import type { Reply, Request, SamplingThread } from "../sampling/protocol.ts";
import type { Source } from "../source.ts";
import type { RawTrace } from "../trace.ts";
import type { Cast, FaultResult } from "./drill.ts";
import type { AnswerFault } from "./faults.ts";
import { traceOf } from "./play.ts";

type SampleRequest = Extract<Request, { kind: "sample" }>;

/** Samples that come on top of those asked for. */
const SURPLUS = 1_000;

/**
 * Answers requests until the source has earned something, then once with the fault, and then those that were queued behind
 * it as if nothing had happened. Nothing may be paid from the fault on, and the source must be out.
 * @returns undefined where the source has not earned anything before its noise ends, or has failed by itself
 */
export async function playAnswer(
  fault: AnswerFault,
  cast: Cast,
  host: PoolDeps["host"],
): Promise<FaultResult | undefined> {
  const thread = new NoiseThread(cast);
  const sources = [{ info: cast.info, availability: never, open: never } satisfies Source];
  using open = openPoolOver(
    sources,
    { credit: new Map(), uncalibrated: true, capacityBytes: 1 << 16, countsOnly: true },
    {
      sources,
      host,
      warn: () => {},
      startThread: () => thread,
      system: NO_SYSTEM,
    },
  );
  const { pool } = open;
  pool.start();
  thread.say({ kind: "opened", id: cast.info.id, stepNs: cast.stepNs });
  while (!(creditOf(pool) > 0)) {
    const request = thread.next();
    if (!request || thread.hasEnded) return undefined;
    const trace = thread.noiseFor(request.n);
    await answered(pool, "sampled", () => thread.say({ kind: "trace", request: request.request, trace }));
  }
  // Else it is out already, by an alarm of its own.
  if (pool.status().sources[0]!.state !== "healthy") return undefined;
  const before = creditOf(pool);
  const broken = thread.next()!;
  await answered(pool, "source-failed", () => {
    const { request, n } = broken;
    if (fault === "flood") thread.say({ kind: "trace", request, trace: thread.noiseFor(n + SURPLUS) });
    else thread.say({ kind: "failed", request, reason: "broken by the drill" });
  });
  let later = 0;
  for (let request = thread.next(); request; request = thread.next()) {
    const { request: id, n } = request;
    const trace = thread.noiseFor(n);
    later += n;
    await answered(pool, "sampled", () => thread.say({ kind: "trace", request: id, trace }));
  }
  const bits = creditOf(pool) - before;
  const { state } = pool.status().sources[0]!;
  const level = pool.status().ledger.levelBits;
  const objections = [
    ...(bits > 0 ? [`${bits.toFixed(1)} bits from requests that were queued`] : []),
    ...(state === "failed" ? [] : [`its state is ${state}`]),
    ...(level > 0 ? [`kept ${level.toFixed(1)} bits of credit`] : []),
  ];
  return {
    fault,
    holds: objections.length === 0,
    detectedAfter: 0,
    detectedBy: fault === "flood" ? "wrong length" : "error",
    bits,
    share: later > 0 ? bits / (later * cast.info.claim) : 0,
    allowedBits: 0,
    objections,
  };
}

/** Acts, and waits for the pool to have dealt with it. */
async function answered(pool: Pool, event: "sampled" | "source-failed", act: () => void): Promise<void> {
  const done = once(pool, event);
  act();
  await done;
}

function creditOf(pool: Pool): number {
  return pool.status().ledger.creditedBits;
}

/** A thread that holds requests back until it is told how to answer. */
class NoiseThread implements SamplingThread {
  readonly #requests: SampleRequest[] = [];
  #hear: ((reply: Reply) => void) | undefined;
  #at = 0;

  constructor(private readonly cast: Cast) {}

  post(request: Request): void {
    // Whoever withdraws a request is answered all the same: its noise may have been on its way.
    if (request.kind === "sample") this.#requests.push(request);
  }

  next(): SampleRequest | undefined {
    return this.#requests.shift();
  }

  /** True once all noise was handed out. */
  get hasEnded(): boolean {
    return this.#at >= this.cast.symbols.length;
  }

  /** Returns the next `n` samples. The noise begins anew where it ends. */
  noiseFor(n: number): RawTrace {
    const { symbols } = this.cast;
    const part = Uint8Array.from({ length: n }, (_, i) => symbols[(this.#at + i) % symbols.length]!);
    const trace = traceOf(part, this.#at, this.cast);
    this.#at += n;
    return trace;
  }

  say(reply: Reply): void {
    this.#hear?.(reply);
  }

  listen(handler: (reply: Reply) => void): void {
    this.#hear = handler;
  }

  onDeath(): void {}
  terminate(): void {}
}

/** Nobody asks these: the thread answers without the source, and no generator is used. */
const never = () => Promise.reject(new Error("the drill samples nothing"));
const NO_SYSTEM = {
  clones: { check() {}, onChange() {} },
  osRandom() {
    throw new Error("the drill draws no bytes");
  },
  drbgCipher: () => undefined,
  secrets: new Secrets({ ok: false, reason: "the drill keeps none" }),
} satisfies System;
