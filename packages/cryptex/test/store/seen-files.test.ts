import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { dropUnused, openSeenFiles, openSeenFilesIfPossible } from "../../src/cryptex-store/seen-files.ts";
import { openMemoryStore, openStore, type Store } from "../../src/cryptex-store/store.ts";
import type {
  FileIdentity,
  SeenEvent,
  SeenFile,
  SeenFiles,
  SeenScope,
} from "../../src/scan-runner/seen-files.ts";

const SCOPE: SeenScope = {
  ruleset: "sha256:aa",
  engine: "bb",
  maxStrings: 100,
  archives: null,
  program: "1.0.0",
};
const ARCHIVES = { depth: 1, members: 9, bytes: 9, ratio: 9, maxSize: 9, listClean: false, unpacker: "cc" };
const NOW = 1_800_000_000_000;
const DAY = 86_400_000;
const IDENTITY: FileIdentity = {
  dev: 2049,
  ino: 77,
  size: 5,
  mtimeMs: 1_700_000_000_000.25,
  ctimeMs: 1_700_000_000_001.5,
};

function seen(name: string, more: Partial<SeenFile> = {}): SeenFile {
  return { ...IDENTITY, folder: "data", name, events: [], ...more };
}

function matchEvent(rule: string): SeenEvent {
  return {
    type: "match",
    sha256: "ab".repeat(32),
    size: 5,
    rule,
    namespace: "default",
    tags: ["PE"],
    meta: [
      { key: "k", value: "é\u0000\ud800" },
      { key: "k", value_bytes: "/w==" },
      { key: "n", value: "9223372036854775807" },
    ],
    strings: [{ id: "$a", offset: 3, length: 2, data: "\\x00\\\\" }],
    strings_total: { $a: 101, __proto__: 5 } as Record<string, number>,
    engine: "libyara-4.5.5",
  };
}

/** Binary strings as names of files. */
const fileName = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .map((bytes) =>
    Buffer.from(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x41 : byte))).toString("latin1"),
  );
const time = fc.double({ min: 1, max: NOW - 10_000, noNaN: true });
const identity: fc.Arbitrary<FileIdentity> = fc.record({
  dev: fc.nat(),
  ino: fc.double({ min: 0, max: 2 ** 64, noNaN: true }).map(Math.floor),
  size: fc.maxSafeNat(),
  mtimeMs: time,
  ctimeMs: time,
});

let store: Store;
beforeEach(() => {
  store = openMemoryStore();
});
afterEach(() => store.close());

const open = (scope: SeenScope = SCOPE, at = NOW): SeenFiles => openSeenFiles(store, scope, at);

