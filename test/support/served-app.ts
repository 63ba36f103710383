/** The HTTP API over a pool of fake sources, with a clock that the test turns. */

import type { Address, Listening } from "#kit/http/listen.ts";
import { type App, type AppDeps, createApp, serveApp } from "../../src/faces/http/app.ts";
import { Pool } from "../../src/pool/pool.ts";
import {
  DrbgGenerator,
  type EntropyPool,
  FullGenerator,
  type RbgGenerator,
  type RbgMode,
} from "../../src/rbg/generator.ts";
import { SelfTests } from "../../src/rbg/self-tests.ts";
import { type IssuerSettings, SeedIssuer } from "../../src/seed/issuer.ts";
import type { SeedDraw } from "../../src/seed/sealing.ts";
import { FakeSystem } from "./fake-system.ts";
import { type FakeSource, FakeThread, fakeNoise, fakeSource } from "./fake-thread.ts";

export interface ServedApp extends Disposable {
  readonly app: App["router"];
  /** Makes the figures that /metrics shows. */
  readonly figures: App["figures"];
  readonly pool: Pool;
  readonly random: RbgGenerator;
  readonly thread: FakeThread;
  readonly system: FakeSystem;
  readonly sources: readonly FakeSource[];
  readonly closing: AbortController;
  /** Errors that the app reported. */
  readonly reported: unknown[];
  /** Runs one interval of the feed. */
  tick(): void;
  /** Tells whether the feed's clock runs. */
  readonly ticking: () => boolean;
}

export interface ServedOptions extends Partial<Omit<AppDeps, "pool" | "random" | "infos" | "seeds">> {
  readonly mode?: RbgMode;
  readonly sources?: readonly FakeSource[];
  readonly capacityBytes?: number;
  readonly system?: FakeSystem;
  /** Gives seeds, of a full generator over the same pool. */
  readonly seeds?: Omit<IssuerSettings, keyof SeedDraw>;
  /** Feeds the generator. Default: the pool. */
  readonly entropy?: EntropyPool;
}

export function servedApp(options: ServedOptions = {}): ServedApp {
  const {
    mode = "full",
    sources = [
      fakeSource({ id: "a", title: "Source A" }, fakeNoise(1)),
      fakeSource({ id: "b", family: "memory" }, fakeNoise(2)),
    ],
    capacityBytes = 4_096,
    system = new FakeSystem(),
    entropy,
    seeds,
    ...rest
  } = options;
  const infos = sources.map((source) => source.info);
  const thread = new FakeThread(sources);
  const selfTests = new SelfTests(() => system.drbgCipher());
  const pool = new Pool({ sources: infos, startThread: () => thread, capacityBytes, selfTests });
  system.clones.onChange(() => pool.forget());
  const Kind = mode === "full" ? FullGenerator : DrbgGenerator;
  const random = new Kind(entropy ?? pool, system, selfTests);
  const full = mode === "full" ? random : new FullGenerator(entropy ?? pool, system, selfTests);
  const closing = new AbortController();
  const reported: unknown[] = [];
  let work: (() => void) | undefined;
  const { router: app, figures } = createApp({
    pool,
    infos,
    random,
    maxWaitMs: 10_000,
    corsOrigin: "*",
    hosts: "any",
    every(_, each) {
      work = each;
      return () => {
        work = undefined;
      };
    },
    report: (error) => reported.push(error),
    closing: closing.signal,
    seeds: seeds && { full, issuer: (source) => new SeedIssuer({ ...seeds, ...source }) },
    ...rest,
  });
  return {
    app,
    figures,
    pool,
    random,
    thread,
    system,
    sources,
    closing,
    reported,
    tick: () => work?.(),
    ticking: () => work !== undefined,
    [Symbol.dispose]() {
      closing.abort();
      random.close();
      pool.close();
    },
  };
}

/** An app that answers real connections. */
export interface ListeningApp extends ServedApp, AsyncDisposable {
  readonly listening: Listening;
  readonly url: string;
}

/** A free port that this machine alone can reach. */
export const LOOPBACK = { hostname: "127.0.0.1", port: 0 };

/** Serves the app, in drbg mode unless told otherwise, once its first bytes are ready. */
export async function listeningApp(
  options: ServedOptions = {},
  address: Address = LOOPBACK,
): Promise<ListeningApp> {
  const served = servedApp({ mode: "drbg", ...options });
  await served.random.ready();
  const listening = await serveApp(served.app, address);
  return {
    ...served,
    listening,
    url: listening.url,
    async [Symbol.asyncDispose]() {
      served.closing.abort();
      await listening.stop(0);
      served[Symbol.dispose]();
    },
  };
}
