/** Atoms of strings: known answers of libyara 4.5.5, and its own warnings. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { makeLibyara } from "../../src/engine/own-engine.ts";
import type { StringSyntax } from "../../src/rules/ast.ts";
import { atomsOf, POOR_QUALITY } from "../../src/rules/atoms.ts";
import { atomText } from "../../src/rules/lint-engine.ts";
import { parseRuleFile } from "../../src/rules/parser.ts";

function stringOf(text: string): StringSyntax {
  const { rules, faults } = parseRuleFile(
    Buffer.from(`rule r { strings: $a = ${text}\n condition: $a }`, "latin1"),
  );
  if (faults.length > 0) throw new Error(faults[0]!.message);
  return rules[0]!.strings[0]!;
}

/**
 * Quality of the poorest atom, entries of all atoms, atoms. Found with libyara 4.5.5, built with a line in _yr_parser_write_string that
 * prints the list of atoms and min_atom_quality; of two parts of a chain the poorer quality, and the sum of the entries.
 */
const KNOWN: readonly (readonly [string, quality: number, entries: number, atoms: string])[] = [
  ["{ 01 02 03 04 }", 255, 1, "01 02 03 04"],
  ["{ 01 ?? 03 04 }", 223, 256, "01 ?? 03 04"],
  ["{ 01 0? 03 }", 215, 16, "01 0? 03"],
  ["{ 01 02 }", 211, 1, "01 02"],
  ["{ 01 ?? ?3 04 }", 205, 4096, "01 ?? ?3 04"],
  ["{ 61 62 }", 207, 1, "61 62"],
  ["{ 61 61 }", 205, 1, "61 61"],
  ["{ 00 01 }", 203, 1, "00 01"],
  ["{ 01 ?? 02 }", 201, 256, "01 ?? 02"],
  ["{ 01 }", 189, 1, "01"],
  ["{ 00 00 00 00 }", 175, 1, "00 00 00 00"],
  ["{ 90 90 90 90 }", 207, 1, "90 90 90 90"],
  ["{ 01 ( 02 03 | 04 ?? 05 ) 06 }", 201, 257, "02 03, 04 ?? 05"],
  ["{ ~01 02 03 ~04 }", 211, 1, "02 03"],
  // Split at the jump: two strings for the search.
  ["{ 01 02 [300] 03 04 05 06 07 }", 211, 2, "01 02"],
  ["{ 0F BE 02 4? 8D 05 [-] 4? 8D 4D ?? E8 }", 221, 272, "8D 4D ?? E8"],
  ['"aaaaaaaaaaaaaaaaMZ\\x90\\x00"', 249, 1, "61 4D 5A 90"],
  ['"SbieDll.dll" nocase', 247, 16, "53 62 69 65"],
  ['"SbieDLL.dll" nocase', 247, 8, "4C 2E 64 6C"],
  ['"ab" wide', 207, 1, "61 62"],
  ['"ab" wide ascii', 207, 2, "61 62"],
  ['"This program" xor', 247, 256, "54 68 69 73"],
  ['"This program" xor(1-3) wide ascii', 247, 6, "54 68 69 73"],
  ['"This program cannot" base64', 249, 3, "77 63 6D 39, 35 75 62 33, 30 67 59 32"],
  ['"This program" base64wide', 235, 3, "00 6D 00 39, 00 5A 00 33, 00 62 00 32"],
  ['"powershell" wide base64', 247, 3, "63 41 42 76, 62 77 42 33, 77 41 47 38"],
  ["/abc.*ed[0-9]+fgh/", 227, 1, "61 62 63"],
  ["/(abc|efg)/", 227, 2, "61 62 63, 65 66 67"],
  ["/Look(at|into)this/", 247, 1, "74 68 69 73"],
  ["/a(bcd|efg)h/", 227, 2, "62 63 64, 65 66 67"],
  ["/a{10,20}/", 241, 1, "61 61 61 61"],
  ["/[0-9]+/", 0, 1, ""],
  ["/\\w+@\\w+/", 189, 1, "40"],
  ["/x(ab|[0-9])y/", 187, 1, "78"],
  ["/a.c/i", 197, 1232, "61 ?? 63"],
  ["/(#)BOT#/ wide ascii", 249, 2, "23 42 4F 54"],
  ["/.+foo/", 225, 1, "66 6F 6F"],
  ["/fo+/", 207, 1, "66 6F"],
  ["/ab.{300}?cd/", 207, 2, "61 62"],
];

