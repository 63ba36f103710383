import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
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
import fc from "fast-check";
import { formatProfile, mismatch, type Profile, parseProfile } from "../../src/calibration/profile.ts";
import { profilePath, readProfile, stateFolder, writeProfile } from "../../src/calibration/profile-file.ts";
import { InputError } from "../../src/errors.ts";
import type { Machine } from "../../src/platform/machine.ts";

const machine: Machine = {
  os: "linux",
  kernel: "6.1.0",
  arch: "x64",
  cpu: "Example CPU",
  processors: 8,
  memoryGiB: 16,
  installation: "0123456789abcdef",
};
const profile: Profile = {
  tool: "1.2.3",
  machine,
  clock: { name: "tsc", periodNs: 10.01 },
  sources: new Map([
    [
      "a_source",
      {
        assessedH: 2.5,
        symbolBits: 8,
        symbols: 1_000_000,
        rateHz: 5e5,
        calibratedAt: "2026-01-02T03:04:05.678Z",
      },
    ],
  ]),
};
const text = formatProfile(profile);
const isRoot = process.getuid?.() === 0;

function folder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "ee-profile-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

function refusal(path: string): string {
  const read = readProfile(path);
  expect(read.kind).toBe("unusable");
  return read.kind === "unusable" ? read.reason : "";
}

describe("a profile's text", () => {
  test("is read as it was written", () => {
    expect(parseProfile(text)).toEqual(profile);
  });

  test("with or without what sources share: profiles of before have none of it", () => {
    const shared = { sharedH: 0.5, sharedWith: "b_source", sharedBound: 0.1 };
    const old = profile.sources.get("a_source")!;
    for (const more of [{}, shared, { sharedH: 0, sharedBound: 0.1 }]) {
      const written = { ...profile, sources: new Map([["a_source", { ...old, ...more }]]) };
      expect(parseProfile(formatProfile(written))).toEqual(written);
    }
    for (const broken of [
      { sharedH: 0.5 },
      { sharedBound: 0.1 },
      { ...shared, sharedH: -0.1 },
      { ...shared, sharedH: 8.1 },
      { ...shared, sharedH: null },
      { ...shared, sharedWith: "../x" },
      { ...shared, sharedBound: -1 },
    ]) {
      const root = JSON.parse(text);
      Object.assign(root.sources.a_source, broken);
      expect(() => parseProfile(JSON.stringify(root)), JSON.stringify(broken)).toThrow(SyntaxError);
    }
  });

  const wrong: [what: string, change: (root: never) => unknown][] = [
    ["another schema", (root: { schema: unknown }) => (root.schema = 2)],
    ["no schema", (root: { schema: unknown }) => delete root.schema],
    ["a list of sources", (root: { sources: unknown }) => (root.sources = [])],
    ["null for the machine", (root: { machine: unknown }) => (root.machine = null)],
    ["another system", (root: { machine: Record<string, unknown> }) => (root.machine["os"] = "plan9")],
    ["half a processor", (root: { machine: Record<string, unknown> }) => (root.machine["processors"] = 0.5)],
    ["control characters", (root: { tool: unknown }) => (root.tool = "1\u001b[2J")],
    ["an endless name", (root: { tool: unknown }) => (root.tool = "x".repeat(201))],
    ["H as text", (root: Sources) => (root.sources["a_source"]!["assessedH"] = "2")],
    ["H null, as JSON writes NaN", (root: Sources) => (root.sources["a_source"]!["assessedH"] = Number.NaN)],
    ["H below 0", (root: Sources) => (root.sources["a_source"]!["assessedH"] = -1)],
    ["H above the symbol", (root: Sources) => (root.sources["a_source"]!["assessedH"] = 8.001)],
    ["9 bits a symbol", (root: Sources) => (root.sources["a_source"]!["symbolBits"] = 9)],
    ["no symbols", (root: Sources) => (root.sources["a_source"]!["symbols"] = 0)],
    ["no time", (root: Sources) => (root.sources["a_source"]!["calibratedAt"] = "yesterday")],
    ["a strange id", (root: Sources) => (root.sources["../x"] = root.sources["a_source"]!)],
  ] as never;
  type Sources = { sources: Record<string, Record<string, unknown>> };
  for (const [what, change] of wrong) {
    test(`refused: ${what}`, () => {
      const root = JSON.parse(text) as never;
      change(root);
      expect(() => parseProfile(JSON.stringify(root))).toThrow(SyntaxError);
    });
  }

  test("refused: what a newer program wrote, with that reason", () => {
    expect(() => parseProfile(text.replace('"schema": 1', '"schema": 2'))).toThrow(
      "a newer program wrote it",
    );
  });

  test("refused: numbers that JSON reads as infinite, and too many sources", () => {
    expect(() => parseProfile(text.replace("2.5", "1e999"))).toThrow(SyntaxError);
    const sources = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`s${i}`, {}]));
    expect(() => parseProfile(JSON.stringify({ ...JSON.parse(text), sources }))).toThrow("too many");
  });

  test("__proto__ is an id like another, and a strange one", () => {
    expect(() => parseProfile(text.replace("a_source", "__proto__"))).toThrow(SyntaxError);
    expect(parseProfile(text.replace("a_source", "constructor")).sources.has("constructor")).toBe(true);
  });

  test("any JSON and any text is either a profile or a SyntaxError", () => {
    const outcome = (input: string) => {
      try {
        return parseProfile(input).tool.length > 0;
      } catch (error) {
        return error instanceof SyntaxError;
      }
    };
    fc.assert(fc.property(fc.json(), outcome), { seed: 1, numRuns: 500 });
    fc.assert(fc.property(fc.string(), outcome), { seed: 2, numRuns: 500 });
    const broken = fc.tuple(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), fc.nat(5));
    fc.assert(
      fc.property(broken, ([at, piece, cut]) => outcome(text.slice(0, at) + piece + text.slice(at + cut))),
      { seed: 3, numRuns: 2_000 },
    );
  });

  test("whatever was changed in it, no H exceeds its symbol", () => {
    const value = fc.oneof(fc.jsonValue(), fc.double(), fc.integer());
    fc.assert(
      fc.property(value, value, (assessedH, symbolBits) => {
        const root = JSON.parse(text);
        Object.assign(root.sources.a_source, { assessedH, symbolBits });
        try {
          const read = parseProfile(JSON.stringify(root)).sources.get("a_source")!;
          return read.assessedH >= 0 && read.assessedH <= read.symbolBits && read.symbolBits <= 8;
        } catch (error) {
          return error instanceof SyntaxError;
        }
      }),
      { seed: 4, numRuns: 1_000 },
    );
  });
});

