/** The command: options to a drill, its output and its exit code. */
import { afterAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InterruptedError } from "#kit/term/exit.ts";
import { NO_SCREEN } from "#kit/term/screen.ts";
import { drill, drilled, exitOf } from "../../src/commands/drill.ts";
import { completeFaults, drillText } from "../../src/commands/drill-text.ts";
import { runRecord } from "../../src/commands/record.ts";
import type { Deps } from "../../src/deps.ts";
import { drillMarkdown } from "../../src/drill/drill-markdown.ts";
import type { DrillReport } from "../../src/drill/run.ts";
import { InputError, InsufficientEntropyError, SourceError, UsageError } from "../../src/errors.ts";
import { exitCodeOf } from "../support/exit-code.ts";
import { fakeIo } from "../support/fake-io.ts";
import { type FakeSource, FakeThread, fakeHost, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { optionsFor } from "../support/options.ts";
import { rejectionOf } from "../support/rejection.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  folders.push(mkdtempSync(join(tmpdir(), "drill-")));
  return folders.at(-1)!;
}

function depsOf(sources: readonly FakeSource[]): Deps {
  return { sources, host: fakeHost, startThread: () => new FakeThread(sources), warn: () => {} };
}

const options = (args: Record<string, unknown> = {}) => ({
  ...optionsFor(drill, { fault: "stuck,silence", ...args }),
  threads: 0,
});

async function report(
  sources: readonly FakeSource[],
  args: Record<string, unknown> = {},
): Promise<DrillReport> {
  const io = fakeIo();
  const returned = await drilled(options({ json: true, ...args }), io, depsOf(sources));
  expect(JSON.parse(io.written().toString())).toEqual(JSON.parse(JSON.stringify(returned)));
  return returned;
}

/** Blocks of 512. */
const noisy = (id: string, seed: number, partial = {}) =>
  fakeSource({ id, rateHz: 100_000, ...partial }, fakeNoise(seed));

describe("drill", () => {
  test("each fault over each source: detection, bits, what is allowed", async () => {
    const { sources, holds, conditions, from } = await report([noisy("a", 1), noisy("b", 2, { claim: 0.5 })]);
    expect([holds, from]).toEqual([true, null]);
    expect(conditions!.load).toHaveLength(2);
    expect(sources.map(({ id, claim, block }) => [id, claim, block])).toEqual([
      ["a", 1, 512],
      ["b", 0.5, 512],
    ]);
    const [stuck, silence] = sources[0]!.faults;
    expect(stuck).toMatchObject({
      fault: "stuck",
      holds: true,
      detectedBy: "repetition-count",
      bits: 0,
      share: 0,
      allowedBits: 320,
      objections: [],
    });
    // C = 31 equal symbols; the last of the noise is the first of them.
    expect(stuck!.detectedAfter).toBeGreaterThanOrEqual(29);
    expect(stuck!.detectedAfter).toBeLessThanOrEqual(31);
    expect(silence).toMatchObject({ fault: "silence", holds: true, detectedBy: "error", bits: 0 });
    expect(sources[0]!.paidBefore).toBe(1);
  });

  test("all faults by default, over made-up noise", async () => {
    const { sources, holds } = await report([noisy("a", 3)], { fault: undefined });
    expect(sources[0]!.faults.filter((fault) => !fault.holds)).toEqual([]);
    expect(sources[0]!.notPlayed).toEqual([]);
    expect(sources[0]!.faults.map(({ fault }) => fault).slice(-2)).toEqual(["silence", "flood"]);
    expect(holds).toBe(true);
  });

  test("a source that claims nothing, is absent, fails, or is too slow is named; exit code 3 where it was to be drilled", async () => {
    const [unclaimed, absent, broken] = [
      noisy("unclaimed", 4, { claim: 0 }),
      noisy("absent", 5),
      noisy("broken", 6),
    ];
    absent.unavailable = "not on this machine";
    broken.error = new SourceError("broken", "out of order");
    const good = noisy("good", 7);
    const first = await report([good, unclaimed, absent]);
    expect(first.notCredited).toEqual([
      { id: "unclaimed", reason: "claims nothing; --credit unclaimed=H drills it" },
    ]);
    expect(first.absent).toEqual([{ id: "absent", reason: "not on this machine" }]);
    expect([first.failed, exitOf(first)]).toEqual([[], 0]);
    const named = await report([good, absent], { sources: "good,absent" });
    expect(named.failed.map(({ id }) => id)).toEqual(["absent"]);
    expect(exitOf(named)).toBe(3);
    const failing = await report([good, broken]);
    expect(failing.failed).toEqual([{ id: "broken", reason: "out of order" }]);
    expect(exitOf(failing)).toBe(3);
    const credited = await report([unclaimed], { sources: "unclaimed", credit: "unclaimed=0.5" });
    expect(credited.sources[0]).toMatchObject({ id: "unclaimed", claim: 0.5 });
    const none = await rejectionOf(report([absent, unclaimed]));
    expect(none).toBeInstanceOf(InsufficientEntropyError);
    expect(exitCodeOf(none)).toBe(3);
  });

  test("a fault that earns too much: exit code 4, and the table says where", async () => {
    // Forged: that the verdict is right is shown by payers that are broken (test/drill).
    const good = await report([noisy("a", 8)]);
    const bad: DrillReport = {
      ...good,
      holds: false,
      sources: [
        {
          ...good.sources[0]!,
          faults: [{ ...good.sources[0]!.faults[0]!, holds: false, objections: ["too much"] }],
        },
      ],
    };
    expect(drillText(bad, NO_SCREEN)).toMatch(/stuck .*TOO MUCH +too much\n/);
    expect(drillText(bad, NO_SCREEN)).toContain("1 of 1 faults earned more than they may: stuck over a");
    expect(drillMarkdown(bad)).toContain("| **0** |");
    expect(exitOf(bad)).toBe(4);
    expect(exitOf({ ...bad, failed: [{ id: "b", reason: "" }] })).toBe(4);
  });

  test("as text and as Markdown", async () => {
    for (const [format, pattern] of [
      [{}, /^a: .*\nFAULT +SEEN AFTER +BY +BITS.*\nstuck +3\d +repetition count +0 +320 +0 % +ok/],
      [{ markdown: true }, /\| source \| claim \| stuck \| silence \|\n.*\n\| a \| 1 \| 0 \| 0 \|/],
    ] as const) {
      const io = fakeIo();
      await drilled(options(format), io, depsOf([noisy("a", 9)]));
      expect(io.written().toString()).toMatch(pattern);
    }
  });

  test("an interrupt ends it, while a source is silent and while faults are played", async () => {
    const silent = noisy("silent", 10);
    silent.hangs = "obediently";
    for (const sources of [[silent], [noisy("a", 11)]]) {
      const io = fakeIo();
      const running = rejectionOf(drilled(options({ fault: undefined }), io, depsOf(sources)));
      setImmediate(() => io.interrupt.abort(new InterruptedError(130)));
      expect(exitCodeOf(await running)).toBe(130);
      expect(io.written().toString()).toBe("");
    }
  });

  test("wrong options", () => {
    for (const args of [
      { fault: "explosion" },
      { fault: "period:0" },
      { fault: "period:10000001" },
      { fault: "period:x" },
      { seconds: "0" },
      { json: true, markdown: true },
      { from: "x", "require-calibration": true },
    ]) {
      expect(() => options(args)).toThrow(UsageError);
    }
    expect(completeFaults("stuck,fl").candidates.map(({ value }) => value)).toEqual(["stuck,flood"]);
  });
});

