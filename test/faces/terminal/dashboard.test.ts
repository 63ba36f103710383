/** The dashboard on a real pool of fake sources, with a screen that only records. */
import { describe, expect, test } from "bun:test";
import { type Ending, runDashboard } from "../../../src/faces/terminal/dashboard.ts";
import type { Frame } from "../../../src/faces/terminal/frame.ts";
import type { Screen, ScreenEvents } from "../../../src/faces/terminal/screen.ts";
import { Pool } from "../../../src/pool/pool.ts";
import type { Snapshot } from "../../../src/pool/snapshot.ts";
import { FullGenerator } from "../../../src/rbg/generator.ts";
import type { SchedulerLimits } from "../../../src/sampling/scheduler.ts";
import { FailingCipher, FailingSystem } from "../../support/failing-cipher.ts";
import { FakeSystem } from "../../support/fake-system.ts";
import { type FakeSource, FakeThread, fakeNoise, fakeSource } from "../../support/fake-thread.ts";

class FakeScreen implements Screen {
  readonly width = 100;
  readonly height = 30;
  closed = false;
  suspended = 0;
  drawn = 0;
  text = "";
  events!: ScreenEvents;
  #watchers: (() => void)[] = [];

  draw(frame: Frame): void {
    expect(this.closed).toBe(false);
    this.drawn += 1;
    this.text = frame.lines().join("\n");
    for (const watcher of this.#watchers.splice(0)) watcher();
  }

  suspend(): void {
    this.suspended += 1;
  }

  /** Resolves when the screen matches. */
  async until(what: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = what.exec(this.text);
      if (found) return found;
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true;
  }
}

interface Running {
  readonly screen: FakeScreen;
  readonly pool: Pool;
  readonly thread: FakeThread;
  readonly saved: Snapshot[];
  readonly interrupt: AbortController;
  readonly ending: Promise<Ending>;
}

const SMALL_LIMITS: SchedulerLimits = { hangMs: 60, openMs: 60, graceMs: 20 };

/** Runs the dashboard until `use` is done. */
async function running(
  sources: FakeSource[],
  use: (it: Running) => Promise<unknown>,
  save = async (_: Snapshot) => "./there.json",
  system = new FakeSystem(),
): Promise<void> {
  const infos = sources.map(({ info }) => info);
  const thread = new FakeThread(sources);
  using pool = new Pool({
    sources: infos,
    startThread: () => thread,
    idleShare: 0.5,
    limits: SMALL_LIMITS,
  });
  using generator = new FullGenerator(pool, system);
  const screen = new FakeScreen();
  const saved: Snapshot[] = [];
  const interrupt = new AbortController();
  const ending = runDashboard({
    pool,
    infos,
    generator,
    refreshMs: 5,
    unicode: true,
    openScreen: async (events) => {
      screen.events = events;
      return screen;
    },
    save: async (snapshot) => {
      saved.push(snapshot);
      return save(snapshot);
    },
    signal: interrupt.signal,
  });
  ending.catch(() => {}); // whoever tests it awaits it
  await screen.until(/j\/k/);
  await use({ screen, pool, thread, saved, interrupt, ending });
  screen.events.key("q");
  await ending.catch(() => {});
  expect(screen.closed).toBe(true);
  expect(pool.listenerCount("revealed")).toBe(0);
}

const two = () => [
  fakeSource({ id: "first", family: "clock" }, fakeNoise(1)),
  fakeSource({ id: "second", family: "memory" }, fakeNoise(2)),
];

describe("what is seen", () => {
  test("once a self-test has failed, the reason in the place of output", async () => {
    const cipher = new FailingCipher();
    await running(
      two(),
      async ({ screen }) => {
        await screen.until(/hex +[0-9a-f]{8}/);
        cipher.breakAfter(0);
        await screen.until(/the generator is in its error state and hands out nothing/);
        expect(screen.text).not.toMatch(/hex +[0-9a-f]{8}/);
      },
      undefined,
      new FailingSystem(cipher),
    );
  });

  test("sources become healthy, bits are credited, the pool fills, output and a raw trace are shown", () =>
    running(two(), async ({ screen }) => {
      await screen.until(/first +clock +healthy/);
      await screen.until(/second +memory +healthy/);
      await screen.until(/grade A/);
      await screen.until(/\d of 4096 B/);
      await screen.until(/hex +[0-9a-f]{8} [0-9a-f]{8}/);
      await screen.until(/float +0\.\d{15}/);
      await screen.until(/first: line[\s\S]*oldest/);
      screen.events.key("g");
      await screen.until(/first: histogram/);
    }));

  test("output goes on changing although nobody takes any", () =>
    running(two(), async ({ screen }) => {
      const [, before] = await screen.until(/hex +([0-9a-f]{8})/);
      await screen.until(new RegExp(`hex +(?!${before})[0-9a-f]{8}`));
    }));
});

describe("nothing holds it up", () => {
  test("a source that hangs is said to fail, and the others go on", async () => {
    const sources = two();
    sources[0]!.hangs = "obediently";
    await running(sources, async ({ screen }) => {
      await screen.until(/first +clock +(failed|unavailable)/);
      await screen.until(/second +memory +healthy/);
      await screen.until(/hex +[0-9a-f]{8}/);
    });
  });

  test("a thread that answers nothing leaves keys and screen alone", async () => {
    await running(two(), async ({ screen, thread }) => {
      thread.frozen = true;
      screen.events.key("j");
      screen.events.key("g");
      await screen.until(/second: histogram/);
      const { drawn } = screen;
      while (screen.drawn < drawn + 3) {
        screen.text = "";
        await screen.until(/every/);
      }
    });
  });

  test("where nothing can deliver the reason stands in the output's place", async () => {
    const sources = two();
    for (const source of sources) source.unavailable = "not on this machine";
    await running(sources, async ({ screen }) => {
      await screen.until(/no source can deliver/);
      await screen.until(/first +clock +unavailable/);
      await screen.until(/grade F/);
    });
  });
});

describe("keys reach the world", () => {
  test("space pauses the source in the pool, and resumes it", () =>
    running(two(), async ({ screen, pool }) => {
      const stateOf = (id: string) => pool.status().sources.find((source) => source.id === id)!.state;
      await screen.until(/first +clock +healthy/);
      screen.events.key("space");
      expect(stateOf("first")).toBe("paused");
      await screen.until(/first +clock +paused/);
      screen.events.key("space");
      expect(stateOf("first")).toBe("starting"); // its start-up test again
      await screen.until(/first +clock +healthy/);
    }));

  test("s saves what is shown and says where", () =>
    running(two(), async ({ screen, saved }) => {
      await screen.until(/first +clock +healthy/);
      screen.events.key("s");
      await screen.until(/saved to \.\/there\.json/);
      expect(saved[0]!.schema).toBe(1);
      expect(saved[0]!.sources.map(({ id }) => id).sort()).toEqual(["first", "second"]);
    }));

  test("a snapshot that cannot be saved is said, and nothing ends", () =>
    running(
      two(),
      async ({ screen }) => {
        screen.events.key("s");
        await screen.until(/cannot write it: the disk is full/);
        screen.events.key("g");
        await screen.until(/first: histogram/);
      },
      async () => {
        throw new Error("cannot write it: the disk is full");
      },
    ));

  test("mouse, resize, suspend", () =>
    running(two(), async ({ screen }) => {
      screen.events.press(5, 5);
      await screen.until(/second: line/);
      screen.events.wheel(-1);
      await screen.until(/first: line/);
      screen.events.resize(60, 20);
      await screen.until(/needs 80 x 24[\s\S]*60 x 20/);
      screen.events.resize(80, 24);
      await screen.until(/first: line/);
      screen.events.key("ctrl+z");
      expect(screen.suspended).toBe(1);
    }));
});

describe("how it ends", () => {
  const endings: [string, (it: Running) => void, Ending][] = [
    ["q", ({ screen }) => screen.events.key("q"), "quit"],
    ["ctrl-c", ({ screen }) => screen.events.key("ctrl+c"), "interrupt"],
    ["the terminal goes away", ({ screen }) => screen.events.hangUp(), "hang-up"],
  ];
  for (const [name, end, ending] of endings) {
    test(name, () =>
      running(two(), async (it) => {
        end(it);
        expect(await it.ending).toBe(ending);
        expect(it.screen.closed).toBe(true);
      }),
    );
  }

  test("a crash is thrown, after the screen was given back", () =>
    running(two(), async ({ screen, ending }) => {
      screen.events.crash(new Error("boom"));
      await expect(ending).rejects.toThrow("boom");
      expect(screen.closed).toBe(true);
    }));

  test("the signal's reason is thrown", () =>
    running(two(), async ({ screen, interrupt, ending }) => {
      interrupt.abort(new Error("terminated"));
      await expect(ending).rejects.toThrow("terminated");
      expect(screen.closed).toBe(true);
    }));

  test("interrupted before it began, no screen is opened", async () => {
    const infos = two().map(({ info }) => info);
    using pool = new Pool({ sources: infos, startThread: () => new FakeThread([]) });
    using generator = new FullGenerator(pool, new FakeSystem());
    const run = runDashboard({
      pool,
      infos,
      generator,
      refreshMs: 5,
      unicode: true,
      openScreen: () => Promise.reject(new Error("opened")),
      save: () => Promise.reject(new Error("saved")),
      signal: AbortSignal.abort(new Error("too early")),
    });
    await expect(run).rejects.toThrow("too early");
  });
});