describe("a profile holds for one machine and one version", () => {
  test("the same", () => expect(mismatch(profile, { ...machine }, "1.2.3")).toBeUndefined());

  const changes: Partial<Machine>[] = [
    { os: "darwin" },
    { kernel: "6.1.1" },
    { arch: "arm64" },
    { cpu: "Other" },
    { processors: 4 },
    { memoryGiB: 32 },
    { installation: null },
  ];
  for (const change of changes) {
    test(`another ${Object.keys(change)}`, () => {
      expect(mismatch(profile, { ...machine, ...change }, "1.2.3")).toContain(Object.keys(change)[0]!);
    });
  }

  test("another version", () => expect(mismatch(profile, machine, "1.2.4")).toContain('"1.2.3"'));
});

describe("the file", () => {
  test("is for its owner alone, written at one go, and read again", () => {
    using temporary = folder();
    const state = join(temporary.path, "state", "esoteric-entropy");
    writeProfile(state, profile);
    expect(statSync(state).mode & 0o777).toBe(0o700);
    expect(statSync(profilePath(state)).mode & 0o777).toBe(0o600);
    expect(readdirSync(state)).toEqual(["profile.json"]);
    expect(readProfile(profilePath(state))).toEqual({ kind: "read", profile });

    chmodSync(state, 0o777);
    writeProfile(state, { ...profile, tool: "2" });
    expect(statSync(state).mode & 0o777).toBe(0o700);
    const again = readProfile(profilePath(state));
    expect(again.kind === "read" && again.profile.tool).toBe("2");
  });

  test("absent is absent", () => {
    expect(readProfile("/nowhere/at/all/profile.json")).toEqual({ kind: "absent" });
  });

  test("a link, a folder, a pipe, a large file, garbage and files others may write to are refused", () => {
    using temporary = folder();
    const at = (name: string) => join(temporary.path, name);
    writeFileSync(at("good"), text, { mode: 0o600 });
    symlinkSync(at("good"), at("link"));
    expect(refusal(at("link"))).toContain("link");
    mkdirSync(at("folder"));
    expect(refusal(at("folder"))).toContain("not a plain file");
    expect(Bun.spawnSync(["mkfifo", at("pipe")]).exitCode).toBe(0);
    expect(refusal(at("pipe"))).toContain("not a plain file");
    writeFileSync(at("large"), Buffer.alloc((1 << 20) + 1, 32), { mode: 0o600 });
    expect(refusal(at("large"))).toContain("too large");
    writeFileSync(at("garbage"), "\u001b[31m{", { mode: 0o600 });
    expect(refusal(at("garbage"))).toMatch(/^it is not understood: [\x20-\x7e]+$/);
    for (const mode of [0o602, 0o620, 0o666]) {
      linkSync(at("good"), at(`mode${mode}`));
      chmodSync(at("good"), mode);
      expect(refusal(at(`mode${mode}`))).toContain("others may write");
    }
    chmodSync(at("good"), 0o644);
    expect(readProfile(at("good")).kind).toBe("read");
  });

  test.skipIf(!isRoot)("another user's is refused", () => {
    using temporary = folder();
    const path = join(temporary.path, "profile.json");
    writeFileSync(path, text, { mode: 0o600 });
    chownSync(path, 65534, 65534);
    expect(refusal(path)).toContain("another user");
  });
  if (!isRoot) console.log("skipped: giving a file to another user takes root");

  test("where it cannot be written, the error names the place", () => {
    using temporary = folder();
    writeFileSync(join(temporary.path, "file"), "");
    expect(() => writeProfile(join(temporary.path, "file", "x"), profile)).toThrow(InputError);
    expect(readFileSync(join(temporary.path, "file"), "utf8")).toBe("");
  });
});

describe("the folder for it", () => {
  test("Linux: XDG_STATE_HOME, else HOME; relative paths do not count", () => {
    expect(stateFolder("linux", { HOME: "/h", XDG_STATE_HOME: "/s" })).toBe("/s/esoteric-entropy");
    expect(stateFolder("linux", { HOME: "/h", XDG_STATE_HOME: "s" })).toBe(
      "/h/.local/state/esoteric-entropy",
    );
    expect(stateFolder("linux", { HOME: "/h", XDG_STATE_HOME: "" })).toBe("/h/.local/state/esoteric-entropy");
    expect(stateFolder("linux", { HOME: "h" })).toBeUndefined();
    expect(stateFolder("linux", {})).toBeUndefined();
  });

  test("macOS: Application Support", () => {
    expect(stateFolder("darwin", { HOME: "/Users/u", XDG_STATE_HOME: "/s" })).toBe(
      "/Users/u/Library/Application Support/esoteric-entropy",
    );
    expect(stateFolder("darwin", {})).toBeUndefined();
  });
});