describe("drill --from", () => {
  async function recording(samples = "30000"): Promise<string> {
    const out = newFolder();
    const recordOptions = {
      source: "a",
      out,
      samples: Number(samples),
      restarts: undefined,
      tag: [],
      json: false,
    };
    await runRecord(recordOptions, fakeIo(), depsOf([noisy("a", 12)]));
    return out;
  }

  test("a folder made by record, or a manifest in it; samples nothing", async () => {
    const out = await recording();
    const source = noisy("a", 13);
    source.error = new Error("nobody asks");
    for (const from of [out, join(out, "a.json")]) {
      const { sources, holds } = await report([source, noisy("b", 14)], { from });
      expect(sources.map(({ id, samples }) => [id, samples > 10_000])).toEqual([["a", true]]);
      expect(holds).toBe(true);
    }
    const named = await report([source, noisy("b", 14)], { from: out, sources: "a,b" });
    expect(named.failed).toEqual([{ id: "b", reason: `is not among the recordings in ${out}` }]);
  });

  test("is refused where symbols or manifest are not what was recorded", async () => {
    const spoilt = async (spoil: (out: string) => void) => {
      const out = await recording("8000");
      spoil(out);
      return rejectionOf(report([noisy("a", 15)], { from: out }));
    };
    const manifest = (out: string, change: (manifest: Record<string, never>) => unknown) => {
      const path = join(out, "a.json");
      const value = JSON.parse(readFileSync(path, "utf8")) as Record<string, never>;
      writeFileSync(path, JSON.stringify(change(value)));
    };
    const symbols = (out: string) => join(out, "a.symbols.u8");
    const spoils: ((out: string) => void)[] = [
      (out) => writeFileSync(symbols(out), new Uint8Array(8_000)),
      (out) => writeFileSync(symbols(out), new Uint8Array(10)),
      (out) => rmSync(symbols(out)),
      (out) => writeFileSync(join(out, "a.json"), "{"),
      (out) => writeFileSync(join(out, "a.json"), "null"),
      (out) => writeFileSync(join(out, "a.json"), "x".repeat(2 << 20)),
      (out) => manifest(out, (value) => ({ ...value, schema: 2 })),
      (out) => manifest(out, (value) => ({ ...value, rateHz: -1 })),
      (out) => manifest(out, (value) => ({ ...value, source: { id: "../a" } })),
      (out) => manifest(out, (value) => ({ ...value, files: null })),
      (out) => manifest(out, (value) => ({ ...value, files: { symbols: { bytes: 2 ** 60, sha256: "" } } })),
      (out) =>
        manifest(out, (value) => ({
          ...value,
          source: { ...(value["source"] as unknown as object), symbolBits: 4 },
        })),
      (out) => rmSync(out, { recursive: true }),
      (out) => rmSync(join(out, "a.json")),
    ];
    for (const spoil of spoils) expect(await spoilt(spoil), spoil.toString()).toBeInstanceOf(InputError);
  });

  test("reads the symbols beside the manifest, wherever that says they are", async () => {
    const out = await recording("8000");
    const elsewhere = join(newFolder(), "elsewhere.u8");
    const bytes = new Uint8Array(8_000);
    writeFileSync(elsewhere, bytes);
    const path = join(out, "a.json");
    const value = JSON.parse(readFileSync(path, "utf8"));
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    value.files.symbols = { ...value.files.symbols, name: elsewhere, sha256 };
    writeFileSync(path, JSON.stringify(value));
    expect(await rejectionOf(report([noisy("a", 16)], { from: out }))).toBeInstanceOf(InputError);
  });
});
