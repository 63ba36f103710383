/** Scans that go on behind a place: together with what came before it they say what one scan says in one go. */
import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import fc from "fast-check";
import { DEFAULT_LIMITS } from "../../src/archives/limits.ts";
import type { ScanEvent } from "../../src/scan-runner/events.ts";
import type { ScanPlace } from "../../src/scan-runner/runner.ts";
import { walk } from "../../src/scan-runner/walk.ts";
import { bytesOf, zip } from "../archives/writers.ts";
import { type FakeRule, fakeRuleSet } from "./support/fake-engine.ts";
import { type Asked, scanAll, walkOf } from "./support/scan.ts";
import { SeenInMemory } from "./support/seen.ts";
import { Tree } from "./support/tree.ts";

const RULES: readonly FakeRule[] = [{ name: "abc", find: "abc" }];
const LOST = { rule: "x", file: "r.yar", line: 3, reason: "undefined identifier", harmless: false };

function asked(tree: Tree, more: Partial<Asked> = {}): Asked {
  return {
    ruleSet: fakeRuleSet(RULES, { quarantined: [LOST] }),
    walk: walkOf([""], { within: tree.root }),
    archives: { depth: 2, ...DEFAULT_LIMITS },
    ...more,
  };
}

/** Scans, and tells after how many lines there was which place. */
async function placesOf(request: Asked): Promise<{ lines: ScanEvent[]; places: [number, ScanPlace][] }> {
  const places: [number, ScanPlace][] = [];
  const { runScan } = await import("../../src/scan-runner/runner.ts");
  const { sameThread } = await import("./support/scan.ts");
  const lines: ScanEvent[] = [];
  const scan = runScan({
    ...{ timeoutMs: 60_000, maxStrings: 100, threads: 2, startThread: sameThread },
    signal: new AbortController().signal,
    ...request,
    // As a store keeps it.
    passed: (place) => places.push([lines.length, JSON.parse(JSON.stringify(place))]),
  });
  for await (const line of scan) lines.push(line);
  return { lines, places };
}

async function expectEveryPlaceToGoOn(request: () => Asked): Promise<number> {
  const whole = await scanAll(request());
  const { lines, places } = await placesOf(request());
  expect(lines).toEqual(whole);
  for (const [count, from] of places) {
    const rest = await scanAll({ ...request(), from });
    expect([...whole.slice(0, count), ...rest], `behind ${from.walk?.path}`).toEqual(whole);
  }
  return places.length;
}

/** Names around the places of members, which begin with `!/`. */
const name = fc.string({ unit: fc.constantFrom("a", "!", " ", "z", "\xff"), minLength: 1, maxLength: 3 });
const content = fc.oneof(
  fc.constantFrom<Uint8Array[]>(bytesOf("xabc"), bytesOf("hay"), bytesOf("@trap"), bytesOf("@log word")),
  fc
    .array(fc.record({ name, content: fc.constantFrom(bytesOf("abc"), bytesOf("hay"), bytesOf("@trap")) }), {
      maxLength: 3,
    })
    .map((members) => zip(members)),
);
const tree = fc.dictionary(
  fc.array(name, { minLength: 1, maxLength: 2 }).map((parts) => parts.join("/")),
  content,
  {
    maxKeys: 12,
  },
);

