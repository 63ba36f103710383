/** The commands `dict …` from their command line to their exit code. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError, UsageError } from "#kit/errors.ts";
import { runApp } from "#kit/term/program.ts";
import { fakeIo } from "../../../../test/support/fake-io.ts";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { importFile } from "../../src/cryptex-store/import-file.ts";
import { DictionaryError } from "../../src/dictionary/dictionary.ts";
import { product } from "../../src/product.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cryptex-dict-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const appWith = (env: Record<string, string>) => ({ ...product, deps: () => ({ env }) });
const env = () => ({ CRYPTEX_STORE: at("store.db"), HOME: folder, USER: "tester" });

async function dict(...args: readonly string[]) {
  const io = fakeIo();
  const code = await runApp(appWith(env()), ["dict", ...args], io);
  const text = io.written().toString();
  return { code, text, talk: io.talk(), json: () => JSON.parse(text) };
}

function failure(...args: readonly string[]): Promise<Error> {
  return rejectionOf(runApp(appWith(env()), ["dict", ...args], fakeIo()));
}

function write(name: string, content: unknown): string {
  writeFileSync(at(name), typeof content === "string" ? content : JSON.stringify(content));
  return at(name);
}

describe("entries, one by one", () => {
  test("added, shown, edited, annotated, removed; the history tells it", async () => {
    const fields = ["--symbol", "lib_open", "--summary", "Opens it", "--dep", "Lamp-Table", "--tag", "io"];
    const added = await dict("add", "Lamp-Open", ...fields);
    expect(added.code).toBe(0);
    expect(added.talk).toContain("not in the dictionary: Lamp-Table");
    const { text } = await dict("get", "Lamp-Open");
    expect(text).toBe(
      [
        "Lamp-Open  revision 1",
        "  symbol  lib_open",
        "  summary  Opens it",
        "  status  legacy",
        "  deps  Lamp-Table",
        "  tags  io",
        "  not in the dictionary  Lamp-Table",
        "",
      ].join("\n"),
    );
    await dict("add", "Lamp-Table", "--kind", "struct", "--strict");
    await dict(
      "edit",
      "Lamp-Open",
      "--status",
      "ported",
      "--add-tag",
      "x",
      "--remove-tag",
      "io",
      "--by",
      "bob",
    );
    await dict("edit", "Lamp-Open", "--clear", "summary", "--revision", "2");
    await dict("annotate", "Lamp-Open", "look at\nthis");
    expect((await dict("get", "Lamp-Open", "--json")).json()).toMatchObject({
      schema: 1,
      entry: { status: "ported", tags: ["x"], summary: "", notes: ["look at\nthis"], revision: 4 },
      used_by: [],
      unknown_dependencies: [],
    });
    const removed = await dict("rm", "Lamp-Table");
    expect([removed.text, removed.talk.includes("still needed by Lamp-Open")]).toEqual([
      "removed Lamp-Table, revision 1\n",
      true,
    ]);
    const { changes } = (await dict("history", "--json")).json();
    expect(
      changes.map((change: never) => `${change["who"]} ${change["action"]} ${change["codename"]}`),
    ).toEqual([
      "tester remove Lamp-Table",
      "tester edit Lamp-Open",
      "tester edit Lamp-Open",
      "bob edit Lamp-Open",
      "tester add Lamp-Table",
      "tester add Lamp-Open",
    ]);
    expect((await dict("history", "--limit", "2")).text).toEndWith(
      "2 changes; --before 5 shows older ones\n",
    );
    expect((await dict("history", "--before", "5", "--limit", "9")).text).toEndWith("\n4 changes\n");
    const history = await dict("history", "Lamp-Open", "--who", "bob");
    expect(history.text).toContain("Lamp-Open  revision 2, edited by bob");
    expect(history.text).toContain("  status\n    - legacy\n    + ported\n  tags\n    - io\n    + x\n");
  });

  test("what another has changed meanwhile is not overwritten", async () => {
    await dict("add", "A");
    const first = await dict("get", "A", "--json");
    await dict("edit", "A", "--owner", "bob");
    const error = (await failure("edit", "A", "--owner", "carol", "--revision", "1")) as DictionaryError;
    expect(error).toBeInstanceOf(DictionaryError);
    expect([error.kind, error.message]).toEqual([
      "other-revision",
      "A has revision 2 by now, not 1: somebody has changed it",
    ]);
    const file = write("a.json", first.text.replace('"risk":""', '"risk":"high"'));
    expect(((await failure("edit", "A", "--from", file)) as DictionaryError).kind).toBe("other-revision");
    const second = write(
      "a.json",
      (await dict("get", "A", "--json")).text.replace('"risk":""', '"risk":"high"'),
    );
    expect((await dict("edit", "A", "--from", second, "--json")).json().entry).toMatchObject({
      owner: "bob",
      risk: "high",
      revision: 3,
    });
  });

  test("a file of --from changes the fields that are in it, and is refused where it means something else", async () => {
    await dict("add", "A", "--symbol", "a", "--owner", "me");
    await dict("edit", "A", "--from", write("part.json", { notes: ["n"], symbol: "" }));
    expect((await dict("get", "A", "--json")).json().entry).toMatchObject({
      symbol: "",
      owner: "me",
      notes: ["n"],
    });
    for (const [content, message] of [
      [{ codename: "B" }, "is the entry B, and not A"],
      [{ colour: 1 }, "unknown field colour"],
      [{ symbol: 1 }, "symbol: is a number"],
      [[], "no object"],
      ["{", "no JSON"],
    ] as const) {
      const error = await failure("edit", "A", "--from", write("bad.json", content));
      expect(error).toBeInstanceOf(InputError);
      expect(error.message).toContain(message);
    }
    expect(await failure("edit", "A")).toBeInstanceOf(UsageError);
  });

  test("what is not there: the entry that is likely to be meant is named", async () => {
    await dict("add", "Lamp-Open", "--symbol", "lib_open");
    for (const words of [["get"], ["rm"], ["edit"], ["annotate"], ["deps"]]) {
      const rest = words[0] === "edit" ? ["--owner", "me"] : words[0] === "annotate" ? ["note"] : [];
      const error = (await failure(words[0]!, "lib_open", ...rest)) as DictionaryError;
      expect([error.kind, error.hints]).toEqual(["not-found", ["it is the symbol of Lamp-Open"]]);
      const other = (await failure(words[0]!, "Lamp-Opn", ...rest)) as DictionaryError;
      expect(other.hints).toEqual(["did you mean 'Lamp-Open'?"]);
    }
    expect(((await failure("add", "Lamp-Open")) as DictionaryError).kind).toBe("exists");
    expect(((await failure("add", "X", "--dep", "None", "--strict")) as DictionaryError).kind).toBe(
      "invalid",
    );
    expect((await dict("find", "X")).text).toBe("0 entries\n");
  });

  test("text of entries commands no terminal", async () => {
    await dict("add", "A", "--summary", "red \x1b[31m", "--pseudocode", "a\n\x1b[1mb", "--by", "\x1b[2m");
    for (const words of [
      ["get", "A"],
      ["get", "A", "--json"],
      ["find"],
      ["history", "A"],
      ["stats"],
      ["check"],
    ]) {
      expect((await dict(...words)).text).not.toContain("\x1b");
    }
  });
});

describe("find", () => {
  test("a table with a count, as many as are asked for, and JSON", async () => {
    const entries = ["A", "B", "C"].map((codename) => ({
      codename,
      symbol: `fn_${codename}`,
      status: "ported",
    }));
    await dict("import", write("in.json", { entries }));
    const { text } = await dict("find", "fn", "--limit", "2", "--status", "ported");
    expect(text).toBe(
      [
        "CODENAME  SYMBOL  STATUS",
        "A         fn_A    ported",
        "B         fn_B    ported",
        "",
        "2 of 3 entries; --limit shows more",
        "",
      ].join("\n"),
    );
    expect((await dict("find", "--symbol", "fn_C", "--json")).json()).toMatchObject({
      total: 1,
      entries: [{ codename: "C", revision: 1 }],
    });
  });
});

describe("import and export", () => {
  test("counts; what is there already stays, is refused, kept or replaced", async () => {
    const file = write("in.json", { entries: [{ codename: "A" }, { codename: "B", dependencies: ["A"] }] });
    expect(await dict("import", file)).toMatchObject({
      code: 0,
      text: "2 added, 0 replaced, 0 kept, 0 unchanged\n",
    });
    expect((await dict("import", file)).text).toBe("0 added, 0 replaced, 0 kept, 2 unchanged\n");
    const other = write("other.json", '[{"codename": "C"},\n{"codename": "A", "symbol": "new"}]');
    const refused = await dict("import", other);
    expect([refused.code, refused.text]).toEqual([1, "nothing was taken in\n"]);
    expect(refused.talk).toContain("other.json:2: A: is there already, and differs");
    expect((await dict("import", other, "--keep", "--dry-run")).text).toBe(
      "would be: 1 added, 0 replaced, 1 kept, 0 unchanged\n",
    );
    expect((await dict("import", other, "--keep")).text).toBe("1 added, 0 replaced, 1 kept, 0 unchanged\n");
    expect((await dict("import", other, "--replace", "--json")).json()).toEqual({
      schema: 1,
      taken: true,
      added: [],
      replaced: ["A"],
      kept: [],
      unchanged: 1,
      remarks: [],
      unknown_dependencies: [],
    });
    expect(await failure("import", other, "--keep", "--replace")).toBeInstanceOf(UsageError);
  });

  test("a fault leaves all out and is named with its line; a loss is named, with exit code 3", async () => {
    const bad = await dict(
      "import",
      write("bad.json", '[{"codename": "A"},\n{"codename": "B", "status": "x"}]'),
    );
    expect([bad.code, bad.text]).toEqual([1, "nothing was taken in\n"]);
    expect(bad.talk).toContain('bad.json:2: B: status is "x", and not one of');
    expect((await dict("find")).text).toBe("0 entries\n");
    const lossy = await dict("import", write("lossy.json", '[{"codename": "A",\n"colour": 1}]'));
    expect(lossy.code).toBe(3);
    expect(lossy.talk).toContain("lossy.json:2: unknown field colour: not taken");
    const kept = await dict(
      "import",
      write("lossy.json", '[{"codename": "B", "colour": 1}]'),
      "--unknown-to-notes",
    );
    expect(kept.code).toBe(0);
    expect((await dict("get", "B")).text).toContain("notes  colour: 1");
  });

  test("dependencies that are nowhere: a warning, and with --strict a fault", async () => {
    const file = write("in.json", '[{"codename": "A", "deps": ["None"]}]');
    const strict = await dict("import", file, "--strict");
    expect(strict.code).toBe(1);
    expect(strict.talk).toContain("in.json:1: A: needs None, and there is no such entry");
    const lax = await dict("import", file);
    expect([lax.code, lax.talk.includes("needs None")]).toEqual([0, true]);
  });

  test("both forms, to a file or to stdout; a file that is there is replaced, but not the store", async () => {
    await dict("add", "A", "--symbol", "a|b");
    await dict("export", "-o", at("out.json"));
    expect(readFileSync(at("out.json"), "utf8")).toBe((await dict("export")).text);
    const markdown = (await dict("export", "--format", "markdown")).text;
    expect(markdown).toContain("| **A** | a\\|b | legacy |");
    const bytes = readFileSync(at("store.db"));
    expect(await failure("export", "-o", at("store.db"))).toBeInstanceOf(UsageError);
    expect(readFileSync(at("store.db"))).toEqual(bytes);
  });

  test("an export with revisions is refused once somebody has changed an entry", async () => {
    await dict("add", "A");
    const text = (await dict("export", "--revisions")).text;
    const file = write("a.json", text.replace('"status":"legacy"', '"status":"ported"'));
    await dict("edit", "A", "--owner", "bob");
    const { code, talk } = await dict("import", file, "--replace");
    expect([code, talk.includes("a.json:5: A: has been changed since the file was made")]).toEqual([1, true]);
  });

  test("a large file is taken in by a thread, with the same answers", async () => {
    const large = (codename: string, status: string) => ({
      codename,
      status,
      pseudocode: "x".repeat(190_000),
    });
    const names = Array.from({ length: 30 }, (_, i) => `E${i}`);
    const good = write(
      "good.json",
      names.map((name) => large(name, "ported")),
    );
    expect(await dict("import", good, "--by", "me")).toMatchObject({
      code: 0,
      text: "30 added, 0 replaced, 0 kept, 0 unchanged\n",
    });
    expect((await dict("find", "--status", "ported", "--limit", "1")).text).toContain("1 of 30 entries");
    const bad = await dict(
      "import",
      write(
        "bad.json",
        names.map((name) => large(`${name}b`, "x")),
      ),
    );
    expect([bad.code, bad.talk.includes('bad.json:1: E0b: status is "x"')]).toEqual([1, true]);
    const error = await failure("import", write("worse.json", `[${" ".repeat(5_000_000)}\n,]`));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toContain("worse.json:2: this is no JSON");
    const interrupt = new AbortController();
    const reading = { unknownToNotes: false, shortens: false };
    const taking = { existing: "replace", strict: false, onlyTries: false, who: "me" } as const;
    const bytes = Buffer.from(JSON.stringify(names.map((name) => large(name, "stable"))));
    const import_ = importFile(
      { bytes, name: "f", store: at("store.db"), reading, taking },
      interrupt.signal,
    );
    interrupt.abort(new Error("enough"));
    expect((await rejectionOf(import_)).message).toBe("enough");
    // All of it or nothing.
    expect([0, 30]).toContain((await dict("find", "--status", "stable", "--json")).json().total);
    expect((await dict("edit", "E1", "--owner", "me")).code).toBe(0);
  });

  test("a file that is not there, or no text", async () => {
    expect(await failure("import", at("none.json"))).toBeInstanceOf(InputError);
    writeFileSync(at("bytes"), Buffer.from([0xff, 0xfe]));
    expect((await failure("import", at("bytes"))).message).toContain(":1: this is no UTF-8");
  });
});

describe("check, stats, deps, backup", () => {
  const ENTRIES = {
    entries: [
      {
        codename: "A",
        symbol: "a",
        summary: "s",
        deps: ["B"],
        status: "ported",
        kind: "function",
        owner: "me",
      },
      { codename: "B", symbol: "b", summary: "s", deps: ["C"], status: "legacy" },
      { codename: "C", symbol: "c", summary: "s", deps: ["A", "None"], tags: ["t"], risk: "high" },
      { codename: "a", symbol: "d", summary: "s", deps: ["a"] },
      { codename: "X", symbol: "x", location: "x.c" },
      { codename: "Y", symbol: "x", location: "x.c", summary: "s" },
    ],
  };

  test("check finds each kind, and --strict ends with 4", async () => {
    await dict("import", write("in.json", ENTRIES));
    const { code, json } = await dict("check", "--json");
    expect(code).toBe(0);
    const { findings, ...counts } = json();
    expect(findings.map((each: never) => `${each["severity"]} ${each["code"]} ${each["codename"]}`)).toEqual([
      "warning unknown-dependency C",
      "warning circle A",
      "warning circle a",
      "warning look-alike A",
      "warning same-part X",
      "hint behind A",
      "hint no-summary X",
    ]);
    expect(counts).toEqual({ schema: 1, entries: 6, errors: 0, warnings: 5, hints: 2 });
    const strict = await dict("check", "--strict");
    expect(strict.code).toBe(4);
    expect(strict.text).toContain("error: C: needs None, and there is no such entry [unknown-dependency]\n");
    expect(strict.text).toContain("A: needs itself by way of others: A → B → C → A [circle]\n");
  });

  test("a dictionary without a fault passes", async () => {
    await dict("add", "A", "--symbol", "a", "--summary", "s");
    expect(await dict("check", "--strict")).toMatchObject({
      code: 0,
      text: "0 errors, 0 warnings, 0 hints in 1 entry\n",
    });
  });

  test("stats", async () => {
    await dict("import", write("in.json", ENTRIES));
    expect((await dict("stats", "--json")).json()).toMatchObject({
      entries: 6,
      statuses: { legacy: 5, ported: 1, stable: 0 },
      kinds: [
        { value: "", count: 5 },
        { value: "function", count: 1 },
      ],
      tags: [{ value: "t", count: 1 }],
      described: { summary: 5, pseudocode: 0 },
      dependencies: 5,
      unknown_dependencies: 1,
      most_needed: [{ value: "A", count: 1 }, { value: "B" }, { value: "C" }, { value: "a" }],
    });
    expect((await dict("stats")).text).toStartWith("6 entries, 5 dependencies, 1 to no entry\n\nSTATUS");
  });

  test("deps as text, JSON, Mermaid and SVG; from an entry on, so many steps, and back", async () => {
    const line = ["A", "B", "C", "D"].map((codename, i, all) => ({
      codename,
      deps: all.slice(i + 1, i + 2),
    }));
    await dict("import", write("in.json", { entries: [...line, { codename: "Lonely" }] }));
    expect((await dict("deps", "B")).text.split("\n").map((text) => text.trim())).toEqual([
      "B  legacy",
      "C  legacy",
      "D  legacy",
      "",
    ]);
    expect((await dict("deps", "B", "--depth", "1", "--back", "--json")).json()).toEqual({
      schema: 1,
      nodes: ["A", "B", "C"].map((codename) => ({ codename, missing: false })),
      edges: [
        { from: "A", to: "B", in_circle: false },
        { from: "B", to: "C", in_circle: false },
      ],
    });
    expect((await dict("deps", "--format", "mermaid")).text).toContain("flowchart LR");
    await dict("deps", "--format", "svg", "-o", at("deps.svg"));
    const svg = readFileSync(at("deps.svg"), "utf8");
    expect(svg).toStartWith("<svg");
    expect(svg.match(/<rect/g)).toHaveLength(4);
    expect(svg).not.toContain("Lonely");
  });

  test("deps of hostile names draws no markup, and a missing entry is marked", async () => {
    await dict("import", write("in.json", [{ codename: '"><script>', deps: ["None]"] }]));
    for (const format of ["svg", "mermaid"]) {
      const { text } = await dict("deps", "--format", format);
      expect(text).not.toContain("<script>");
      expect(text).toContain("missing");
    }
    expect((await dict("deps")).text).toContain("(missing)");
  });

  test("backup makes a new file, and never writes over one", async () => {
    await dict("add", "A");
    expect((await dict("backup", at("copy.db"))).code).toBe(0);
    expect((await dict("find", "--store", at("copy.db"))).text).toContain("1 entry");
    expect((await failure("backup", at("copy.db"))).message).toContain("it is there already");
    expect((await failure("backup", at("none/copy.db"))).message).toContain("there is no such folder");
    expect(existsSync(at("none"))).toBe(false);
  });
});

describe("harvest", () => {
  beforeEach(() => {
    mkdirSync(at("code"));
    write("code/a.c", "int one(void) { return 1; }\nint two(void) { return 2; }\n");
  });

  test("a line a file, and proposals that import takes", async () => {
    await dict("add", "Lamp-One", "--symbol", "one");
    const { code, text, talk } = await dict("harvest", at("code"), "-o", at("proposals.json"));
    expect([code, text]).toEqual([
      0,
      [
        "FILE  LANGUAGE  DEFINES  KNOWN  COVERAGE  UNDERSTOOD",
        "a.c   C               2      1    50.0 %     100.0 %",
        "",
        "2 definitions in 1 file; the dictionary has 1 (50.0 %)",
        "1 proposal",
        "",
      ].join("\n"),
    ]);
    expect(talk).toContain("1 proposal in ");
    expect((await dict("find")).text).toContain("1 entry");
    expect((await dict("import", at("proposals.json"))).text).toStartWith("1 added");
    expect((await dict("get", "two", "--json")).json().entry).toMatchObject({
      symbol: "two",
      kind: "function",
      location: "a.c",
      signature: "int two(void)",
      line_references: ["a.c:2-2"],
      status: "legacy",
    });
    expect((await dict("harvest", at("code"), "--json")).json()).toMatchObject({
      coverage: 100,
      proposals: [],
    });
  });

  test("--add takes them in, and overwrites nothing", async () => {
    await dict("add", "two", "--symbol", "mine", "--summary", "stays");
    const { json, talk } = await dict("harvest", at("code"), "--add", "--json");
    expect(json().added).toEqual(["one", "two@a.c"]);
    expect(talk).toContain("2 entries added");
    expect((await dict("get", "two", "--json")).json().entry).toMatchObject({ symbol: "mine", revision: 1 });
    expect((await dict("harvest", at("code"), "--add", "--json")).json().added).toEqual([]);
  });

  test("a file that cannot be read is named, with exit code 3; a folder that is not there is a failure", async () => {
    writeFileSync(at("code/b\x1b.c"), Buffer.from([0, 1]));
    const { code, talk, text } = await dict("harvest", at("code"));
    expect([code, talk.includes("b\\x1B.c: no text: it has NUL bytes")]).toEqual([3, true]);
    expect(text + talk).not.toContain("\x1b");
    expect(await failure("harvest", at("none"))).toBeInstanceOf(InputError);
    expect(await failure("harvest", at("code/a.c"))).toBeInstanceOf(InputError);
  });
});
