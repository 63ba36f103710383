/** The system and its users, as Bun tells of them: docs/BUN.md. */
import { expect, test } from "bun:test";
import { stdoutOf } from "../support/run-process.ts";

const NAME = 'process.stdout.write(require("node:os").userInfo().username)';

function nameWith(env: Record<string, string>): Promise<string> {
  return stdoutOf([process.execPath, "-e", NAME], { env });
}

test.skipIf(process.platform === "win32")(
  "userInfo takes the name from USER, and is unknown without it",
  async () => {
    expect(await nameWith({ USER: "nobody in particular" })).toBe("nobody in particular");
    expect(await nameWith({})).toBe("unknown");
  },
);
