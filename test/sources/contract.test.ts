/**
 * The promises of every source (src/source.ts), on made-up machines: bare ones, furnished ones, and ones whose files and
 * tools misbehave. A source that cannot run on such a machine has to say why.
 */

import { heapStats } from "bun:jsc";
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { NativeError, SourceError } from "../../src/errors.ts";
import { FAMILIES, type Sampler, type Source } from "../../src/source.ts";
import { type FakeHost, type FakeHostOptions, type FakeTool, fakeHost } from "../support/fake-host.ts";
import { FEW_TURNS, turnsUntilSettled } from "../support/turns.ts";

const FOLDER = join(import.meta.dir, "../../src/sources");
const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".ts") && !["index.ts", "selection.ts"].includes(name))
  .sort();
const sources: Source[] = await Promise.all(
  files.map(async (file) => Object.values(await import(join(FOLDER, file))).find(isSource) as Source),
);

function isSource(value: unknown): boolean {
  return typeof value === "object" && value !== null && "info" in value && "availability" in value;
}

/** Numbers that go up and down and never repeat for long: 1, 3, 8, 5, … */
let ticks = 0;
function moving(): number {
  ticks += 1;
  return 1_000 + ((ticks * ticks * 7919) % 1013);
}

type Kernels = NonNullable<FakeHostOptions["kernels"]>;

/** A library that has every function there could be, all alike. */
function library(each: (out: BigUint64Array) => void): Kernels {
  return new Proxy<Kernels>({}, { get: () => each });
}

/** The longest array that a kernel was given since this was set to 0. */
let longestCall = 0;
const kernels = library((out) => {
  longestCall = Math.max(longestCall, out.length);
  for (let i = 0; i < out.length; i++) out[i] = BigInt((i * i * 31 + i) % 1021);
});
const refusing = library(() => {
  throw new NativeError("refused: ENOSYS (errno 38)", 38);
});

const LINUX_FILES = {
  "/proc/stat": () => `ctxt ${moving()}\nprocesses ${moving()}\n`,
  "/proc/interrupts": () => `  CPU0 CPU1\n 24: ${moving()} ${moving()} edge\n`,
  "/proc/vmstat": () => `nr_free_pages ${moving()}\n`,
  "/proc/net/wireless": () =>
    `Inter-| sta-|\n face | tus |\n wlan0: 0000   54.  -${moving() % 90}.  -256        0\n`,
  "/proc/asound/cards": " 0 [PCH ]: HDA-Intel - HDA Intel PCH\n",
  "/sys/block/sda/stat": () => `${moving()} 0 ${moving()} 5 0 0 0 0 0 7 7\n`,
  "/sys/class/hwmon/hwmon0/temp1_input": () => `${moving()}\n`,
  "/sys/class/bluetooth/hci0/address": "00:00:5e:00:53:01\n",
  "/etc/resolv.conf": "nameserver 127.0.0.1\n",
};
const DEVICES = { "/dev/snd": ["pcmC0D0c"], "/dev": ["hwrng", "tpmrm0", "video0"], "/dev/dri": ["card0"] };

const ioreg: FakeTool = () => `+-o Disk  <class IOMedia, id 0x1, active>\n    "reads" = ${moving()}\n`;
const TOOLS =
  "ioreg sysctl vm_stat ps system_profiler ffmpeg arecord bluetoothctl iw mdls osascript sips networksetup v4l2-ctl";
const allTools = (tool: FakeTool) => Object.fromEntries(TOOLS.split(" ").map((name) => [name, tool]));
const allFiles = (text: string) => Object.fromEntries(Object.keys(LINUX_FILES).map((path) => [path, text]));

