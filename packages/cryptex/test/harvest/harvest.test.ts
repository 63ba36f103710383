/** Entries that code proposes, and how much of it a dictionary has. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { newEntry } from "../../src/dictionary/entry.ts";
import { type HarvestRequest, harvest } from "../../src/harvest/harvest.ts";
import { LANGUAGES as NAMES } from "../../src/harvest/language-names.ts";
import { LANGUAGES, languageOf } from "../../src/harvest/languages.ts";
import { dictionaryOf } from "../dictionary/entries.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cryptex-harvest-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const NEVER = new AbortController().signal;

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

function harvested(request: Partial<HarvestRequest> = {}, signal = NEVER) {
  const defaults = { folder, exclude: [], maxBytes: 2 ** 22, timeoutMs: 60_000, entries: [] };
  return harvest({ ...defaults, ...request }, signal);
}

/** Each definition of a file as `kind symbol | signature | summary`, by line. */
async function definitionsIn(name: string, text: string): Promise<string[]> {
  write(name, text);
  const { proposals, files } = await harvested();
  expect(files).toMatchObject([{ path: name, understood: 100, unread_lines: [] }]);
  const lineOf = (references: readonly string[]) => Number(/:(\d+)-/.exec(references[0]!)![1]);
  return [...proposals]
    .sort((a, b) => lineOf(a.line_references) - lineOf(b.line_references))
    .map(({ kind, symbol, signature, summary }) =>
      [`${kind} ${symbol}`, signature, summary].filter((text) => text).join(" | "),
    );
}

