/** Only a declaration that holds makes a port done: each thing that is checked, right and wrong. */

import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { CRC, CRC_MAP, componentOf, reportOf, statusesOf } from "./support.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const DIGEST = sha256(CRC["src/crc.c"] as string);

/** Status and reason of src/crc.c where these files and this gap.toml replace what would make it done. */
async function crc(files: Readonly<Record<string, string>>, toml = CRC_MAP): Promise<string> {
  const { port_status, reason } = componentOf(await reportOf({ ...CRC, ...files }, toml), "src/crc.c");
  return reason === undefined ? port_status : `${port_status}: ${reason}`;
}

test("equal names prove nothing; declarations are checked, and tests of the source are no component", async () => {
  const report = await reportOf(
    {
      ...CRC,
      "src/pe.c":
        "int pe_parse_header(const char *p) { return p[0]; }\nint pe_sections(void) { return 6; }\n",
      "port/pe.rs": "pub fn periodic_element(n: u32) -> u32 { n }\n",
      "tools/walk.py": "def walk(top):\n    yield top\n",
      "port/walk.ts": "// @ports tools/walk.py#walk\nexport function* walk(top: string) { yield top }\n",
      "tests/test_pe.c": "int main(void) { return 0; }\n",
    },
    CRC_MAP,
  );
  expect(statusesOf(report)).toEqual(["src/crc.c: done", "src/pe.c: pending", "tools/walk.py: in_progress"]);
  expect(report.excluded).toEqual([
    { component: "tests/test_pe.c", language: "C", reason: "test: a folder of tests" },
  ]);
  expect(report.counts).toEqual({ pending: 1, in_progress: 1, done: 1, stale: 0, excluded: 1, problems: 0 });
  expect(componentOf(report, "src/crc.c")).toEqual({
    component: "src/crc.c",
    language: "C",
    port_status: "done",
    rust_status: "done",
    responsible: null,
    linked_cryptex: null,
    evidence: [
      {
        to: "port/crc.rs",
        declared_in: ["gap.toml"],
        about: [],
        symbols: ["crc_update"],
        tests: ["port/crc_test.rs"],
        sha256: null,
        faults: [],
      },
    ],
    suggestions: [],
    sha256: DIGEST,
  });
  expect(componentOf(report, "src/pe.c").suggestions).toEqual([
    { candidate: "port/pe.rs", score: 0.4, why: "a like name; 0 of 2 symbols in common" },
  ]);
  expect(componentOf(report, "tools/walk.py").reason).toBe("no test is named for port/walk.ts");
});

