/** Both ways in which a signal that was ignored from the start is found agree, in processes that a shell starts. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { runProcess } from "../../support/run-process.ts";

const FILE = join(import.meta.dirname, "../../../kit/native/inherited.ts");
const ASK = `const { isIgnored, isIgnoredByHandler } = await import(${JSON.stringify(FILE)});
console.log(isIgnored(1), isIgnoredByHandler(1), isIgnored(15), isIgnoredByHandler(15));`;

describe("signals that were ignored from the start", () => {
  test.each([
    ["", "false false false false"],
    ["trap '' HUP; ", "true true false false"],
    ["trap '' TERM; ", "false false true true"],
  ])("after '%s'", async (trap, expected) => {
    const command = ["/bin/sh", "-c", `${trap}exec "$0" -e "$1"`, process.execPath, ASK];
    const { stdout, stderr } = await runProcess(command, { env: {} });
    expect([stdout.trim(), stderr]).toEqual([expected, ""]);
  });
});
