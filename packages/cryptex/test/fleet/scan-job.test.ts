/** Jobs and answers of scans by a fleet: what was sent comes back, and what is no such thing is refused. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { FleetError } from "#kit/fleet/fleet-error.ts";
import { makeJob } from "#kit/fleet/job.ts";
import type { Json } from "#kit/signing/canonical-json.ts";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { NO_ARCHIVES } from "../../src/archives/limits.ts";
import { Places, rootsOf } from "../../src/fleet/roots.ts";
import { readAnswer } from "../../src/fleet/scan-answer.ts";
import { isInside, readScanJob, type ScanJob, scanJobBody } from "../../src/fleet/scan-job.ts";
import type { RuleTable } from "../../src/rules/rule-table.ts";
import { pathOf } from "../../src/scan-runner/paths.ts";
import type { FileResult } from "../../src/scan-runner/protocol.ts";
import { WorkFolder } from "../support/program.ts";

const JOB: ScanJob = {
  run: "run",
  program: "1.0.0",
  engine: "engine",
  ruleSet: { object: "ab".repeat(32), digest: "sha256:set" },
  options: {
    timeoutMs: 60_000,
    maxStrings: 100,
    maxSize: 1,
    digestAll: false,
    archives: NO_ARCHIVES,
    listClean: true,
  },
  root: "corpus",
  files: [{ at: "a/\xff", path: "/srv/a/\xff", size: 5, changed: "1.5" }],
};

describe("a job", () => {
  test("is read as it was written", () => {
    const { text } = makeJob(scanJobBody(JOB), 1);
    expect(readScanJob(JSON.parse(text))).toEqual(JOB);
  });

  for (const at of [
    "../a",
    "a/../../b",
    "/etc/passwd",
    "",
    "a//b",
    ".",
    "a/",
    "a\0b",
    "a/./b",
    "..",
    "\u0101",
  ]) {
    test(`that names ${JSON.stringify(at)} is refused`, () => {
      const body = scanJobBody({ ...JOB, files: [{ ...JOB.files[0]!, at }] });
      expect(() => readScanJob(body)).toThrow(/leads out of its root|one character a byte/);
    });
  }

  test("that names what only looks like it is taken", () => {
    for (const at of ["..a", "a/...", "a..", ".a/b"]) expect(isInside(at)).toBe(true);
  });

  test("with a part that is missing, left over or of another form is refused", () => {
    const body = scanJobBody(JOB);
    const wrong: readonly Record<string, Json>[] = [
      { extra: 1 },
      { files: [] },
      { files: 3 },
      { root: 1 },
      { options: {} },
      { kind: "x" },
    ];
    for (const more of wrong) {
      expect(() => readScanJob({ ...body, ...more })).toThrow(/no scan that is known here/);
    }
  });
});

describe("an answer", () => {
  const rules = { count: 1, get: () => ({ strings: [{ id: "$a" }] }) } as unknown as RuleTable;
  const asked = { files: 1, rules };
  const identity = { dev: 1, ino: 2, size: 3, mtimeMs: 4.5, ctimeMs: 5 };
  const scanned: FileResult = {
    kind: "scanned",
    size: 3,
    sha256: "ab".repeat(32),
    hits: [{ rule: 0, strings: [{ string: 0, total: 1, matches: [[0, 3, "abc"]] }] }],
    identity,
    archive: { opened: 1, clean: 0, members: [{ kind: "note", name: "!/a", reason: "is one" }] },
  };
  const none = () => Promise.reject(new FleetError("the server has no object"));
  const read = (results: unknown) => readAnswer(JSON.stringify({ results }), asked, none);

  test("is taken where each result has its form", async () => {
    expect(await read([scanned])).toEqual([scanned]);
    expect(await read([{ kind: "error", reason: "why" }])).toEqual([{ kind: "error", reason: "why" }]);
  });

  test("is refused where a result is missing, or would be shown as something else", async () => {
    const wrong: readonly unknown[] = [
      [],
      [scanned, scanned],
      ["scanned"],
      [{ kind: "cancelled" }],
      [{ kind: "unchanged", identity }],
      [{ kind: "error" }],
      [{ ...scanned, size: -1 }],
      [{ ...scanned, more: 1 }],
      [{ ...scanned, hits: [{ rule: 1, strings: [] }] }],
      [{ ...scanned, hits: [{ rule: -1, strings: [] }] }],
      [{ ...scanned, hits: [{ rule: 0, strings: [{ string: 1, total: 1, matches: [] }] }] }],
      [{ ...scanned, hits: [{ rule: 0, strings: [{ string: 0, total: 1, matches: [[0, 1]] }] }] }],
      [
        {
          ...scanned,
          archive: { opened: 1, clean: 0, members: [{ kind: "error", name: "!/a", reason: "x" }] },
        },
      ],
    ];
    for (const results of wrong) expect(await rejectionOf(read(results))).toBeInstanceOf(FleetError);
    for (const text of ["", "[]", "null", "{}", '{"object":"ab"}']) {
      expect(await rejectionOf(readAnswer(text, asked, none))).toBeInstanceOf(FleetError);
    }
  });
});

test("a file is placed below the deepest root that has it, by the path that it really has", () => {
  using folder = new WorkFolder({ "real/deep/a": "", "real/b": "", "outside/c": "" });
  mkdirSync(folder.at("links"));
  symlinkSync(folder.at("real/deep"), folder.at("links/way"));
  symlinkSync(folder.at("outside/c"), folder.at("real/out"));
  const at = (name: string) => pathOf(folder.at(name));
  const places = new Places(
    rootsOf([
      ["all", folder.at("real")],
      ["deep", folder.at("links/way")],
    ]),
  );
  expect(places.of(at("real/deep/a"), false)).toEqual({ root: "deep", at: "a" });
  expect(places.of(at("links/way/a"), false)).toEqual({ root: "deep", at: "a" });
  expect(places.of(at("real/b"), false)).toEqual({ root: "all", at: "b" });
  expect(places.of(at("real/out"), true)).toEqual({ reason: "it lies below no root of the fleet" });
  expect(places.of(at("outside/c"), false)).toEqual({ reason: "it lies below no root of the fleet" });
  expect(places.of(at("gone/c"), false)).toEqual({ reason: "does not exist" });
});