describe("every place", () => {
  test("of any tree, with archives whose members wait for their place", async () => {
    await fc.assert(
      fc.asyncProperty(tree, fc.boolean(), async (files, listClean) => {
        using folder = new Tree();
        const made: string[] = [];
        for (const [path, bytes] of Object.entries(files)) {
          if (made.some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`))) continue;
          made.push(path);
          folder.file(path, bytes);
        }
        const count = await expectEveryPlaceToGoOn(() => asked(folder, { listClean }));
        // At the beginning there is one.
        expect(count).toBeGreaterThan(0);
      }),
      { numRuns: 100 },
    );
  });

  test("of archives that follow each other: there is one behind each, whatever their size", async () => {
    using folder = new Tree();
    for (const each of ["a.zip", "b.zip", "c.zip"])
      folder.file(
        each,
        zip([
          { name: "big", content: new Uint8Array(2 ** 21), method: 0 },
          { name: "x", content: bytesOf("abc") },
        ]),
      );
    const { places } = await placesOf(asked(folder));
    expect(new Set(places.map(([, { walk }]) => walk?.path))).toEqual(new Set([undefined, "a.zip", "b.zip"]));
    await expectEveryPlaceToGoOn(() => asked(folder));
  });

  test("with results of an earlier scan, whose clean files have no lines", async () => {
    using folder = new Tree();
    for (let i = 0; i < 80; i++) folder.file(`f${i}`, i % 7 === 0 ? "abc" : "hay");
    const seen = new SeenInMemory();
    await scanAll(asked(folder, { seen }));
    expect(seen.rows.size).toBe(80);
    await expectEveryPlaceToGoOn(() => asked(folder, { seen, reuse: true }));
  });

  test("lines of members are there before what follows them is scanned", async () => {
    using folder = new Tree();
    folder.file(
      "a.zip",
      zip([
        { name: "x", content: bytesOf("abc") },
        { name: "y", content: new Uint8Array(2 ** 21), method: 0 },
      ]),
    );
    folder.file("b", "@hang");
    const stop = new AbortController();
    const lines: string[] = [];
    const { runScan } = await import("../../src/scan-runner/runner.ts");
    const { realThread } = await import("./support/scan.ts");
    const scan = runScan({
      ...asked(folder),
      ...{ timeoutMs: 0, maxStrings: 1, threads: 1, startThread: realThread, signal: stop.signal },
    });
    const ended = (async () => {
      for await (const line of scan) {
        lines.push("path" in line && line.path ? line.path : line.type);
        if (lines.at(-1) === "a.zip!/x") stop.abort(new Error("enough"));
      }
    })();
    await expect(ended).rejects.toThrow("enough");
  });
});

describe("a tree that has changed meanwhile", () => {
  const found = (folder: Tree, path: string, folders: readonly string[] = []) =>
    [...walk(walkOf([""], { within: folder.root, after: { path, folders } }))].map((each) =>
      each.kind === "file" ? each.path : `${each.kind} ${each.path}: ${each.reason}`,
    );

  test("what keeps the walk out of the folder in which it stood is said", () => {
    using folder = new Tree();
    folder.file("a/b/1");
    folder.file("a/b/2");
    folder.file("c");
    expect(found(folder, "a/b/1")).toEqual(["a/b/2", "c"]);
    renameSync(folder.path("a/b"), folder.path("elsewhere"));
    symlinkSync("../elsewhere", folder.path("a/b"));
    expect(found(folder, "a/b/1")).toEqual(["skip a/b: symbolic link", "c", "elsewhere/1", "elsewhere/2"]);
    rmSync(folder.path("a/b"));
    folder.file("a/b", "now a file");
    expect(found(folder, "a/b/1")).toEqual(["a/b", "c", "elsewhere/1", "elsewhere/2"]);
  });

  test("a folder whose entries come behind the place, as its name comes before it", () => {
    using folder = new Tree();
    folder.file("a/x");
    folder.file("a-b");
    symlinkSync("a", folder.path("a-"));
    expect(found(folder, "a-b", ["a"])).toEqual(["a/x"]);
    rmSync(folder.path("a"), { recursive: true });
    symlinkSync("a-b", folder.path("a"));
    expect(found(folder, "a-b", ["a"])).toEqual(["skip a: symbolic link"]);
    // It was one before.
    expect(found(folder, "a-b")).toEqual([]);
  });

  test("folders before the place are not entered, those behind it are", () => {
    using folder = new Tree();
    for (const each of ["a", "b", "c"]) mkdirSync(folder.path(each));
    folder.file("b/1");
    folder.file("c/1");
    folder.file("a/late");
    chmodSync(folder.path("a"), 0o700);
    const entered: string[] = [];
    const options = walkOf([""], {
      within: folder.root,
      after: { path: "b/0", folders: [] },
      onEnter: (path) => entered.push(path),
    });
    expect([...walk(options)].map(({ path }) => path)).toEqual(["b/1", "c/1"]);
    expect(entered).toEqual(["", "b", "c"]);
  });
});