describe("known answers of libyara 4.5.5", () => {
  test.each(KNOWN)("%s", (text, quality, entries, atoms) => {
    const found = atomsOf(stringOf(text));
    const sorted = (list: readonly string[]) => list.toSorted().join(", ");
    expect([found.quality, found.entries]).toEqual([quality, entries]);
    expect(sorted(found.atoms.map(atomText))).toBe(sorted(atoms === "" ? [] : atoms.split(", ")));
  });
});

test("candidates: the share of the atoms among random bytes", () => {
  const candidates = (text: string) => atomsOf(stringOf(text)).candidates;
  expect(candidates("/[0-9]+/")).toBe(2 ** 20); // no atom: every byte
  expect(candidates("{ 41 }")).toBe(2 ** 12);
  expect(candidates("{ 41 42 }")).toBe(2 ** 4);
  expect(candidates("{ 41 ?? 43 44 }")).toBe(2 ** -4);
  expect(candidates('"ab" nocase')).toBe(4 * 2 ** 4);
  expect(candidates('"ab1d" xor')).toBe(256 * 2 ** -12);
  expect(candidates('"a" wide ascii')).toBe(2 ** 12 + 2 ** 4);
});

/** Strings of few bytes, so that poor ones are common. */
const byte = fc.constantFrom("00", "20", "41", "62", "62", "90", "CC", "FF", "3F");
const token = fc.oneof(
  { weight: 6, arbitrary: byte },
  { weight: 2, arbitrary: fc.constantFrom("??", "4?", "?1", "~41") },
  { weight: 1, arbitrary: fc.constantFrom("[1]", "[2-4]", "[300]", "[-]") },
  { weight: 1, arbitrary: fc.tuple(byte, byte, byte).map(([a, b, c]) => `( ${a} ${b} | ${c} )`) },
);
const hex = fc
  .tuple(byte, fc.array(token, { maxLength: 5 }), byte)
  .map(([first, middle, last]) => `{ ${first} ${middle.join(" ")} ${last} }`);
const piece = fc.constantFrom(
  "a",
  "b",
  "Z",
  " ",
  "\\x00",
  "\\xff",
  ".",
  "[0-9]",
  "\\w",
  "b+",
  "a?",
  "c{2,3}",
  "(ab|c)",
  "(d|)",
  "(e)",
  ".{0,9}",
  "(ab){3}",
);
const regex = fc
  .tuple(fc.array(piece, { minLength: 1, maxLength: 6 }), fc.constantFrom("", "i"))
  .map(([pieces, flags]) => `/${pieces.join("")}/${flags}`);
const text = fc
  .array(fc.constantFrom("a", "b", " ", "\\x00", "\\x90", "\\xff", "7"), { minLength: 1, maxLength: 7 })
  .map((parts) => `"${parts.join("")}"`);
const MODIFIERS = ["", " wide", " wide ascii", " nocase", " fullword"];
const string = fc.oneof(
  hex,
  fc.tuple(regex, fc.constantFrom(...MODIFIERS)).map((parts) => parts.join("")),
  fc
    .tuple(text, fc.constantFrom(...MODIFIERS, " xor", " xor(1-4)", " wide xor", " base64", " base64wide"))
    .map((parts) => parts.join("")),
);

test("a string is poor exactly where the engine warns that it is slow", () => {
  const engine = makeLibyara();
  let poor = 0;
  fc.assert(
    fc.property(string, (source) => {
      const { rules, diagnostics } = engine.compile(
        Buffer.from(`rule r { strings: $a = ${source}\n condition: $a }`),
        {},
      );
      rules?.free();
      fc.pre(rules !== undefined);
      const warned = diagnostics.some(({ message }) => message.includes("may slow down scanning"));
      if (warned) poor++;
      expect(atomsOf(stringOf(source)).quality < POOR_QUALITY).toBe(warned);
    }),
    { numRuns: 1000 },
  );
  expect(poor).toBeGreaterThan(100);
});

test("nested repeats stand for endless text, and end all the same", () => {
  const nested = Array.from({ length: 30 }).reduce<string>((inner) => `(${inner}){4}`, "a");
  expect(atomsOf(stringOf(`/x[0-9]${nested}/`)).quality).toBeGreaterThan(0);
});

test("groups nested a thousand deep", () => {
  const deep = `${"(".repeat(1000)}abcd${")".repeat(1000)}`;
  expect(atomsOf(stringOf(`/x[0-9]${deep}/`)).atoms.map(atomText)).toEqual(["61 62 63 64"]);
});
