/** `report --suite deep`: which flags go together, and where its data may come from. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { report } from "../../src/commands/report.ts";
import { UsageError } from "../../src/errors.ts";
import { fakeIo } from "../support/fake-io.ts";
import { FakeThread, fakeHost, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { keystream } from "../support/keystream.ts";
import { optionsFor } from "../support/options.ts";
import { rejectionOf } from "../support/rejection.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-report-deep-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(args: Record<string, unknown>) {
  const sources = [
    fakeSource({ id: "a" }, fakeNoise(1)),
    fakeSource({ id: "b", family: "memory" }, fakeNoise(2)),
  ];
  const io = fakeIo();
  const deps = { sources, host: fakeHost, startThread: () => new FakeThread(sources), warn: () => {} };
  const exitCode = await report.run(optionsFor(report, { suite: "deep", ...args }), io, deps);
  return { exitCode, out: io.written().toString(), talk: io.talk() };
}

function fileOf(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe("flags of the suite deep", () => {
  test.each([
    [{ suite: "deep,battery" }, "--suite: deep runs alone"],
    [{ suite: "all,deep" }, "--suite: deep runs alone"],
    [{ suite: "deep", sequences: "2" }, "--sequences is for the other suites, not for deep"],
    [{ suite: "deep", constants: "exact" }, "--constants is for the other suites, not for deep"],
    [{ suite: "deep", bitmap: "x.png" }, "--bitmap is for the other suites, not for deep"],
    [{ suite: "deep", input: "x", "input-goes-on": true }, "--input-goes-on is for runs with --state"],
    [{ suite: "deep", state: "s", "input-goes-on": true }, "--input-goes-on is for --input and --stdin"],
    [{ suite: "battery", "keep-going": true }, "--keep-going is for --suite deep"],
    [{ suite: "all", state: "s" }, "--state is for --suite deep"],
    [{ "input-goes-on": true }, "--input-goes-on is for --suite deep"],
  ])("%j is refused", (args, message) => {
    expect(() => optionsFor(report, args)).toThrow(UsageError);
    expect(() => optionsFor(report, args)).toThrow(message);
  });

  test("a state in the place of the report, or of the data, is refused", async () => {
    const input = fileOf("data.bin", keystream(70_000, 1));
    const place = join(folder, "both.txt");
    expect((await rejectionOf(run({ input, output: place, state: place }))).message).toContain(
      "two results would go into one file",
    );
    expect((await rejectionOf(run({ input, state: input }))).message).toContain("is no state file");
  });
});

describe("where its data come from", () => {
  test("a file that is shorter than is asked for is refused before anything is tested", async () => {
    const [input, state] = [fileOf("short", keystream(70_000, 3)), join(folder, "none.state")];
    const refusal = await rejectionOf(run({ input, state, bytes: "10G" }));
    expect(refusal.message).toContain("ends after 70000 bytes; 10737418240 were asked for");
    expect(existsSync(state)).toBe(false);
  });

  test("one byte that was not tested is one", async () => {
    const { out } = await run({ mode: "drbg", bytes: "65537", json: true });
    expect(JSON.parse(out).notes).toEqual([
      "the last 1 byte of 65,537 was not tested: tests take 65,536 at a time",
    ]);
  });

  test("the pool, in each mode, and a source", async () => {
    for (const [kind, args] of [
      ["pool", { mode: "full" }],
      ["pool", { mode: "drbg" }],
      ["source", { source: "a" }],
    ] as const) {
      const { out } = await run({ ...args, bytes: "70000", json: true });
      const { input, bytes, notes } = JSON.parse(out);
      expect([input.kind, bytes]).toEqual([kind, 65_536]);
      expect(notes).toEqual(["the last 4,464 bytes of 70,000 were not tested: tests take 65,536 at a time"]);
    }
  });

  test("numbers in text, and text of bits that is not said to be", async () => {
    const bytes = keystream(70_000, 2);
    const numbers = fileOf("numbers.csv", Array.from(bytes, (byte) => `${byte}\n`).join(""));
    const plain = await run({ input: fileOf("plain.bin", bytes), json: true });
    const read = await run({ input: numbers, "input-format": "csv", json: true });
    expect(JSON.parse(read.out).evaluations).toEqual(JSON.parse(plain.out).evaluations);
    expect(JSON.parse(read.out).input.format).toBe("csv");
    const bits = fileOf("bits.txt", "01".repeat(40_000));
    const { exitCode, out } = await run({ input: bits, json: true });
    expect([exitCode, JSON.parse(out).notes[0]]).toEqual([
      4,
      expect.stringContaining("--input-format ascii"),
    ]);
  });

  test("fewer bytes than tests take: exit code 4, and a reason", async () => {
    const { exitCode, talk } = await run({ input: fileOf("few.bin", keystream(65_535, 3)) });
    expect([exitCode, talk]).toEqual([4, expect.stringContaining("nothing was tested")]);
  });
});
