/** The dictionary in the store: changes, revisions, history, search; several programs at one time. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { runProcess } from "../../../../test/support/run-process.ts";
import { copyStore } from "../../src/cryptex-store/copy-store.ts";
import { storedDictionary } from "../../src/cryptex-store/dictionary.ts";
import { openMemoryStore, openStore, type Store } from "../../src/cryptex-store/store.ts";
import { StoreError } from "../../src/cryptex-store/store-error.ts";
import { type Dictionary, DictionaryError, type EntryQuery } from "../../src/dictionary/dictionary.ts";
import { type Changes, type Entry, entryOf, newEntry } from "../../src/dictionary/entry.ts";
import { hostileEntries, hostileText } from "../dictionary/entries.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cryptex-dictionary-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const BY = { who: "alice" };
let clock = Date.UTC(2026, 0, 1);

function dictionaryIn(store: Store = openMemoryStore()): Dictionary {
  return storedDictionary(store, () => clock++);
}

function errorOf(work: () => unknown): DictionaryError {
  try {
    work();
  } catch (error) {
    if (error instanceof DictionaryError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const FULL = newEntry("Lamp-Open", {
  symbol: "lib_open",
  summary: "Opens the library",
  pseudocode: "if open:\n  return",
  status: "in_progress",
  deps: ["Lamp-Table"],
  kind: "function",
  location: "src/open.c",
  signature: "int lib_open(void)",
  line_references: ["src/open.c:1-2"],
  owner: "core",
  risk: "high",
  notes: ["first"],
  tags: ["io", "Start"],
});

describe("changes", () => {
  test("what is added is there, with revision 1, and serialises as it is", () => {
    const dictionary = dictionaryIn();
    const added = dictionary.add(FULL, BY);
    expect(added).toEqual({ ...FULL, revision: 1 });
    expect(dictionary.get("Lamp-Open")).toEqual(added);
    expect(JSON.parse(JSON.stringify(added))).toEqual(added);
    expect(dictionary.get("lamp-open")).toBeUndefined();
    expect(dictionary.count()).toBe(1);
  });

  test("a codename is there once", () => {
    const dictionary = dictionaryIn();
    dictionary.add(FULL, BY);
    const { kind, details } = errorOf(() => dictionary.add(newEntry("Lamp-Open"), BY));
    expect([kind, details.current?.symbol]).toEqual(["exists", "lib_open"]);
  });

  test("an edit changes what is given, and counts; what says nothing new does not", () => {
    const dictionary = dictionaryIn();
    dictionary.add(FULL, BY);
    expect(dictionary.edit("Lamp-Open", { status: "ported" }, BY).revision).toBe(2);
    expect(dictionary.edit("Lamp-Open", { status: "ported", tags: ["io", "Start"] }, BY).revision).toBe(2);
    expect(dictionary.get("Lamp-Open")).toEqual({ ...FULL, status: "ported", revision: 2 });
    expect(dictionary.annotate("Lamp-Open", "second\nline", BY).notes).toEqual(["first", "second\nline"]);
    expect(dictionary.history()).toHaveLength(3);
  });

  test("another revision than the one that was seen: nothing is changed, and the current entry is told", () => {
    const dictionary = dictionaryIn();
    dictionary.add(FULL, BY);
    dictionary.edit("Lamp-Open", { owner: "bob" }, { who: "bob", revision: 1 });
    for (const work of [
      () => dictionary.edit("Lamp-Open", { owner: "carol" }, { who: "carol", revision: 1 }),
      () => dictionary.annotate("Lamp-Open", "note", { who: "carol", revision: 3 }),
      () => dictionary.remove("Lamp-Open", { who: "carol", revision: 1 }),
    ]) {
      const { kind, details } = errorOf(work);
      expect([kind, details.current?.owner, details.current?.revision]).toEqual(["other-revision", "bob", 2]);
    }
    expect(dictionary.get("Lamp-Open")?.owner).toBe("bob");
  });

  test("what is not there cannot be changed", () => {
    const dictionary = dictionaryIn();
    for (const work of [
      () => dictionary.edit("None", {}, BY),
      () => dictionary.annotate("None", "note", BY),
      () => dictionary.remove("None", BY),
    ]) {
      expect(errorOf(work).kind).toBe("not-found");
    }
  });

  test.each<[Changes]>([
    [{ summary: "x".repeat(161) }],
    [{ summary: "two\nlines" }],
    [{ status: "done" as never }],
    [{ deps: ["a", "a"] }],
    [{ notes: [""] }],
    [{ symbol: "\0" }],
    [{ pseudocode: "\ud800" }],
  ])("what cannot be kept is refused: %j", (changes) => {
    const dictionary = dictionaryIn();
    dictionary.add(FULL, BY);
    expect(errorOf(() => dictionary.edit("Lamp-Open", changes, BY)).kind).toBe("invalid");
    expect(errorOf(() => dictionary.add({ ...newEntry("Other"), ...changes }, BY)).kind).toBe("invalid");
    const incoming = [{ entry: newEntry("Good") }, { entry: { ...newEntry("Bad"), ...changes } }];
    expect(errorOf(() => dictionary.takeIn(incoming, "refuse", BY)).kind).toBe("invalid");
    expect(dictionary.count()).toBe(1);
    expect(dictionary.get("Lamp-Open")?.revision).toBe(1);
  });

  test("an import is taken in as a whole, or not at all", () => {
    const dictionary = dictionaryIn();
    dictionary.add(newEntry("A"), BY);
    const incoming = ["A", "B", "C"].map((name) => ({ entry: newEntry(name, { symbol: name }) }));
    const { kind, details } = errorOf(() => dictionary.takeIn(incoming, "refuse", BY));
    expect([kind, details.codenames]).toEqual(["exists", ["A"]]);
    expect(dictionary.count()).toBe(1);
    expect(dictionary.takeIn(incoming, "keep", BY)).toMatchObject({ added: ["B", "C"], kept: ["A"] });
    expect(dictionary.get("A")?.symbol).toBe("");
    expect(dictionary.takeIn(incoming, "replace", BY)).toMatchObject({ replaced: ["A"], unchanged: 2 });
    expect(dictionary.get("A")).toMatchObject({ symbol: "A", revision: 2 });
  });

  test("an import of entries with revisions does not overwrite what was changed since", () => {
    const dictionary = dictionaryIn();
    dictionary.takeIn([{ entry: newEntry("A") }, { entry: newEntry("B") }], "refuse", BY);
    dictionary.edit("B", { owner: "bob" }, BY);
    const incoming = ["A", "B"].map((name) => ({ entry: newEntry(name, { symbol: "new" }), revision: 1 }));
    const { kind, details } = errorOf(() => dictionary.takeIn(incoming, "replace", BY));
    expect([kind, details.codenames]).toEqual(["other-revision", ["B"]]);
    expect(dictionary.all().map(({ symbol }) => symbol)).toEqual(["", ""]);
  });

  test("who needs an entry, the entry itself or not; names inside others are not taken for them", () => {
    const dictionary = dictionaryIn();
    const entries = [
      newEntry("B", { deps: ["A", 'a"b'] }),
      newEntry("C", { deps: ["AA"] }),
      newEntry("D", { deps: ["A"] }),
    ];
    dictionary.takeIn(
      entries.map((entry) => ({ entry })),
      "refuse",
      BY,
    );
    expect(dictionary.usedBy("A")).toEqual(["B", "D"]);
    expect(dictionary.usedBy('a"b')).toEqual(["B"]);
    expect(dictionary.usedBy("b")).toEqual([]);
  });
});

describe("history", () => {
  test("says who, when and what; a removal keeps it, and a revision never comes twice", () => {
    const dictionary = dictionaryIn();
    clock = Date.UTC(2026, 1, 2, 3, 4, 5);
    dictionary.add(FULL, { who: "alice" });
    dictionary.edit("Lamp-Open", { status: "ported", tags: ["io"] }, { who: "bob" });
    dictionary.remove("Lamp-Open", { who: "carol" });
    expect(dictionary.add(newEntry("Lamp-Open", { symbol: "again" }), { who: "dave" }).revision).toBe(3);
    const changes = dictionary.history({ codename: "Lamp-Open" });
    expect(changes.map(({ action, who, revision }) => [action, who, revision])).toEqual([
      ["add", "dave", 3],
      ["remove", "carol", 2],
      ["edit", "bob", 2],
      ["add", "alice", 1],
    ]);
    expect(changes[3]!.at).toBe("2026-02-02T03:04:05.000Z");
    expect(changes[2]!.fields).toEqual({
      status: ["in_progress", "ported"],
      tags: [["io", "Start"], ["io"]],
    });
    expect(changes[1]!.fields["status"]).toEqual(["ported", null]);
    expect(changes[0]!.fields).toEqual({ symbol: [null, "again"], status: [null, "legacy"] });
    // What was added first is worked out from what followed.
    expect(changes[3]!.fields).toMatchObject({
      status: [null, "in_progress"],
      tags: [null, ["io", "Start"]],
    });
  });

  test("an import of an entry that was removed goes on counting", () => {
    const dictionary = dictionaryIn();
    dictionary.add(newEntry("A"), BY);
    dictionary.edit("A", { symbol: "a" }, BY);
    dictionary.remove("A", BY);
    dictionary.takeIn([{ entry: newEntry("A") }], "refuse", BY);
    expect(dictionary.get("A")?.revision).toBe(3);
  });

  test("of all entries: by person, page by page", () => {
    const dictionary = dictionaryIn();
    for (let i = 0; i < 7; i++) dictionary.add(newEntry(`E${i}`), { who: i % 2 ? "odd" : "even" });
    expect(dictionary.history({ who: "odd" }).map(({ codename }) => codename)).toEqual(["E5", "E3", "E1"]);
    const first = dictionary.history({ limit: 3 });
    const second = dictionary.history({ limit: 9, before: first.at(-1)!.seq });
    expect([...first, ...second].map(({ codename }) => codename)).toEqual([
      "E6",
      "E5",
      "E4",
      "E3",
      "E2",
      "E1",
      "E0",
    ]);
    expect(dictionary.history({ codename: "E3", who: "even" })).toEqual([]);
  });

  test("any changes can be undone by it, back to the first version", () => {
    fc.assert(
      fc.property(
        hostileEntries.filter(({ length }) => length > 1),
        (versions) => {
          const dictionary = dictionaryIn();
          const [first, ...rest] = versions.map((entry): Entry => ({ ...entry, codename: "X" }));
          dictionary.add(first!, BY);
          for (const version of rest) dictionary.edit("X", version, BY);
          const added = dictionary.history({ codename: "X" }).at(-1)!;
          expect(added.action).toBe("add");
          const fields = Object.entries(added.fields).map(([field, [, after]]) => [field, after]);
          expect({ ...newEntry("X"), ...Object.fromEntries(fields) }).toEqual(first!);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("search", () => {
  const ENTRIES = [
    FULL,
    newEntry("Lamp-Table", {
      symbol: "LampTable",
      summary: "Keeps what open handed out",
      tags: ["io-table"],
    }),
    newEntry("Night-Watch", {
      symbol: "watchDirectory",
      pseudocode: "for file in folder: lamp(file)",
      status: "ported",
    }),
    newEntry("x", { symbol: "100%_\\", notes: ["Größe in C++"], kind: "macro", owner: "bob" }),
  ];
  const search = (query: EntryQuery) => {
    const dictionary = dictionaryIn();
    dictionary.takeIn(
      ENTRIES.map((entry) => ({ entry })),
      "refuse",
      BY,
    );
    const { total, entries } = dictionary.find(query);
    expect(total).toBeGreaterThanOrEqual(entries.length);
    return entries.map(({ codename }) => codename);
  };

  test.each<[EntryQuery, string[]]>([
    [{}, ["Lamp-Open", "Lamp-Table", "Night-Watch", "x"]],
    // In names first, wherever it stands there; then where it begins a word of a text.
    [{ words: ["lamp"] }, ["Lamp-Open", "Lamp-Table", "Night-Watch"]],
    [{ words: ["AMP"] }, ["Lamp-Open", "Lamp-Table"]],
    [{ words: ["open"] }, ["Lamp-Open", "Lamp-Table"]],
    [{ words: ["direct"] }, ["Night-Watch"]],
    [{ words: ["fold", "watch"] }, ["Night-Watch"]],
    [{ words: ["lamp", "nowhere"] }, []],
    [{ words: ["handed out"] }, ["Lamp-Table"]],
    [{ words: ["lib_open(void"] }, ["Lamp-Open"]],
    [{ words: ["größe"] }, ["x"]],
    // Signs of other languages mean nothing.
    [{ words: ["100%"] }, ["x"]],
    [{ words: ["%_"] }, ["x"]],
    [{ words: ["\\"] }, ["x"]],
    [{ words: ['"'] }, []],
    [{ words: ["lamp*"] }, ["Night-Watch"]],
    [{ words: ["lamp OR watch"] }, []],
    [{ words: ["a", "b"], statuses: ["stable"] }, []],
    [{ words: [""] }, ["Lamp-Open", "Lamp-Table", "Night-Watch", "x"]],
    [{ symbol: "lib_open" }, ["Lamp-Open"]],
    [{ symbol: "lib" }, []],
    [{ statuses: ["ported"] }, ["Night-Watch"]],
    [{ statuses: ["ported", "in_progress"] }, ["Lamp-Open", "Night-Watch"]],
    [{ tags: ["START"] }, ["Lamp-Open"]],
    [{ tags: ["io"] }, ["Lamp-Open"]],
    [{ tags: ["io", "start"] }, ["Lamp-Open"]],
    [{ kind: "macro" }, ["x"]],
    [{ owner: "bob", words: ["größe"] }, ["x"]],
    [{ words: ["lamp"], limit: 2 }, ["Lamp-Open", "Lamp-Table"]],
    [{ skip: 1 }, ["Lamp-Table", "Night-Watch", "x"]],
    [{ skip: 1, limit: 2 }, ["Lamp-Table", "Night-Watch"]],
    [{ words: ["lamp"], skip: 1, limit: 2 }, ["Lamp-Table", "Night-Watch"]],
    [{ words: ["lamp"], skip: 2 }, ["Night-Watch"]],
    [{ words: ["lamp"], skip: 3 }, []],
    [{ owner: "bob", skip: 9 }, []],
  ])("%j", (query, expected) => {
    expect(search(query)).toEqual(expected);
  });

  test("counts all, and lists as many as are asked for, in order, be they few or many", () => {
    const dictionary = dictionaryIn();
    const names = Array.from(
      { length: 1500 },
      (_, i) => `Part-${String((i * 7919) % 1500).padStart(4, "0")}`,
    );
    const entries = names.map((name, i) => newEntry(name, { summary: i % 10 === 0 ? "tenth one" : "one" }));
    dictionary.takeIn(
      entries.map((entry) => ({ entry })),
      "refuse",
      BY,
    );
    const inOrder = [...names].sort();
    for (const [word, expected] of [
      ["part", inOrder],
      ["one", inOrder],
      [
        "tenth",
        entries
          .filter(({ summary }) => summary.startsWith("tenth"))
          .map(({ codename }) => codename)
          .sort(),
      ],
      ["t-00", inOrder.slice(0, 100)],
    ] as const) {
      const { total, entries: found } = dictionary.find({ words: [word], limit: 40 });
      expect([total, found.map(({ codename }) => codename)]).toEqual([
        expected.length,
        expected.slice(0, 40),
      ]);
    }
  });

  test("an entry is found by what it says now, and by nothing that it said before", () => {
    const dictionary = dictionaryIn();
    dictionary.add(newEntry("A", { symbol: "before", summary: "earlier" }), BY);
    dictionary.edit("A", { symbol: "after", summary: "later" }, BY);
    const count = (word: string) => dictionary.find({ words: [word] }).total;
    expect(["before", "earlier", "after", "later"].map(count)).toEqual([0, 0, 1, 1]);
    dictionary.remove("A", BY);
    expect(["after", "later", "a"].map(count)).toEqual([0, 0, 0]);
  });

  test("nothing is left in the indexes of what was changed or removed", () => {
    fc.assert(
      fc.property(hostileEntries, hostileEntries, (entries, others) => {
        const store = openMemoryStore();
        const dictionary = dictionaryIn(store);
        dictionary.takeIn(
          entries.map((entry) => ({ entry })),
          "refuse",
          BY,
        );
        for (const [i, { codename }] of entries.entries()) {
          const other = others[i];
          if (other) dictionary.edit(codename, other, BY);
        }
        for (const { codename } of entries) dictionary.remove(codename, BY);
        for (const index of ["dict_names", "dict_texts"]) {
          store.db.run(`CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, ${index}, row)`);
          expect(store.db.query("SELECT term FROM temp.terms").values()).toEqual([]);
          store.db.run("DROP TABLE temp.terms");
        }
      }),
      { numRuns: 100 },
    );
  });

  test("words of notes and tags are found, whatever JSON makes of what stands beside them", () => {
    const dictionary = dictionaryIn();
    dictionary.add(
      newEntry("A", {
        notes: ['first\nnext\tone "quoted" back\\slash\\near', "second"],
        tags: ['a"b', "c\\d"],
      }),
      BY,
    );
    for (const word of ["next", "one", "quoted", "slash", "near", "second", 'a"b', "c\\d"]) {
      expect([word, dictionary.find({ words: [word] }).total]).toEqual([word, 1]);
    }
    for (const word of ["nnext", "tone", '","']) {
      expect([word, dictionary.find({ words: [word] }).total]).toEqual([word, 0]);
    }
    for (const tag of ['a"b', "c\\d"]) expect(dictionary.find({ tags: [tag] }).total).toBe(1);
  });

  test("no word makes it fail, and a symbol is found by any part of it", () => {
    fc.assert(
      fc.property(hostileText, hostileEntries, fc.nat(), fc.nat(), (word, entries, from, length) => {
        const dictionary = dictionaryIn();
        dictionary.takeIn(
          entries.map((entry) => ({ entry })),
          "refuse",
          BY,
        );
        const query = { words: [word], symbol: word, tags: [word], kind: word, owner: word };
        expect(dictionary.find(query).total).toBeGreaterThanOrEqual(0);
        expect(dictionary.find({ words: [word, word] }).total).toBeGreaterThanOrEqual(0);
        for (const { symbol, codename } of entries) {
          const signs = [...symbol];
          const start = from % Math.max(1, signs.length);
          const part = signs.slice(start, start + 1 + (length % 6)).join("");
          const found = dictionary.find({ words: [part] }).entries.map((entry) => entry.codename);
          expect(found).toContain(codename);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("several programs", () => {
  const CHILD = join(import.meta.dir, "dictionary-child.ts");

  test("that edit one entry overwrite nothing: each edit that was not refused is there", async () => {
    const path = join(folder, "store.db");
    using store = openStore(path);
    const dictionary = dictionaryIn(store);
    dictionary.add(newEntry("Shared"), BY);
    const editors = ["one", "two", "three"];
    const ended = await Promise.all(
      editors.map((who) => runProcess([process.execPath, CHILD, path, who, "15"])),
    );
    const results = ended.map(({ stdout, stderr }) => {
      expect(stderr).toBe("");
      return JSON.parse(stdout) as { done: number; refused: number };
    });
    expect(results.map(({ done }) => done)).toEqual([15, 15, 15]);
    const { notes, revision } = dictionary.get("Shared")!;
    expect([...notes].sort()).toEqual(
      editors.flatMap((who) => Array.from({ length: 15 }, (_, i) => `${who} ${i}`)).sort(),
    );
    expect(revision).toBe(46);
    const changes = dictionary.history({ codename: "Shared" });
    expect(changes.map((change) => change.revision)).toEqual(Array.from({ length: 46 }, (_, i) => 46 - i));
    // Each change begins where the one before ended.
    for (const [i, { fields }] of changes.slice(0, -1).entries()) {
      const [before, after] = fields["notes"] as [string[], string[]];
      expect(after).toHaveLength(45 - i);
      expect(after.slice(0, -1)).toEqual(before);
    }
  });
});

describe("the store", () => {
  test("a copy holds the dictionary and its history, and is for its owner alone", async () => {
    const copy = join(folder, "copy.db");
    {
      using store = openStore(join(folder, "store.db"));
      const dictionary = dictionaryIn(store);
      dictionary.add(FULL, BY);
      dictionary.edit("Lamp-Open", { owner: "bob" }, BY);
      const { signal } = new AbortController();
      await copyStore(store, copy, signal);
      expect(String(await rejectionOf(copyStore(store, copy, signal)))).toContain("EEXIST");
    }
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    using again = openStore(copy);
    const dictionary = dictionaryIn(again);
    expect(dictionary.all().map(entryOf)).toEqual([{ ...FULL, owner: "bob" }]);
    expect(dictionary.history()).toHaveLength(2);
    expect(dictionary.find({ words: ["library"] }).total).toBe(1);
  });

  test("a copy that is given up leaves nothing", async () => {
    const copy = join(folder, "given-up.db");
    using store = openStore(join(folder, "store.db"));
    const stop = new AbortController();
    const work = rejectionOf(copyStore(store, copy, stop.signal));
    expect(existsSync(copy)).toBe(true);
    stop.abort(new Error("stop"));
    expect(String(await work)).toContain("stop");
    expect(readdirSync(folder).filter((name) => name.startsWith("given-up"))).toEqual([]);
  });

  test("CRYPTEX_STORE names it, unless another one is named", () => {
    const env = { HOME: folder, CRYPTEX_STORE: join(folder, "named.db") };
    using named = openStore(undefined, { env });
    using other = openStore(join(folder, "other.db"), { env });
    using usual = openStore(undefined, { env: { HOME: folder, XDG_DATA_HOME: folder, CRYPTEX_STORE: "" } });
    expect([named.path, other.path, usual.path]).toEqual([
      join(folder, "named.db"),
      join(folder, "other.db"),
      join(folder, "cryptex", "cryptex.db"),
    ]);
  });

  test("one of a newer version, or what is none, is refused with words", () => {
    const path = join(folder, "store.db");
    {
      using store = openStore(path);
      store.db.run("PRAGMA user_version = 99");
    }
    expect(() => openStore(path)).toThrow(
      "has schema 99, and this version of the program knows schemas up to",
    );
    writeFileSync(path, "this is no database, whatever its name says, and it is long enough to be looked at");
    expect(() => openStore(path)).toThrow(StoreError);
  });
});
