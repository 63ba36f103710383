/** `test` from its command line to its exit code. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { UsageError } from "#kit/errors.ts";
import { runApp } from "#kit/term/program.ts";
import { fakeIo } from "../../../../test/support/fake-io.ts";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { product } from "../../src/product.ts";
import { RuleFolder } from "../support/rule-folder.ts";

const HELLO = 'rule hello { strings: $a = "hello" condition: $a }';
const folder = new RuleFolder({
  "samples/hello": "hello",
  "samples/bye": "bye",
  "samples/many/1": "hello 1",
  "samples/many/2": "hello 2",
  "good/a": "good",
  "good/b": "bye",
});
afterAll(() => folder[Symbol.dispose]());
mkdirSync(folder.at("samples/empty"));
const trial = { ...product, deps: () => ({ env: { HOME: folder.at("home") } }) };
let made = 0;

/** Runs `test` on rules of these files. */
async function run(files: string | Readonly<Record<string, string>>, ...args: readonly string[]) {
  const name = `rules${++made}`;
  for (const [path, text] of Object.entries(typeof files === "string" ? { "r.yar": files } : files))
    folder.write(`${name}/${path}`, text);
  const io = fakeIo();
  const code = await runApp(trial, ["test", folder.at(name), ...args], io);
  const text = folder.short(io.written().toString()).replaceAll(`${name}/`, "");
  const lines = () =>
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  return { code, text, lines, talk: folder.short(io.talk()) };
}

/** `kind status path` of each test. */
async function verdicts(...args: Parameters<typeof run>) {
  const [files, ...options] = args;
  const { code, lines } = await run(files, ...options, "-f", "ndjson");
  const tests = lines().filter(({ type }) => type === "test");
  return {
    code,
    tests: tests.map(({ kind, status, path = "" }) =>
      [kind, status, path.replace("../", "")].join(" ").trim(),
    ),
    end: lines().at(-1),
  };
}

