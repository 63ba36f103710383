/** The server with its page over a pool of fake sources, on loopback. */

import { createApp, serveApp } from "../../src/faces/http/app.ts";
import { Pool } from "../../src/pool/pool.ts";
import { DrbgGenerator } from "../../src/rbg/generator.ts";
import { FakeSystem } from "./fake-system.ts";
import { type FakeSource, FakeThread } from "./fake-thread.ts";

/** Factor by which the server's intervals are shortened, so that tests wait less. */
const HASTE = 4;

export interface PageServer extends AsyncDisposable {
  readonly url: string;
  /** Errors that the app reported. */
  readonly reported: readonly unknown[];
}

export async function startPageServer(
  sources: readonly FakeSource[],
  options: { readonly token?: string; readonly port?: number } = {},
): Promise<PageServer> {
  const infos = sources.map(({ info }) => info);
  const pool = new Pool({
    sources: infos,
    startThread: () => new FakeThread(sources),
    idleShare: 0.02,
  });
  const random = new DrbgGenerator(pool, new FakeSystem());
  const closing = new AbortController();
  const reported: unknown[] = [];
  const { router } = createApp({
    pool,
    infos,
    random,
    maxWaitMs: 5_000,
    corsOrigin: "*",
    hosts: "loopback",
    token: options.token,
    every: (intervalMs, work) => {
      const timer = setInterval(work, intervalMs / HASTE);
      return () => clearInterval(timer);
    },
    report: (error) => reported.push(error),
    closing: closing.signal,
  });
  const address = { hostname: "127.0.0.1", port: options.port ?? 0 };
  const listening = await serveApp(router, address);
  pool.start();
  random.ready({ signal: closing.signal }).catch((error: unknown) => {
    if (!closing.signal.aborted) reported.push(error);
  });
  return {
    url: listening.url,
    reported,
    async [Symbol.asyncDispose]() {
      closing.abort();
      await listening.stop(0);
      random.close();
      pool.close();
    },
  };
}
