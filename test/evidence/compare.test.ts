import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatProfile, type Profile } from "../../src/calibration/profile.ts";
import { evidenceCompare, runEvidenceCompare } from "../../src/commands/evidence-compare.ts";
import type { Deps } from "../../src/deps.ts";
import { InputError, UsageError } from "../../src/errors.ts";
import { tagEvidence } from "../../src/evidence/catalogue/entries.ts";
import { compareEvidence } from "../../src/evidence/compare/compare.ts";
import type { Comparison } from "../../src/evidence/compare/comparison.ts";
import { findEvidence } from "../../src/evidence/find-evidence.ts";
import type { Manifest } from "../../src/recording/manifest.ts";
import { fakeIo } from "../support/fake-io.ts";
import { dependentNoise, madeManifest, restartNoise, writeRecording } from "../support/made-noise.ts";
import { optionsFor } from "../support/options.ts";
import { rejectionOf } from "../support/rejection.ts";

let folder: string;
beforeEach(() => {
  restartNoise();
  folder = mkdtempSync(join(tmpdir(), "ee-compare-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (...names: string[]) => join(folder, ...names);
const deps = () => ({ stateFolder: at("state") }) as Deps;

async function run(a: string, b: string, args: Record<string, unknown> = {}, io = fakeIo()) {
  const exitCode = await runEvidenceCompare(optionsFor(evidenceCompare, { a, b, ...args }), io, deps());
  return { exitCode, out: io.written().toString() };
}

async function compare(
  a: string,
  b: string,
  args: Record<string, unknown> = {},
): Promise<Comparison & { exitCode: number }> {
  const { exitCode, out } = await run(a, b, { ...args, json: true });
  return { ...JSON.parse(out), exitCode };
}

const N = 8_192;
const noise = (of: Parameters<typeof dependentNoise>[1] = {}) => dependentNoise(N, of);
const machineOf = (changes: Partial<Manifest["machine"]>): Partial<Manifest> => ({
  machine: { ...madeManifest("x", noise()).machine, ...changes },
});

describe("recordings", () => {
  test("of one law are the same, and what would have been seen is said", async () => {
    writeRecording(at("a"), "noise", noise());
    writeRecording(at("b"), "noise", noise());
    const { verdict, exitCode, sources, falseAlarms, differences } = await compare(at("a"), at("b"));
    expect([verdict, exitCode, differences.length]).toEqual(["same", 0, 0]);
    expect(sources[0]?.words).toMatch(
      /^the same within what these recordings can show: a change of the level by \d/,
    );
    expect(falseAlarms).toEqual({ level: 0.001, tests: 9, perTest: 0.001 / 9 });
  });

  test("that differ are different, with sizes, and with the reasons that the manifests have", async () => {
    writeRecording(at("a"), "noise", noise());
    writeRecording(at("b"), "noise", noise({ place: () => 1_500 }), machineOf({ kernel: "6.2" }));
    const { verdict, exitCode, sources } = await compare(at("a"), at("b"));
    expect([verdict, exitCode]).toEqual(["different", 4]);
    expect(sources[0]?.words).toContain("different: level higher by 50.");
    expect(sources[0]?.words).toEndWith("most likely because of: kernel 6.1, now 6.2");
    expect(Math.exp(sources[0]!.samples!.tests.level.effect)).toBeCloseTo(1.5, 2);
  });

  test("without a difference of the manifests no reason is made up", async () => {
    writeRecording(at("a"), "noise", noise());
    writeRecording(at("b"), "noise", noise({ place: () => 1_500 }));
    const { sources } = await compare(at("a"), at("b"));
    expect(sources[0]?.words).toEndWith("names no reason");
    expect(sources[0]?.words).not.toContain("most likely");
  });

  test("small differences are measured and do not count, unless all are to count", async () => {
    writeRecording(at("a"), "noise", noise());
    writeRecording(at("b"), "noise", noise({ place: () => 1_030 }));
    const usual = await compare(at("a"), at("b"));
    expect([usual.verdict, usual.exitCode]).toEqual(["same", 0]);
    expect(usual.sources[0]?.notes.join("\n")).toContain(
      "measurable, but below what counts: level higher by 3.",
    );
    const all = await compare(at("a"), at("b"), { "any-difference": true });
    expect([all.verdict, all.exitCode, all.bounds]).toEqual(["different", 4, null]);
  });

  test.each([
    ["the shape", { scale: 400 }, "another shape"],
    ["the order", { phi: 0 }, "correlation of neighbours"],
  ] as const)("%s counts", async (_, changed, words) => {
    writeRecording(at("a"), "noise", noise({ phi: 0.8, scale: 10 }));
    writeRecording(at("b"), "noise", noise({ phi: 0.8, scale: 10, ...changed }));
    expect((await compare(at("a"), at("b"))).sources[0]?.words).toContain(words);
  });

  test("a tenth of the rate counts, as of a throttled machine", async () => {
    writeRecording(at("a"), "noise", noise());
    writeRecording(at("b"), "noise", noise(), { rateHz: 100 });
    const { verdict, sources } = await compare(at("a"), at("b"));
    expect(verdict).toBe("different");
    expect(sources[0]?.words).toContain("1.00k samples a second, now 100");
  });

  test("counters of another step are compared in time", async () => {
    writeRecording(at("a"), "noise", noise({ place: () => 1_000 }));
    const clock = { name: "cntvct", step: 1, periodNs: 4 };
    writeRecording(at("b"), "noise", noise({ place: () => 250, scale: 5 }), { clock });
    const { sources } = await compare(at("a"), at("b"));
    expect(sources[0]?.samples?.tests.level.effect).toBeCloseTo(0, 1);
    expect(sources[0]?.differences).toContain("counter's step 1 ns, now 4 ns");
  });

  test("without a counter there is no step that differs", async () => {
    writeRecording(at("a"), "noise", noise(), { clock: null });
    writeRecording(at("b"), "noise", noise());
    const { differences } = await compare(at("a"), at("b"));
    expect(differences).toEqual(["counter none, now tsc"]);
  });

  test("drift and changes are said, with the place in samples and in time", async () => {
    writeRecording(at("a"), "noise", noise({ place: (i) => (i < N / 2 ? 1_000 : 1_100) }));
    writeRecording(at("b"), "noise", noise({ place: (i) => 1_000 + i / 100 }));
    const notes = (await compare(at("a"), at("b"))).sources[0]!.notes;
    expect(notes.find((note) => note.startsWith("a changes"))).toMatch(
      /^a changes at sample 4,\d{3}, 0:04 \(4\d{3} ms\) after its start: values rise \(Cliff's delta 1.00\), medians (99|100)\d to (109|110)\d$/,
    );
    expect(notes.find((note) => note.startsWith("b drifts"))).toContain("values rise");
  });

  test("too few samples, other units and other symbols cannot be said", async () => {
    writeRecording(at("a"), "few", noise().slice(0, 1_000));
    writeRecording(at("b"), "few", noise());
    writeRecording(at("a"), "unit", noise());
    const source = { ...madeManifest("unit", noise()).source };
    writeRecording(at("b"), "unit", noise(), { source: { ...source, unit: "count" } });
    writeRecording(at("a"), "width", noise());
    writeRecording(at("b"), "width", noise(), { source: { ...source, id: "width", symbolBits: 8 } });
    const { verdict, exitCode, sources } = await compare(at("a"), at("b"));
    expect([verdict, exitCode]).toEqual(["cannot say", 1]);
    expect(sources.map(({ words }) => words)).toEqual([
      "cannot say: too few samples, 1,000; 1,024 are the least",
      "cannot say: ticks and count",
      "cannot say: symbols of 4 bits and of 8 bits",
    ]);
  });

  test("one different source decides, whatever cannot be said of others", async () => {
    writeRecording(at("a"), "few", noise().slice(0, 1_000));
    writeRecording(at("b"), "few", noise());
    writeRecording(at("a"), "noise", noise());
    writeRecording(at("b"), "noise", noise({ place: () => 3_000 }));
    expect((await compare(at("a"), at("b"))).exitCode).toBe(4);
  });

  test("a long one is looked at in stretches over the whole, and this is said", async () => {
    writeRecording(at("a"), "noise", dependentNoise(100_000, { place: (i) => (i < 90_000 ? 1_000 : 1_200) }));
    writeRecording(at("b"), "noise", dependentNoise(100_000));
    const both = [findEvidence(at("a"), undefined), findEvidence(at("b"), undefined)] as const;
    const { signal } = new AbortController();
    const { sources } = await compareEvidence(...both, {
      anyDifference: false,
      signal,
      onProgress() {},
      mostSamples: 16_384,
    });
    const [source] = sources;
    expect(source?.samples?.a).toMatchObject({ samples: 16_384, recorded: 100_000, isVerified: false });
    expect(source?.samples?.a.quantiles.largest).toBeGreaterThan(1_150); // the end was looked at
    expect(source?.notes.join("\n")).toContain(
      "of a 16,384 of 100,000 samples were looked at, in 4 stretches",
    );
  });

  test("an interrupt ends it", async () => {
    writeRecording(at("a"), "noise", noise());
    writeRecording(at("b"), "noise", noise());
    const io = fakeIo();
    const reason = new Error("stopped");
    io.interrupt.abort(reason);
    expect(await rejectionOf(run(at("a"), at("b"), {}, io))).toBe(reason);
  });
});

describe("what A and B may be", () => {
  test("a manifest, a folder with the id, a folder, a package, a tag", async () => {
    const manifest = writeRecording(at("a"), "noise", noise());
    writeRecording(at("package", "sources", "noise"), "noise", noise());
    writeFileSync(at("package", "SHA256SUMS"), "");
    await tagEvidence(manifest, ["before"], at("state"), new AbortController().signal);
    for (const name of [manifest, at("a", "noise"), at("a"), at("package"), "before", "tag:before"]) {
      expect([name, (await compare(name, at("package"))).exitCode]).toEqual([name, 0]);
    }
  });

  test("sources of one side, unfinished recordings and other files are named", async () => {
    for (const id of ["noise", "alone"]) writeRecording(at("a"), id, noise());
    for (const id of ["noise", "other"]) writeRecording(at("b"), id, noise());
    writeFileSync(at("a", "begun.json.part"), "{}");
    writeFileSync(at("b", "notes.json"), "{}");
    const { onlyInA, onlyInB, remarks, exitCode } = await compare(at("a"), at("b"));
    expect([onlyInA, onlyInB, exitCode]).toEqual([["alone"], ["other"], 0]);
    expect(remarks).toEqual([
      expect.stringContaining("begun.json.part"),
      expect.stringContaining("notes.json"),
    ]);
    const { out } = await run(at("a"), at("b"));
    for (const words of ["only in a", "alone", "only in b", "other", "begun.json.part", "not complete"])
      expect(out).toContain(words);
  });

  test("a package that is not complete says so", async () => {
    writeRecording(at("p", "sources", "noise"), "noise", noise());
    mkdirSync(at("p", "sources", "slow"));
    const { remarks } = await compare(at("p"), at("p"));
    expect(remarks.filter((remark) => remark.includes("not complete"))).toHaveLength(4); // of A and of B: the source, the package
  });

  test("nothing in common is no equality", async () => {
    writeRecording(at("a"), "one", noise());
    writeRecording(at("b"), "two", noise());
    expect(await compare(at("a"), at("b"))).toMatchObject({
      verdict: "cannot say",
      exitCode: 1,
      sources: [],
    });
    expect((await run(at("a"), at("b"))).out).toContain("no source in common");
  });

  test("a name that is a tag and a path has to be told apart; one that is neither is refused", async () => {
    const manifest = writeRecording(at("a"), "noise", noise());
    await tagEvidence(manifest, ["src"], at("state"), new AbortController().signal);
    expect(await rejectionOf(run("src", manifest))).toBeInstanceOf(UsageError); // the tests run in a folder that has src/
    expect((await compare("tag:src", manifest)).exitCode).toBe(0);
    const error = await rejectionOf(run(at("nowhere"), manifest));
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toContain("no file, folder or tag");
  });

  test("of several recordings with a tag the last one counts, and the other is named", async () => {
    const { signal } = new AbortController();
    const late = new Date(Date.UTC(2026, 1, 1)).toISOString();
    await tagEvidence(
      writeRecording(at("late"), "noise", noise(), { startedAt: late }),
      ["x"],
      at("state"),
      signal,
    );
    await tagEvidence(
      writeRecording(at("early"), "noise", noise({ place: () => 5_000 })),
      ["x"],
      at("state"),
      signal,
    );
    const { exitCode, remarks } = await compare("x", at("late"));
    expect(exitCode).toBe(0);
    expect(remarks.join()).toContain(`${at("early", "noise.json")} is left out`);
    // One that is gone since does not take the others with it.
    rmSync(at("early"), { recursive: true });
    const without = await compare("x", at("late"));
    expect(without.exitCode).toBe(0);
    expect(without.remarks.join()).toContain(`${at("early", "noise.json")}: it does not exist`);
    rmSync(at("late"), { recursive: true });
    const error = (await rejectionOf(run("x", "x"))) as Error;
    expect(error.message).toContain("holds no recording that can be used");
  });
});

describe("profiles", () => {
  const ONE = { symbolBits: 4, symbols: 4_000, rateHz: 1_000, calibratedAt: "2026-01-01T00:00:00Z" };
  const profileOf = (assessedH: number, changes: Partial<Profile> = {}): Profile => ({
    tool: "0.1.0",
    machine: madeManifest("x", noise()).machine,
    clock: { name: "tsc", periodNs: 1 },
    sources: new Map([["noise", { ...ONE, assessedH }]]),
    ...changes,
  });
  const written = (name: string, profile: Profile) => {
    writeFileSync(at(name), formatProfile(profile));
    return at(name);
  };

  test("two profiles: the assessed entropy and what it stands beside", async () => {
    const before = written("a.json", profileOf(2));
    const near = written("b.json", profileOf(1.5));
    const { verdict, sources } = await compare(before, near);
    expect(verdict).toBe("same");
    expect(sources[0]?.words).toContain("2.00, now 1.50 bits per symbol");
    expect(sources[0]?.notes.join()).toContain("how far the estimates move by themselves is not known");
    const newKernel = { machine: { ...profileOf(1).machine, kernel: "6.2" } };
    const half = await compare(before, written("c.json", profileOf(1, newKernel)));
    expect([half.verdict, half.exitCode]).toEqual(["different", 4]);
    expect(half.sources[0]?.words).toContain("calibrate anew");
    expect(half.sources[0]?.words).toEndWith("because of: kernel 6.1, now 6.2");
    expect((await compare(before, written("d.json", profileOf(4)))).sources[0]?.words).toContain(
      "twice as much or more",
    );
  });

  test("a profile and a recording: as many symbols are assessed, in several stretches", async () => {
    writeRecording(at("b"), "noise", dependentNoise(20_000));
    const first = await compare(written("a.json", profileOf(1)), at("b"));
    const [, now] = first.sources[0]!.assessed!;
    expect(now.symbols).toBe(4_000);
    expect(now.spread![0]).toBeLessThanOrEqual(now.h);
    expect(now.spread![1]).toBeGreaterThanOrEqual(now.h);
    expect((await compare(written("a.json", profileOf(now.h)), at("b"))).verdict).toBe("same");
    const constant = new BigUint64Array(20_000).fill(5n);
    writeRecording(at("c"), "noise", constant);
    const { verdict, sources } = await compare(written("a.json", profileOf(now.h)), at("c"));
    expect([verdict, sources[0]?.assessed?.[1].h]).toEqual(["different", 0]);
    // And the other way about.
    expect((await compare(at("c"), at("a.json"))).sources[0]?.words).toContain("twice as much or more");
  });

  test("a long recording is assessed in stretches, and that its hash was not checked is said", async () => {
    writeRecording(at("b"), "noise", dependentNoise(20_000));
    const { sources } = await compare(written("a.json", profileOf(1)), at("b"));
    const notes = "of b 12,000 of 20,000 samples were looked at, in 3 stretches; its SHA-256 was not checked";
    expect(sources[0]?.notes).toContain(notes);
    writeRecording(at("c"), "noise", dependentNoise(12_000));
    const whole = await compare(at("c"), at("a.json"));
    expect(whole.sources[0]?.notes.join()).not.toContain("SHA-256");
  });

  test("a tagged one that was calibrated anew since is compared, and this is said", async () => {
    const path = written("a.json", profileOf(2));
    await tagEvidence(path, ["before"], at("state"), new AbortController().signal);
    expect((await compare("before", path)).remarks).toEqual([]);
    written("a.json", profileOf(1.9));
    expect((await compare("before", path)).remarks).toEqual([`${path} has changed since it was tagged`]);
  });

  test("estimates that move by themselves, or are nothing, say no more than they can", async () => {
    const zero = written("zero.json", profileOf(0));
    const ofNothing = await compare(zero, written("zero-too.json", profileOf(0)));
    expect([ofNothing.verdict, ofNothing.exitCode]).toEqual(["cannot say", 1]);
    const [random, few] = [noise(), new BigUint64Array(N).fill(5n)];
    const unsteady = new BigUint64Array(3 * N);
    for (const [i, part] of [random, few, random].entries()) unsteady.set(part, i * N);
    writeRecording(at("b"), "noise", unsteady);
    const { verdict, sources } = await compare(written("a.json", profileOf(1)), at("b"));
    const [lowest, highest] = sources[0]!.assessed![1].spread!;
    expect(highest).toBeGreaterThan(4 * lowest);
    expect(verdict).toBe("cannot say");
    expect(sources[0]?.words).toContain("so unsteady or so low");
  });

  test("an estimate from fewer symbols may be lower for that alone", async () => {
    const of = (name: string, assessedH: number, symbols: number) =>
      written(name, profileOf(1, { sources: new Map([["noise", { ...ONE, assessedH, symbols }]]) }));
    const many = of("many.json", 3, 1_000_000);
    expect((await compare(many, of("few.json", 1.4, 1_000))).verdict).toBe("cannot say");
    expect((await compare(at("few.json"), many)).sources[0]?.words).toContain("from fewer symbols");
    expect((await compare(many, of("as-many.json", 1.4, 900_000))).verdict).toBe("different");
    expect((await compare(many, of("dead.json", 0, 1_000))).verdict).toBe("different");
  });

  test("a profile that is damaged is refused", async () => {
    writeFileSync(at("a.json"), formatProfile(profileOf(1)).replace("6.1", "\\u001b[2J"));
    const error = (await rejectionOf(run(at("a.json"), at("a.json")))) as Error;
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).not.toContain("\u001b");
  });
});

describe("hostile recordings", () => {
  const refusals: readonly (readonly [string, Record<string, unknown>, string])[] = [
    ["another schema", { schema: 2 }, "schema"],
    ["no samples", { samples: 0 }, "samples"],
    ["more than there can be", { samples: 1e300 }, "samples"],
    ["a number that is none", { rateHz: null }, "rateHz"],
    ["runs of other lengths", { samples: N + 1 }, "runs"],
    ["a time that is none", { startedAt: "yesterday" }, "startedAt"],
    [
      "commands for the terminal",
      { tool: { name: "esoteric-entropy", version: "\u001b[2J" } },
      "tool.version",
    ],
    ["no machine", { machine: null }, "machine"],
    ["no runs", { runs: {} }, "runs"],
    ["no files", { files: null }, "files"],
    ["a source of another name", { source: { ...madeManifest("../../x", noise()).source } }, "source id"],
  ];
  test.each(refusals)("%s is refused in words", async (_, change, words) => {
    writeRecording(at("a"), "noise", noise());
    writeFileSync(at("a", "noise.json"), JSON.stringify({ ...madeManifest("noise", noise()), ...change }));
    const error = (await rejectionOf(run(at("a", "noise.json"), at("a", "noise.json")))) as Error;
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toContain(words);
    expect(error.message).not.toContain("\u001b");
  });

  const faults: readonly (readonly [string, () => void, string])[] = [
    [
      "shorter than the manifest says",
      () => truncateSync(at("a", "noise.samples.u64"), 8 * 5_000),
      "bytes, and its manifest says",
    ],
    ["changed", () => writeFileSync(at("a", "noise.samples.u64"), new Uint8Array(8 * N)), "SHA-256"],
    [
      "a link",
      () => {
        renameSync(at("a", "noise.samples.u64"), at("elsewhere"));
        symlinkSync(at("elsewhere"), at("a", "noise.samples.u64"));
      },
      "it is a link",
    ],
    [
      "a folder",
      () => {
        rmSync(at("a", "noise.samples.u64"));
        mkdirSync(at("a", "noise.samples.u64"));
      },
      "not a regular file",
    ],
  ];
  test.each(faults)("samples that are %s: nothing is said of that source", async (_, spoil, words) => {
    writeRecording(at("a"), "noise", noise());
    writeRecording(at("b"), "noise", noise());
    spoil();
    const { exitCode, sources } = await compare(at("a"), at("b"));
    expect(exitCode).toBe(1);
    expect(sources[0]?.words).toContain(words);
  });

  test("a folder in which one recording is spoilt goes on with the others, and says so", async () => {
    for (const id of ["noise", "other"]) writeRecording(at("a"), id, noise());
    writeFileSync(at("a", "other.json"), "{");
    const { remarks, sources } = await compare(at("a"), at("a"));
    expect(sources.map(({ id }) => id)).toEqual(["noise"]);
    expect(remarks[0]).toContain("other.json is not the manifest");
  });
});

describe("the page", () => {
  test("has both pictures of each source, no script, and markup only of its own", async () => {
    const evil = '<img src=x onerror="alert(1)">';
    writeRecording(at("a"), "noise", noise(), machineOf({ cpu: evil }));
    writeRecording(at(`b${evil.replace("/", "")}`), "noise", noise({ place: () => 2_000 }));
    const html = at("page.html");
    await run(at("a"), at(`b${evil}`), { html });
    const page = await Bun.file(html).text();
    expect(page.match(/<svg/g)).toHaveLength(2);
    expect(page).not.toContain("<img");
    expect(page).not.toContain("<script");
    expect(page).toContain("&lt;img");
    expect(page).toContain("different");
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("does not replace what it is made of", async () => {
    const manifest = writeRecording(at("a"), "noise", noise());
    expect(await rejectionOf(run(manifest, manifest, { html: at("a", "noise.samples.u64") }))).toBeInstanceOf(
      UsageError,
    );
  });
});
