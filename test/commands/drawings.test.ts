/** The drawings in what `scan`, `probe`, `pool` and `bench` say. */
import { describe, expect, test } from "bun:test";
import { isUnicode } from "#kit/term/io.ts";
import { bench, runBench } from "../../src/commands/bench.ts";
import { runPool } from "../../src/commands/pool.ts";
import { runProbe } from "../../src/commands/probe.ts";
import { runScan } from "../../src/commands/scan.ts";
import type { Deps } from "../../src/deps.ts";
import { sources as allSources } from "../../src/sources/index.ts";
import { type FakeIo, fakeIo } from "../support/fake-io.ts";
import { type FakeSource, FakeThread, fakeHost, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { optionsFor } from "../support/options.ts";

const sources: readonly FakeSource[] = [
  fakeSource({ id: "noisy", family: "clock", claim: 2 }, fakeNoise(1)),
  fakeSource({ id: "absent", family: "clock" }, fakeNoise(2)),
  fakeSource({ id: "steps", family: "memory", claim: 0 }, (i) => Math.floor(i / 100)),
];
sources[1]!.unavailable = "not here";

const deps: Deps = { sources, host: fakeHost, startThread: () => new FakeThread(sources), warn: () => {} };

async function said(run: (io: FakeIo) => Promise<void>, options: Parameters<typeof fakeIo>[0] = {}) {
  const io = fakeIo(options);
  await run(io);
  return io.written().toString();
}

const scanned = (options = {}) => said((io) => runScan({ json: false }, io, deps), options);
const probed = (source: string, options = {}) =>
  said((io) => runProbe({ source, samples: 1000, raw: false, json: false, force: false }, io, deps), options);
const pooled = (options = {}) =>
  said(
    (io) =>
      runPool(
        { durationMs: 300, sources: "all", credit: new Map(), uncalibrated: true, json: false },
        io,
        deps,
      ),
    options,
  );
const benched = (options = {}) =>
  said(
    (io) =>
      runBench(
        {
          ...optionsFor(bench, { samples: "2000", sources: "noisy,steps" }),
          threads: 0,
        },
        io,
        deps,
      ),
    options,
  );

describe("text with drawings", () => {
  test("scan: how many of each family there are", async () => {
    expect(await scanned()).toContain(
      "\nclock   █████░░░░░  1 of 2   memory  ██████████  1 of 1\n\n2 of 3 sources available\n",
    );
    expect(await scanned({ columns: 40 })).toContain(
      "\nclock   █████░░░░░  1 of 2\nmemory  ██████████  1 of 1\n",
    );
  });

  test("probe: the trace in its order, and how often each value comes", async () => {
    sources[2]!.next = (i) => Math.floor(i / 100) % 10;
    const text = await probed("steps", { columns: 23 });
    expect(text).toContain("in time      ▁▁▂▃▄▅▆▇██\n");
    expect(text).toContain("each mark the mean of about 100 samples\n");
    expect(text).toMatch(/\n\s*0 {2}100 {2}█+/);
  });

  test("pool: each source's share of the credit, and how near the next block is", async () => {
    // Until the noisy source has been credited: on a busy machine the first time may be too short.
    let text = await pooled();
    while (!/ {2}█{10} /.test(text)) text = await pooled();
    const lines = text.split("\n");
    expect(lines[0]).toMatch(/ BITS\/S {2}SHARE +FAILURES/);
    expect(lines.find((line) => line.startsWith("noisy"))).toMatch(/ {2}█{10} /);
    expect(lines.find((line) => line.startsWith("steps"))).not.toContain("█");
    expect(text).toMatch(/\nlevel {4}[█▏▎▍▌▋▊▉░]{10} {2}\d+ of 320 bits for the next block\n/);
  });

  test("bench: bars relative to the best", async () => {
    expect(await benched()).toMatch(/\nnoisy .*█{20}\nsteps [^█]*\n/);
    expect(await benched({ columns: 40 })).toMatch(/\nnoisy .*[^█]█{10}\n/);
  });

  test("no line is longer than a terminal of 80 columns; a pipe gets every column", async () => {
    const terminal = { terminal: true, columns: 80 };
    const scannedAll = (options: object) =>
      said((io) => runScan({ json: false }, io, { sources: allSources, host: fakeHost }), options);
    for (const run of [scannedAll, (options: object) => probed("noisy", options), pooled, benched]) {
      for (const line of (await run(terminal)).split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    }
    expect(await scannedAll(terminal)).toMatch(/\ntpm .*\n {4}why not: no TPM/);
    const [header] = (await scannedAll({})).split("\n");
    expect(header).toMatch(
      /^SOURCE +FAMILY +AVAILABLE +DEFAULT +~RATE\/S +CLAIMED H +SIDE EFFECTS +WHY NOT$/,
    );
  });

  test("what cannot be used is dim, where there is colour", async () => {
    const lines = (await scanned({ terminal: true, color: true, columns: 200 })).split("\n");
    expect(lines.find((line) => line.includes("absent"))).toStartWith("\x1b[2mabsent\x1b[0m");
    expect(lines.find((line) => line.includes("noisy"))).toStartWith("noisy");
  });

  test("drawings are ASCII where no more is understood", async () => {
    const beyondAscii = /[\u2580-\u259f]/;
    for (const run of [scanned, () => probed("noisy", { unicode: false }), pooled, benched]) {
      expect(await run({ unicode: false })).not.toMatch(beyondAscii);
    }
    expect(await scanned({ unicode: false })).toContain("clock   #####.....  1 of 2");
    expect(await probed("noisy", { unicode: false })).toMatch(/in time {6}[_.\-~=*#]{67}\n/);
  });
});

test("what is understood is what the locale says, the first variable that is set", () => {
  expect(isUnicode({ LANG: "en_GB.UTF-8" })).toBe(true);
  expect(isUnicode({ LANG: "C.utf8", TERM: "xterm" })).toBe(true);
  expect(isUnicode({ LANG: "en_GB.UTF-8", LC_ALL: "C" })).toBe(false);
  expect(isUnicode({ LANG: "C", LC_CTYPE: "de_DE.UTF-8" })).toBe(true);
  expect(isUnicode({ LANG: "en_GB.UTF-8", LC_ALL: "" })).toBe(true);
  expect(isUnicode({ LANG: "en_GB.UTF-8", TERM: "dumb" })).toBe(false);
  expect(isUnicode({})).toBe(false);
});