/** Nothing here may leave the machine: the only addresses are of the loopback interface, at a port where nobody listens. */
const settings = { resolver: "127.0.0.1:9", connectTo: "127.0.0.1:9" };
const MACHINES: Record<string, FakeHostOptions> = {
  "bare Linux": {},
  "bare Mac": { os: "darwin" },
  Linux: { kernels, files: LINUX_FILES, folders: DEVICES },
  Mac: { os: "darwin", kernels, tools: { ioreg } },
  "Linux whose tools hang": {
    kernels,
    files: LINUX_FILES,
    folders: DEVICES,
    tools: allTools({ hangs: true }),
  },
  "Mac whose tools hang": { os: "darwin", kernels, tools: allTools({ hangs: true }) },
  "Linux of garbage": {
    kernels,
    files: allFiles("\u0000 7 \u00ff=(\n{"),
    folders: DEVICES,
    tools: allTools("7 %=({\n"),
  },
  "Mac of garbage": { os: "darwin", kernels, tools: allTools("7 %=({\n") },
  "Linux where nothing changes": { kernels, files: allFiles("1\n"), folders: DEVICES, tools: allTools("") },
  "Linux whose native code fails": { kernels: refusing, files: LINUX_FILES, folders: DEVICES },
  "Mac whose native code fails": { os: "darwin", kernels: refusing },
  "Mac where tools fail": { os: "darwin", kernels, tools: allTools({ exitCode: 1, stderr: "no" }) },
};
const furnished = ["Linux", "Mac"];

function machine(name: string): FakeHost {
  return fakeHost({ settings, ...MACHINES[name] });
}

/** How long sampling may go on before it is told to stop. */
const UNTIL_ABORT_MS = 30;

/** A kernel may be asked for this many samples at once, however slow it is: gauges, and warm-ups. */
const LEAST_CALL = 512;

/** For each source, what opens and closes it so many times. */
const openAndCloseEach: ((rounds: number) => Promise<void>)[] = [];

