/** Both built programs with standard descriptors that are closed from the start: the shell's `>&-`, `2>&-` and `<&-`. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireBuiltProgram } from "../support/built-program.ts";
import { runProcess } from "../support/run-process.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-closed-"));
  writeFileSync(join(folder, "r.yar"), "rule all { condition: true }");
  writeFileSync(join(folder, "data"), "x".repeat(1_000_000));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a line of a shell in which $EE and $CRYPTEX are the programs. */
function shell(line: string) {
  const env = {
    EE: requireBuiltProgram(),
    CRYPTEX: requireBuiltProgram("cryptex"),
    PATH: "/usr/bin:/bin",
    HOME: folder,
  };
  return runProcess(["/bin/sh", "-c", line], { cwd: folder, env });
}

const ESOTERIC = "esoteric-entropy: error: cannot write to standard output: it is closed\n";
const CRYPTEX = "cryptex: error: cannot write to standard output: it is closed\n";

describe("stdout closed: nobody can have the result, so it is a failure that is said", () => {
  test.each([
    ["$EE --version", ESOTERIC],
    ["$EE --help", ESOTERIC],
    ["$EE stream --uncalibrated --bytes 32", ESOTERIC],
    ["$EE scan --json", ESOTERIC],
    ["$EE serve-stdio < /dev/null", ESOTERIC],
    ["$CRYPTEX --version", CRYPTEX],
    ["$CRYPTEX engines", CRYPTEX],
    ["$CRYPTEX scan data --rules r.yar", CRYPTEX],
  ])("%s", async (line, message) => {
    const { exitCode, stdout, stderr } = await shell(`${line} >&-`);
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr).toEndWith(message);
  });

  test("all three closed", async () => {
    expect((await shell("$EE --version <&- >&- 2>&-; echo $?")).stdout).toBe("1\n");
    expect((await shell("$CRYPTEX engines <&- >&- 2>&-; echo $?")).stdout).toBe("1\n");
  });

  test("what is written to a file does not need it", async () => {
    const { exitCode } = await shell(
      "$EE report --input data --suite fips140-2 --output report.json 2>&- <&-",
    );
    expect(exitCode).toBeOneOf([0, 4]);
    expect(JSON.parse(readFileSync(join(folder, "report.json"), "utf8"))).toBeObject();
  });

  test("no file gets its number: what is written to one holds nothing else", async () => {
    await shell("$EE report --input data --suite fips140-2 --output lost.json >&- 2>&- <&-");
    expect(JSON.parse(readFileSync(join(folder, "lost.json"), "utf8"))).toBeObject();
  });

  test("the null device is as good as ever", async () => {
    for (const to of ["> /dev/null", "1<> /dev/null"])
      expect(await shell(`$EE stream --uncalibrated --bytes 32 ${to}`)).toEqual({
        exitCode: 0,
        stdout: "",
        stderr: "",
      });
  });
});

describe("stderr closed: results come, and the exit code is what it is", () => {
  test("a result", async () => {
    const { exitCode, stdout } = await shell("$EE stream --bytes 8 --format hex 2>&-");
    expect([exitCode, stdout.trim()]).toEqual([0, expect.stringMatching(/^[0-9a-f]{16}$/)]);
  });

  test("a failure", async () => {
    expect(await shell("$EE nothing 2>&-")).toEqual({ exitCode: 2, stdout: "", stderr: "" });
    expect(await shell("$CRYPTEX nothing 2>&-")).toEqual({ exitCode: 2, stdout: "", stderr: "" });
  });
});

describe("stdin closed", () => {
  test.each([
    "$EE assess -",
    "$EE report --stdin",
    "$EE serve-stdio",
    "$CRYPTEX scan --scan-list - --rules r.yar",
    "$CRYPTEX collect",
    "$CRYPTEX mcp",
  ])("%s says so", async (line) => {
    const { exitCode, stderr } = await shell(`${line} <&-`);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("standard input is closed");
  });

  test("nobody else misses it", async () => {
    expect(await shell("$EE --version <&-")).toMatchObject({ exitCode: 0, stderr: "" });
  });
});
