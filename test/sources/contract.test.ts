/**
 * What every source promises (src/source.ts), asked of all of them on made-up machines: bare ones, furnished ones, and ones
 * whose files and tools misbehave. A source that cannot run on such a machine has to say why.
 */

import { heapStats } from "bun:jsc";
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { NativeError, SourceError } from "../../src/errors.ts";
import { FAMILIES, type Sampler, type Source } from "../../src/source.ts";
import { type FakeHost, type FakeHostOptions, type FakeTool, fakeHost } from "../support/fake-host.ts";
import { type Delay, NO_DELAY, Stopwatch, shortestMs } from "../support/stopwatch.ts";

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

const kernels = library((out) => {
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

    test("says whether it can run within 50 ms, and why not", async () => {
      for (const name of Object.keys(MACHINES)) {
        const host = machine(name);
        const elapsedMs = await shortestMs(50, async () => {
          const started = performance.now();
          const answer = await source.availability(host);
          if (!answer.ok) expect(answer.reason, name).toMatch(/\S{2}/);
          return { ms: performance.now() - started, heldUpMs: 0 };
        });
        expect(elapsedMs, name).toBeLessThan(50);
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
        const delayMs = await shortestMs(100, async () => {
          const sampler = await opened(() => source.open(host));
          if (!sampler) return NO_DELAY;
          try {
            return await delayOfAbort(sampler, 16);
          } finally {
            await sampler[Symbol.asyncDispose]();
          }
        });
        expect(delayMs).toBeLessThan(100);
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

    /** How long it took to stop, if it was still sampling when it was told to. */
    async function delayOfAbort(sampler: Sampler, n: number): Promise<Delay> {
      const controller = new AbortController();
      const reason = new Error("enough");
      let stopwatch: Stopwatch | undefined;
      let delay = NO_DELAY;
      const timer = setTimeout(() => {
        stopwatch = new Stopwatch();
        controller.abort(reason);
      }, 30);
      try {
        const trace = await sampler.sample(n, controller.signal);
        expect(trace.sourceId).toBe(info.id);
        expect(trace.samples).toBeInstanceOf(BigUint64Array);
        expect(trace.samples).toHaveLength(n);
        expect(trace.elapsedNs).toBeGreaterThanOrEqual(0);
      } catch (error) {
        if (error !== reason) expectNamed(error);
      } finally {
        clearTimeout(timer);
        if (stopwatch) delay = stopwatch.stop();
      }
      return delay;
    }

    function expectNamed(error: unknown): void {
      expect(error).toBeInstanceOf(SourceError);
      expect((error as SourceError).sourceId).toBe(info.id);
      expect((error as SourceError).message).toStartWith(`${info.id}: `);
    }

    test("stops within 100 ms when told, however much was asked for", async () => {
      for (const name of furnished) {
        const host = machine(name);
        if (!(await source.availability(host)).ok) continue;
        const delayMs = await shortestMs(100, async () => {
          const sampler = await opened(() => source.open(host));
          if (!sampler) return NO_DELAY;
          const delay = await delayOfAbort(sampler, 2_000_000);
          await sampler[Symbol.asyncDispose]();
          return delay;
        });
        expect(delayMs, name).toBeLessThan(100);
      }
    });

    test("leaves nothing behind in 1,000 rounds of opening and closing", async () => {
      for (const name of furnished) {
        const host = machine(name);
        if (!(await source.availability(host)).ok) continue;
        const rounds = async (n: number) => {
          for (let i = 0; i < n; i++) await (await opened(() => source.open(host)))?.[Symbol.asyncDispose]();
        };
        await rounds(50);
        const before = { files: openFiles(), children: children(), objects: liveObjects() };
        await rounds(1_000);
        expect(openFiles(), name).toBeLessThanOrEqual(before.files);
        expect(
          children().filter((child) => !before.children.includes(child)),
          name,
        ).toEqual([]);
        expect(host.runningTools(), name).toBe(0);
        // Half an object a round would be a leak; engines keep some of their own.
        expect(liveObjects() - before.objects, name).toBeLessThan(500);
      }
    });
  });
}

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
