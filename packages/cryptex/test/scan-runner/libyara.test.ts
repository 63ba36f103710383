/** Scans with the engine of the program, in threads of the system. */
import { expect, test } from "bun:test";
import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { ENGINE } from "../../src/engine/engine-file.ts";
import { makeLibyara } from "../../src/engine/own-engine.ts";
import { buildRuleSet } from "../../src/rules/build-rule-set.ts";
import type { RuleSet } from "../../src/rules/rule-set.ts";
import { openRuleTable } from "../../src/rules/rule-table.ts";
import type { ScanEvent } from "../../src/scan-runner/events.ts";
import { startScanThread } from "../../src/scan-runner/thread.ts";
import { type Asked, scanAll, walkOf } from "./support/scan.ts";
import { Tree } from "./support/tree.ts";

function ruleSetOf(tree: Tree, source: string): RuleSet {
  const path = `${tree.root}.yar`;
  writeFileSync(path, source);
  const request = { paths: [path], includeFolders: [], externals: {} };
  const { digest, compiled, table, quarantined, modules } = buildRuleSet(request, {
    facts: ENGINE,
    newInstance: makeLibyara,
  });
  return {
    digest,
    compiled,
    rules: openRuleTable(table),
    quarantined,
    modules,
    engine: ENGINE,
    files: [path],
    absent: [],
    externals: {},
  };
}

function scan(tree: Tree, source: string, more: Partial<Asked> = {}): Promise<ScanEvent[]> {
  return scanAll({
    ruleSet: ruleSetOf(tree, source),
    walk: walkOf([tree.root]),
    startThread: startScanThread,
    threads: 1,
    ...more,
  });
}

function rulesOf(tree: Tree, events: readonly ScanEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === "match" ? [`${tree.below(event.path)} ${event.rule}`] : [],
  );
}

test("owner is the name of the file's user in the system's list, whatever USER says", async () => {
  const uid = process.getuid?.();
  const line = passwd().find((each) => each.split(":")[2] === String(uid));
  if (line === undefined) return void console.warn("skipped: /etc/passwd does not name this user");
  using tree = new Tree();
  tree.file("f", "x");
  const before = process.env["USER"];
  process.env["USER"] = "somebody else";
  try {
    const events = await scan(tree, `rule own { condition: owner == "${line.split(":")[0]}" }`);
    expect(rulesOf(tree, events)).toEqual(["f own"]);
  } finally {
    if (before === undefined) delete process.env["USER"];
    else process.env["USER"] = before;
  }
});

function passwd(): string[] {
  return existsSync("/etc/passwd") ? readFileSync("/etc/passwd", "latin1").split("\n") : [];
}

test("hostile bytes of matches come back from the lines as they were", async () => {
  using tree = new Tree();
  const bytes = Buffer.from("41fffe80c3424e00554c000100", "hex");
  tree.file("h", bytes);
  const events = await scan(
    tree,
    "rule h { strings: $bad = { 41 FF FE 80 C3 42 } $nul = { 4E 00 55 4C 00 01 00 } condition: all of them }",
  );
  expect(events[1]).toMatchObject({
    strings: [
      { id: "$bad", offset: 0, length: 6, data: "A\\xFF\\xFE\\x80\\xC3B" },
      { id: "$nul", offset: 6, length: 7, data: "N\\x00UL\\x00\\x01\\x00" },
    ],
  });
});

test("externals are those of each file", async () => {
  using tree = new Tree();
  tree.file("sub/Report.RAR");
  tree.file("sub/notes");
  const source = `
    rule by_name { condition: filename matches /^report\\.rar$/i and filename == "Report.RAR" }
    rule by_ext { condition: extension iequals ".rar" }
    rule no_ext { condition: extension == "" }
    rule by_path { condition: filepath endswith "/sub" }`;
  expect(rulesOf(tree, await scan(tree, source)).sort()).toEqual([
    "sub/Report.RAR by_ext",
    "sub/Report.RAR by_name",
    "sub/Report.RAR by_path",
    "sub/notes by_path",
    "sub/notes no_ext",
  ]);
});

test("offsets and counts behind many matches are those of the file, and the list is cut", async () => {
  using tree = new Tree();
  tree.file("m", "ab".repeat(5000));
  const source = `rule count_eq { strings: $a = "ab" condition: #a == 5000 and $a at 9998 }`;
  const events = await scan(tree, source);
  expect(events[1]).toMatchObject({ rule: "count_eq", strings_total: { $a: 5000 } });
});

test("a rule that takes too long costs one file", async () => {
  using tree = new Tree();
  tree.file("heavy", "x");
  tree.file("light", "quick");
  const source = `
    rule slow { condition: filename == "heavy" and for all i in (1..1000000000) : (i > 0) }
    rule quick { strings: $q = "quick" condition: $q }`;
  const events = await scan(tree, source, { timeoutMs: 200 });
  expect(rulesOf(tree, events)).toEqual(["light quick"]);
  expect(events.find(({ type }) => type === "error")).toMatchObject({ reason: "timed out after 0.2 s" });
});

test("a scan is cancelled inside a condition without end", async () => {
  using tree = new Tree();
  tree.file("a");
  const source = "rule slow { condition: for all i in (1..100000000000) : (i > 0) }";
  const controller = new AbortController();
  const reason = new Error("interrupted");
  setTimeout(() => controller.abort(reason), 100);
  await expect(scan(tree, source, { timeoutMs: 0, signal: controller.signal })).rejects.toBe(reason);
});

test("a regular expression that the engine gives up on costs its rule in that file, and no other", async () => {
  using tree = new Tree();
  tree.file("bomb", `x${"a".repeat(8000)} calm`);
  tree.file("plain", "calm");
  const source = `
    rule bomb { strings: $b = /xa.{0,3000}a.{0,3000}a.{0,3000}c/s condition: $b }
    rule calm { strings: $c = "calm" condition: $c }`;
  const events = await scan(tree, source);
  expect(rulesOf(tree, events)).toEqual(["bomb calm", "plain calm"]);
  const lost = events.filter(({ type }) => type === "quarantine");
  expect(lost).toHaveLength(1);
  expect(lost[0]).toMatchObject({ rule: "bomb", line: 2, path: `${tree.root}/bomb` });
  expect(events.at(-1)).toMatchObject({ complete: false, scanned: 2, matched: 2, errors: 0 });
});

test("a sparse file beyond the engine's reach is skipped with the limit; one within is read whole", async () => {
  using tree = new Tree();
  truncateSync(tree.file("large", ""), 3 * 2 ** 30);
  const path = tree.file("small", "head");
  truncateSync(path, 200 * 2 ** 20);
  tree.file("z", "head");
  const events = await scan(tree, `rule head { strings: $h = "head" condition: $h at 0 }`, {
    walk: walkOf([tree.root], { maxSize: 2 ** 40 }),
  });
  expect(rulesOf(tree, events)).toEqual(["small head", "z head"]);
  expect(events.find(({ type }) => type === "skip")).toMatchObject({
    reason: "size of 3221225472 bytes is over the engine's limit of 1610612736",
  });
  expect(events.at(-1)).toMatchObject({ complete: false, scanned: 2, skipped: 1, errors: 0 });
});
