import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InterruptedError } from "#kit/term/exit.ts";
import { parseOptions } from "#kit/term/flags.ts";
import { parseProfile } from "../../src/calibration/profile.ts";
import { type CalibrateOptions, runCalibrate } from "../../src/commands/calibrate.ts";
import { CLAIM_FLAGS, POOL_FLAGS } from "../../src/commands/claims.ts";
import { runPool } from "../../src/commands/pool.ts";
import { stream } from "../../src/commands/stream.ts";
import type { Deps } from "../../src/deps.ts";
import { EntropyError, InputError, SourceError, UsageError } from "../../src/errors.ts";
import { streamBytes } from "../../src/faces/pipe/stream.ts";
import type { PoolStatus } from "../../src/pool/status.ts";
import { assessHere } from "../support/assess-here.ts";
import { exitCodeOf } from "../support/exit-code.ts";
import { fakeIo } from "../support/fake-io.ts";
import { type FakeSource, FakeThread, fakeHost, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { optionsFor } from "../support/options.ts";
import { rejectionOf } from "../support/rejection.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-calibrate-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const state = () => join(folder, "state");
const path = () => join(state(), "profile.json");
const profile = () => parseProfile(readFileSync(path(), "utf8"));

function depsOf(sources: readonly FakeSource[], stateFolder: string | undefined = state()): Deps {
  return { sources, host: fakeHost, stateFolder, startThread: () => new FakeThread(sources), warn: () => {} };
}

const options = (more: Partial<CalibrateOptions> = {}): CalibrateOptions => ({
  sources: "all",
  samples: 20_000,
  durationMs: 60_000,
  json: true,
  threads: 0,
  ...more,
});

/** Full bytes, and one that shows only two values: about 7 bits and at most 1. */
const strong = () => fakeSource({ id: "strong", claim: 2 }, fakeNoise(1));
const weak = () => {
  const noise = fakeNoise(2);
  return fakeSource({ id: "weak", claim: 2, family: "memory" }, () => (noise() >> 7) & 1);
};

async function calibrated(deps: Deps, more: Partial<CalibrateOptions> = {}) {
  const io = fakeIo();
  await runCalibrate(options(more), io, deps);
  return { output: io.written().toString(), talk: io.talk() };
}

const claims = (args: Record<string, unknown>) => optionsFor({ flags: CLAIM_FLAGS }, args);

async function claimedH(deps: Deps, args: Record<string, unknown> = {}) {
  const io = fakeIo();
  const { sources: list = "all", ...flags } = args;
  const options = { durationMs: 1, sources: String(list), json: true, ...claims(flags) };
  await runPool(options, io, { ...deps, warn: (text) => io.log.warn(text) });
  const { sources, calibration } = JSON.parse(io.written().toString()) as PoolStatus;
  const h = Object.fromEntries(sources.map(({ id, claimedH }) => [id, claimedH]));
  return { claims: h, calibration, talk: io.talk() };
}

describe("calibrate", () => {
  test("assesses each source, keeps it privately, and says what will be credited", async () => {
    const { output } = await calibrated(depsOf([strong(), weak()]));
    const [first, second] = JSON.parse(output).sources;
    expect(first).toMatchObject({ id: "strong", claimedH: 2, symbols: 20_000, creditedH: 2 });
    expect(first.assessedH).toBeGreaterThan(4);
    expect(second.assessedH).toBeLessThanOrEqual(1);
    expect(second.creditedH).toBe(second.assessedH / 2);
    expect(profile().sources.get("weak")?.assessedH).toBe(second.assessedH);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(statSync(state()).mode & 0o777).toBe(0o700);
  });

  test("writes a table for people", async () => {
    const broken = strong();
    broken.unavailable = "not on this machine";
    const { output } = await calibrated(depsOf([weak(), broken]), { json: false });
    expect(output).toContain("ASSESSED H");
    expect(output).toContain("not on this machine");
    expect(output).toContain(`kept in ${path()}`);
  });

  test("sources that are absent, fail or are too slow are left out; the others are kept", async () => {
    const failing = fakeSource({ id: "failing" }, fakeNoise(3));
    failing.error = new SourceError("failing", "broken");
    const slow = fakeSource({ id: "slow", rateHz: 1 }, fakeNoise(4));
    const { output } = await calibrated(depsOf([strong(), failing, slow]), { durationMs: 1 });
    const reasons = Object.fromEntries(
      JSON.parse(output).sources.map((each: { id: string; reason?: string }) => [each.id, each.reason]),
    );
    expect(reasons).toMatchObject({ failing: "broken", strong: undefined });
    expect([...profile().sources.keys()]).toEqual(
      reasons["slow"] === undefined ? ["strong", "slow"] : ["strong"],
    );
  });

  test("what families share is taken off the credit; a source that is calibrated alone keeps what was found", async () => {
    const one = fakeNoise(7);
    let last = 0;
    // Each symbol of the second says half of the first's of the same round.
    const turn: number[] = [];
    const first = fakeSource({ id: "first", claim: 4 }, () => {
      last = one();
      turn.push(last & 0xf0);
      return last;
    });
    const other = fakeNoise(8);
    const second = fakeSource(
      { id: "second", claim: 4, family: "memory" },
      () => (turn.shift() ?? 0) | (other() & 0x0f),
    );
    const deps = depsOf([first, second]);
    const { output } = await calibrated(deps, { sources: "all" });
    const [a, b] = JSON.parse(output).sources;
    expect(a.sharedWith).toBe("second");
    expect(a.sharedH).toBeGreaterThan(3);
    expect(a.creditedH).toBe((a.assessedH - a.sharedH) / 2);
    expect(b.sharedH).toBe(a.sharedH);
    await calibrated(deps, { sources: "first" });
    expect(profile().sources.get("first")?.sharedH).toBe(a.sharedH);
    const { output: table } = await calibrated(depsOf([strong(), weak()]), { json: false });
    expect(table).toMatch(/SHARED H/);
    expect(table).toMatch(/strong .*< 0\.\d{3}/);
  });

  test("a defect in a source ends it and keeps nothing", async () => {
    const defect = fakeSource({ id: "defect" }, fakeNoise(3));
    defect.error = new TypeError("undefined is not a function");
    expect(await rejectionOf(runCalibrate(options(), fakeIo(), depsOf([strong(), defect])))).toBe(
      defect.error,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  test("what was found out earlier about others stays, as long as the machine is the same", async () => {
    await calibrated(depsOf([strong(), weak()]));
    await calibrated(depsOf([strong(), weak()]), { sources: "strong" });
    expect([...profile().sources.keys()]).toEqual(["strong", "weak"]);
    writeFileSync(path(), readFileSync(path(), "utf8").replace('"kernel": "unknown"', '"kernel": "6.0"'));
    const { talk } = await calibrated(depsOf([strong(), weak()]), { sources: "strong" });
    expect([...profile().sources.keys()]).toEqual(["strong"]);
    expect(talk).toBe("");
  });

  test("nothing measured: an error with the reasons, and no profile", async () => {
    const broken = strong();
    broken.unavailable = "not on this machine";
    const error = (await rejectionOf(runCalibrate(options(), fakeIo(), depsOf([broken])))) as EntropyError;
    expect(error).toBeInstanceOf(EntropyError);
    expect(error.hints).toEqual(["strong: not on this machine"]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("no home: an error that says what to set, before anything is sampled", async () => {
    const source = strong();
    const deps = { ...depsOf([source]), stateFolder: undefined };
    const error = (await rejectionOf(runCalibrate(options(), fakeIo(), deps))) as InputError;
    expect(error).toBeInstanceOf(InputError);
    expect(error.hints.join()).toContain("XDG_STATE_HOME");
    expect(source.opened()).toBe(0);
  });

  test("an interrupt ends it with 130 and keeps nothing", async () => {
    const io = fakeIo();
    const noise = fakeNoise(5);
    const source = fakeSource({ id: "strong", rateHz: 4_000 }, (i) => {
      if (i === 2_500) io.interrupt.abort(new InterruptedError(130));
      return noise();
    });
    expect(exitCodeOf(await rejectionOf(runCalibrate(options(), io, depsOf([source]))))).toBe(130);
    expect(source.closed()).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("with a profile", () => {
  test("sources are credited min(claim, ½ H); --uncalibrated leaves it aside", async () => {
    await calibrated(depsOf([strong(), weak()]));
    const half = profile().sources.get("weak")!.assessedH / 2;
    const { claims, talk, calibration } = await claimedH(depsOf([strong(), weak()]));
    expect(claims).toEqual({ strong: 2, weak: half });
    expect(talk).toBe("");
    expect(calibration).toEqual({ state: "used", assessedElsewhere: [] });
    const without = await claimedH(depsOf([strong(), weak()]), { uncalibrated: true });
    expect(without.claims).toEqual({ strong: 2, weak: 2 });
    expect(without.calibration).toEqual({ state: "ignored", assessedElsewhere: ["strong", "weak"] });
  });

  test("of another machine or version it is refused, with a warning, and claims are those of the files", async () => {
    await calibrated(depsOf([strong(), weak()]));
    const good = readFileSync(path(), "utf8");
    const others: [text: string, reason: string][] = [
      [good.replace('"arch": "x64"', '"arch": "arm64"'), "the machine has changed: arch arm64, now x64"],
      [good.replace(/"tool": "[^"]*"/, '"tool": "0.0.0"'), 'version "0.0.0"'],
    ];
    for (const [text, reason] of others) {
      writeFileSync(path(), text);
      const { claims, talk, calibration } = await claimedH(depsOf([strong(), weak()]));
      expect(claims).toEqual({ strong: 2, weak: 2 });
      expect(talk.trim().split("\n")).toEqual([expect.stringContaining("claims from other machines")]);
      expect(talk).toContain(reason);
      expect(calibration).toMatchObject({ state: "refused", assessedElsewhere: ["strong", "weak"] });
      expect(calibration.reason).toContain(reason);
      expect((await claimedH(depsOf([strong(), weak()]), { uncalibrated: true })).talk).toBe("");
    }
  });

  test("damaged, of a newer program, or writable by others: exit 1 with path, reason and the ways out", async () => {
    await calibrated(depsOf([strong(), weak()]));
    const good = readFileSync(path(), "utf8");
    const damage: [what: () => void, reason: string][] = [
      [() => writeFileSync(path(), "{}"), "schema"],
      [() => writeFileSync(path(), ""), "not understood"],
      [() => writeFileSync(path(), good.slice(0, -20)), "not understood"],
      [() => writeFileSync(path(), good.replace('"schema": 1', '"schema": 2')), "a newer program wrote it"],
      [() => writeFileSync(path(), good.replace(/"assessedH": [0-9.]+/, '"assessedH": 9')), "assessedH"],
      [() => chmodSync(path(), 0o666), "others may write to it"],
      [
        () => {
          rmSync(path());
          symlinkSync("/nowhere", path());
        },
        "it is a link",
      ],
    ];
    for (const [break_, reason] of damage) {
      rmSync(path());
      writeFileSync(path(), good, { mode: 0o600 });
      break_();
      for (const args of [{}, { "require-calibration": true }, { credit: "weak=1" }]) {
        const error = (await rejectionOf(claimedH(depsOf([strong(), weak()]), args))) as InputError;
        expect(error, reason).toBeInstanceOf(InputError);
        expect(exitCodeOf(error)).toBe(1);
        expect(error.message).toStartWith(`${path()} cannot be used: `);
        expect(error.message).toContain(reason);
        expect(error.hints.join()).toMatch(/calibrate.*--uncalibrated/);
      }
      expect((await claimedH(depsOf([weak()]), { uncalibrated: true })).claims).toEqual({ weak: 2 });
    }
    const { output } = await calibrated(depsOf([strong(), weak()]), { json: false });
    expect(output).toContain("in place of a profile that could not be kept: it is a link");
    expect((await claimedH(depsOf([strong(), weak()]))).calibration.state).toBe("used");
  });

  test("stream follows it: a source assessed at nothing yields no byte", async () => {
    const constant = fakeSource({ id: "strong", claim: 2 }, () => 7);
    await calibrated(depsOf([constant]));
    expect(profile().sources.get("strong")?.assessedH).toBe(0);
    const streamed = (more: Record<string, unknown>) => {
      const args = { format: "hex", mode: "full", bytes: "16", sources: "all", timeout: "0.3", ...more };
      return streamBytes(optionsFor(stream, args), fakeIo(), depsOf([strong()]), assessHere);
    };
    expect(exitCodeOf(await rejectionOf(streamed({})))).toBe(3);
    // As much time as a busy machine may need: it ends as soon as the bytes are there.
    await streamed({ uncalibrated: true, timeout: "120" });
  });
});

describe("without a profile of this machine", () => {
  const oneLine = (talk: string) => expect(talk.trim().split("\n")).toHaveLength(1);

  test("one line on stderr and the status say so", async () => {
    const { claims, talk, calibration } = await claimedH(depsOf([strong(), weak()]));
    expect(claims).toEqual({ strong: 2, weak: 2 });
    oneLine(talk);
    expect(talk).toMatch(/claims from other machines: .*no profile.*calibrate/);
    expect(calibration).toEqual({ state: "none", assessedElsewhere: ["strong", "weak"] });
  });

  test("nothing is said where nothing is claimed, or all of it on the user's word", async () => {
    const silent = fakeSource({ id: "silent", claim: 0 }, fakeNoise(9));
    expect((await claimedH(depsOf([silent]))).talk).toBe("");
    oneLine((await claimedH(depsOf([weak()]), { credit: "weak=1" })).talk);
  });

  test("sources that the profile does not know are named, and nothing else", async () => {
    await calibrated(depsOf([strong(), weak()]), { sources: "strong" });
    const { claims, talk, calibration } = await claimedH(depsOf([strong(), weak()]));
    expect(claims).toEqual({ strong: 2, weak: 2 });
    oneLine(talk);
    expect(talk).toMatch(/not in this machine's profile are credited by .*; .*calibrate --sources weak'/);
    expect(calibration).toEqual({ state: "used", assessedElsewhere: ["weak"] });
  });

  test("many sources that the profile does not know are counted, not listed", async () => {
    await calibrated(depsOf([strong()]), { sources: "strong" });
    const many = [..."abcde"].map((id) => fakeSource({ id, claim: 2 }, fakeNoise(9)));
    const { talk } = await claimedH(depsOf([strong(), ...many]));
    oneLine(talk);
    expect(talk).toContain("with the same --sources, adds all 5");
    expect(talk).not.toContain("a,b");
  });

  test("--require-calibration refuses, with the way out", async () => {
    const deps = depsOf([strong(), weak()]);
    const refused = async (args: Record<string, unknown> = {}) => {
      const error = await rejectionOf(claimedH(deps, { "require-calibration": true, ...args }));
      expect(error).toBeInstanceOf(InputError);
      expect(exitCodeOf(error)).toBe(1);
      return `${(error as InputError).message} ${(error as InputError).hints}`;
    };
    expect(await refused()).toMatch(/no profile of this machine: there is none 'esoteric-entropy calibrate'/);
    await calibrated(deps, { sources: "strong" });
    writeFileSync(path(), readFileSync(path(), "utf8").replace('"arch": "x64"', '"arch": "arm64"'));
    expect(await refused()).toContain("arch arm64, now x64");
    await calibrated(deps, { sources: "strong" });
    expect(await refused({ sources: "weak" })).toContain("calibrate --sources weak");
  });

  test("--require-calibration credits nothing that the profile does not know, and says so", async () => {
    await calibrated(depsOf([strong(), weak()]), { sources: "strong" });
    const { claims, talk, calibration } = await claimedH(depsOf([strong(), weak()]), {
      "require-calibration": true,
    });
    expect(claims).toEqual({ strong: 2, weak: 0 });
    oneLine(talk);
    expect(talk).toContain("profile are credited nothing;");
    expect(calibration).toEqual({ state: "used", assessedElsewhere: [] });
    const stated = { "require-calibration": true, credit: "weak=1" };
    expect((await claimedH(depsOf([strong(), weak()]), stated)).claims).toEqual({ strong: 2, weak: 1 });
  });

  test("--require-calibration contradicts --uncalibrated and --mode noise", async () => {
    const both = { "require-calibration": true, uncalibrated: true };
    expect(exitCodeOf(await rejectionOf(claimedH(depsOf([strong()]), both)))).toBe(2);
    const noise = { format: "raw", mode: "noise", bytes: "0", timeout: "1", "require-calibration": true };
    expect(() => optionsFor(stream, noise)).toThrow(UsageError);
  });
});

describe("--family-share", () => {
  test("is from 0.5 to 1", () => {
    const share = (text: string) => optionsFor({ flags: POOL_FLAGS }, { "family-share": text }).familyShare;
    expect([share("0.5"), share(".75"), share("1"), share("1.0")]).toEqual([0.5, 0.75, 1, 1]);
    for (const text of ["0.49", "0", "1.1", "2", "-0.5", "50%", "NaN", "1e0", "0.5x", ""])
      expect(() => share(text), text).toThrow(UsageError);
    const noise = { format: "raw", mode: "noise", bytes: "0", timeout: "1", "family-share": "0.5" };
    expect(() => optionsFor(stream, noise)).toThrow(/--family-share is not for --mode noise/);
  });

  test("0.5: two families behind the output, where one would do", async () => {
    const spent = async (familyShare: number) => {
      const sources = [
        fakeSource({ id: "strong", claim: 4 }, fakeNoise(1)),
        fakeSource({ id: "weak", claim: 0.5, family: "memory" }, fakeNoise(2)),
      ];
      const io = fakeIo();
      const options = { durationMs: 500, sources: "all", json: true, ...claims({ uncalibrated: true }) };
      await runPool({ ...options, familyShare }, io, depsOf(sources));
      const { families, ledger, readyBytes } = JSON.parse(io.written().toString()) as PoolStatus;
      const others = ledger.spentBits - (families[0]?.spentBits ?? 0);
      return (2 * others + ledger.spentBits) / 320 - (2 * readyBytes) / 32;
    };
    // See the library's contract: 0 or more if each block took half of its bits elsewhere, or twice as many.
    expect(await spent(0.5)).toBeGreaterThan(-0.01);
  });
});

describe("--credit", () => {
  test("raises and lowers claims, after the profile, and warns", async () => {
    await calibrated(depsOf([strong(), weak()]));
    const { claims, talk } = await claimedH(depsOf([strong(), weak()]), { credit: "weak=4, strong=0.5" });
    expect(claims).toEqual({ strong: 0.5, weak: 4 });
    expect(talk).toContain("weak is credited up to 4 bits per 8-bit symbol on your word; its file claims 2");
    expect(talk).toContain("strong");
    expect((await claimedH(depsOf([weak()]), { credit: "weak=0" })).claims).toEqual({ weak: 0 });
  });

  test("given several times counts as with commas: none is lost", () => {
    const typed = (...credit: string[]) =>
      parseOptions(
        { flags: CLAIM_FLAGS },
        credit.map((each) => `--credit=${each}`),
      ).credit;
    expect(typed("a=1", "b=2,c=3")).toEqual(
      new Map([
        ["a", 1],
        ["b", 2],
        ["c", 3],
      ]),
    );
    expect(() => typed("a=1", "a=2")).toThrow("--credit names 'a' twice");
  });

  test("what makes no sense is a usage error", async () => {
    for (const credit of [
      "weak",
      "weak=",
      "weak=x",
      "weak=-1",
      "weak=1e1",
      "=1",
      "weak=1,weak=2",
      "weak=NaN",
    ]) {
      expect(() => claims({ credit }), credit).toThrow(UsageError);
    }
    const deps = depsOf([strong(), weak()]);
    for (const credit of ["weak=8.1", "weak=0.0001", "waek=1"]) {
      expect(await rejectionOf(claimedH(deps, { credit })), credit).toBeInstanceOf(UsageError);
    }
    const unselected = runPool(
      { durationMs: 1, sources: "strong", json: true, ...claims({ credit: "weak=1" }) },
      fakeIo(),
      deps,
    );
    expect((await rejectionOf(unselected)).message).toContain("not among the selected");
    const noise = { format: "raw", mode: "noise", bytes: "0", timeout: "1", credit: "weak=1" };
    expect(() => optionsFor(stream, noise)).toThrow(UsageError);
  });
});
