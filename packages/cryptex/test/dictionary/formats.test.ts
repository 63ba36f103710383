/** Files of others, and files with faults: each is named with its line, and nothing is lost without a word. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { InputError } from "#kit/errors.ts";
import { newEntry } from "../../src/dictionary/entry.ts";
import type { ReadOptions, Remark } from "../../src/dictionary/formats/document.ts";
import { readDictionary } from "../../src/dictionary/formats/read.ts";
import { importInto, planImport } from "../../src/dictionary/import.ts";
import { dictionaryOf, hostileText } from "./entries.ts";

function read(text: string, options?: ReadOptions) {
  const document = readDictionary(Buffer.from(text), "file", options);
  const plan = planImport(document, dictionaryOf());
  return {
    entries: document.entries.map(({ entry }) => entry),
    remarks: shown(plan.remarks),
    errors: shown(plan.remarks.filter(({ level }) => level === "error")),
    planned: plan.entries.map(({ entry }) => entry.codename),
  };
}

function shown(remarks: readonly Remark[]): string[] {
  return remarks.map(({ level, line, words }) => `${level} ${line}: ${words}`);
}

describe("JSON of others", () => {
  const ENTRY = {
    symbol: "lib_open",
    pyro_name: "Lamp-Open",
    kind: "function",
    location: "src/open.c",
    signature: "int lib_open(void)",
    summary: "Opens the library.",
    pseudocode: "if open: return\nopen()",
    line_references: [{ file: "src/open.c", start: 3, end: 9 }, "src/open.h:1", 12],
    dependencies: ["Lamp-Table", "outside"],
    owner: "core",
    risk: "critical",
    notes: "one note",
    tags: ["io"],
    status: "In Progress",
  };
  const EXPECTED = newEntry("Lamp-Open", {
    symbol: "lib_open",
    kind: "function",
    location: "src/open.c",
    signature: "int lib_open(void)",
    summary: "Opens the library.",
    pseudocode: "if open: return\nopen()",
    line_references: ["src/open.c:3-9", "src/open.h:1", "12"],
    deps: ["Lamp-Table", "outside"],
    owner: "core",
    risk: "critical",
    notes: ["one note"],
    tags: ["io"],
    status: "in_progress",
  });

  test.each([
    ["with a version", { version: "0.1.0", entries: [ENTRY] }],
    ["without a version", { entries: [ENTRY] }],
    ["a list alone", [ENTRY]],
    ["with a byte order mark", { entries: [ENTRY] }],
  ])("%s", (name, file) => {
    const mark = name.includes("mark") ? "\uFEFF" : "";
    const { entries, errors } = read(mark + JSON.stringify(file));
    expect([entries, errors]).toEqual([[EXPECTED], []]);
  });

  test("what is about the file is said; unknown fields of entries are a loss, counted", () => {
    const file = [
      '{"version": 2, "metadata": {},',
      ' "entries": [{"pyro_name": "A",',
      '   "examples": ["x.c"]},',
      '  {"pyro_name": "B", "examples": [], "colour": 1}]}',
    ].join("\n");
    expect(read(file).remarks).toEqual([
      "note null: version: about the file, not taken",
      "note null: metadata: about the file, not taken",
      "loss 3: unknown field examples, in 2 entries: not taken",
      "loss 4: unknown field colour: not taken",
    ]);
    const { entries, remarks } = read(file, { unknownToNotes: true });
    expect(entries.map(({ notes }) => notes)).toEqual([['examples: ["x.c"]'], ["examples: []", "colour: 1"]]);
    expect(remarks.filter((remark) => remark.startsWith("loss"))).toEqual([]);
  });

  test("dependencies that are symbols of one entry become codenames; others stay", () => {
    const file = {
      entries: [
        { pyro_name: "A", symbol: "a", dependencies: ["b", "c", "d", "there", "A"] },
        { pyro_name: "B", symbol: "b" },
        { pyro_name: "C1", symbol: "c" },
        { pyro_name: "C2", symbol: "c" },
      ],
    };
    const dictionary = dictionaryOf(newEntry("There", { symbol: "there" }));
    const document = readDictionary(Buffer.from(JSON.stringify(file)), "file");
    const { entries, remarks, unknownDeps } = planImport(document, dictionary);
    expect(entries[0]!.entry.deps).toEqual(["B", "c", "d", "There", "A"]);
    expect(unknownDeps.map(({ dep }) => dep)).toEqual(["c", "d"]);
    expect(shown(remarks)).toEqual(["note null: dependencies that name symbols, taken as codenames: 2"]);
  });

  test("in our own form nothing is guessed", () => {
    const file = {
      format: "cryptex-dictionary",
      version: 1,
      entries: [
        { codename: "A", deps: ["b"] },
        { codename: "B", symbol: "b" },
      ],
    };
    expect(read(JSON.stringify(file)).entries[0]!.deps).toEqual(["b"]);
  });
});

describe("JSON with faults", () => {
  test.each([
    ['{"entries": [\n{"codename": "A"},\n]}', "file:3: this is no JSON"],
    ['{"entries": [\n// comment\n]}', "file:2: this is no JSON"],
    ["{", "file:1: this is no JSON"],
    ["[".repeat(1_000_000), "nested too deep"],
    [`${'{"a":'.repeat(300_000)}1${"}".repeat(300_000)}`, "file"],
  ])("no JSON %#", (text, message) => {
    let error: unknown;
    try {
      const { errors } = read(text);
      expect(errors).not.toEqual([]);
      return;
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InputError);
    expect(String(error)).toContain(message);
  });

  test.each([1_000, 20_000, 300_000])("%i lists in each other: read, or refused with words", (depth) => {
    const lists = `${"[".repeat(depth)}${"]".repeat(depth)}`;
    for (const text of [`[{"codename": "A", "x": ${lists}}]`, `[{"x": 1, "x": ${lists}}]`, `${lists},`]) {
      try {
        expect(read(text).remarks).not.toEqual([]);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
    }
  });

  test("bytes that are no text are refused with their line", () => {
    const bytes = Buffer.concat([
      Buffer.from('{"entries": [\n{"codename": "'),
      Buffer.from([0xff]),
      Buffer.from('"}]}'),
    ]);
    expect(() => readDictionary(bytes, "file")).toThrow("file:2: this is no UTF-8");
  });

  const entry = (fields: string) => `{"entries": [\n{"codename": "A"},\n{${fields}}\n]}`;
  test.each([
    ['{"entries": {}}', 'error 1: there is no list "entries" in it'],
    ['{"things": []}', 'error 1: there is no list "entries" in it'],
    ['{"format": "other", "entries": []}', 'error 1: format "other", and not cryptex-dictionary'],
    ['{\n"format": "cryptex-dictionary",\n"version": 9, "entries": []}', "version 9 of cryptex-dictionary"],
    [entry('"symbol": "s"'), "error 3: entry 2: codename: is missing"],
    [entry('"codename": ""'), "error 3: an entry without a codename: codename is empty"],
    [entry('"codename": "B\\n"'), "error 3: B\\x0A: codename begins or ends with a blank"],
    [entry('"codename": ".."'), "error 3: ..: codename is a path that leads elsewhere, in every URL"],
    [entry('"codename": "B", "deps": ["."]'), "error 3: B: deps has an item that is a path that leads"],
    [entry('"codename": "B",\n"symbol": 7'), "error 4: B: symbol: is a number, and not a text"],
    [entry('"codename": "B", "tags": {"a": 1}'), "error 3: B: tags: item 1 is an object, and not a text"],
    [entry('"codename": "B", "deps": [["x"]]'), "error 3: B: deps: item 1 is a list, and not a text"],
    [entry('"codename": "B", "deps": [""]'), "error 3: B: deps has an empty item"],
    [entry('"codename": "B", "status": "done"'), 'error 3: B: status is "done", and not one of legacy'],
    [
      entry(`"codename": "B", "summary": "${"x".repeat(161)}"`),
      "error 3: B: summary has 161 characters; 160 are",
    ],
    [entry('"codename": "B", "summary": "one\\ntwo"'), "error 3: B: summary has a line break in it"],
    [
      entry('"codename": "B", "notes": ["\\u0000"]'),
      "error 3: B: notes has an item that has a NUL character",
    ],
    [entry('"codename": "B", "symbol": "\\ud800"'), "error 3: B: symbol has half of a surrogate pair in it"],
    [
      entry('"codename": "B", "pyro_name": "C"'),
      "error 3: B: pyro_name: says something else than another codename",
    ],
    [entry('"codename": "B", "revision": 0'), "error 3: B: revision: is 0, and not a whole number from 1"],
    [
      entry('"codename": "A", "symbol": "other"'),
      "error 3: A: the codename is that of line 2, and the entries differ",
    ],
    [
      entry('"codename": "B",\n"symbol": "x",\n"symbol": "y"'),
      'error 5: the key "symbol" stands there twice',
    ],
    ['{"entries": [\n7\n]}', "error 2: entry 1 is a number, and not an object"],
    [
      '{"entries": [\n{"codename": "B", "line_references": [{"file": "a", "from": 1}]}]}',
      "error 2: B: line_references: item 1",
    ],
  ])("%#: the line is named, and nothing is planned", (text, remark) => {
    const { errors, planned } = read(text);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(remark);
    expect(planned).toEqual([]);
  });

  test("colons and quotes in texts are not taken for keys that are there twice", () => {
    const text = JSON.stringify({ entries: [{ codename: 'a":"b:c\\', notes: [':"', "\\", '\\"'] }] });
    expect(read(text).errors).toEqual([]);
  });

  test("a codename that is there twice: the same entry is taken once; others may get numbers", () => {
    const file = (...symbols: string[]) =>
      `[${symbols.map((symbol) => `{"codename": "A", "symbol": "${symbol}"}`).join(",\n")}]`;
    expect(read(file("x", "x")).remarks).toEqual([
      "note 2: A: stands in line 1 already, word for word: taken once",
    ]);
    const document = readDictionary(Buffer.from(file("x", "y", "z")), "file");
    const { entries } = planImport(document, dictionaryOf(), { numbersDuplicates: true });
    expect(entries.map(({ entry }) => [entry.codename, entry.symbol])).toEqual([
      ["A", "x"],
      ["A-2", "y"],
      ["A-3", "z"],
    ]);
  });

  test("a summary that is too long can be kept as a note", () => {
    const long = `${"😀".repeat(170)} end`;
    const text = JSON.stringify([{ codename: "A", summary: long }]);
    expect(read(text).errors).toHaveLength(1);
    const { entries, errors } = read(text, { shortens: true });
    expect(errors).toEqual([]);
    expect([...entries[0]!.summary]).toHaveLength(160);
    expect(entries[0]!.notes).toEqual([`summary: ${long}`]);
  });
});

describe("Markdown", () => {
  const table = (...rows: string[]) =>
    ["# Title", "", "| Codename | Symbol | Pseudocode |", "|---|:-:|---|", ...rows].join("\n");

  test("bold codenames, symbols in code with text behind them, pseudocode between three backticks", () => {
    const { entries, remarks } = read(
      table(
        "| **Lamp-Open** | `lib_open` | ```if a || b: return; x = `y` ``` |",
        "| __Lamp-Close__ | `docs/close.rst` (examples) | ```close()``` |",
        "| **Lamp\\|Pipe** | `a\\|b` | x &lt; y<br>next |",
        "**No-Bars** | plain | x",
      ),
    );
    expect(remarks).toEqual([]);
    expect(entries).toEqual([
      newEntry("Lamp-Open", { symbol: "lib_open", pseudocode: "if a || b: return; x = `y` " }),
      newEntry("Lamp-Close", {
        symbol: "docs/close.rst",
        pseudocode: "close()",
        notes: ["symbol: (examples)"],
      }),
      newEntry("Lamp|Pipe", { symbol: "a|b", pseudocode: "x < y\nnext" }),
      newEntry("No-Bars", { symbol: "plain", pseudocode: "x" }),
    ]);
  });

  test("every field, lists by commas or line breaks, a first column that is bold throughout", () => {
    const { entries } = read(
      [
        "| Part | Summary | Location | Depends on | Tags | Notes | Line references | Status | Kind | Owner | Risk |",
        "|-|-|-|-|-|-|-|-|-|-|-|",
        "| **A** | Says `it` | `a.c` et al. | `B`, C<br>D | x, y | one, two<br>three | a.c:1-2 | In Progress | function | me | high |",
      ].join("\n"),
    );
    expect(entries).toEqual([
      newEntry("A", {
        summary: "Says `it`",
        location: "a.c",
        deps: ["B", "C", "D"],
        tags: ["x", "y"],
        notes: ["location: et al.", "one, two", "three"],
        line_references: ["a.c:1-2"],
        status: "in_progress",
        kind: "function",
        owner: "me",
        risk: "high",
      }),
    ]);
  });

  test("several tables, other tables, tables in fences", () => {
    const { entries, remarks } = read(
      [
        table("| **A** | `a` | |"),
        "",
        "| Token | Status |",
        "|---|---|",
        "| `x` | ok |",
        "",
        "```",
        table("| **Fenced** | `a` | |"),
        "```",
        "| Codename | Colour |",
        "|---|---|",
        "| B | red |",
      ].join("\n"),
    );
    expect(entries.map(({ codename }) => codename)).toEqual(["A", "B"]);
    expect(remarks).toEqual([
      "note 7: a table without a column Codename, of 1 row: not taken",
      'loss 18: unknown column "Colour": not taken',
    ]);
  });

  test.each([
    ["no table at all", "error 1: it is neither JSON with a list or an object, nor Markdown with a table"],
    ["| a | b |\n|---|---|\n| 1 | 2 |", "error 1: none of its tables has a column Codename"],
    [table("| **A** | `a` |"), "error 5: the row has 2 cells, and the table 3 columns"],
    [table("| **A** | `a` | | |"), "error 5: the row has 4 cells, and the table 3 columns"],
    [table("| **A** | `a` | x |", "|  | `b` | y |"), "error 6: the row has no codename"],
    [table("| **A** | `a` | x |", "| **A** | `b` | y |"), "error 6: A: the codename is that of line 5"],
    [
      "| Codename | Code name |\n|---|---|\n| a | b |",
      "error 1: two columns say what is called codename here",
    ],
    ["<!-- cryptex-dictionary 7 -->", "error 1: version 7: this program knows versions up to 1"],
  ])("%#: the line is named, and nothing is planned", (text, remark) => {
    const { errors, planned } = read(text);
    expect(errors[0]).toContain(remark);
    expect(planned).toEqual([]);
  });

  test("no text makes it fail otherwise, or hang", () => {
    fc.assert(
      fc.property(fc.array(hostileText, { maxLength: 20 }), (lines) => {
        const { entries } = read(table(...lines.map((line) => `| **x** | ${line} |`)));
        expect(entries.length).toBeLessThanOrEqual(lines.length * 4);
      }),
      { numRuns: 300 },
    );
  });
});

test("text in remarks commands no terminal", () => {
  const { remarks } = read('[{"codename": "A\\u001b[31m", "\\u001b[1m": 1}]');
  expect(remarks.join()).not.toContain("\x1b");
  expect(remarks).toHaveLength(2);
});

test("entries that are in the way are named with their lines, and nothing is taken in", () => {
  const dictionary = dictionaryOf(newEntry("A"), newEntry("B"));
  const document = readDictionary(
    Buffer.from('[\n{"codename": "C"},\n{"codename": "A", "symbol": "new"},\n{"codename": "B"}]'),
    "file",
  );
  const options = { strict: false, onlyTries: false, who: "test" };
  const refused = importInto(dictionary, document, { ...options, existing: "refuse" });
  expect(refused.taken).toBeUndefined();
  expect(shown(refused.remarks)).toEqual([
    "error 3: A: is there already, and differs: --keep leaves it, --replace takes this one",
  ]);
  expect(dictionary.count()).toBe(2);
  const tried = importInto(dictionary, document, { ...options, existing: "keep", onlyTries: true });
  expect(tried.taken).toEqual({ added: ["C"], replaced: [], kept: ["A"], unchanged: 1 });
  expect(dictionary.count()).toBe(2);
  const replaced = importInto(dictionary, document, { ...options, existing: "replace" });
  expect(replaced.taken).toEqual({ added: ["C"], replaced: ["A"], kept: [], unchanged: 1 });
  expect(dictionary.get("A")).toEqual({ ...newEntry("A", { symbol: "new" }), revision: 2 });
});
