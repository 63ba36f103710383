/** Names that files define, in each language, and text outside comments. */
import { describe, expect, test } from "bun:test";
import { readCode } from "../../src/gap/code.ts";
import { LANGUAGES } from "../../src/harvest/languages.ts";

const code = async (path: string, text: string) => {
  const read = await readCode(path, text, 60_000);
  if ("notParsed" in read) throw new Error(read.notParsed);
  return read;
};

/** Definitions of each text, and what it mentions alone. */
const TEXTS: readonly (readonly [path: string, text: string, defined: string, mentioned: string])[] = [
  [
    "a.ts",
    "import { used } from './x.ts';\nexport const table = { key: 1, 'quoted-key': 2, short };\nexport function fn(param: number) { const local = { inner: 1 }; return call(local); }\nexport class Cls { member = 1; method() {} }\ninterface Face { prop: string; does(): void }\ntype Alias = string;\nenum Colour { Red, Blue = 2 }\nexport const arrow = () => { const inArrow = 1; };\nexport const made = command({ flags: { format: flag() } });\nnamespace Space { export const inSpace = 1; }\n",
    "table table.key quoted-key short fn Cls Cls.member Cls.method Face Face.prop does Alias Colour Colour.Red Blue arrow made made.flags.format flags.format format Space.inSpace",
    "used param local inner call inArrow flag Cls.prop made.key command string",
  ],
  [
    "a.js",
    "exports.out = () => {};\nvar one = 1, two;\nclass Cls { #priv = 1; static make() {} }\n",
    "out one two Cls make Cls.make",
    "exports three",
  ],
  [
    "a.py",
    "import os\nLIMIT = 10\ntyped: int = 1\nTABLE = {'key': fn}\n@cached\ndef fn(param):\n    local = 1\nclass Cls(Base):\n    attr = 1\n    def method(self):\n        self.late = 1\n",
    "LIMIT typed TABLE key TABLE.key fn Cls Cls.attr Cls.method method",
    "os param local Base late cached fn.local",
  ],
  [
    "a.rs",
    'use std::io;\nconst LIMIT: u8 = 1;\nstatic NAME: &str = "";\nfn func(param: u8) { let local = other(); }\nstruct Pool { field: u8 }\nimpl Pool { fn take(&self) {} }\nenum Kind { First(u8) }\ntrait Does { fn does(&self); }\nmod inner { pub fn deep() {} }\nmacro_rules! mac { () => {} }\n',
    "LIMIT NAME func Pool Pool::field Pool::take take Kind Kind::First Does does inner::deep mac",
    "io param local other Pool::deep",
  ],
  [
    "a.c",
    '#include <x.h>\n#define LIMIT 10\n#define MAX(a, b) (a)\nint table[10];\nstatic char *name = "";\nint prototype(int);\nstruct pool { int field; };\ntypedef struct { int y; } POOL;\nenum kind { FIRST };\nint fn(int param) { int local = other(); return local; }\n',
    "LIMIT MAX table name pool pool::field POOL kind FIRST fn",
    "prototype param local other",
  ],
  [
    "a.go",
    'package p\nimport "io"\nconst Limit = 1\nvar name string\ntype Pool struct { field int }\nfunc (p *Pool) Take() { local := 1; _ = local }\nfunc Func() {}\n',
    "Limit name Pool Pool.field Pool.Take Take Func",
    "io local",
  ],
  [
    "A.java",
    "class A { static final int LIMIT = 1; enum Kind { FIRST } void take(int param) { int local = 1; } }\n",
    "A LIMIT A.LIMIT Kind FIRST take A.take",
    "param local",
  ],
  [
    "a.ps1",
    "$Limit = 10\nfunction Get-Thing { param($p) $local = 1 }\nclass Pool { [void] Take() { } }\nGet-Other\n",
    "Limit Get-Thing Pool Take Pool.Take",
    "Get-Other p local",
  ],
  [
    "a.sh",
    "LIMIT=10\nfunction one { :; }\ntwo() {\n  call three\n}\n# four() {\n",
    "LIMIT one two",
    "call three four",
  ],
  ["a.sql", "CREATE TABLE pool (id INT);\n-- table other\n", "pool", "other id"],
  ["a.toml", "key = 1\n# other = 2\n", "key", "other"],
];

describe("definitions", () => {
  for (const [path, text, defined, mentioned] of TEXTS) {
    test(path, async () => {
      const file = await code(path, text);
      const split = (names: string) => names.split(" ");
      expect(split(defined).filter((name) => !file.defines(name))).toEqual([]);
      expect(split(mentioned).filter((name) => file.defines(name))).toEqual([]);
    });
  }

  test("every language that is parsed is in the table above", () => {
    const endings = TEXTS.map(([path]) => path.slice(1));
    const grammars = LANGUAGES.filter((language) =>
      language.endings.some((ending) => endings.includes(ending)),
    );
    // The grammar of TSX is that of TypeScript with elements; C++'s is C's.
    expect(
      new Set(LANGUAGES.map(({ grammar }) => grammar)).difference(
        new Set(grammars.map(({ grammar }) => grammar)),
      ),
    ).toEqual(new Set(["tsx"]));
  });

  test("no name is a pattern", async () => {
    const file = await code("a.sh", "ab() {\n}\n");
    for (const name of ["a.", "a|b", ".*", "(", "a.b", "$&"]) expect(file.defines(name)).toBe(false);
    expect((await code("a.ts", "const ab = 1")).mentions("a.")).toBe(false);
  });
});

test("words in comments are not said", async () => {
  const ts = await code(
    "a.test.ts",
    '// first words\ntest("second words", () => {}); /* third */ use(thing);\n',
  );
  expect(["first words", "second words", "third", "use(thing)"].map((words) => ts.says(words))).toEqual([
    false,
    true,
    false,
    true,
  ]);
  expect(["thing", "thin", "words", "first"].map((word) => ts.mentions(word))).toEqual([
    true,
    false,
    true,
    false,
  ]);
  const py = await code("a.py", '# one\ns = "# two"\n');
  expect([py.says("one"), py.says("# two")]).toEqual([false, true]);
});

test("any text at all is read", async () => {
  for (const text of ["", "\0", "\ud800", "/*", "((((", '"', "class {", "\uFEFFconst a = 1;"]) {
    for (const path of ["a.ts", "a.py", "a.rs", "a.c", "a.sh", "a.unknown"]) {
      expect((await code(path, text)).defines("nothing")).toBe(false);
    }
  }
});
