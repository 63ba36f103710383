import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "../../src/errors.ts";
import type { Manifest, RecordingPlan, Run } from "../../src/recording/manifest.ts";
import { Recording, wholeRuns } from "../../src/recording/recording.ts";
import { type RawTrace, traceBytes } from "../../src/trace.ts";

const plan: RecordingPlan = {
  schema: 1,
  source: {
    id: "noise",
    title: "Noise",
    family: "clock",
    unit: "ticks",
    symbolBits: 4,
    claimedH: 1,
    effects: [],
  },
  settings: {},
  samples: 5_000,
  restarts: { rows: 3, cols: 10, method: "none" },
  tool: { name: "esoteric-entropy", version: "1" },
  library: { abiVersion: 1, sha256: "ab" },
  clock: { name: "tsc", step: 26, periodNs: 10 },
  machine: {
    os: "linux",
    kernel: "6.1",
    arch: "x64",
    cpu: "Example",
    processors: 2,
    memoryGiB: 8,
    installation: null,
    system: "Linux",
    virtualMachine: { answer: "no", evidence: "a test" },
  },
};

let clockMs = 0;
const surroundings = { now: () => new Date(Date.UTC(2026, 0, 1) + clockMs++ * 1000), load: () => 0.5 };

/** Samples that say where they stand; 40 bits wide. */
function trace(from: number, n: number): RawTrace {
  const samples = BigUint64Array.from({ length: n }, (_, i) => BigInt(from + i) | (1n << 40n));
  return { sourceId: "noise", samples, discarded: 64, startedNs: 0, elapsedNs: n * 1000 };
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-recording-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);

function begin(of: Partial<RecordingPlan> = {}): Recording {
  const recording = Recording.begin(folder, { ...plan, ...of }, surroundings);
  if (!(recording instanceof Recording)) throw new Error("it is complete already");
  return recording;
}

/** The rest of it, from wherever it stands. */
function complete(recording: Recording): Manifest {
  if (recording.samplesDone < plan.samples) {
    recording.beginRun();
    recording.append(trace(100_000, plan.samples - recording.samplesDone));
  }
  while (recording.rowsDone < 3) recording.appendRow(trace(recording.rowsDone, 10));
  return recording.finish();
}

const sampleBytes = () => [...readFileSync(at("noise.samples.u64"))];

const FILES = ["noise.json", "noise.restarts.u8", "noise.samples.u64", "noise.symbols.u8"];

describe("a recording in one go", () => {
  test("has samples of 64 bits, symbols, rows of restarts and a manifest that fits them", () => {
    using recording = begin();
    const manifest = complete(recording);
    expect(readdirSync(folder).sort()).toEqual(FILES);

    expect(sampleBytes()).toEqual([...traceBytes(trace(100_000, 5_000))]);
    const symbols = readFileSync(at("noise.symbols.u8"));
    expect([...symbols.subarray(0, 20)]).toEqual(Array.from({ length: 20 }, (_, i) => (100_000 + i) & 15));
    const rows = readFileSync(at("noise.restarts.u8"));
    expect([...rows.subarray(10, 20)]).toEqual(Array.from({ length: 10 }, (_, i) => i + 1));
    expect(rows.length).toBe(30);

    expect(JSON.parse(readFileSync(at("noise.json"), "utf8"))).toEqual(manifest);
    for (const file of Object.values(manifest.files)) {
      const content = readFileSync(at(file!.name));
      expect(file!.bytes).toBe(content.length);
      expect(file!.sha256).toBe(createHash("sha256").update(content).digest("hex"));
    }
    expect(manifest.runs).toHaveLength(1);
    expect(manifest).toMatchObject({ rateHz: 1e6, discarded: 64, samples: 5_000 });
  });

  test("without restarts there is no matrix", () => {
    using recording = begin({ restarts: null });
    recording.beginRun();
    recording.append(trace(0, 5_000));
    expect(recording.finish().files.restarts).toBeNull();
    expect(readdirSync(folder).sort()).toEqual(FILES.filter((name) => !name.includes("restarts")));
  });

  test("is not finished early, and takes no row of another length", () => {
    using recording = begin();
    recording.beginRun();
    recording.append(trace(0, 4_999));
    expect(() => recording.finish()).toThrow(RangeError);
    expect(() => recording.appendRow(trace(0, 9))).toThrow(RangeError);
  });
});

