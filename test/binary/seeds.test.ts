/** Seeds with the built program: what seals and opens them is in it. */
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { requireBuiltProgram } from "../support/built-program.ts";
import { runProcess } from "../support/run-process.ts";
import { StartedProgram } from "../support/started-program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const PROGRAM = requireBuiltProgram();

async function done(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runProcess([PROGRAM, ...args]);
  expect([exitCode, stderr]).toEqual([0, expect.stringMatching(/^(\[warn\] [^\n]*\n|\[info\] [^\n]*\n)*$/)]);
  return stdout;
}

test("a seed is sealed and opened", async () => {
  using folder = temporaryFolder("seed");
  const [identity, file] = [join(folder.path, "identity"), join(folder.path, "seed.age")];
  const recipient = (await done("seed", "keygen", identity)).trim();
  const sealed = Bun.spawn([PROGRAM, "seed", "seal", "--recipient", recipient], { stderr: "ignore" });
  writeFileSync(file, await new Response(sealed.stdout).bytes());
  expect(await sealed.exited).toBe(0);
  const opened = await done("seed", "open", file, "--identity", identity, "--format", "hex");
  expect(opened).toMatch(/^[0-9a-f]{96}\n$/);
  const other = join(folder.path, "other");
  await done("seed", "keygen", other);
  const refused = await runProcess([PROGRAM, "seed", "open", file, "--identity", other]);
  expect([refused.exitCode, refused.stdout]).toEqual([1, ""]);
});

test("a seed is fetched from a server, whose key has to be the pinned one", async () => {
  using folder = temporaryFolder("seed");
  const file = (name: string) => join(folder.path, name);
  await done("seed", "keygen", file("identity"));
  await done("evidence", "keygen", file("server.key"));
  await done("evidence", "keygen", file("other.key"));
  const options = ["--port", "0", "--uncalibrated", "--seed-key", file("server.key"), "--seed-name", "here"];
  using server = new StartedProgram([PROGRAM, "server", ...options], folder.path);
  const [, url = ""] = /listening on (\S+)\n/.exec(await server.until("\n")) ?? [];
  const fetched = (pin: string, ...more: readonly string[]) =>
    runProcess([
      ...[PROGRAM, "seed", "fetch", url, "--identity", file("identity"), "--timeout", "120"],
      ...["--pin", file(pin), ...more],
    ]);
  const mixed = await fetched("server.key.pub", "--json");
  expect([mixed.exitCode, mixed.stderr]).toEqual([0, ""]);
  expect(JSON.parse(mixed.stdout)).toMatchObject({
    schema: 1,
    seeds: [{ server: "here", signer: "server-key", bits: 384 }],
    countedBits: 0,
  });
  const wrong = await fetched("other.key.pub");
  expect([wrong.exitCode, wrong.stdout]).toEqual([1, ""]);
  expect(wrong.stderr).toContain("what it answers does not hold: it is signed by key");
  server.signal("SIGTERM");
  expect(await server.exited).toBe(0);
  const down = await fetched("server.key.pub");
  expect([down.exitCode, down.stdout]).toEqual([3, ""]);
  expect(down.stderr).toContain("0 of 1 servers gave a seed, and 1 are needed");
});
