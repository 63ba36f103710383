import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { indexedRoots, indexRules, keepRoots, type RuleScope } from "../../src/cryptex-store/rule-index.ts";
import { countRules, findRules } from "../../src/cryptex-store/rule-search.ts";
import { openMemoryStore, openStore, type Store } from "../../src/cryptex-store/store.ts";

const DAY = 86_400_000;
/** Long after the files of a test were written, so that their times are trusted. */
const later = (days = 1) => Date.now() + days * DAY;

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cryptex-rules-"));
  store = openMemoryStore();
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

const write = (name: string, text: string | Uint8Array) => writeFileSync(join(folder, name), text);
const rule = (name: string, body = "condition: true") => `rule ${name} { ${body} }\n`;
const index = (paths = [folder], nowMs = later()) => indexRules(store, paths, { nowMs });
const names = (scope: RuleScope) => findRules(store, scope, { words: [] }).map(({ name }) => name);
const count = (table: string) => Number(store.db.query(`SELECT count(*) FROM ${table}`).values()[0]![0]);

describe("an index is kept up to date", () => {
  test("files are parsed once: again only those whose content is new", async () => {
    for (let i = 0; i < 10; i++) write(`r${i}.yar`, rule(`r${i}`));
    expect((await index()).parsed).toBe(10);
    expect((await index()).parsed).toBe(0);
    write("r3.yar", rule("changed"));
    write("new.yar", rule("new"));
    const scope = await index();
    expect(scope.parsed).toBe(2);
    expect(names(scope)).toEqual(["new", "r0", "r1", "r2", "changed", "r4", "r5", "r6", "r7", "r8", "r9"]);
  });

  test("a file whose stamp is known is not opened", async () => {
    write("a.yar", rule("a"));
    const scope = await index();
    // The row says another content: only who opens the file sees that this is wrong.
    store.db.run("UPDATE rules SET name = 'from_the_store'");
    expect(names(await index())).toEqual(["from_the_store"]);
    expect(scope.parsed).toBe(1);
  });

  test("a file that changed a moment ago is opened each time, and parsed only once", async () => {
    write("a.yar", rule("a"));
    const now = Date.now();
    expect((await index([folder], now)).parsed).toBe(1);
    write("a.yar", rule("b"));
    const scope = await index([folder], now);
    expect(scope.parsed).toBe(1);
    expect(names(scope)).toEqual(["b"]);
    expect((await index([folder], now)).parsed).toBe(0);
  });

  test("a change that keeps size and time of modification is seen", async () => {
    const path = join(folder, "a.yar");
    const writeAsOld = (text: string) => {
      write("a.yar", text);
      utimesSync(path, 1_000_000_000, 1_000_000_000);
      return statSync(path).ctimeMs;
    };
    const before = writeAsOld(rule("one"));
    await index();
    // The clock of the file system moves in steps.
    while (writeAsOld(rule("two")) === before);
    expect(names(await index())).toEqual(["two"]);
  });

  test("contents that are known are not parsed under another name", async () => {
    write("a.yar", rule("a"));
    await index();
    renameSync(join(folder, "a.yar"), join(folder, "b.yar"));
    write("c.yar", rule("a"));
    const scope = await index();
    expect(scope.parsed).toBe(0);
    expect(findRules(store, scope, { words: [] }).map(({ file }) => file)).toEqual([
      join(folder, "b.yar"),
      join(folder, "c.yar"),
    ]);
    expect(count("rules")).toBe(1);
    expect(countRules(store, scope)).toBe(2);
  });

  test("removed files, and rules of other scopes, are not found", async () => {
    mkdirSync(join(folder, "one"));
    mkdirSync(join(folder, "two"));
    write("one/a.yar", rule("a"));
    write("two/b.yar", rule("b"));
    expect(names(await index())).toEqual(["a", "b"]);
    expect(names(await index([join(folder, "two")]))).toEqual(["b"]);
    rmSync(join(folder, "one", "a.yar"));
    expect(names(await index())).toEqual(["b"]);
  });

  test("what another version of the program has read is read anew", async () => {
    write("a.yar", rule("a"));
    await index();
    store.db.run("UPDATE rule_contents SET reader = '0.0.0-other'");
    expect((await index()).parsed).toBe(1);
    expect(names(await index())).toEqual(["a"]);
  });

  test("two programs may read the same rules at once", async () => {
    for (let i = 0; i < 300; i++) write(`r${i}.yar`, rule(`r${i}`));
    const path = join(folder, "store.db");
    using one = openStore(path);
    using two = openStore(path);
    const scopes = await Promise.all([one, two].map((each) => indexRules(each, [folder])));
    expect(scopes.map((scope) => scope.paths.size)).toEqual([300, 300]);
    expect(one.db.query("SELECT count(*) FROM rules").values()).toEqual([[300]]);
  });

  test("one that is interrupted keeps what it has read", async () => {
    for (let i = 0; i < 600; i++) write(`r${i}.yar`, rule(`r${i}`));
    const interrupt = new AbortController();
    const reading = indexRules(store, [folder], {
      nowMs: later(),
      signal: interrupt.signal,
      progress: () => interrupt.abort(new Error("interrupted")),
    });
    await expect(reading).rejects.toThrow("interrupted");
    const kept = count("rules");
    expect(kept).toBeGreaterThan(0);
    expect((await index()).parsed).toBe(600 - kept);
  });
});

