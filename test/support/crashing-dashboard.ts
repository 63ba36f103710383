/** The dashboard in the real terminal, on fake sources. On SIGUSR2 it breaks in the way that the first argument names. */

import { runDashboard } from "../../src/faces/terminal/dashboard.ts";
import type { ScreenEvents } from "../../src/faces/terminal/screen.ts";
import { openTerminal } from "../../src/faces/terminal/terminal.ts";
import { Pool } from "../../src/pool/pool.ts";
import { FullGenerator } from "../../src/rbg/generator.ts";
import { FakeSystem } from "./fake-system.ts";
import { FakeThread, fakeNoise, fakeSource } from "./fake-thread.ts";

const source = fakeSource({ id: "fake" }, fakeNoise(1));
using pool = new Pool({
  sources: [source.info],
  startThread: () => new FakeThread([source]),
  idleShare: 0.2,
});
using generator = new FullGenerator(pool, new FakeSystem());

process.on("SIGUSR2", () => {
  if (process.argv[2] === "rejection") void Promise.reject(new Error("boom"));
  else throw new Error("boom");
});

try {
  await runDashboard({
    pool,
    infos: [source.info],
    generator,
    refreshMs: 100,
    unicode: true,
    openScreen: (events) => openTerminal(process.argv[2] === "key" ? withBrokenKeys(events) : events, true),
    save: () => Promise.reject(new Error("nothing is saved here")),
    signal: new AbortController().signal,
  });
} catch (error) {
  console.error(`caught: ${(error as Error).message}`);
  process.exit(1);
}

function withBrokenKeys(events: ScreenEvents): ScreenEvents {
  return {
    key() {
      throw new Error("boom");
    },
    paste() {},
    press() {},
    wheel() {},
    resize() {},
    hangUp() {},
    crash: (error) => events.crash(error),
  };
}