describe("languages", () => {
  test("C", async () => {
    const text = `
/** Opens the library. Then more. */
static const char *lib_open(int mode, void (*done)(int)) {
  int inner;
}

#define LIB_MAX(a, b) ((a) > (b) ? (a) : (b))
typedef struct _lib { int x; } LIB;
struct plain { int y; };
enum colour { RED };
typedef int (*lib_callback)(int);
int declared_only(int a);
#ifdef OPTION
///////////////////////////////
// Is there with an option.
///////////////////////////////
void guarded(void) {}
#endif
define_function(exports) { return 1; }
`;
    expect(await definitionsIn("a.c", text)).toEqual([
      "function lib_open | static const char *lib_open(int mode, void (*done)(int)) | Opens the library.",
      "macro LIB_MAX | #define LIB_MAX(a, b)",
      "struct LIB | typedef struct _lib LIB",
      "struct plain | struct plain",
      "enum colour | enum colour",
      "type lib_callback | typedef int (*lib_callback)(int)",
      "function guarded | void guarded(void) | Is there with an option.",
      "function define_function(exports) | define_function(exports)",
    ]);
  });

  test("C++", async () => {
    const text = `
namespace ns {
class K : public B {
 public:
  K(int a) {}
  ~K() {}
  int m() const { return 1; }
  bool operator==(const K& o) { return true; }
};
}
int ns::K::out(int x) { return x; }
template <typename T> T max_of(T a) { return a; }
`;
    expect(await definitionsIn("a.cpp", text)).toEqual([
      "class ns::K | class K : public B",
      "method ns::K::K | K(int a)",
      "method ns::K::~K | ~K()",
      "method ns::K::m | int m() const",
      "method ns::K::operator== | bool operator==(const K& o)",
      "function ns::K::out | int ns::K::out(int x)",
      "function max_of | T max_of(T a)",
    ]);
  });

  test("Python", async () => {
    const text = `
async def fetch(a: int = 1, *args) -> str:
    """Fetches it.

    At length."""
    def inner(): pass

@decorated
class C(B):
    @property
    def m(self): return 1
    class D:
        def n(self): pass

if True:
    def sometimes(): pass
`;
    expect(await definitionsIn("a.py", text)).toEqual([
      "function fetch | async def fetch(a: int = 1, *args) -> str | Fetches it.",
      "class C | class C(B)",
      "method C.m | def m(self)",
      "class C.D | class D",
      "method C.D.n | def n(self)",
      "function sometimes | def sometimes()",
    ]);
  });

  test("PowerShell", async () => {
    const text = `
# Gets a thing.
function Get-Thing {
  param([string]$Name)
  $Name
}
function global:Get-Other($a, $b) { }
class Person {
  [string]$Name
  Person([string]$n) { $this.Name = $n }
  [string] Greet([int]$x) { return "x" }
}
enum Color { Red; Green }
if ($true) { function Inner { } }
`;
    expect(await definitionsIn("a.ps1", text)).toEqual([
      "function Get-Thing | function Get-Thing | Gets a thing.",
      "function Get-Other | function global:Get-Other($a, $b)",
      "class Person | class Person",
      "method Person.Person | Person([string]$n)",
      "method Person.Greet | [string] Greet([int]$x)",
      "enum Color | enum Color",
      "function Inner | function Inner",
    ]);
  });

  test("Rust", async () => {
    const text = `
/// Does it.
/// In detail.
#[inline]
pub fn f<T>(a: T) -> u8 where T: X { 0 }
pub struct S { a: u8 }
enum E { A }
trait T { fn m(&self); fn d(&self) {} }
impl<A> G<A> { pub fn n() {} }
mod m { pub fn g() {} }
macro_rules! mac { () => {} }
type X = u8;
`;
    expect(await definitionsIn("a.rs", text)).toEqual([
      "function f | pub fn f<T>(a: T) -> u8 where T: X | Does it.",
      "struct S | pub struct S",
      "enum E | enum E",
      "trait T | trait T",
      "method T::d | fn d(&self)",
      "method T::m | fn m(&self)",
      "method G::n | pub fn n()",
      "function m::g | pub fn g()",
      "macro mac | macro_rules! mac",
      "type X | type X = u8",
    ]);
  });

  test("Go", async () => {
    const text = `package p
// F does it. And more.
func F(a int) (b string, err error) { return }
func (s *S[T]) M() {}
type S struct { a int }
type I interface { X() }
type (
  A = int
  B func()
)
`;
    expect(await definitionsIn("a.go", text)).toEqual([
      "function F | func F(a int) (b string, err error) | F does it.",
      "method S.M | func (s *S[T]) M()",
      "struct S | type S struct",
      "interface I | type I interface",
      "type A | type A = int",
      "type B | type B func()",
    ]);
  });

  test("TypeScript", async () => {
    const text = `
/** Says it. */
export function f(a: number): string { return ""; }
export const g = (a: number) => a;
export default class C<T> extends D {
  constructor(a: number) { super(); }
  static #p() {}
  y = () => 1;
}
interface I { a: number }
type T = string;
enum E { A }
namespace N { export function inner() {} }
const notAFunction = 1;
`;
    expect(await definitionsIn("a.ts", text)).toEqual([
      "function f | function f(a: number): string | Says it.",
      "function g | g = (a: number)",
      "class C | class C<T> extends D",
      "method C.constructor | constructor(a: number)",
      "method C.#p | static #p()",
      "method C.y | y = ()",
      "interface I | interface I",
      "type T | type T = string",
      "enum E | enum E",
      "function N.inner | function inner()",
    ]);
    expect(await definitionsIn("a.ts", "")).toEqual([]);
  });

  test("TSX, JavaScript and Java", async () => {
    write("a.tsx", "export const View = () => <b>x</b>;\n");
    write(
      "b.js",
      "module.exports.x = function (a) {};\nC.prototype.z = function () {};\nvar v = class {};\n",
    );
    write(
      "c.java",
      "public class A<T> extends B { A(int x) {} int m(String s) throws E { return 1; } enum Q { X } }\n",
    );
    const { proposals } = await harvested();
    expect(proposals.map(({ kind, symbol }) => `${kind} ${symbol}`)).toEqual([
      "class A",
      "method A.A",
      "enum A.Q",
      "method A.m",
      "function C.z",
      "function View",
      "function x",
    ]);
  });

  test("help names those that are read", () => {
    expect([...new Set(LANGUAGES.map(({ name }) => name))]).toEqual(NAMES);
    expect(languageOf("A.PY")?.name).toBe("Python");
    expect(languageOf("a.txt")).toBeUndefined();
  });
});

