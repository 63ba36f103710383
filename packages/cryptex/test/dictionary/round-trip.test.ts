/** Exports are read again without a loss, in both forms, whatever stands in the entries. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { entryOf, newEntry } from "../../src/dictionary/entry.ts";
import { writeJson } from "../../src/dictionary/formats/json.ts";
import { writeMarkdown } from "../../src/dictionary/formats/markdown.ts";
import { readDictionary } from "../../src/dictionary/formats/read.ts";
import { importInto } from "../../src/dictionary/import.ts";
import { dictionaryOf, hostileEntries } from "./entries.ts";

const OPTIONS = { existing: "refuse", strict: false, onlyTries: false, who: "test" } as const;

describe.each([
  ["JSON", writeJson],
  ["Markdown", writeMarkdown],
] as const)("%s", (_, write) => {
  test("export → import → export: the same bytes, and the same entries", () => {
    fc.assert(
      fc.property(hostileEntries, fc.boolean(), (entries, revisions) => {
        const first = dictionaryOf(...entries);
        const text = write(first.all(), { revisions });
        const document = readDictionary(Buffer.from(text), "file");
        const second = dictionaryOf();
        const { taken, remarks } = importInto(second, document, OPTIONS);
        expect(remarks.filter(({ level }) => level !== "warning")).toEqual([]);
        expect(taken?.added).toHaveLength(entries.length);
        expect(second.all()).toEqual(first.all());
        expect(write(second.all(), { revisions })).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  test("an empty dictionary", () => {
    const text = write([]);
    const { entries, remarks } = readDictionary(Buffer.from(text), "file");
    expect([entries, remarks]).toEqual([[], []]);
  });

  test("the order of bytes, whatever order they come in", () => {
    const names = ["b", "a", "B", "é", "z", "\u{1F600}", "\uFFFD", "漢"];
    const one = dictionaryOf(...names.map((name) => newEntry(name)));
    const other = dictionaryOf(...names.reverse().map((name) => newEntry(name)));
    expect(write(one.all())).toBe(write(other.all()));
    const inOrder = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(one.all().map(({ codename }) => codename)).toEqual(inOrder);
  });

  test("an import of what is there already changes nothing", () => {
    fc.assert(
      fc.property(hostileEntries, (entries) => {
        const dictionary = dictionaryOf(...entries);
        const document = readDictionary(Buffer.from(write(dictionary.all())), "file");
        const { taken } = importInto(dictionary, document, OPTIONS);
        expect(taken).toEqual({ added: [], replaced: [], kept: [], unchanged: entries.length });
        expect(dictionary.history()).toHaveLength(entries.length);
      }),
      { numRuns: 50 },
    );
  });
});

test("a line of the JSON is an entry, so that a diff shows which one has changed", () => {
  const dictionary = dictionaryOf(newEntry("A", { summary: "one\ttwo" }), newEntry("B"));
  expect(writeJson(dictionary.all())).toBe(
    [
      "{",
      '  "format": "cryptex-dictionary",',
      '  "version": 1,',
      '  "entries": [',
      '    {"codename":"A","summary":"one\\ttwo","status":"legacy"},',
      '    {"codename":"B","status":"legacy"}',
      "  ]",
      "}",
      "",
    ].join("\n"),
  );
  expect(dictionary.all().map(entryOf)[0]).toEqual(newEntry("A", { summary: "one\ttwo" }));
});