describe("includes", () => {
  test("are followed from file to file, each file once, in circles too", async () => {
    mkdirSync(join(folder, "sub"));
    write("index.yar", 'include "sub/a.yar"\ninclude "./sub/../sub/a.yar"\n');
    write("sub/a.yar", `include "b.yar"\n${rule("a")}`);
    write("sub/b.yar", `include "../index.yar"\ninclude "a.yar"\n${rule("b")}`);
    const scope = await index([join(folder, "index.yar")]);
    expect(names(scope)).toEqual(["a", "b"]);
    expect(scope.problems).toEqual([]);
    expect((await index([join(folder, "index.yar")])).parsed).toBe(0);
  });

  test("are looked for in the folders for includes, and missed with file and line", async () => {
    mkdirSync(join(folder, "lib"));
    write("lib/helper.yar", rule("helper"));
    write("a.yar", `\ninclude "helper.yar"\n/* include "no.yar" */ include "none.yar"\n${rule("a")}`);
    const path = join(folder, "a.yar");
    const scope = await indexRules(store, [path], { includeFolders: [join(folder, "lib")] });
    expect(names(scope)).toEqual(["a", "helper"]);
    expect(scope.problems).toEqual([
      {
        rule: null,
        file: path,
        line: 3,
        reason: 'include "none.yar": there is no such file',
        harmless: false,
      },
    ]);
  });
});

describe("what cannot be read is named", () => {
  test("files that are missing, links to nowhere, folders by another name", async () => {
    symlinkSync(join(folder, "nowhere"), join(folder, "link.yar"));
    mkdirSync(join(folder, "folder.yar"));
    write("a.yar", rule("a"));
    const missing = join(folder, "missing.yar");
    const scope = await index([folder, missing]);
    expect(names(scope)).toEqual(["a"]);
    expect(scope.problems.map(({ file }) => file).sort()).toEqual([join(folder, "link.yar"), missing]);
    for (const { reason } of scope.problems) expect(reason).toStartWith("cannot be read: ");
  });

  test("broken rules, with their line, from the store too", async () => {
    write("a.yar", `${rule("good")}rule broken { condition: ( }\n${rule("good_too")}`);
    for (let i = 0; i < 2; i++) {
      const scope = await index();
      expect(names(scope)).toEqual(["good", "good_too"]);
      expect(scope.problems).toMatchObject([{ rule: "broken", line: 2 }]);
    }
  });

  test("hostile bytes are kept as they are, and end nothing", async () => {
    const meta = Buffer.from([0x22, 0xff, 0xfe, 0x41, 0x22]);
    write(
      "a.yar",
      Buffer.concat([Buffer.from("rule a { meta: x = "), meta, Buffer.from(" condition: true }")]),
    );
    write("nul.yar", Buffer.from('rule nul { strings: $a = "a\\x00b" condition: $a }'));
    write("junk.yar", Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 7919) & 0xff)));
    write("empty.yar", "");
    const scope = await index();
    expect(names(scope)).toEqual(["a", "nul"]);
    const [a] = findRules(store, scope, { words: ["a"] });
    expect(a?.meta).toEqual([{ key: "x", value_bytes: Buffer.from([0xff, 0xfe, 0x41]).toString("base64") }]);
  });
});

describe("roots", () => {
  test("are kept as absolute paths, and replaced by the next", () => {
    expect(indexedRoots(store)).toEqual({ paths: [], includeFolders: [] });
    keepRoots(store, { paths: ["a", "/b"], includeFolders: ["c"] });
    const absolute = (name: string) => join(process.cwd(), name);
    expect(indexedRoots(store)).toEqual({ paths: [absolute("a"), "/b"], includeFolders: [absolute("c")] });
    keepRoots(store, { paths: ["/d"], includeFolders: [] });
    expect(indexedRoots(store)).toEqual({ paths: ["/d"], includeFolders: [] });
  });
});

describe("what is of no use any more is dropped", () => {
  test("contents that no file has, when there are many", async () => {
    for (let i = 0; i < 80; i++) {
      write("a.yar", rule(`version_${i}`, `meta: n = "${i}" condition: true`));
      await index([folder], Date.now());
    }
    expect(count("rules")).toBeLessThan(64);
    expect(count("rule_text")).toBe(count("rules"));
    expect(count("rule_fields")).toBe(count("rules"));
    expect(names(await index())).toEqual(["version_79"]);
    expect(store.db.query("PRAGMA foreign_key_check").values()).toEqual([]);
  });

  test("files that nobody looked into for 30 days; a look puts it off", async () => {
    mkdirSync(join(folder, "old"));
    mkdirSync(join(folder, "new"));
    write("old/a.yar", rule("a"));
    write("new/b.yar", rule("b"));
    await index([folder], later(0.1));
    const newer = [join(folder, "new")];
    await index(newer, later(20));
    write("new/c.yar", rule("c"));
    await index(newer, later(45));
    const files = store.db.query("SELECT path FROM rule_files ORDER BY path").values().flat();
    expect(files).toEqual([join(folder, "new", "b.yar"), join(folder, "new", "c.yar")]);
  });
});
