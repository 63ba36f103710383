import { describe, expect, test } from "bun:test";
import { parseOptions } from "#kit/term/flags.ts";
import { type Question, shellLine } from "#kit/term/menu.ts";
import { menuItems } from "../src/menu.ts";
import { product } from "../src/product.ts";
import { sources } from "../src/sources/index.ts";

const THERE = "there.bin";
const items = menuItems(sources, (path) => path === THERE);
const item = (value: string) => items.find((each) => each.value === value)!;

/** Every answer that can be chosen, or the one that is suggested. */
function answersTo(question: Question): string[] {
  return "choices" in question ? question.choices.map(({ value }) => value) : [question.suggested];
}

function problemWith(value: string, name: string, answer: string): string | undefined {
  const question = item(value).questions.find((each) => each.name === name)!;
  if ("choices" in question) throw new Error(`${name} is a choice`);
  return question.problem(answer);
}

describe("the menu", () => {
  test("comes to commands that there are, with flags that they know, whatever is chosen", async () => {
    for (const { questions, plan } of items) {
      let all: Record<string, string>[] = [{}];
      for (const question of questions) {
        all = all.flatMap((some) =>
          answersTo(question).map((answer) => ({ ...some, [question.name]: answer })),
        );
      }
      for (const answers of all) {
        const [name, ...rest] = plan(answers)?.argv ?? ["--help"];
        if (name === "--help") continue;
        const command = await product.commands[name!]!.load();
        expect(() => parseOptions(command, rest)).not.toThrow();
      }
    }
    expect(items.map(({ value }) => value)).toContain("monitor");
  });

  test("suggests answers with which there is no problem", () => {
    for (const { questions } of items) {
      for (const question of questions) {
        if (!("choices" in question)) expect(question.problem(question.suggested)).toBeUndefined();
      }
    }
  });

  test("asks until a password, passphrase, throw or pick can be made", () => {
    expect(item("password").plan({ length: "40", classes: "all" })?.argv).toEqual([
      ...["password", "--length", "40"],
      ...["--classes", "all"],
    ]);
    for (const [value, name, answers] of [
      ["password", "length", ["0", "1025", "-2", "two", ""]],
      ["passphrase", "words", ["0", "1025", "-2", "two", ""]],
      ["dice", "dice", ["0d6", "d0", "six", ""]],
      ["pick", "words", ["", "  "]],
    ] as const) {
      for (const answer of answers) expect(problemWith(value, name, answer)).toBeString();
    }
    expect(problemWith("dice", "dice", "six")).toBe("'six' is not understood");
    expect(item("pick").plan({ words: " --one  two " })?.argv).toEqual(["pick", "--", "--one", "two"]);
  });

  test("never writes over a file, and reads only one that is there", () => {
    expect(problemWith("file", "path", THERE)).toContain("would be lost");
    expect(problemWith("file", "path", "")).toBeString();
    expect(problemWith("file", "bytes", "0")).toBeString();
    expect(problemWith("file", "bytes", "lots")).toBe("'lots' is not a size");
    expect(problemWith("report", "path", "missing.bin")).toBeString();
    expect(item("report").plan({ path: THERE })?.argv).toEqual(["report", "--input", THERE]);
    expect(item("report").plan({ path: "" })?.argv).toEqual(["report"]);
  });

  test("does nothing for who wants nothing", () => {
    expect(item("quit").plan({})).toBeUndefined();
  });
});

test("the line that is shown is read by a shell as what was run", () => {
  expect(shellLine("esoteric-entropy", { argv: ["stream", "--bytes", "32"] })).toBe(
    "esoteric-entropy stream --bytes 32",
  );
  expect(shellLine("esoteric-entropy", { argv: ["stream"], toFile: "my key" })).toBe(
    "esoteric-entropy stream > 'my key'",
  );
  const words = ["", "a b", "it's", "$(true)", "`true`", "a;b", "*", "~", 'a"b', "é", "\\", "a\nb"];
  const line = shellLine("esoteric-entropy", { argv: words }).replace("esoteric-entropy", "printf '%s\\0'");
  const { stdout } = Bun.spawnSync(["/bin/sh", "-c", line]);
  expect(stdout.toString().split("\0").slice(0, -1)).toEqual(words);
});
