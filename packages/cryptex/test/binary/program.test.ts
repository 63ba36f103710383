/** The compiled program as a user has it. `npm test` builds it first. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireBuiltProgram } from "../../../../test/support/built-program.ts";
import { type Ended, runProcess } from "../../../../test/support/run-process.ts";
import { VERSION } from "../../src/version.ts";
import { connect } from "../gateway/mcp/clients.ts";

let folder: string;
let program: string;

const FILES = 300;

beforeAll(() => {
  // Alone in an empty folder, far from the sources.
  folder = mkdtempSync(join(tmpdir(), "cryptex-binary-"));
  chmodSync(folder, 0o755);
  program = join(folder, "cryptex");
  copyFileSync(requireBuiltProgram("cryptex"), program);
  chmodSync(program, 0o755);
  writeFileSync(
    join(folder, "rules.yar"),
    `import "hash"
rule seventh { strings: $a = /number [0-9]*7\\n/ condition: $a }
rule known { condition: hash.md5(0, filesize) == "${new Bun.CryptoHasher("md5").update("number 1\n").digest("hex")}" }
rule broken { condition: nothing }`,
  );
  mkdirSync(join(folder, "files"));
  for (let i = 0; i < FILES; i++) writeFileSync(join(folder, "files", `${i}`), `number ${i}\n`);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs it with nothing in its environment but a home of its own. */
function run(...args: readonly string[]): Promise<Ended> {
  return runProcess([program, ...args], { cwd: folder, env: { HOME: join(folder, "home") } });
}

/** A shell script in which $CRYPTEX is the program. */
function shell(script: string): Promise<Ended> {
  const env = { CRYPTEX: program, PATH: "/usr/bin:/bin", HOME: join(folder, "home") };
  return runProcess(["/bin/sh", "-c", script], { cwd: folder, env });
}

const linesOf = ({ stdout }: Ended) =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

test("--version", async () => {
  expect(await run("--version")).toEqual({ exitCode: 0, stdout: `${VERSION}\n`, stderr: "" });
});

test("the licences of everything inside, the engine's too", async () => {
  const { exitCode, stdout, stderr } = await run("--licences");
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("Copyright (c) 2026 The esoteric-entropy authors");
  expect(stdout).toContain("YARA 4.5.5\n");
  expect(stdout).toContain("Bun statically links JavaScriptCore");
});

test("the dictionary: parsers of programming languages, the thread of imports and pictures are inside", async () => {
  mkdirSync(join(folder, "code"));
  for (const ending of ["c", "cpp", "py", "ps1", "rs", "go", "ts", "tsx", "js", "java"]) {
    writeFileSync(join(folder, "code", `a.${ending}`), CODE[ending] ?? "class Found { }\n");
  }
  const { exitCode, stdout, stderr } = await run("dict", "harvest", "code", "--add", "--json");
  expect([exitCode, stderr]).toEqual([0, "[info] 10 entries added\n"]);
  const { files } = JSON.parse(stdout);
  expect(files.map((file: never) => [file["definitions"], file["understood"]])).toEqual(
    Array(10).fill([1, 100]),
  );
  const large = Array.from({ length: 30 }, (_, i) => ({
    codename: `E${i}`,
    pseudocode: "x".repeat(190_000),
  }));
  writeFileSync(join(folder, "large.json"), JSON.stringify(large));
  expect((await run("dict", "import", "large.json")).stdout).toStartWith("30 added");
  const picture = await run("dict", "deps", "--format", "svg");
  expect(picture).toMatchObject({ exitCode: 0, stderr: "" });
  expect(picture.stdout).toStartWith("<svg");
});

test("the gap report: its thread, with the parsers", async () => {
  mkdirSync(join(folder, "ported/test"), { recursive: true });
  writeFileSync(join(folder, "ported/a.c"), "int f(void) { return 1; }\n");
  writeFileSync(join(folder, "ported/a.rs"), "// @ports a.c#f\nfn f() {}\n");
  writeFileSync(join(folder, "ported/test/a.rs"), "#[test] fn t() { f(); }\n");
  const linked = await run("gap", "link", "a.c", "a.rs", "--test", "test/a.rs", "--root", "ported");
  expect(linked).toEqual({ exitCode: 0, stdout: "a.c is done\n", stderr: "" });
  const report = await run("gap", "scan", "--root", "ported", "--format", "html");
  expect(report).toMatchObject({ exitCode: 0, stderr: "" });
  expect(report.stdout).toContain("Everything is ported");
});

/** Code in which a class is none. */
const CODE: Readonly<Record<string, string>> = {
  c: "struct found { int a; };\n",
  cpp: "class Found { int a; };\n",
  py: "class Found:\n  pass\n",
  rs: "struct Found { a: u8 }\n",
  go: "package p\nfunc Found() {}\n",
};