describe("verdicts", () => {
  test.each([
    ["a match that is there", "// @match ../samples/hello", 0, ["match passed samples/hello"]],
    ["a match that is missing", "// @match ../samples/bye", 4, ["match failed samples/bye"]],
    ["no match, as it should be", "// @nomatch ../samples/bye", 0, ["nomatch passed samples/bye"]],
    ["a match that should not be", "// @nomatch ../samples/hello", 4, ["nomatch failed samples/hello"]],
    [
      "a folder: each file of it",
      "// @match ../samples/many/",
      0,
      ["match passed samples/many/1", "match passed samples/many/2"],
    ],
    [
      "a file of it does not match",
      "// @match ../samples",
      4,
      [
        "match failed samples/bye",
        "match passed samples/hello",
        "match passed samples/many/1",
        "match passed samples/many/2",
      ],
    ],
    ["an empty folder", "// @match ../samples/empty", 3, ["match error samples/empty"]],
    ["a missing file", "// @match ../samples/gone", 3, ["match error samples/gone"]],
    [
      "a missing file does not count as no match",
      "// @nomatch ../samples/gone",
      3,
      ["nomatch error samples/gone"],
    ],
    [
      "failures go before what is missing",
      "// @match ../samples/gone\n// @match ../samples/bye",
      4,
      ["match error samples/gone", "match failed samples/bye"],
    ],
    ["a device", "// @nomatch /dev/zero", 3, ["nomatch error /dev/zero"]],
    ["a cost within its limit", "// @cost 1", 0, ["cost passed"]],
    ["a cost over its limit", "// @cost 0", 4, ["cost failed"]],
  ])("%s", async (_, comment, code, tests) => {
    expect(await verdicts(`${comment}\n${HELLO}`)).toMatchObject({ code, tests });
  });

  test("paths start from the folder of the rule file, also of one that is included from elsewhere", async () => {
    const files = {
      "r.yar": 'include "deep/inner.yar"',
      "deep/inner.yar": `// @match hello\n${HELLO}`,
      "deep/hello": "hello",
    };
    expect(await verdicts(files)).toMatchObject({ code: 0, tests: ["match passed deep/hello"] });
  });

  test("private rules are tested, too, also where others rest on them", async () => {
    const rules = `// @match ../samples/bye
      private /* private */ rule small { condition: filesize < 4 }
      rule tiny { condition: small } // @nomatch ../samples/hello
      private global rule every { condition: true } // @match ../samples/bye`;
    expect(await verdicts(rules)).toMatchObject({
      code: 0,
      tests: ["match passed samples/bye", "nomatch passed samples/hello", "match passed samples/bye"],
    });
  });

  test("a second copy of a rule is answered by the first", async () => {
    const files = { "a.yar": HELLO, "b.yar": `${HELLO} // @match ../samples/hello` };
    expect(await verdicts(files)).toMatchObject({ code: 0, tests: ["match passed samples/hello"] });
  });

  test("two rules of one name are two", async () => {
    const files = {
      "a.yar": `${HELLO} // @match ../samples/hello`,
      "b.yar": "rule hello { condition: filesize == 3 } // @match ../samples/bye",
    };
    expect((await verdicts(files)).tests).toEqual(["match passed samples/hello", "match passed samples/bye"]);
  });

  test("a rule with tests that is not evaluated is a failure that is named; one without is not complete", async () => {
    const { code, text } = await run(`// @match ../samples/hello\nrule bad { condition: nobody }\n${HELLO}`);
    expect(code).toBe(4);
    expect(text).toContain(
      'failed: r.yar:1: rule bad: @match ../samples/hello: the rule is not evaluated: undefined name "nobody"',
    );
    const other = await run(`rule bad { condition: nobody }\n${HELLO} // @match ../samples/hello`);
    expect(other.code).toBe(3);
    expect(other.text).toContain("not evaluated: r.yar:1: rule bad: undefined name");
  });

  test("a comment that is nearly a test is named: not complete", async () => {
    const { code, text } = await run(`// @matches ../samples/hello\n${HELLO} // @match ../samples/hello`);
    expect(code).toBe(3);
    expect(text).toContain("not evaluated: r.yar:1: @matches is no test; did you mean @match?");
    // It is none of the tests, which add up.
    expect(text).toContain(
      "1 test: 1 passed, 0 failed, 0 not evaluated. Besides, 1 comment or file at fault.",
    );
  });

  test("a file that takes too long is not evaluated", async () => {
    const slow =
      "// @match ../samples/hello\nrule slow { condition: for all i in (0..1000000000000) : (i >= 0) }";
    const { code, text } = await run(slow, "--timeout", "100ms");
    expect(code).toBe(3);
    expect(text).toContain("rule slow: @match ../samples/hello: not evaluated: timed out after 0.1 s");
  });

  test("a rule that the engine gives up on: not evaluated, whatever the test says; others are", async () => {
    const rules = `rule fibers { strings: $t = /a.{0,3000}b.{0,3000}c/ condition: $t } // @nomatch big\n${HELLO} // @nomatch big`;
    const { tests } = await verdicts({ "r.yar": rules, big: "ab".repeat(4000) });
    expect(tests.map((each) => each.split(" ").slice(0, 2).join(" "))).toEqual([
      "nomatch error",
      "nomatch passed",
    ]);
  });
});

describe("goodware", () => {
  test("no rule may match, tested or not, but for private ones", async () => {
    const rules =
      "rule three { condition: filesize == 3 }\nprivate rule every { condition: true }\nrule four { condition: filesize == 5 }";
    const { code, text } = await run(rules, "--goodware", folder.at("good"));
    expect(code).toBe(4);
    expect(text).toBe(
      [
        "failed: r.yar:1: rule three: goodware: it matches 1 of 2 files of goodware",
        "  good/b",
        "2 tests: 1 passed, 1 failed, 0 not evaluated. 0 of 3 rules have tests in comments; files: 0 samples, 2 of goodware.",
        "",
      ].join("\n"),
    );
  });

  test("clean goodware passes; without a file it is no test", async () => {
    expect(await verdicts(HELLO, "--goodware", folder.at("good"))).toMatchObject({
      code: 0,
      tests: ["goodware passed"],
    });
    for (const name of ["samples/empty", "gone"])
      expect(await verdicts(HELLO, "--goodware", folder.at(name))).toMatchObject({ code: 3, tests: [] });
  });

  test("goodware that was left unread is named", async () => {
    const { code, text } = await run(HELLO, "--goodware", folder.at("good"), "--max-size", "3");
    expect(code).toBe(3);
    expect(text).toContain("not evaluated: good/a: size of 4 bytes is over the limit of 3");
  });
});

