/** `scan` from its command line to its exit code, with the real engine. */
import { afterAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError, UsageError } from "#kit/errors.ts";
import { runApp } from "#kit/term/program.ts";
import { type FakeIo, fakeIo } from "../../../../test/support/fake-io.ts";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { product } from "../../src/product.ts";

const folder = mkdtempSync(join(tmpdir(), "cryptex-scan-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (...parts: string[]) => join(folder, ...parts);
const RULES = at("rules.yar");
const BROKEN = at("broken.yar");
const FILES = at("files");
mkdirSync(at("files", "deep", "deeper"), { recursive: true });
writeFileSync(RULES, 'rule needle : found { meta: by = "us" strings: $a = "needle" condition: $a }');
writeFileSync(BROKEN, `${readFileSync(RULES)}\nrule broken { condition: nothing }`);
writeFileSync(at("files", "hay"), "hay and hay");
writeFileSync(at("files", "one"), "a needle, a needle");
writeFileSync(at("files", "deep", "two"), "needle");
writeFileSync(at("files", "deep", "deeper", "three.log"), "needle");

const trial = { ...product, deps: () => ({ env: { HOME: at("home") } }) };

interface Outcome {
  readonly code: number;
  readonly io: FakeIo;
  readonly text: string;
}

async function scan(...args: readonly string[]): Promise<Outcome> {
  const io = fakeIo();
  const code = await runApp(trial, ["scan", ...args], io);
  return { code, io, text: io.written().toString() };
}

const eventsOf = ({ text }: Outcome) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const matchedIn = (outcome: Outcome) =>
  eventsOf(outcome)
    .filter(({ type }) => type === "match")
    .map(({ path }) => path.slice(FILES.length + 1));
const endOf = (outcome: Outcome) => eventsOf(outcome).at(-1);

describe("exit codes", () => {
  test("0: everything was evaluated, whether or not something matched", async () => {
    const outcome = await scan(FILES, "--rules", RULES);
    expect(outcome.code).toBe(0);
    expect(matchedIn(outcome)).toEqual(["deep/deeper/three.log", "deep/two", "one"]);
    expect(endOf(outcome)).toMatchObject({ complete: true, scanned: 4, clean: 1, matched: 3 });
    expect((await scan(at("files", "hay"), "--rules", RULES)).code).toBe(0);
  });

  test("4: a match was to be a failure, also where something was not evaluated", async () => {
    expect((await scan(FILES, "--rules", RULES, "--fail-on", "match")).code).toBe(4);
    expect((await scan(FILES, "--rules", BROKEN, "--fail-on", "match")).code).toBe(4);
    expect((await scan(at("files", "hay"), "--rules", RULES, "--fail-on", "match")).code).toBe(0);
  });

  test("3: a rule or a file was not wholly evaluated", async () => {
    const broken = await scan(FILES, "--rules", BROKEN);
    expect([broken.code, endOf(broken).complete]).toEqual([3, false]);
    expect(matchedIn(broken)).toHaveLength(3);
    const missing = await scan(at("none"), FILES, "--rules", RULES);
    expect([missing.code, endOf(missing).errors]).toEqual([3, 1]);
    expect((await scan(FILES, "--rules", RULES, "--max-size", "10")).code).toBe(3);
  });

  test("1 or 3, never 0: no rule at all, or none that can be evaluated", async () => {
    writeFileSync(at("empty.yar"), "// nothing");
    expect((await scan(FILES, "--rules", at("empty.yar"))).code).toBe(1);
    writeFileSync(at("lost.yar"), "rule broken { condition: nothing }");
    expect((await scan(FILES, "--rules", at("lost.yar"))).code).toBe(3);
  });

  test("3: a path of rules that leads in a circle costs itself alone", async () => {
    symlinkSync("circle", at("circle"));
    const outcome = await scan(FILES, "--rules", at("circle"), "--rules", RULES);
    expect(outcome.code).toBe(3);
    expect(eventsOf(outcome)[1]).toMatchObject({ type: "quarantine", file: at("circle"), rule: null });
    expect(matchedIn(outcome)).toHaveLength(3);
  });

  test("2: the command line is wrong", async () => {
    for (const args of [
      ["--rules", RULES],
      [FILES],
      [FILES, "--rules", RULES, "--json", "--format", "csv"],
      [FILES, "--rules", RULES, "--paranoid"],
      [FILES, "--rules", RULES, "--db", "x"],
      [FILES, "--rules", RULES, "--print-meta"],
      [FILES, "--rules", RULES, "--since", "yesterday"],
      [FILES, "--rules", RULES, "--since", "2026-13-01"],
      [FILES, "--rules", RULES, "--define", "x"],
      [FILES, "--rules", RULES, "--fail-on", "drift"],
      ["--scan-list", "-", "--scan-list0", "-", "--rules", RULES],
    ]) {
      expect(await rejectionOf(scan(...args)), args.join(" ")).toBeInstanceOf(UsageError);
    }
  });
});

test("--strict scans nothing if anything of the rules is lost, and says what", async () => {
  const error = (await rejectionOf(scan(FILES, "--rules", BROKEN, "--strict"))) as InputError;
  expect(error).toBeInstanceOf(InputError);
  expect(error.message).toContain("1 fault");
  expect(error.hints.join()).toContain(`${BROKEN}:2: rule broken`);
  expect((await scan(FILES, "--rules", RULES, "--strict")).code).toBe(0);
});

describe("the files", () => {
  const scanned = async (...args: string[]) =>
    matchedIn(await scan(...args, "--rules", RULES)).map((path) => path.split("/").at(-1));

  test("as deep as asked, and without what is left out", async () => {
    expect(await scanned(FILES, "--recursive", "0")).toEqual(["one"]);
    expect(await scanned(FILES, "--recursive", "1")).toEqual(["two", "one"]);
    expect(await scanned(FILES, "--exclude", "*.log", "--exclude", "one")).toEqual(["two"]);
  });

  test("changed since a time", async () => {
    utimesSync(at("files", "one"), new Date("2020-01-01"), new Date("2020-01-01"));
    expect(await scanned(FILES, "--since", "2021-01-01")).toEqual(["three.log", "two"]);
    expect(await scanned(FILES, "--since", "2019-12-31T12:00:00Z")).toContain("one");
  });

  test("of lists, beside those that are typed", async () => {
    writeFileSync(at("list"), `${at("files", "one")}\r\n`);
    writeFileSync(at("list0"), `${at("files", "deep", "two")}\0`);
    expect(await scanned("--scan-list", at("list"))).toEqual(["one"]);
    expect(await scanned(at("files", "hay"), "--scan-list", at("list"), "--scan-list0", at("list0"))).toEqual(
      ["two", "one"],
    );
  });
});

test("externals are defined, and foreign ones lose only their rules", async () => {
  writeFileSync(at("external.yar"), "rule wanted { condition: limit == 3 and is_mail }");
  const args = [at("files", "hay"), "--rules", at("external.yar"), "--rules", RULES];
  const defined = await scan(...args, "--define", "limit=3", "--define", "is_mail=true");
  expect([defined.code, matchedIn(defined)]).toEqual([0, ["hay"]]);
  expect((await scan(...args)).code).toBe(3);
});

describe("the result", () => {
  test("is for people on a terminal, else a line an event", async () => {
    const io = fakeIo({ terminal: true });
    expect(await runApp(trial, ["scan", FILES, "--rules", RULES], io)).toBe(0);
    expect(io.written().toString()).toContain("4 files scanned with 1 rule");
    expect((await scan(FILES, "--rules", RULES)).text).toStartWith('{"type":"start"');
  });

  test("has the form that is asked for", async () => {
    const one = at("files", "one");
    const yara = await scan(one, "--rules", RULES, "--format", "yara", "--print-tags", "-s");
    expect(yara.text).toBe(`needle [found] ${one}\n0x2:$a: needle\n0xc:$a: needle\n`);
    expect(JSON.parse((await scan(one, "--rules", RULES, "--json")).text)).toBeObject();
    expect(JSON.parse((await scan(one, "--rules", RULES, "--format", "sarif")).text).version).toBe("2.1.0");
    const [, match] = eventsOf(await scan(one, "--rules", RULES, "--max-strings", "1"));
    expect([match.strings.length, match.strings_total]).toEqual([1, { $a: 2 }]);
    expect((await scan(at("files", "hay"), "--rules", RULES, "--list-clean")).text).toContain(
      '"type":"clean"',
    );
  });

  test("goes to a file, whole, and stdout stays empty", async () => {
    const path = at("result.ndjson");
    const outcome = await scan(FILES, "--rules", RULES, "-o", path);
    expect([outcome.code, outcome.text]).toEqual([0, ""]);
    expect(readFileSync(path, "utf8")).toBe((await scan(FILES, "--rules", RULES)).text);
    const refused = await rejectionOf(scan(FILES, "--rules", RULES, "-o", at("none", "x")));
    expect(refused).toBeInstanceOf(InputError);
  });

  test("in a file is followed by a word on stderr if it is not complete, and only then", async () => {
    const { code, io } = await scan(FILES, "--rules", BROKEN, "--rules", RULES, "-o", at("partly.ndjson"));
    expect([code, io.talk()]).toEqual([3, expect.stringContaining("Not wholly evaluated: 1 rule")]);
    expect((await scan(FILES, "--rules", RULES, "-o", at("wholly.ndjson"))).io.talk()).toBe("");
  });

  test("is the same with more threads", async () => {
    const { text } = await scan(FILES, "--rules", RULES, "--threads", "1");
    expect((await scan(FILES, "--rules", RULES, "--threads", "3")).text).toBe(text);
  });
});

test("--cache and --resume give the lines of a scan that reads every file", async () => {
  const { text } = await scan(FILES, "--rules", RULES);
  const db = at("store.db");
  for (const args of [["--cache"], ["--cache"], ["--cache", "--paranoid"], ["--resume"]]) {
    expect((await scan(FILES, "--rules", RULES, "--db", db, ...args)).text).toBe(text);
  }
});

test("rules that ask for the time are asked again for every file", async () => {
  writeFileSync(at("time.yar"), 'import "time"\nrule later { condition: time.now() > 1500000000 }');
  const db = at("time.db");
  for (const _ of [1, 2]) {
    const { io, text } = await scan(FILES, "--rules", at("time.yar"), "--cache", "--db", db);
    expect(io.talk()).toContain('a rule uses the module "time": every file is read');
    expect(text).toContain('"rule":"later"');
  }
  expect(existsSync(db)).toBe(false);
});

test("an interrupt ends a scan, with its reason", async () => {
  writeFileSync(
    at("endless.yar"),
    "rule endless { condition: for all i in (0..9223372036854775806) : (i >= 0) }",
  );
  const io = fakeIo();
  const running = runApp(trial, ["scan", FILES, "--rules", at("endless.yar")], io);
  while (io.written().length === 0) await Bun.sleep(5); // the start line
  const reason = new Error("interrupted");
  io.interrupt.abort(reason);
  expect(await rejectionOf(running)).toBe(reason);
});

test("--profile names the dearest rules on stderr, and leaves the result as it is", async () => {
  const io = fakeIo();
  const code = await runApp(trial, ["scan", FILES, "--rules", RULES, "--profile"], io);
  expect(code).toBe(0);
  const other = fakeIo();
  await runApp(trial, ["scan", FILES, "--rules", RULES], other);
  expect(io.written()).toEqual(other.written());
  expect(io.talk()).toMatch(/^RULE +µs\/MiB +MATCHES[^\n]*\nneedle +[\d,]+ +3 /);
  expect(io.talk()).toContain("1 rule, 4 files of");
});

test("an interrupt of a scan that keeps its results says how to go on", async () => {
  writeFileSync(at("endless.yar"), "rule endless { condition: for all i in (0..1000000000000) : (i >= 0) }");
  const io = fakeIo();
  const args = [
    "scan",
    FILES,
    "--rules",
    at("endless.yar"),
    "--cache",
    "--db",
    at("stopped.db"),
    "--timeout",
    "100000",
  ];
  const end = rejectionOf(runApp(trial, args, io));
  while (!io.written().includes('"start"')) await Bun.sleep(5);
  io.interrupt.abort(new Error("stop"));
  expect(String(await end)).toContain("stop");
  expect(io.talk()).toContain("the same command with --resume goes on");
});

test("an interrupt of a scan into a file says that there is none", async () => {
  writeFileSync(at("endless.yar"), "rule endless { condition: for all i in (0..1000000000000) : (i >= 0) }");
  const into = at("into");
  mkdirSync(into);
  const io = fakeIo();
  const args = [
    "scan",
    FILES,
    "--rules",
    at("endless.yar"),
    "--timeout",
    "100000",
    "-o",
    join(into, "x.ndjson"),
  ];
  const end = rejectionOf(runApp(trial, args, io));
  while (!readdirSync(into).some((name) => statSync(join(into, name)).size > 0)) await Bun.sleep(5); // the start line
  io.interrupt.abort(new Error("stop"));
  expect(String(await end)).toContain("stop");
  expect(io.talk()).toContain("x.ndjson was not written; a scan with --cache can be gone on with");
  expect(readdirSync(into)).toEqual([]);
});