describe("a recording that was killed", () => {
  test("has nothing under a final name, and goes on from its last checkpoint", () => {
    {
      using recording = begin();
      recording.beginRun();
      recording.append(trace(0, 2_000));
      recording.checkpoint();
      recording.append(trace(2_000, 1_500)); // after the last checkpoint: lost
    }
    expect(readdirSync(folder).every((name) => name.endsWith(".part"))).toBe(true);
    using again = begin();
    expect(again.samplesDone).toBe(2_000);
    const manifest = complete(again);
    expect(sampleBytes()).toEqual([...traceBytes(trace(0, 2_000)), ...traceBytes(trace(100_000, 3_000))]);
    expect(manifest.runs.map((run) => [run.firstSample, run.samples])).toEqual([
      [0, 2_000],
      [2_000, 3_000],
    ]);
    expect(manifest.discarded).toBe(128);
  });

  test("keeps its restarts", () => {
    {
      using recording = begin();
      recording.beginRun();
      recording.append(trace(0, 5_000));
      recording.appendRow(trace(0, 10));
      recording.appendRow(trace(1, 10));
      recording.checkpoint();
      recording.appendRow(trace(2, 10));
    }
    using again = begin();
    expect([again.samplesDone, again.rowsDone]).toEqual([5_000, 2]);
    complete(again);
    expect(readFileSync(at("noise.restarts.u8"))[20]).toBe(2);
  });

  test("between two of the final names is completed as it is", () => {
    using recording = begin();
    complete(recording);
    for (const left of [0, 1, 2, 3]) {
      // As after a kill when `left` files had got their names.
      for (const name of FILES.slice(left + 1).reverse()) renameSync(at(name), at(`${name}.part`));
      renameSync(at("noise.json"), at("noise.json.ready"));
      writeFileSync(at("noise.json.part"), "{}");
      const found = Recording.begin(folder, plan, surroundings);
      expect(found).not.toBeInstanceOf(Recording);
      expect(readdirSync(folder).sort()).toEqual(FILES);
    }
  });

  test("every run has 1,000 samples or more (SP 800-90B §3.1.1)", () => {
    const run = (firstSample: number, samples: number): Run => ({
      firstSample,
      samples,
      discarded: 0,
      startedAt: "",
      endedAt: "",
      samplingSeconds: samples,
      loadAverage: [0, 0],
    });
    const kept = (runs: Run[], planned: number) =>
      wholeRuns(runs, planned).map((each) => [each.firstSample, each.samples, each.samplingSeconds]);
    expect(kept([], 5_000)).toEqual([]);
    expect(kept([run(0, 999)], 5_000)).toEqual([]);
    expect(kept([run(0, 1_000)], 5_000)).toEqual([[0, 1_000, 1_000]]);
    expect(kept([run(0, 4_500)], 5_000)).toEqual([[0, 4_000, 4_000]]);
    expect(kept([run(0, 5_000)], 5_000)).toEqual([[0, 5_000, 5_000]]);
    expect(kept([run(0, 1_500)], 2_400)).toEqual([[0, 1_400, 1_400]]);
    expect(kept([run(0, 1_500)], 1_900)).toEqual([]);
    expect(kept([run(0, 500)], 600)).toEqual([]);
    expect(kept([run(0, 2_000), run(2_000, 500)], 5_000)).toEqual([[0, 2_000, 2_000]]);
    expect(kept([run(0, 2_000), run(2_000, 1_500)], 4_000)).toEqual([
      [0, 2_000, 2_000],
      [2_000, 1_000, 1_000],
    ]);
  });

  test("whose data are shorter than it says is not trusted", () => {
    {
      using recording = begin();
      recording.beginRun();
      recording.append(trace(0, 2_000));
      recording.checkpoint();
    }
    truncateSync(at("noise.samples.u64.part"), 15_999);
    expect(() => begin()).toThrow(InputError);
  });
});

