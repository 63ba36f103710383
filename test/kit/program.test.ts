/** A program of the kit alone is built for this machine and used: nothing of esoteric-entropy is in it. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileBinary } from "#kit/make/binary.ts";
import type { BinaryRecipe } from "#kit/make/recipe.ts";
import { COMPILE_TIMEOUT_MS, host } from "../support/native-builds.ts";
import { runProcess } from "../support/run-process.ts";

const folder = mkdtempSync(join(tmpdir(), "kit-program-"));
const program = join(folder, "demo");
const socket = join(folder, "demo.sock");

const recipe: BinaryRecipe = {
  name: "demo",
  version: "1.2.3",
  repository: { type: "git", url: "git+https://example.org/demo.git" },
  native: { library: "squares", folder: "test/kit/c", includes: [] },
  program: { main: "test/kit/program.ts", threads: [] },
};

let packages: readonly string[];

beforeAll(async () => {
  ({ packages } = await compileBinary(recipe, host(), program, process.execPath));
}, COMPILE_TIMEOUT_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs it with nothing in its environment. */
const run = (...args: readonly string[]) => runProcess([program, ...args], { cwd: folder, env: {} });

describe("the program", () => {
  test("explains itself", async () => {
    const { exitCode, stdout, stderr } = await run("--help");
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("demo 1.2.3: square numbers\n");
    expect(stdout).toContain("  serve    Serve square numbers over HTTP\n");
    expect((await run("squares", "--help")).stdout).toContain("--count N");
    expect((await run("--version")).stdout).toBe("1.2.3\n");
  });

  test("answers by its kernel", async () => {
    expect(await run("squares", "--count", "4")).toEqual({ exitCode: 0, stdout: "0 1 4 9\n", stderr: "" });
  });

  test("reports what its kernel and its command line refuse", async () => {
    expect(await run("squares", "--count", "70000")).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "demo: error: squares: ERANGE (errno 34)\n",
    });
    const wrong = await run("squares", "--cuont", "4");
    expect([wrong.exitCode, wrong.stdout]).toEqual([2, ""]);
    expect(wrong.stderr).toStartWith("demo: error: ");
  });

  test("prints the licences of what is in it, and holds nothing of esoteric-entropy", async () => {
    const { exitCode, stdout } = await run("--licences");
    expect(exitCode).toBe(0);
    expect(stdout).toStartWith("demo 1.2.3, https://example.org/demo\n");
    expect(stdout).toContain("hono ");
    expect(packages).toContain("node_modules/hono");
    expect(packages.filter((each) => each.includes("echarts") || each.includes("opentui"))).toEqual([]);
    expect(readFileSync(program).includes("ee_abi_version")).toBe(false);
  });
});

test("its route answers until it is told to stop", async () => {
  const child = Bun.spawn([program, "serve", "--unix", socket], { env: {}, stderr: "pipe" });
  try {
    const reader = child.stderr.getReader();
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toBe(`unix:${socket}\n`);
    const get = (path: string) => fetch(`http://demo${path}`, { unix: socket });
    const answer = await get("/squares?count=5");
    expect([answer.status, await answer.json()]).toEqual([200, [0, 1, 4, 9, 16]]);
    const refused = await get("/squares?count=0");
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({ error: expect.stringContaining("count") });
    expect((await get("/elsewhere")).status).toBe(404);
  } finally {
    child.kill("SIGTERM");
  }
  expect(await child.exited).toBe(0);
});