describe("what was recorded", () => {
  test("comes back byte for byte, for any names and identities", () => {
    const files = fc.uniqueArray(fc.record({ name: fileName, identity, matches: fc.nat(2) }), {
      selector: ({ name }) => name,
      maxLength: 40,
    });
    let round = 0;
    fc.assert(
      fc.property(files, (list) => {
        const folder = `folder ${round++}`;
        const recorded = list.map(({ name, identity, matches }) =>
          seen(name, {
            ...identity,
            folder,
            events: Array.from({ length: matches }, (_, i) => matchEvent(`rule_${i}`)),
            ...(matches === 0 ? {} : { sha256: "ab".repeat(32) }),
          }),
        );
        open().record(recorded);
        const known = open().folder(folder);
        for (const file of [...recorded].sort((a, b) => (a.name < b.name ? -1 : 1))) {
          const result = known.get(file.name, file);
          expect(result?.events).toEqual(file.events);
          expect(JSON.stringify(result?.events)).toBe(JSON.stringify(file.events));
          expect(result?.sha256).toBe(file.sha256);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("is missed by a file with any other identity", () => {
    const keys = ["dev", "ino", "size", "mtimeMs", "ctimeMs"] as const;
    fc.assert(
      fc.property(identity, identity, fc.subarray([...keys], { minLength: 1 }), (first, second, changed) => {
        fc.pre(changed.some((key) => first[key] !== second[key]));
        const other = { ...first, ...Object.fromEntries(changed.map((key) => [key, second[key]])) };
        open().record([seen("a", first)]);
        expect(open().folder("data").get("a", first)).toEqual({ events: [] });
        expect(open().folder("data").get("a", other)).toBeUndefined();
      }),
    );
  });

  test("is missed by any other scope, one with a field more too", () => {
    open().record([seen("a")]);
    const scopes = fc.record({
      ruleset: fc.constantFrom("sha256:aa", "sha256:ab", ""),
      engine: fc.constantFrom("bb", "bc", 'b","x'),
      maxStrings: fc.constantFrom(100, 99, 0),
      archives: fc.constantFrom(null, ARCHIVES, { ...ARCHIVES, depth: 2 }),
      program: fc.constantFrom("1.0.0", "1.0.1"),
    });
    fc.assert(
      fc.property(scopes, (scope) => {
        const isSame = JSON.stringify(scope) === JSON.stringify(SCOPE);
        expect(open(scope).folder("data").get("a", IDENTITY) !== undefined).toBe(isSame);
      }),
    );
    expect(
      open({ ...SCOPE, another: 1 } as SeenScope)
        .folder("data")
        .get("a", IDENTITY),
    ).toBeUndefined();
  });

  test("belongs to its folder and name", () => {
    open().record([
      seen("a"),
      seen("a", { folder: "" }),
      seen("b", { folder: "/", events: [matchEvent("r")] }),
    ]);
    const files = open();
    expect(files.folder("data").get("a", IDENTITY)).toEqual({ events: [] });
    expect(files.folder("").get("a", IDENTITY)).toEqual({ events: [] });
    expect(files.folder("/").get("a", IDENTITY)).toBeUndefined();
    expect(files.folder("/").get("b", IDENTITY)?.events).toEqual([matchEvent("r")]);
    expect(files.folder("dat").get("a", IDENTITY)).toBeUndefined();
  });

  test("is replaced by a later result", () => {
    open().record([seen("a")]);
    open().record([seen("a", { size: 6, events: [matchEvent("r")] })]);
    expect(open().folder("data").get("a", IDENTITY)).toBeUndefined();
    expect(
      open()
        .folder("data")
        .get("a", { ...IDENTITY, size: 6 })?.events,
    ).toHaveLength(1);
  });

  test("is found in a folder larger than a page, whichever names are asked for", () => {
    const names = Array.from({ length: 5_000 }, (_, i) => `f${String(i).padStart(5, "0")}`);
    open().record(names.map((name) => seen(name)));
    const all = open().folder("data");
    expect(names.filter((name) => all.get(name, IDENTITY)).length).toBe(5_000);
    const some = open().folder("data");
    const asked = ["a", "f00001", "f00001x", "f01999", "f02000", "f04999", "f05000", "z"];
    expect(asked.filter((name) => some.get(name, IDENTITY))).toEqual([
      "f00001",
      "f01999",
      "f02000",
      "f04999",
    ]);
  });

  test("is not recorded where the file may change again and keep its times", () => {
    const known = (ctimeMs: number) => {
      open().record([seen("a", { ctimeMs })]);
      return (
        open()
          .folder("data")
          .get("a", { ...IDENTITY, ctimeMs }) !== undefined
      );
    };
    expect(known(NOW + 5_000.5)).toBe(false);
    expect(known(NOW - 0.5)).toBe(false);
    expect(known(NOW - 49.5)).toBe(false);
    expect(known(NOW - 50.5)).toBe(true);
    // Whole seconds: the file system may keep no more.
    expect(known(NOW - 2_000)).toBe(false);
    expect(known(NOW - 3_000)).toBe(true);
  });
});

describe("what is dropped", () => {
  test("a scope that was not used for 30 days", () => {
    open(SCOPE, NOW).record([seen("a")]);
    const other = { ...SCOPE, ruleset: "sha256:cc" };
    open(other, NOW + 29 * DAY);
    expect(
      open(SCOPE, NOW + 29 * DAY)
        .folder("data")
        .get("a", IDENTITY),
    ).toBeDefined();
    open(other, NOW + 59 * DAY);
    expect(
      open(SCOPE, NOW + 59 * DAY)
        .folder("data")
        .get("a", IDENTITY),
    ).toBeUndefined();
    expect(store.db.query("SELECT count(*) FROM seen_files").values()).toEqual([[0]]);
  });

  test("of a large store, those that were used before the others, never the present one", () => {
    for (const [i, ruleset] of ["one", "two", "three"].entries()) {
      open({ ...SCOPE, ruleset }, NOW + i * DAY).record([seen("a")]);
    }
    const scopes = () =>
      store.db.query<[number, string], []>("SELECT id, key FROM seen_scopes ORDER BY id").values();
    const today = Math.floor(NOW / DAY) + 2;
    const [, two, three] = scopes();
    dropUnused(store, Number(three![0]), today, Number.POSITIVE_INFINITY);
    expect(scopes()).toHaveLength(3);
    dropUnused(store, Number(two![0]), today, 0);
    expect(scopes()).toEqual([two!]);
  });

  test("a scope that another program drops meanwhile is begun anew", () => {
    const files = open();
    files.record([seen("a")]);
    dropUnused(store, 0, Math.floor(NOW / DAY), 0);
    expect(files.folder("data").get("a", IDENTITY)).toBeUndefined();
    files.record([seen("b")]);
    expect(open().folder("data").get("b", IDENTITY)).toBeDefined();
  });
});

describe("where the store cannot be used", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cryptex-seen-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("a scan is told once, and goes on without", () => {
    const path = join(folder, "is-a-folder");
    mkdirSync(path);
    const warnings: string[] = [];
    using files = openSeenFilesIfPossible(path, SCOPE, (text) => warnings.push(text));
    files.record([seen("a")]);
    expect(files.folder("data").get("a", IDENTITY)).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining("is a folder")]);
  });

  test("a store that fails in the middle is named once, and what was recorded stays", () => {
    const path = join(folder, "store.db");
    const warnings: string[] = [];
    using files = openSeenFilesIfPossible(path, SCOPE, (text) => warnings.push(text), { waitMs: 1 });
    files.record([seen("first")]);
    expect(files.folder("data").get("first", IDENTITY)).toBeDefined();
    {
      using other = openStore(path);
      other.write(() => files.record([seen("second")]));
    }
    expect(warnings).toEqual([expect.stringContaining("is in use")]);
    files.record([seen("third")]);
    expect(files.folder("data").get("first", IDENTITY)).toBeUndefined();
    expect(warnings).toHaveLength(1);
    using again = openStore(path);
    const known = openSeenFiles(again, SCOPE).folder("data");
    expect(["first", "second", "third"].filter((name) => known.get(name, IDENTITY))).toEqual(["first"]);
  });

  test("a store whose tables are damaged is named, whichever is read first", () => {
    const path = join(folder, "store.db");
    const pages = new Map<string, number>();
    {
      using store = openStore(path);
      openSeenFiles(store, SCOPE).record([seen("a")]);
      store.db.run("PRAGMA wal_checkpoint(TRUNCATE)");
      const rows = store.db
        .query("SELECT name, rootpage FROM sqlite_schema WHERE name IN ('seen_scopes', 'seen_files')")
        .values();
      for (const [name, page] of rows as [string, number][]) pages.set(name, page);
    }
    const bytes = readFileSync(path);
    for (const page of pages.values()) {
      const damaged = Buffer.from(bytes);
      damaged.fill(0xff, (page - 1) * 4096, page * 4096);
      writeFileSync(path, damaged);
      const warnings: string[] = [];
      using files = openSeenFilesIfPossible(path, SCOPE, (text) => warnings.push(text));
      expect(files.folder("data").get("a", IDENTITY)).toBeUndefined();
      expect(warnings).toEqual([expect.stringContaining("is damaged")]);
    }
  });

  test("two scans record into one store at the same time", () => {
    const path = join(folder, "store.db");
    using one = openStore(path);
    using two = openStore(path);
    const [first, second] = [openSeenFiles(one, SCOPE, NOW), openSeenFiles(two, SCOPE, NOW)];
    for (let i = 0; i < 20; i++) {
      first.record([seen(`a${i}`)]);
      second.record([seen(`b${i}`)]);
    }
    for (const files of [first, second]) {
      const known = files.folder("data");
      const names = ["a", "b"].flatMap((kind) => Array.from({ length: 20 }, (_, i) => `${kind}${i}`)).sort();
      expect(names.filter((name) => known.get(name, IDENTITY))).toEqual(names);
    }
  });
});
