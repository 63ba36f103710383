import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatProfile } from "../../src/calibration/profile.ts";
import { evidenceList, runEvidenceList } from "../../src/commands/evidence-list.ts";
import { evidenceTag, runEvidenceTag } from "../../src/commands/evidence-tag.ts";
import { record, runRecord } from "../../src/commands/record.ts";
import type { Deps } from "../../src/deps.ts";
import { InputError, UsageError } from "../../src/errors.ts";
import {
  addToCatalogue,
  cataloguePath,
  type Entry,
  formatCatalogue,
  parseCatalogue,
  readCatalogue,
} from "../../src/evidence/catalogue/catalogue.ts";
import { tagEvidence } from "../../src/evidence/catalogue/entries.ts";
import { findEvidence } from "../../src/evidence/find-evidence.ts";
import { fakeHost } from "../support/fake-host.ts";
import { fakeIo } from "../support/fake-io.ts";
import { fakeSource } from "../support/fake-thread.ts";
import { dependentNoise, madeManifest, restartNoise, writeRecording } from "../support/made-noise.ts";
import { optionsFor } from "../support/options.ts";
import { rejectionOf } from "../support/rejection.ts";
import { runProcess } from "../support/run-process.ts";

let folder: string;
beforeEach(() => {
  restartNoise();
  folder = mkdtempSync(join(tmpdir(), "ee-catalogue-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (...names: string[]) => join(folder, ...names);
const state = () => at("state");
const { signal } = new AbortController();

const entry: Entry = {
  kind: "recording",
  path: "/recordings/noise.json",
  source: "noise",
  at: "2026-01-01T00:00:00.000Z",
  machine: "Example, linux 6.1",
  tags: ["before"],
  sha256: "ab".repeat(32),
};

async function list(args: Record<string, unknown> = {}) {
  const io = fakeIo();
  const exitCode = await runEvidenceList(optionsFor(evidenceList, args), io, { stateFolder: state() });
  return { exitCode, out: io.written().toString() };
}

describe("record --tag", () => {
  const deps = (): Deps =>
    ({
      sources: [fakeSource({ id: "counter", rateHz: 500 }, (i) => i)],
      host: fakeHost(),
      startThread: () => Promise.reject() as never,
      warn: () => {},
      stateFolder: state(),
    }) as Deps;
  const recorded = (args: Record<string, unknown> = {}, of = deps()) =>
    runRecord(
      {
        ...optionsFor(record, { source: "counter", out: at("out"), samples: "2000", restarts: "0" }),
        ...args,
      },
      fakeIo(),
      of,
    );

  test("puts the recording into the index, which only its owner may read", async () => {
    await recorded({ tag: ["before", "6.1"] });
    const [found] = readCatalogue(state());
    expect(found).toMatchObject({
      kind: "recording",
      source: "counter",
      path: at("out", "counter.json"),
      tags: ["before", "6.1"],
    });
    expect(statSync(cataloguePath(state())).mode & 0o777).toBe(0o600);
  });

  test("a second time the tags come to those before; without tags there is no index", async () => {
    await recorded();
    expect(readCatalogue(state())).toEqual([]);
    await recorded({ tag: ["one"] });
    await recorded({ tag: ["two", "one"] });
    expect(readCatalogue(state()).map(({ tags }) => tags)).toEqual([["one", "two"]]);
  });

  test.each(["", "a b", "-x", "a/b", "\u001b[2J", "x".repeat(65), "é"])("the tag %p is refused", (tag) => {
    expect(() => optionsFor(record, { source: "counter", out: at("out"), tag })).toThrow(UsageError);
  });

  test("an index that cannot be used is said before anything is recorded", async () => {
    mkdirSync(state());
    writeFileSync(cataloguePath(state()), "{", { mode: 0o600 });
    const of = deps();
    const error = await rejectionOf(recorded({ tag: ["x"] }, of));
    expect(error).toBeInstanceOf(InputError);
    expect((of.sources[0] as ReturnType<typeof fakeSource>).opened()).toBe(0);
  });

  test("without a home there is no index, and this is said before anything is recorded", async () => {
    const of = { ...deps(), stateFolder: undefined } as Deps;
    expect((await rejectionOf(recorded({ tag: ["x"] }, of))).message).toContain("no home is known");
    expect((of.sources[0] as ReturnType<typeof fakeSource>).opened()).toBe(0);
    const error = await rejectionOf(addToCatalogue(undefined, entry, signal));
    expect((error as Error).message).toContain("no home is known");
    expect(readCatalogue(undefined)).toEqual([]);
  });

  test("several at once lose none: in one process", async () => {
    const paths = Array.from({ length: 12 }, (_, i) => `/recordings/${i}/noise.json`);
    await Promise.all(paths.map((path) => addToCatalogue(state(), { ...entry, path }, signal)));
    expect(
      readCatalogue(state())
        .map(({ path }) => path)
        .sort(),
    ).toEqual(paths.sort());
  });

  test("several at once lose none: in several", async () => {
    const script = join(import.meta.dir, "..", "support", "tag-program.ts");
    const programs = ["a", "b", "c"].map((name) =>
      runProcess([process.execPath, script, state(), name, "8"]),
    );
    for (const { exitCode, stderr } of await Promise.all(programs))
      expect([exitCode, stderr.toString()]).toEqual([0, ""]);
    expect(readCatalogue(state())).toHaveLength(24);
  });
});

describe("the index", () => {
  test("is read as it was written", () => {
    const entries = [entry, { ...entry, kind: "package" as const, path: "/p/plan.json" }];
    expect(parseCatalogue(formatCatalogue(entries))).toEqual(entries);
  });

  test.each<[string, unknown]>([
    ["no JSON", undefined],
    ["no list", {}],
    ["another kind", [{ ...entry, kind: "device" }]],
    ["a path that is not absolute", [{ ...entry, path: "noise.json" }]],
    ["a tag with commands", [{ ...entry, tags: ["\u001b[2J"] }]],
    ["tags that are none", [{ ...entry, tags: "x" }]],
    ["a hash that is none", [{ ...entry, sha256: "ab" }]],
    ["a time that is none", [{ ...entry, at: "later" }]],
    ["a machine with commands", [{ ...entry, machine: "\u001b[2J" }]],
    ["a source that is a path", [{ ...entry, source: "../x" }]],
  ])("%s is refused in words, and kept as it is", async (_, entries) => {
    mkdirSync(state());
    const text = entries === undefined ? "[" : JSON.stringify({ schema: 1, entries });
    writeFileSync(cataloguePath(state()), text, { mode: 0o600 });
    for (const error of [
      await rejectionOf(list()),
      await rejectionOf(addToCatalogue(state(), entry, signal)),
    ]) {
      expect(error).toBeInstanceOf(InputError);
      expect((error as Error).message).toContain("not understood");
      expect((error as Error).message).not.toContain("\u001b");
    }
    expect(readFileSync(cataloguePath(state()), "utf8")).toBe(text);
  });

  test("of a newer program, a link, or one that others may write to is refused", async () => {
    mkdirSync(state());
    const path = cataloguePath(state());
    writeFileSync(path, JSON.stringify({ schema: 2 }), { mode: 0o600 });
    expect(((await rejectionOf(list())) as Error).message).toContain("a newer program");
    writeFileSync(path, formatCatalogue([entry]));
    chmodSync(path, 0o666);
    expect(((await rejectionOf(list())) as Error).message).toContain("others may write");
    rmSync(path);
    writeFileSync(at("elsewhere"), formatCatalogue([entry]), { mode: 0o600 });
    symlinkSync(at("elsewhere"), path);
    expect(((await rejectionOf(list())) as Error).message).toContain("it is a link");
  });
});

describe("evidence tag", () => {
  const tag = async (evidence: string, ...tags: string[]) => {
    const io = fakeIo();
    await runEvidenceTag({ evidence, tag: tags }, io, { stateFolder: state() });
    return io.written().toString();
  };

  test("a folder of recordings, a package as one, a profile", async () => {
    for (const id of ["one", "two"]) writeRecording(at("folder"), id, dependentNoise(2_000));
    for (const id of ["one", "two"]) writeRecording(at("package", "sources", id), id, dependentNoise(2_000));
    writeFileSync(at("package", "SHA256SUMS"), "");
    const { machine } = madeManifest("x", dependentNoise(1));
    writeFileSync(
      at("profile.json"),
      formatProfile({ tool: "1", machine, clock: { name: "tsc", periodNs: 1 }, sources: new Map() }),
    );
    expect(await tag(at("folder"), "a")).toContain("two");
    expect(await tag(at("package"), "b", "c")).toContain("b c");
    expect(await tag(at("profile.json"), "d")).toContain("profile");
    expect(readCatalogue(state()).map(({ kind, tags }) => [kind, ...tags])).toEqual([
      ["recording", "a"],
      ["recording", "a"],
      ["package", "b", "c"],
      ["profile", "d"],
    ]);
    expect((await list()).exitCode).toBe(0);
    expect(findEvidence("b", state())).toMatchObject({ kind: "recordings", place: "package" });
    expect(findEvidence("d", state()).kind).toBe("profile");
  });

  test("what is left out of a folder is said", async () => {
    writeRecording(at("folder"), "one", dependentNoise(2_000));
    writeFileSync(at("folder", "two.json.part"), "{}");
    const io = fakeIo();
    await runEvidenceTag({ evidence: at("folder"), tag: ["a"] }, io, { stateFolder: state() });
    expect(io.talk()).toContain("two.json.part is left out: the recording is not complete");
  });

  test("a package that has changed since it was tagged is found, and this is said", async () => {
    writeRecording(at("package", "sources", "one"), "one", dependentNoise(2_000));
    writeFileSync(at("package", "SHA256SUMS"), "");
    await tag(at("package"), "b");
    appendFileSync(at("package", "SHA256SUMS"), "x");
    const { remarks } = findEvidence("b", state());
    expect(remarks).toEqual([`${at("package", "SHA256SUMS")} has changed since it was tagged`]);
  });

  test("a tag of a package and a recording leads to two, named by paths that can be compared", async () => {
    writeRecording(at("package", "sources", "one"), "one", dependentNoise(2_000));
    writeFileSync(at("package", "SHA256SUMS"), "");
    await tag(at("package"), "both");
    await tag(writeRecording(at("folder"), "one", dependentNoise(2_000)), "both");
    const find = () => findEvidence("both", state());
    expect(find).toThrow(`${at("package")}, ${at("folder", "one.json")}`);
  });

  test("what is no evidence, and a package that is not complete, are refused", async () => {
    writeRecording(at("package", "sources", "one"), "one", dependentNoise(2_000));
    for (const path of [at("nowhere"), at("package")])
      expect(await rejectionOf(tag(path, "x"))).toBeInstanceOf(InputError);
    expect(readCatalogue(state())).toEqual([]);
    expect(() => optionsFor(evidenceTag, { evidence: "x", tag: "a b" })).toThrow(UsageError);
  });
});

describe("evidence list", () => {
  const tagged = async (name: string, tags: readonly string[]) => {
    const path = writeRecording(at(name), "noise", dependentNoise(2_000));
    await tagEvidence(path, tags, state(), signal);
  };

  test("an empty index says how it is filled", async () => {
    expect(await list()).toMatchObject({ exitCode: 0, out: expect.stringContaining("--tag NAME") });
  });

  test("shows all, or those with a tag", async () => {
    await tagged("one", ["before"]);
    await tagged("two", ["after"]);
    const { out, exitCode } = await list();
    expect(exitCode).toBe(0);
    for (const words of [at("one", "noise.json"), at("two", "noise.json"), "before", "after", "there"])
      expect(out).toContain(words);
    const { entries } = JSON.parse((await list({ tag: "after", json: true })).out);
    expect(entries.map(({ path }: Entry) => path)).toEqual([at("two", "noise.json")]);
    expect((await list({ tag: "never" })).out).toContain("nothing has the tag 'never'");
  });

  test("says what is gone or changed, and ends with 4", async () => {
    for (const name of ["manifest", "samples", "edited", "cut", "whole"]) await tagged(name, [name]);
    rmSync(at("manifest", "noise.json"));
    rmSync(at("samples", "noise.samples.u64"));
    appendFileSync(at("edited", "noise.json"), " ");
    appendFileSync(at("cut", "noise.samples.u64"), "x");
    const { exitCode, out } = await list({ json: true });
    const states = Object.fromEntries(
      JSON.parse(out).entries.map((each: Entry & { state: string }) => [each.tags[0], each.state]),
    );
    expect([exitCode, states]).toEqual([
      4,
      { manifest: "gone", samples: "gone", edited: "changed", cut: "changed", whole: "there" },
    ]);
  });

  test("one that cannot be read does not keep the others from being listed", async () => {
    for (const name of ["manifest", "samples", "whole"]) await tagged(name, [name]);
    for (const path of [at("manifest", "noise.json"), at("samples", "noise.samples.u64")]) {
      rmSync(path);
      symlinkSync(path, path);
    }
    const { exitCode, out } = await list({ json: true });
    const found = JSON.parse(out).entries.map((each: Entry & { state: string }) => [
      each.tags[0],
      each.state,
    ]);
    expect([exitCode, found]).toEqual([
      4,
      [
        ["manifest", "unreadable"],
        ["samples", "unreadable"],
        ["whole", "there"],
      ],
    ]);
  });

  test("samples that have the length but not the content are found with --data alone", async () => {
    await tagged("one", ["before"]);
    writeFileSync(at("one", "noise.samples.u64"), new Uint8Array(16_000));
    expect((await list()).exitCode).toBe(0);
    const { exitCode, out } = await list({ data: true });
    expect(exitCode).toBe(4);
    expect(out).toContain("is not what was recorded");
  });
});