describe("a fault in any part", () => {
  const faults: readonly (readonly [
    name: string,
    files: Record<string, string>,
    toml: string,
    expected: string,
  ])[] = [
    ["nothing is declared", {}, "", "pending: no port of it is declared"],
    ["no target", {}, CRC_MAP.replace("crc.rs", "gone.rs"), "pending: port/gone.rs: is not there"],
    ["a folder as target", {}, CRC_MAP.replace("port/crc.rs", "port"), "pending: port: no regular file"],
    [
      "no such symbol",
      {},
      CRC_MAP.replace("crc_update", "crc_final"),
      "in_progress: port/crc.rs defines no crc_final",
    ],
    [
      "a symbol in a comment, in a string and in a call",
      {
        "port/crc.rs": '// fn crc_update() {}\nfn other() { let x = "fn crc_update() {}"; crc_update(); }\n',
      },
      CRC_MAP,
      "in_progress: port/crc.rs defines no crc_update",
    ],
    [
      "no test is named",
      {},
      CRC_MAP.replace(/tests.*\n/, ""),
      "in_progress: no test is named for port/crc.rs",
    ],
    [
      "no such test",
      {},
      CRC_MAP.replace("crc_test", "crc_tests"),
      "in_progress: test port/crc_tests.rs: is not there",
    ],
    [
      "a test that does not name it",
      { "port/crc_test.rs": "#[test] fn zero() { assert_eq!(0, 0); } // crc_update\n" },
      CRC_MAP,
      "in_progress: the test port/crc_test.rs names no crc_update",
    ],
    [
      "a test that names something longer",
      { "port/crc_test.rs": "#[test] fn zero() { crc_update_all(); }\n" },
      CRC_MAP,
      "in_progress: the test port/crc_test.rs names no crc_update",
    ],
    [
      "a test that is none",
      { "port/use.rs": "fn main() { crc_update(0, 0); }\n" },
      CRC_MAP.replace("crc_test", "use"),
      "in_progress: port/use.rs is no test: neither its path nor its text says so",
    ],
    [
      "a title that the test has not",
      {},
      CRC_MAP.replace("crc_test.rs", "crc_test.rs#crc of zeros"),
      'in_progress: the test port/crc_test.rs says nothing of "crc of zeros"',
    ],
    [
      "a title in a comment",
      { "port/crc_test.rs": "// crc of zeros\n#[test] fn crc_zero() { crc_update(0, 0); }\n" },
      CRC_MAP.replace("crc_test.rs", "crc_test.rs#crc of zeros"),
      'in_progress: the test port/crc_test.rs says nothing of "crc of zeros"',
    ],
    [
      "another digest",
      {},
      `${CRC_MAP}sha256 = "${"0".repeat(64)}"\n`,
      "stale: it has changed since its port was declared",
    ],
    [
      "digests that contradict each other",
      {},
      `${CRC_MAP}sha256 = "${DIGEST}"\n${CRC_MAP}sha256 = "${"0".repeat(64)}"\n`,
      "in_progress: src/crc.c has several SHA-256: its declarations contradict each other",
    ],
    ["something is said to be missing", {}, `${CRC_MAP}missing = "tables"\n`, "in_progress: missing: tables"],
  ];
  for (const [name, files, toml, expected] of faults) {
    test(name, async () => expect(await crc(files, toml)).toBe(expected));
  }

  test("none: done, with the digest and without, with a title and without", async () => {
    expect(await crc({})).toBe("done");
    expect(await crc({}, `${CRC_MAP}sha256 = "${DIGEST.toUpperCase()}"\n`)).toBe("done");
    expect(await crc({}, CRC_MAP.replace("crc_test.rs", "crc_test.rs#crc_zero"))).toBe("done");
    expect(
      await crc({}, CRC_MAP.replace("port/crc.rs", "port/crc.rs#crc_update").replace(/symbols.*\n/, "")),
    ).toBe("done");
    // Without a symbol the test has to name the port.
    expect(await crc({}, CRC_MAP.replace(/symbols.*\n/, ""))).toStartWith("in_progress: the test");
    expect(
      await crc({ "port/crc_test.rs": "#[test] fn t() { crc::f(); }\n" }, CRC_MAP.replace(/symbols.*\n/, "")),
    ).toBe("done");
  });

  test("tests beside the code count where their text says that they are tests", async () => {
    const both = `${CRC["port/crc.rs"]}#[cfg(test)]\nmod tests { #[test] fn zero() { super::crc_update(0, 0); } }\n`;
    const toml = CRC_MAP.replace("crc_test", "crc");
    expect(await crc({ "port/crc.rs": both }, toml)).toBe("done");
    expect(await crc({}, toml)).toStartWith("in_progress: port/crc.rs is no test");
  });

  test("in a declaration of no component is a problem of its own", async () => {
    const report = await reportOf(
      { ...CRC, "tests/a.c": "int a;\n", "port/more.rs": "// @ports src/gone.c\n" },
      `${CRC_MAP}${CRC_MAP.replace("src/crc.c", "tests/a.c")}[[map]]\nfrom = "no.c"\nresponsible = "me"\n`,
    );
    expect(report.problems).toEqual([
      { kind: "declaration", component: "no.c", place: "gap.toml", reason: "there is no component no.c" },
      {
        kind: "declaration",
        component: "src/gone.c",
        place: "port/more.rs:1",
        reason: "there is no component src/gone.c",
      },
      {
        kind: "declaration",
        component: "tests/a.c",
        place: "gap.toml",
        reason: "tests/a.c is excluded: test: a folder of tests",
      },
    ]);
    expect(statusesOf(report)).toEqual(["src/crc.c: done"]);
  });

  test("of a change in the source is stale among the problems, and in_progress by the order's names", async () => {
    const report = await reportOf(CRC, `${CRC_MAP}sha256 = "${"1".repeat(64)}"\n`);
    expect(componentOf(report, "src/crc.c")).toMatchObject({
      port_status: "stale",
      rust_status: "in_progress",
    });
    expect(report.problems).toEqual([
      {
        kind: "stale",
        component: "src/crc.c",
        place: "gap.toml",
        reason: "src/crc.c has changed since its port was declared",
      },
    ]);
  });
});