describe("nothing to test is no pass", () => {
  test.each([
    ["no test", HELLO, 3],
    ["no rule", "// nothing", 1],
    ["all rules at fault", "rule bad { condition: nobody }", 3],
  ])("%s", async (_, rules, code) => {
    const { code: exit, talk } = await run(rules);
    expect(exit).toBe(code);
    expect(talk).toContain("there is no test in");
  });

  test("a folder that is not there", async () => {
    const io = fakeIo();
    expect(await runApp(trial, ["test", folder.at("absent")], io)).toBe(1);
    expect(io.written().toString()).toContain("there is no such file");
  });
});

describe("formats", () => {
  const RULES = `// @match ../samples/hello
// @match ../samples/bye
// @match ../samples/a<b&"c'\x1b
${HELLO}
rule bad { condition: nobody }
// @nomatch`;

  test("JUnit: counts add up, and hostile names are text", async () => {
    const { code, text } = await run(RULES, "-f", "junit");
    expect(code).toBe(4);
    expect(text).toContain('<testsuites name="cryptex test" tests="5" failures="1" errors="3">');
    expect(text).toContain('<testcase classname="hello" name="@match ../samples/hello (line 1)"/>');
    expect(text).toContain("@match ../samples/a&lt;b&amp;&quot;c&#39;\\x1B (line 3)");
    expect(text.match(/<testcase /g)).toHaveLength(5);
    expect(text.match(/<failure /g)).toHaveLength(1);
    expect(text.match(/<error /g)).toHaveLength(3);
  });

  test("JUnit without a test is red", async () => {
    expect((await run(HELLO, "-f", "junit")).text).toContain('<error message="nothing was tested">');
  });

  test("--junit writes beside the result; JSON holds the lines of NDJSON", async () => {
    const file = folder.at("result.xml");
    const { text } = await run(RULES, "--json", "--junit", file);
    expect(readFileSync(file, "utf8")).toStartWith('<?xml version="1.0"');
    const result = JSON.parse(text);
    expect(Object.keys(result)).toEqual(["start", "tests", "errors", "quarantine", "end"]);
    expect(result.end).toEqual({
      type: "end",
      complete: false,
      tests: 3,
      passed: 1,
      failed: 1,
      errors: 1,
      faults: 1,
      rules: 1,
      tested_rules: 1,
      samples: 2,
      goodware: 0,
    });
    expect(text).not.toContain("\x1b");
  });

  test("the result replaces neither rules nor samples", async () => {
    const sample = folder.at("samples/hello");
    for (const option of ["-o", "--junit"])
      expect(await rejectionOf(run(`${HELLO} // @match ../samples/hello`, option, sample))).toBeInstanceOf(
        UsageError,
      );
    expect(readFileSync(sample, "utf8")).toBe("hello");
  });
});

test("a link that is named is followed; a name that is no UTF-8 is exact", async () => {
  symlinkSync(folder.at("samples/hello"), folder.at("samples/many/link"));
  const { tests, code } = await verdicts(`// @match ../samples/many/link\n${HELLO}`);
  expect({ tests, code }).toEqual({ tests: ["match passed samples/many/link"], code: 0 });
  const odd = await run(`// @match ../samples/\xff\n${HELLO}`, "-f", "ndjson");
  expect(odd.code).toBe(3);
  expect(Buffer.from(odd.lines()[1].path_bytes, "base64").at(-1)).toBe(0xff);
});

test("an interrupt ends it, even inside a rule that never ends", async () => {
  folder.write(
    "endless/r.yar",
    "// @match r.yar\nrule endless { condition: for all i in (0..1000000000000) : (i >= 0) }",
  );
  const io = fakeIo();
  const end = rejectionOf(runApp(trial, ["test", folder.at("endless"), "--timeout", "100000"], io));
  setTimeout(() => io.interrupt.abort(new Error("stop")), 300);
  expect(String(await end)).toContain("stop");
});
