import { expect, test } from "bun:test";
import { UsageError } from "#kit/errors.ts";
import { messageOf } from "#kit/term/exit.ts";
import { paint, wantsColor } from "#kit/term/style.ts";

test("colour is for terminals that have it, unless the user objects", () => {
  expect(wantsColor(true, { TERM: "xterm" })).toBe(true);
  expect(wantsColor(true, { TERM: "xterm", NO_COLOR: "" })).toBe(true);
  expect(wantsColor(true, { TERM: "xterm", NO_COLOR: "1" })).toBe(false);
  expect(wantsColor(true, { TERM: "dumb" })).toBe(false);
  expect(wantsColor(false, { TERM: "xterm" })).toBe(false);
});

test("a style is put on and taken off, where there is something to see", () => {
  expect(paint("no", "bad", true)).toBe("\x1b[1;31mno\x1b[0m");
  expect(paint("no", "bad", false)).toBe("no");
  expect(paint("no", undefined, true)).toBe("no");
  expect(paint("", "bad", true)).toBe("");
});

test("what a message quotes is escaped; its lines stay", () => {
  const error = new UsageError("no file \x1b[2J\u009b\u202e", ["one\ntwo\r"]);
  expect(messageOf(error, "trial")).toBe("trial: error: no file \\x1B[2J\\x9B\\u{202E}\nhint: one\ntwo\\x0D");
});

test("an error is the same text with colour and without", () => {
  const error = new UsageError("wrong", ["do better"]);
  expect(messageOf(error, "trial")).toBe("trial: error: wrong\nhint: do better");
  expect(messageOf(error, "trial", true)).toBe(
    "trial: \x1b[1;31merror:\x1b[0m wrong\n\x1b[1mhint:\x1b[0m do better",
  );
});