for (const { info, ...source } of sources) {
  describe(info.id, () => {
    test("describes itself", () => {
      expect(files).toContain(`${info.id.replaceAll("_", "-")}.ts`);
      expect(info.id).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
      expect(info.mechanism.length).toBeGreaterThan(60);
      expect(FAMILIES).toContain(info.family);
      expect(Number.isInteger(info.symbolBits) && info.symbolBits >= 1 && info.symbolBits <= 8).toBe(true);
      expect(info.claim).toBeGreaterThanOrEqual(0);
      expect(info.claim).toBeLessThanOrEqual(info.symbolBits / 2);
      expect(info.coarseClaim ?? 0).toBeLessThanOrEqual(info.claim);
      expect(info.rateHz).toBeGreaterThan(0);
    });

    test("says at once whether it can run, and why not", async () => {
      for (const name of Object.keys(MACHINES)) {
        const host = machine(name);
        const asked = source.availability(host);
        expect(await turnsUntilSettled(asked), name).toBeLessThanOrEqual(FEW_TURNS);
        const answer = await asked;
        if (!answer.ok) expect(answer.reason, name).toMatch(/\S{2}/);
        expect(host.toolCalls, name).toEqual([]);
      }
    });

    if (info.effects.includes("network")) {
      test("obeys `offline`", async () => {
        for (const name of furnished) {
          const host = fakeHost({ ...MACHINES[name], settings: { ...settings, offline: true } });
          expect(await source.availability(host)).toEqual({ ok: false, reason: "offline" });
          const outcome = await source.open(host).then(
            () => "it opened",
            (error: unknown) => error,
          );
          expectNamed(outcome);
        }
      });
    }

    for (const name of Object.keys(MACHINES)) {
      test(`${name}: exactly as many samples as asked for, or an error with its name, or stops when told`, async () => {
        const host = machine(name);
        const sampler = await opened(() => source.open(host));
        if (sampler) {
          try {
            expect(await turnsToAbort(sampler, 16)).toBeLessThanOrEqual(FEW_TURNS);
          } finally {
            await sampler[Symbol.asyncDispose]();
          }
        }
        expect(host.runningTools()).toBe(0);
      });
    }

    async function opened(open: () => Promise<Sampler>): Promise<Sampler | undefined> {
      try {
        return await open();
      } catch (error) {
        expectNamed(error);
        return undefined;
      }
    }

    /** Returns how many turns it took to stop after it was told to; 0 if it had ended by then. */
    async function turnsToAbort(sampler: Sampler, n: number): Promise<number> {
      const controller = new AbortController();
      const reason = new Error("enough");
      const outcome = sampler.sample(n, controller.signal).then(
        (trace) => {
          expect(trace.sourceId).toBe(info.id);
          expect(trace.samples).toBeInstanceOf(BigUint64Array);
          expect(trace.samples).toHaveLength(n);
          expect(trace.elapsedNs).toBeGreaterThanOrEqual(0);
        },
        (error: unknown) => {
          if (error !== reason) expectNamed(error);
        },
      );
      const patience = Promise.withResolvers<void>();
      const timer = setTimeout(patience.resolve, UNTIL_ABORT_MS);
      await Promise.race([outcome, patience.promise]);
      clearTimeout(timer);
      controller.abort(reason);
      const turns = await turnsUntilSettled(outcome);
      await outcome;
      return turns;
    }

    function expectNamed(error: unknown): void {
      expect(error).toBeInstanceOf(SourceError);
      expect((error as SourceError).sourceId).toBe(info.id);
      expect((error as SourceError).message).toStartWith(`${info.id}: `);
    }

    test("stops when told, however much was asked for, and is never busy for 100 ms on end", async () => {
      for (const name of furnished) {
        const host = machine(name);
        if (!(await source.availability(host)).ok) continue;
        const sampler = await opened(() => source.open(host));
        if (!sampler) continue;
        longestCall = 0;
        expect(await turnsToAbort(sampler, 2_000_000), name).toBeLessThanOrEqual(FEW_TURNS);
        await sampler[Symbol.asyncDispose]();
        expect(longestCall, name).toBeLessThanOrEqual(Math.max(LEAST_CALL, info.rateHz / 10));
      }
    });

    /** Opens and closes on every machine where that is possible; gives each host to `look` before and after. */
    async function openAndClose(rounds: number, look?: (host: FakeHost) => () => void): Promise<void> {
      for (const name of furnished) {
        const host = machine(name);
        if (!(await source.availability(host)).ok) continue;
        const lookAgain = look?.(host);
        for (let i = 0; i < rounds; i++)
          await (await opened(() => source.open(host)))?.[Symbol.asyncDispose]();
        lookAgain?.();
      }
    }
    openAndCloseEach.push(openAndClose);

    test("leaves no file, tool or process behind in 1,000 rounds of opening and closing", async () => {
      await openAndClose(50);
      await openAndClose(1_000, (host) => {
        const before = { files: openFiles(), children: children() };
        return () => {
          expect(openFiles()).toBeLessThanOrEqual(before.files);
          expect(children().filter((child) => !before.children.includes(child))).toEqual([]);
          expect(host.runningTools()).toBe(0);
        };
      });
    });
  });
}

/** Looking for objects takes longer than all the rounds, so it is done once. */
test("no source leaves objects behind in 1,000 rounds of opening and closing", async () => {
  for (const openAndClose of openAndCloseEach) await openAndClose(50);
  const before = liveObjects();
  for (const openAndClose of openAndCloseEach) await openAndClose(1_000);
  // Half an object a round of one source would be a leak; engines keep some of their own.
  expect(liveObjects() - before).toBeLessThan(500);
});

test("there are sources", () => expect(sources.length).toBeGreaterThanOrEqual(8));

function openFiles(): number {
  return readdirSync("/dev/fd").length;
}

function liveObjects(): number {
  Bun.gc(true);
  return heapStats().objectCount;
}

/** Children of this process, zombies included; none are seen on systems without /proc. */
function children(): string[] {
  const path = `/proc/self/task/${process.pid}/children`;
  return existsSync(path) ? readFileSync(path, "latin1").split(" ").filter(Boolean) : [];
}
