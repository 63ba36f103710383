/** `assess --health` and `pool --health`: options to results, output and exit codes. */
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { InterruptedError } from "#kit/term/exit.ts";
import { assess } from "../../src/commands/assess.ts";
import { pool } from "../../src/commands/pool.ts";
import type { Deps } from "../../src/deps.ts";
import { InputError, UsageError } from "../../src/errors.ts";
import { checkFile } from "../../src/health-check/check-file.ts";
import { jsonOf, runCommand, scratch } from "../support/assess-command.ts";
import { fakeIo } from "../support/fake-io.ts";
import { type FakeSource, FakeThread, fakeHost, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { keystream } from "../support/keystream.ts";
import { madeManifest } from "../support/made-noise.ts";
import { optionsFor } from "../support/options.ts";
import { rejectionOf } from "../support/rejection.ts";

const scratched = scratch();
const { fileOf } = scratched;
const noise = keystream(100_000, 4);

/** Writes a recording as `record` does, as far as the tests go by it. */
function recording(id: string, symbols: Uint8Array, source: object = {}, sha256?: string): string {
  const made = madeManifest(id, new BigUint64Array(symbols.length), { rateHz: 200_000 });
  const found = createHash("sha256").update(symbols).digest("hex");
  const manifest = {
    ...made,
    source: { ...made.source, symbolBits: 8, claimedH: 0.75, ...source },
    files: { ...made.files, symbols: { ...made.files.symbols, sha256: sha256 ?? found } },
  };
  fileOf(`${id}.json`, Buffer.from(JSON.stringify(manifest)));
  return fileOf(`${id}.symbols.u8`, symbols);
}

describe("assess --health", () => {
  const good = () => fileOf("good.bin", noise);
  const run = (file: string, args: Record<string, unknown> = {}) =>
    runCommand(assess, { file, health: true, ...args });

  test("good data pass, with every cutoff and where it comes from", async () => {
    const { exitCode, out } = await run(good(), { claim: 0.5 });
    expect(exitCode).toBe(0);
    expect(out).toMatch(
      /start-up repetition-count +0\.5 +2\^-20 +41 +\d+ +0 +passed +1 \+ ceil\(20 \/ 0\.5\) = 41/,
    );
    expect(out).toMatch(/continuous adaptive-proportion +0\.5 +2\^-30 +512 +422 /);
    expect(out.trimEnd()).toMatch(/\npassed$/);
    const report = await jsonOf(assess, { file: good(), health: true, claim: 0.5 });
    expect(report).toMatchObject({
      schema: 1,
      input: { bytes: noise.length, sha256: createHash("sha256").update(noise).digest("hex"), from: 0 },
      claim: 0.5,
      claimFrom: "command line",
      symbolBits: 8,
      block: 4_096,
      symbols: noise.length,
      passed: true,
    });
  });

  test("failures: exit code 4, and the places", async () => {
    const stuck = noise.slice();
    stuck.fill(7, 50_000, 50_100);
    const { exitCode, out } = await run(fileOf("stuck.bin", stuck), { claim: 0.5 });
    expect(exitCode).toBe(4);
    expect(out).toContain("continuous repetition-count: 1 alarm, at symbol (value) 50,060 (7)");
    expect(out.trimEnd()).toMatch(/\nfailed$/);
  });

  test("the claim, the width and the rate of a recording are its manifest's, and it says so", async () => {
    const file = recording("one", noise);
    const report = await jsonOf(assess, { file, health: true });
    const manifest = join(scratched.folder, "one.json");
    expect(report).toMatchObject({ claim: 0.75, symbolBits: 8, block: 512, claimFrom: { manifest } });
    expect((await run(file)).out).toContain(
      `claim    0.75 bits per symbol, from ${manifest}; --claim takes another`,
    );
    expect(await jsonOf(assess, { file, health: true, claim: 0.25 })).toMatchObject({
      claim: 0.25,
      claimFrom: "command line",
    });
  });

  test("a recording that was changed, and manifests that are none, are refused", async () => {
    const changed = recording("changed", noise, {}, "0".repeat(64));
    expect((await rejectionOf(run(changed))).message).toContain("is not what was recorded");
    for (const source of [
      { symbolBits: 9, claimedH: 1 },
      { claimedH: 9 },
      { claimedH: "1" },
      { id: "../bad" },
      { id: "another" },
    ]) {
      const error = await rejectionOf(run(recording("bad", noise, source)));
      expect(error).toBeInstanceOf(InputError);
      expect(error.message).toContain("bad.json is not the manifest of a recording");
    }
  });

  test("--range and formats are read as by assess, and places are counted from the range's first symbol", async () => {
    const bits = Buffer.from(`${"01".repeat(2_000)}${"1".repeat(400)}\n`);
    const report = await jsonOf(assess, {
      file: fileOf("bits.txt", bits),
      health: true,
      claim: 0.5,
      "input-format": "ascii",
      range: "1,3900",
    });
    expect(report).toMatchObject({ symbols: 500, symbolBits: 1, input: { from: 3_900 } });
    expect(report.tests[2].places[0]).toEqual({ at: 99 + 60, symbol: 1, count: 61 });
  });

  test("numbers are as wide as the largest of them, as for assess; a range that the data end in says so", async () => {
    const numbers = Uint16Array.from({ length: 3_000 }, (_, i) => noise[i]! & 31);
    const file = fileOf("numbers.u16", new Uint8Array(numbers.buffer));
    const args = { file, "input-format": "u16le" };
    const { bitsPerSymbol } = await jsonOf(assess, args);
    const health = { ...args, health: true, claim: 0.5 };
    expect([bitsPerSymbol, (await jsonOf(assess, health)).symbolBits]).toEqual([5, 5]);
    const { notes, symbols } = await jsonOf(assess, { ...health, range: "1,2000" });
    expect([symbols, notes]).toEqual([1_000, ["the data end in the range: it holds 1,000 symbols"]]);
    await expect(run(file, { claim: 0.5, "input-format": "u16le", range: "3,1000" })).rejects.toThrow(
      "holds 3,000 symbols; the range begins after 3,000 symbols",
    );
  });

  test("induced faults are found, in data and in the report", async () => {
    const report = await jsonOf(assess, {
      file: good(),
      health: true,
      claim: 0.5,
      induce: "stuck,period:300,half",
    });
    expect(
      report.induced.map(({ fault, expected, passed }: Record<string, unknown>) => [fault, expected, passed]),
    ).toEqual([
      ["stuck", "must", true],
      ["period:300", "must", true],
      ["half", "may", true],
    ]);
    const { out, exitCode } = await run(good(), { claim: 0.5, induce: "all" });
    expect(exitCode).toBe(0);
    expect(out).toMatch(/\nstuck +found +second repetition-count +\d+/);
    expect(out).not.toContain("MISSED");
  });

  test("symbols that do not fit, empty data, claims that cannot be", async () => {
    const file = good();
    await expect(run(file, { claim: 0.5, "bits-per-symbol": 4 })).rejects.toThrow(
      /symbol \d+ at byte 0 does not fit 4 bits/,
    );
    await expect(run(file, { claim: 9 })).rejects.toThrow("9 bits are more than a symbol of 8 can hold");
    await expect(run(file)).rejects.toThrow("the health tests are of a claim");
    await expect(run(fileOf("empty.bin", new Uint8Array(0)), { claim: 1 })).rejects.toThrow("is empty");
    await expect(run(file, { claim: 0.0001 })).rejects.toThrow("below 0.001 bits a claim counts as 0");
    await expect(run("-", { claim: 1 })).rejects.toThrow("the width of its symbols must be known before");
  });

  test("names are hostile on the terminal", async () => {
    const { out } = await run(fileOf("a\u001b[2J\u202eb", noise), { claim: 0.5 });
    expect(out.replaceAll("\n", "")).not.toMatch(/[\p{Cf}\p{Cc}]/u);
  });

  test("options that belong together", () => {
    const check = (args: Record<string, unknown>) => () => optionsFor(assess, { file: "x", ...args });
    for (const args of [
      { claim: 1 },
      { induce: "stuck" },
      ...["iid", "conditioned", "truncate", "details"].map((name) => ({ health: true, [name]: true })),
      { health: true, restart: "y" },
      { health: true, initial: 1 },
    ]) {
      expect(check(args)).toThrow(UsageError);
    }
    expect(check({ health: true, induce: "silence" })).toThrow("'silence' is no fault of symbols");
    expect(check({ health: true, induce: "overclaim" })).toThrow("is no fault of symbols");
    expect(check({ health: true, induce: "nonsense" })).toThrow("there is no fault 'nonsense'");
  });

  test("is interrupted while it reads, and while it induces", async () => {
    for (const when of ["testing", "inducing"]) {
      const stop = new AbortController();
      const reason = new InterruptedError(130);
      const onProgress = (text: string) => {
        if (text.startsWith(when)) stop.abort(reason);
      };
      const layout = { format: "bytes", bitsPerSymbol: 8 } as const;
      const { induce: faults } = optionsFor(assess, { file: "x", health: true, induce: "all" });
      const request = { layout, claim: 0.5, faults };
      expect(await rejectionOf(checkFile(good(), request, { signal: stop.signal, onProgress }))).toBe(reason);
    }
  });
});

describe("pool --health", () => {
  async function run(sources: readonly FakeSource[], args: Record<string, unknown> = {}) {
    const deps: Deps = {
      sources,
      host: fakeHost,
      startThread: () => new FakeThread(sources),
      warn: () => {},
    };
    const io = fakeIo();
    const options = optionsFor(pool, { health: true, sources: "all", ...args });
    const exitCode = await pool.run(options, io, deps);
    return { exitCode, out: io.written().toString() };
  }
  const json = async (sources: readonly FakeSource[], args = {}) => {
    const { exitCode, out } = await run(sources, { json: true, ...args });
    return { exitCode, report: JSON.parse(out) };
  };
  const good = () => fakeSource({ id: "good" }, fakeNoise(1));

  test("each test of each source with cutoff, count and verdict; the known answers of the DRBG; code 0", async () => {
    const { exitCode, out } = await run([good(), fakeSource({ id: "other", claim: 0.03 }, fakeNoise(2))]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/good +start-up repetition-count +1 +2\^-20 +21 +\d+ +0 +passed/);
    expect(out).toMatch(/good +second adaptive-proportion .* passed/);
    expect(out).toMatch(/other +continuous adaptive-proportion .* blind/);
    expect(out).toContain("known answers of CTR_DRBG by the runtime: passed");
    expect(out.trimEnd()).toMatch(/\npassed$/);
  });

  test("a source that is stuck, or repeats itself, ends it with code 4", async () => {
    for (const next of [() => 5, (index: number) => (index * 7) & 255]) {
      const { exitCode, report } = await json([good(), fakeSource({ id: "broken" }, next)]);
      expect(exitCode).toBe(4);
      expect(report.passed).toBe(false);
      expect(report.sources.map(({ id, passed }: { id: string; passed: boolean }) => [id, passed])).toEqual([
        ["good", true],
        ["broken", false],
      ]);
    }
  });

  test("a source that fails is said, with code 3; one that is not here is said", async () => {
    const failing = fakeSource({ id: "failing" }, fakeNoise(2));
    failing.error = new InputError("its cable is out");
    const absent = fakeSource({ id: "absent" }, fakeNoise(3));
    absent.unavailable = "no such device";
    const { exitCode, report } = await json([good(), failing, absent]);
    expect(exitCode).toBe(3);
    expect(report).toMatchObject({
      passed: null,
      failed: [{ id: "failing" }],
      absent: [{ id: "absent", reason: "no such device" }],
    });
    expect((await run([good(), failing])).out).toContain("not sampled: failing: ");
    expect((await json([good(), absent])).exitCode).toBe(0);
    expect((await json([absent])).exitCode).toBe(3);
  });

  test("induced faults are found over each source's own noise", async () => {
    const { exitCode, report } = await json([good()], { induce: "stuck,period:2,counter" });
    expect(exitCode).toBe(0);
    for (const { passed, fired } of report.sources[0].induced) {
      expect(passed).toBe(true);
      expect(fired.length).toBeGreaterThan(0);
    }
  });

  test("--induce asks for --health", () => {
    expect(() => optionsFor(pool, { induce: "stuck" })).toThrow("--induce is for --health");
  });
});