describe("only the same recording is continued", () => {
  const others: [what: string, change: Partial<RecordingPlan>][] = [
    ["cpu", { machine: { ...plan.machine, cpu: "Other" } }],
    ["kernel", { machine: { ...plan.machine, kernel: "6.2" } }],
    ["samples", { samples: 6_000 }],
    ["restarts", { restarts: { rows: 4, cols: 10, method: "none" } }],
    ["restarts", { restarts: null }],
    ["program", { tool: { name: "esoteric-entropy", version: "2" } }],
    ["library", { library: { abiVersion: 1, sha256: "cd" } }],
    ["clock", { clock: { name: "null", step: 26, periodNs: 10 } }],
    ["clock period", { clock: { name: "tsc", step: 26, periodNs: 10.2 } }],
    ["settings", { settings: { scratchFolder: "/x" } }],
    ["source", { source: { ...plan.source, symbolBits: 8 } }],
  ];
  for (const [what, change] of others) {
    test(`another ${what}: an error that says so, and nothing is touched`, () => {
      begin()[Symbol.dispose]();
      const before = readdirSync(folder);
      expect(() => begin(change)).toThrow(what);
      expect(readdirSync(folder)).toEqual(before);
      complete(begin());
      expect(() => Recording.begin(folder, { ...plan, ...change }, surroundings)).toThrow(InputError);
      expect(readdirSync(folder).sort()).toEqual(FILES);
    });
  }

  test("restarts are not made in two ways; those of a complete one are made already", () => {
    begin()[Symbol.dispose]();
    const otherWay = { restarts: { rows: 3, cols: 10, method: "another" } };
    expect(() => begin(otherWay)).toThrow("restart method");
    const manifest = complete(begin());
    expect(Recording.begin(folder, { ...plan, ...otherWay }, surroundings)).toEqual(manifest);
  });

  test("a period measured a little differently is the same", () => {
    begin()[Symbol.dispose]();
    begin({ clock: { name: "tsc", step: 26, periodNs: 10.05 } })[Symbol.dispose]();
  });

  test("a complete one is given back, not made again", () => {
    const manifest = complete(begin());
    expect(Recording.begin(folder, plan, surroundings)).toEqual(manifest);
  });

  test("files of unknown origin are not written over; garbage is not understood", () => {
    writeFileSync(at("noise.symbols.u8"), "mine");
    expect(() => begin()).toThrow("there already");
    expect(readFileSync(at("noise.symbols.u8"), "utf8")).toBe("mine");
    rmSync(at("noise.symbols.u8"));
    for (const garbage of ["", "{", "null", "[]", '{"plan":{"schema":1}}', '{"schema":1}']) {
      writeFileSync(at("noise.json.part"), garbage);
      expect(() => begin(), garbage).toThrow("is not the progress of a recording");
    }
  });

  const machine = { ...plan.machine, system: "\u001b[2J" };
  const spoils: readonly (readonly [name: string, what: string, change: object])[] = [
    ["noise.json.part", "a run that is none", { runs: [null] }],
    ["noise.json.part", "fewer rows than none", { rowsDone: -1 }],
    ["noise.json.part", "a time that is none", { startedAt: 5 }],
    ["noise.json.part", "commands for the terminal", { plan: { ...plan, machine } }],
    ["noise.json", "no files", { files: undefined }],
    ["noise.json", "no runs", { runs: [] }],
    ["noise.json", "a rate that is none", { rateHz: "fast" }],
    ["noise.json", "commands for the terminal", { machine }],
  ];
  test.each(spoils)("%s with %s is refused in words, and kept", (name, _, change) => {
    if (name.endsWith(".part")) begin()[Symbol.dispose]();
    else complete(begin());
    const text = JSON.stringify({ ...JSON.parse(readFileSync(at(name), "utf8")), ...change });
    writeFileSync(at(name), text);
    expect(() => Recording.begin(folder, plan, surroundings)).toThrow(InputError);
    expect(readFileSync(at(name), "utf8")).toBe(text);
  });
});

describe("two programs", () => {
  const MODULE = new URL("../../src/recording/recording.ts", import.meta.url).href;

  test("one of them records; the other is told, and changes nothing", () => {
    {
      using recording = begin();
      recording.beginRun();
      recording.append(trace(0, 2_000));
      recording.checkpoint();
      const before = readdirSync(folder).map((name) => [name, readFileSync(at(name), "hex")]);
      expect(() => begin()).toThrow(`another program records noise into ${folder}`);
      expect(() => begin()).toThrow(InputError);
      expect(readdirSync(folder).map((name) => [name, readFileSync(at(name), "hex")])).toEqual(before);
      using other = begin({ source: { ...plan.source, id: "other" } });
      expect(other.samplesDone).toBe(0);
    }
    using recording = begin();
    expect(recording.samplesDone).toBe(2_000);
  });

  test("one that was killed keeps nobody out, and no lock stays behind", async () => {
    const script = `const { Recording } = await import(${JSON.stringify(MODULE)});
      globalThis.held = Recording.begin(${JSON.stringify(folder)}, ${JSON.stringify(plan)});
      console.log("begun");
      setInterval(() => {}, 1000);`;
    const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" });
    using _child = { [Symbol.dispose]: () => child.kill("SIGKILL") };
    await child.stdout.getReader().read();
    expect(() => begin()).toThrow("another program records");
    child.kill("SIGKILL");
    await child.exited;
    {
      using recording = begin();
      complete(recording);
    }
    expect(readdirSync(folder).sort()).toEqual([
      "noise.json",
      "noise.restarts.u8",
      "noise.samples.u64",
      "noise.symbols.u8",
    ]);
  });

  test("what is no regular file, or a link to what is not there, is neither waited for nor replaced", () => {
    Bun.spawnSync(["mkfifo", at("noise.json.part")]);
    expect(() => begin()).toThrow("it is not a regular file");
    rmSync(at("noise.json.part"));
    symlinkSync(at("elsewhere"), at("noise.samples.u64"));
    expect(() => begin()).toThrow("is there already");
    expect(readdirSync(folder)).toEqual(["noise.samples.u64"]);
  });
});