test("agents scan, read code and make indexes with what is inside", async () => {
  mkdirSync(join(folder, "lamps"));
  writeFileSync(join(folder, "lamps/lamp.py"), "def lamp(): pass\n");
  const args = [
    "mcp",
    "--rules",
    "rules.yar",
    "--root",
    "files=files",
    "--root",
    "code=lamps",
    "--allow-write",
  ];
  const env = { HOME: join(folder, "home") };
  await using mcp = await connect("2026-07-28", { command: program, args, cwd: folder, env });
  const { data } = await mcp.call("scan-directory", { root: "files", limit: 10 });
  expect(data).toMatchObject({ state: "done", counts: { scanned: FILES, matched: 31, matches: 31 } });
  expect((await mcp.call("function-discovery", { root: "code" })).data.total).toBe(1);
  const index = await mcp.call("create-safe-index", { targets: ["libyara-4.5"] });
  expect(index.data).toMatchObject({ kept: 2, dropped: 1 });
  const place = { rule: "known", root: "files", path: "1" };
  expect((await mcp.call("rule-explain", place)).data.verdict).toBe("match");
  expect(mcp.stderr()).toBe("");
});

describe("scan", () => {
  test("with one thread and with three: the same lines, and every file counted", async () => {
    const scan = (threads: string) =>
      run("scan", "files", "--rules", "rules.yar", "--threads", threads, "--format", "ndjson");
    const one = await scan("1");
    expect([one.exitCode, one.stderr]).toEqual([3, ""]);
    const lines = linesOf(one);
    const matched = (rule: string) => lines.filter((line) => line.rule === rule && line.type === "match");
    expect(matched("seventh").map(({ path }) => path)).toContain("files/7");
    expect(matched("seventh")).toHaveLength(30);
    expect(matched("known").map(({ path }) => path)).toEqual(["files/1"]);
    expect(lines.filter(({ type }) => type === "quarantine").map(({ rule }) => rule)).toEqual(["broken"]);
    expect(lines.at(-1)).toEqual({
      type: "end",
      complete: false,
      scanned: FILES,
      clean: FILES - 31,
      matched: 31,
      matches: 31,
      skipped: 0,
      errors: 0,
    });
    expect((await scan("3")).stdout).toBe(one.stdout);
  });

  test("a closed pipe is no news; the scan is incomplete unless all was written before", async () => {
    const { exitCode, stdout, stderr } = await shell(
      '{ "$CRYPTEX" scan files --rules rules.yar --format ndjson --list-clean; echo $? >&2; } | head -n 1',
    );
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^[03]\n$/);
    expect(stdout).toStartWith('{"type":"start"');
  });

  test("a wrong command line is refused before anything is scanned", async () => {
    for (const [args, message] of [
      [["scan", "files", "--rule", "rules.yar"], "did you mean '--rules'"],
      [["scan", "--rules", "rules.yar"], "nothing to scan is named"],
      [["scan", "files"], "no rules are named"],
      [["rules"], "is a group of commands"],
      [["scna", "files"], "did you mean 'scan'"],
    ] as const) {
      const { exitCode, stdout, stderr } = await run(...args);
      expect([exitCode, stdout]).toEqual([2, ""]);
      expect(stderr).toStartWith("cryptex: error: ");
      expect(stderr).toContain(message);
    }
  });

  test("an interrupt ends it with 130, a termination with 143, a terminal that goes away with 129", async () => {
    for (const [signal, code] of [
      ["SIGHUP", 129],
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const) {
      writeFileSync(
        join(folder, "endless.yar"),
        "rule endless { condition: for all i in (0..9223372036854775806) : (i >= 0) }",
      );
      const command = [program, "scan", "files", "--rules", "endless.yar", "--format", "ndjson"];
      if (signal === "SIGHUP" && process.platform !== "linux") continue; // the signal itself ends it
      const child = Bun.spawn(command, { cwd: folder, env: {}, stdout: "pipe", stderr: "pipe" });
      await child.stdout.getReader().read();
      child.kill(signal);
      expect(await child.exited).toBe(code);
      expect(await new Response(child.stderr).text()).toBe("");
    }
  });

  test("in a folder that may not be written, without a home, for somebody who owns nothing", async () => {
    /** Root may write anywhere: it becomes somebody who may not. */
    const asNobody =
      process.getuid?.() === 0 && Bun.which("setpriv")
        ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
        : [];
    const readOnly = join(folder, "read-only");
    mkdirSync(readOnly);
    writeFileSync(join(readOnly, "rule.yar"), "rule always { condition: true }");
    chmodSync(readOnly, 0o555);
    const command = [...asNobody, program, "scan", "rule.yar", "--rules", "rule.yar", "--format", "yara"];
    const { exitCode, stdout } = await runProcess(command, { cwd: readOnly, env: { PATH: "/usr/bin:/bin" } });
    expect([stdout, exitCode]).toEqual(["always rule.yar\n", 0]);
  });
});