describe("declarations about single symbols", () => {
  const TWO = {
    "src/two.c": "int one(void) { return 1; }\nint two(void) { return 2; }\n",
    "port/t.rs": "fn one() {}\nfn two() {}\n",
    "test/t.rs": "one(); two();\n",
  };
  const about = (symbol: string) =>
    `[[map]]\nfrom = "src/two.c#${symbol}"\nto = "port/t.rs"\nsymbols = ["${symbol}"]\ntests = ["test/t.rs"]\n`;

  test("make a component done only together", async () => {
    const one = await reportOf(TWO, about("one"));
    expect(componentOf(one, "src/two.c")).toMatchObject({
      port_status: "in_progress",
      reason: "a port of 1 of 2 definitions is declared: not of two",
      evidence: [{ about: ["one"] }],
    });
    expect(statusesOf(await reportOf(TWO, about("one") + about("two")))).toEqual(["src/two.c: done"]);
  });

  test("name symbols that are there", async () => {
    const report = await reportOf(TWO, about("one").replace("two.c#one", "two.c#three"));
    expect(report.problems.map(({ reason }) => reason)).toEqual(["src/two.c defines no three"]);
  });

  test("cover a class with what is in it", async () => {
    const files = {
      "a.py": "class Pool:\n    def take(self): pass\n    def give(self): pass\n",
      "a.ts": "export class Pool {}\n",
      "test/a.ts": "new Pool()\n",
    };
    const toml = '[[map]]\nfrom = "a.py#Pool"\nto = "a.ts#Pool"\ntests = ["test/a.ts"]\n';
    expect(statusesOf(await reportOf(files, toml))).toEqual(["a.py: done"]);
    const method = toml.replace("a.py#Pool", "a.py#Pool.take");
    expect(componentOf(await reportOf(files, method), "a.py").reason).toContain("not of Pool, Pool.give");
  });
});

describe("parts without a file", () => {
  const NAMED = `[scan]
extensions = []
[[component]]
name = "source:jitter"
order = "plan, §2: JitterSource"
language = "Python"
to = "src/jitter.ts#jitter"
tests = ["test/all.ts#every source"]
responsible = "@noise"
linked = "Jitter"
[[component]]
name = "command:bench"
order = "plan, §5"
[[component]]
name = "tui"
order = "plan, §6"
missing = "nobody has begun"
`;
  const FILES = {
    "src/jitter.ts": "export const jitter = {};\n",
    "test/all.ts": 'for (const each of all) test("every source", () => {});\n',
    "other.c": "int x;\n",
  };

  test("are checked for target and tests", async () => {
    const report = await reportOf(FILES, NAMED);
    expect(
      report.components.map(({ component, port_status, reason, sha256, order }) => [
        component,
        port_status,
        reason,
        sha256,
        order,
      ]),
    ).toEqual([
      ["command:bench", "pending", "no port of it is declared", null, "plan, §5"],
      ["source:jitter", "done", undefined, null, "plan, §2: JitterSource"],
      ["tui", "pending", "missing: nobody has begun", null, "plan, §6"],
    ]);
    expect(componentOf(report, "source:jitter")).toMatchObject({
      language: "Python",
      responsible: "@noise",
      linked_cryptex: "Jitter",
    });
    const gone = await reportOf({ ...FILES, "src/jitter.ts": "export const other = {};\n" }, NAMED);
    expect(componentOf(gone, "source:jitter")).toMatchObject({ port_status: "in_progress" });
  });

  test("have neither symbols nor a digest, and no name of a file", async () => {
    const wrong = `${NAMED}[[component]]\nname = "other.c"\norder = "x"\n[[map]]\nfrom = "tui"\nto = "src/jitter.ts"\nsha256 = "${"0".repeat(64)}"\n`;
    const { problems } = await reportOf(FILES, wrong);
    expect(problems.map(({ reason }) => reason)).toEqual([
      "the name of a component is that of a file as well",
      "tui has no file, so it has no SHA-256",
    ]);
  });
});

test("what gap.toml maps is a component, whatever its ending", async () => {
  const files = { ...CRC, "src/crc.h": "#define CRC 1\n" };
  expect(statusesOf(await reportOf(files, `${CRC_MAP}${CRC_MAP.replace("crc.c", "crc.h")}`))).toEqual([
    "src/crc.c: done",
    "src/crc.h: done",
  ]);
  expect(statusesOf(await reportOf(files, CRC_MAP))).toEqual(["src/crc.c: done"]);
});