describe("coverage", () => {
  beforeEach(() => {
    write(
      "lib/a.c",
      "int one(void) { return 1; }\nstatic int two(void) { return 2; }\nint three(void) { return 3; }\n",
    );
    write("lib/b.c", "static int two(void) { return 2; }\n");
    write("lib/empty.c", "\n");
  });

  test("in percent, of each file and of all", async () => {
    const dictionary = dictionaryOf(
      // One definition has this name, so its place does not matter.
      newEntry("Lamp-One", { symbol: "one", location: "include/lib.h" }),
      // Two have this one: the file decides.
      newEntry("Lamp-Two", { symbol: "two", location: "src\\lib\\b.c" }),
      newEntry("Lamp-Three", { symbol: "lib/a.c:three" }),
      newEntry("Other", { symbol: "four" }),
    );
    const report = await harvested({ entries: dictionary.all() });
    expect(report.files).toMatchObject([
      { path: "lib/a.c", definitions: 3, known: 2, coverage: 66.7 },
      { path: "lib/b.c", definitions: 1, known: 1, coverage: 100 },
      { path: "lib/empty.c", definitions: 0, known: 0, coverage: null },
    ]);
    expect(report).toMatchObject({ definitions: 4, known: 3, coverage: 75 });
    expect(report.proposals.map(({ codename, location }) => [codename, location])).toEqual([
      ["two@lib/a.c", "lib/a.c"],
    ]);
  });

  test("nothing that was taken in is proposed again", async () => {
    const dictionary = dictionaryOf();
    const take = async () => {
      const { proposals } = await harvested({ entries: dictionary.all() });
      return dictionary.takeIn(
        proposals.map((entry) => ({ entry })),
        "refuse",
        { who: "test" },
      ).added;
    };
    expect(await take()).toEqual(["one", "three", "two@lib/a.c", "two@lib/b.c"]);
    expect(await take()).toEqual([]);
    dictionary.edit("one", { summary: "mine" }, { who: "me" });
    write("lib/c.c", "int one(int a) { return a; }\n");
    expect(await take()).toEqual(["one@lib/c.c"]);
    expect(dictionary.get("one")).toMatchObject({ summary: "mine", location: "lib/a.c" });
  });

  test("a codename that is taken is not proposed: the file follows the symbol, then a number", async () => {
    write("lib/d.cpp", "int over(int a) { return a; }\nint over(char a) { return a; }\n");
    const dictionary = dictionaryOf(newEntry("three", { symbol: "else" }));
    const { proposals } = await harvested({ entries: dictionary.all() });
    expect(proposals.map(({ codename }) => codename)).toEqual([
      "one",
      "over@lib/d.cpp",
      "over@lib/d.cpp#2",
      "three@lib/a.c",
      "two@lib/a.c",
      "two@lib/b.c",
    ]);
  });
});

