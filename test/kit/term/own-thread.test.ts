/** Commands with a thread of their own: what they say and how they end is as without it, and signals are obeyed in the middle of their work. */
import { expect, test } from "bun:test";
import { runProcess } from "../../support/run-process.ts";
import { StartedProgram } from "../../support/started-program.ts";

const PROGRAM = [process.execPath, new URL("./own-thread/program.ts", import.meta.url).pathname];

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s in the middle of work that never pauses", async (signal, code) => {
  using program = new StartedProgram([...PROGRAM, "busy"], ".");
  await program.until("begun");
  program.signal(signal);
  expect(await program.exited).toBe(code);
});

test("work that pauses clears away", async () => {
  using program = new StartedProgram([...PROGRAM, "careful"], ".");
  await program.until("begun");
  program.signal("SIGINT");
  await program.until("cleared away");
  expect(await program.exited).toBe(130);
});

test("an answer, what was said before it, and the exit code", async () => {
  const { exitCode, stdout, stderr } = await runProcess([...PROGRAM, "answers"], { env: {} });
  expect([exitCode, stdout.length, stderr]).toEqual([7, 2 ** 20 + 1, "[warn] an answer follows\n"]);
});

test("a refusal, with its hint and exit code", async () => {
  const { exitCode, stdout, stderr } = await runProcess([...PROGRAM, "refuses"], { env: {} });
  expect([exitCode, stdout, stderr]).toEqual([2, "", "demo: error: not like this\nhint: like that\n"]);
});

test.each([
  ["answers", 0],
  ["judges", 7],
])("where the reader went away, the exit code of `%s` is %d", async (name, code) => {
  // Nothing is run before the pipe has no reader any more.
  const gone = "(trap '' PIPE; while printf x; do :; done 2>&-)";
  const line = `{ ${gone}; "$0" "$1" ${name}; echo "code $?" >&2; } | :`;
  const { stderr } = await runProcess(["/bin/sh", "-c", line, ...PROGRAM], { env: {} });
  expect(stderr).toEndWith(`code ${code}\n`);
});
