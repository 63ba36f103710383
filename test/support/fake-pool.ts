/** A pool of fake sources, opened as every command opens one. */
import { type OpenPool, openPool } from "../../src/pool/open.ts";
import type { FakeSystem } from "./fake-system.ts";
import { type FakeSource, FakeThread, fakeHost } from "./fake-thread.ts";

export function openFakePool(sources: readonly FakeSource[], system?: FakeSystem): OpenPool {
  const settings = { sources: "all", credit: new Map<string, number>(), uncalibrated: true };
  return openPool(settings, {
    sources,
    host: fakeHost,
    startThread: () => new FakeThread(sources),
    ...(system && { system }),
    warn: (text) => {
      throw new Error(`unexpected warning: ${text}`);
    },
  });
}