describe("files that cannot be read, or not wholly", () => {
  test("are named; what is no code is counted", async () => {
    write("binary.c", Buffer.from([0x7f, 0x45, 0, 1]));
    write("large.c", `int f(void) { return 1; }\n${" ".repeat(5000)}`);
    write("latin.c", Buffer.from("/* Gr\xf6\xdfe */ int latin(void) { return 1; }\n", "latin1"));
    write("wide.ps1", Buffer.from("\uFEFFfunction Get-Wide {\r\n}\r\n", "utf16le"));
    write("read.me", "text");
    write(".git/x.c", "int no(void) { return 1; }\n");
    write("node_modules/y.c", "int no(void) { return 1; }\n");
    write("test/z.c", "int excluded(void) { return 1; }\n");
    symlinkSync("latin.c", join(folder, "link.c"));
    symlinkSync(".", join(folder, "loop"));
    const report = await harvested({ maxBytes: 4000, exclude: ["test/**"] });
    expect(report.left_out).toEqual([
      { path: ".git", reason: "no code of this code base", isLoss: false },
      { path: "link.c", reason: "symbolic link", isLoss: false },
      { path: "node_modules", reason: "no code of this code base", isLoss: false },
      { path: "binary.c", reason: "no text: it has NUL bytes", isLoss: true },
      { path: "large.c", reason: "larger than 4000 bytes", isLoss: true },
    ]);
    expect(report.other_files).toBe(2);
    expect(report.proposals.map(({ symbol }) => symbol)).toEqual(["Get-Wide", "latin"]);
  });

  test.skipIf(process.getuid?.() === 0)(
    "a file and a folder without permission (root may read them: skipped there)",
    async () => {
      write("no.c", "int f(void) { return 1; }\n");
      write("shut/a.c", "");
      chmodSync(join(folder, "no.c"), 0);
      chmodSync(join(folder, "shut"), 0);
      const { left_out } = await harvested();
      chmodSync(join(folder, "shut"), 0o700);
      expect(left_out.map(({ path, isLoss }) => [path, isLoss])).toEqual([
        ["shut", true],
        ["no.c", true],
      ]);
    },
  );

  test.skipIf(process.platform !== "linux")("a name that is no UTF-8 (other systems have none)", async () => {
    writeFileSync(
      Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0x2e, 0x63])]),
      "int f(void) {}",
    );
    const { left_out } = await harvested();
    expect(left_out).toMatchObject([{ reason: expect.stringContaining("no UTF-8"), isLoss: true }]);
  });

  test("what the parser made nothing of: lines, and a share of the text; the rest is there", async () => {
    write("a.c", "int before(void) { return 1; }\n)))) @@@@ ((((\nint after(void) { return 1; }\n");
    const { files, proposals } = await harvested();
    expect(files[0]!.unread_lines).toContain(2);
    expect(files[0]!.understood).toBeLessThan(100);
    expect(files[0]!.understood).toBeGreaterThan(0);
    expect(proposals.map(({ symbol }) => symbol)).toContain("before");
  });

  test("one that takes too long is given up, and the next one is read", async () => {
    write("a.cpp", "(a)".repeat(200_000));
    write("b.cpp", "int fine(void) { return 1; }\n");
    // The limit is over once the first slice is.
    const { left_out, proposals } = await harvested({ timeoutMs: 1 });
    expect(left_out).toEqual([{ path: "a.cpp", reason: "not parsed within 0.001 s", isLoss: true }]);
    expect(proposals.map(({ symbol }) => symbol)).toEqual(["fine"]);
  });

  test("an interrupt ends it, even within a file", async () => {
    write("a.cpp", "(a)".repeat(1_000_000));
    const interrupt = new AbortController();
    const reason = new Error("interrupted");
    const ended = rejectionOf(harvested({ timeoutMs: 600_000 }, interrupt.signal));
    setTimeout(() => interrupt.abort(reason), 50);
    expect(await ended).toBe(reason);
  });

  test("code that nests deep, or has names of any length, makes nothing fail", async () => {
    write("deep.c", `${"{".repeat(100_000)}`);
    write("deep.py", Array.from({ length: 90 }, (_, i) => `${" ".repeat(i)}class C${i}:`).join("\n"));
    write("long.ts", `export function ${"f".repeat(10_000)}() {}\nclass ${"c".repeat(300)} {}\n`);
    write("sign.ts", `function f(${"a: number, ".repeat(500)}) {}\n`);
    write("one.py", `# one\ndef ${"f".repeat(501)}():\n  pass\n`);
    const { files, left_out, proposals } = await harvested();
    expect(files).toHaveLength(5);
    // Of a name that is not taken a line tells.
    expect(files.find(({ path }) => path === "one.py")!.unread_lines).toEqual([2]);
    expect(left_out.map(({ path }) => path)).toContain("long.ts");
    expect(proposals.find(({ symbol }) => symbol === "f")!.signature).toHaveLength(500);
  });

  test("comments and names of a megabyte cost no more than their length", async () => {
    const long = 1_000_000;
    write("stars.c", `/${"*".repeat(long)}x${"*".repeat(long)}*/\nint f(void) { return 1; }\n`);
    write("lines.c", `${"// a\n".repeat(long / 10)}int g(void) { return 1; }\n`);
    write("blank.py", `def h():\n  """${" \n".repeat(long / 4)}"""\n`);
    write("name.go", `package p\nfunc (s ${"a".repeat(long)}) m() {}\n`);
    write("call.cpp", `f(${"a, ".repeat(long / 10)}b) { }\n`);
    const { files, proposals } = await harvested();
    expect(files).toHaveLength(5);
    expect(proposals.map(({ symbol }) => symbol).filter((symbol) => symbol.length === 1)).toEqual([
      "f",
      "g",
      "h",
    ]);
  });

  test("no bytes make it fail", async () => {
    const languages = LANGUAGES.map(({ endings }) => endings[0]!);
    const signs = [
      "function",
      "class",
      "fn",
      "def",
      "{",
      "}",
      "(",
      ")",
      "<",
      ">",
      '"',
      "'",
      "/*",
      "//",
      "#",
      "\n",
      " ",
      "a",
      "::",
      ";",
      "\uD800",
      "é",
      "\0",
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...signs), { maxLength: 60 }),
        fc.constantFrom(...languages),
        async (words, ending) => {
          write(`x${ending}`, words.join(""));
          const { files, left_out } = await harvested();
          rmSync(join(folder, `x${ending}`));
          expect(files.length + left_out.filter(({ path }) => path === `x${ending}`).length).toBeGreaterThan(
            0,
          );
          for (const { understood } of files) {
            expect(understood).toBeGreaterThanOrEqual(0);
            expect(understood).toBeLessThanOrEqual(100);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
