/** Commands of two words: how they are found, explained, completed and documented. */
import { describe, expect, test } from "bun:test";
import { UsageError } from "#kit/errors.ts";
import { commandFiles } from "#kit/make/command-files.ts";
import { command } from "#kit/term/command.ts";
import { completionOf } from "#kit/term/complete.ts";
import { flag, many, positional } from "#kit/term/flags.ts";
import type { Product } from "#kit/term/product.ts";
import { runApp } from "#kit/term/program.ts";
import { fakeIo } from "../../support/fake-io.ts";
import { rejectionOf } from "../../support/rejection.ts";

/** Prints its name and what it was given. */
function echo(name: string, seeAlso: readonly string[] = []) {
  return command({
    name,
    description: `Run ${name}`,
    flags: {
      tag: many(flag.text({ hint: "T", about: "A tag" })),
      word: many(positional.text({ required: false, about: "Words" })),
    },
    examples: [`demo ${name} x`],
    seeAlso,
    run: async ({ word, tag }, io) => void (await io.out([name, ...word, ...tag].join("|"))),
  });
}

const NAMES = ["scan", "rules find", "rules show", "rules", "index build", "index secret"];

/** @param without names that are left out */
function demo(...without: readonly string[]): Product<unknown, Record<never, never>> {
  const names = NAMES.filter((name) => !without.includes(name));
  const entry = (name: string) => ({
    summary: `Summary of ${name}`,
    load: async () => echo(name, ["rules show"]),
    ...(name === "index secret" && { hidden: true as const }),
  });
  return {
    name: "demo",
    version: "1.2.3",
    tagline: "a demonstration",
    commands: Object.fromEntries(names.map((name) => [name, entry(name)])),
    exits: [],
    examples: ["demo scan"],
    manual: { title: "demo", description: ["Demo."], conventions: [], environment: [], files: [] },
    settings: {},
    deps: () => undefined,
  };
}

async function printed(product: Product<unknown, Record<never, never>>, ...argv: readonly string[]) {
  const io = fakeIo();
  expect(await runApp(product, argv, io)).toBe(0);
  return io.written().toString();
}

async function refused(...argv: readonly string[]): Promise<string> {
  const error = await rejectionOf(runApp(demo("rules"), argv, fakeIo()));
  expect(error).toBeInstanceOf(UsageError);
  return [(error as UsageError).message, ...(error as UsageError).hints].join(" | ");
}

describe("a command line", () => {
  test("is for the command of two words, if there is one, else of one", async () => {
    expect(await printed(demo(), "rules", "find", "x", "--tag=y", "--tag", "z")).toBe("rules find|x|y|z");
    expect(await printed(demo(), "rules", "fnd")).toBe("rules|fnd");
    expect(await printed(demo(), "rules", "--tag", "find")).toBe("rules|find");
    expect(await printed(demo(), "index", "secret")).toBe("index secret");
    expect(await printed(demo(), "scan", "find")).toBe("scan|find");
  });

  test("with a group alone is refused: it says what is in it", async () => {
    const expected = "'rules' is a group of commands: find, show | 'demo rules --help' explains them";
    expect(await refused("rules")).toBe(expected);
    expect(await refused("rules", "--tag", "x")).toBe(expected);
  });

  test("with a word that is no command is refused, with the nearest that is", async () => {
    expect(await refused("rules", "fnd")).toBe("unknown command 'rules fnd' | did you mean 'rules find'?");
    expect(await refused("ruls", "find")).toBe("unknown command 'ruls' | did you mean 'rules'?");
    expect(await refused("find")).toBe("unknown command 'find' | did you mean 'rules find'?");
    expect(await refused("nope")).toBe("unknown command 'nope' | 'demo --help' lists the commands");
    expect(await refused("index", "")).toStartWith("unknown command 'index '");
    expect(await refused("constructor", "name")).toStartWith("unknown command 'constructor'");
  });
});

describe("help", () => {
  test("of a group lists its commands", async () => {
    const expected = `USAGE
  demo rules <command> [options]

COMMANDS
  rules find  Summary of rules find
  rules show  Summary of rules show

'demo rules <command> --help' explains a command.
`;
    expect(await printed(demo("rules"), "rules", "--help")).toBe(expected);
    expect(await printed(demo("rules"), "help", "rules")).toBe(expected);
    expect(await printed(demo("rules"), "index", "-h")).not.toContain("secret");
  });

  test("of a command names it whole, its words and its manual page", async () => {
    const text = await printed(demo(), "rules", "find", "--help");
    expect(text).toContain("demo rules find: Run rules find\n");
    expect(text).toContain("USAGE\n  demo rules find [word]... [options]\n");
    expect(text).toContain("--tag T     A tag; may be given several times\n");
    expect(text).toContain("SEE ALSO\n  demo rules show, man demo-rules-find");
    expect(await printed(demo(), "help", "rules", "find")).toBe(text);
  });
});

describe("completion", () => {
  const values = async (...words: string[]) => {
    const { candidates } = await completionOf(words, demo("rules"), fakeIo());
    return candidates.map(({ value }) => value);
  };

  test("goes word by word", async () => {
    const { candidates } = await completionOf(["ru"], demo("rules"), fakeIo());
    expect(candidates).toEqual([{ value: "rules", description: "find, show" }]);
    expect((await values("")).slice(0, 3)).toEqual(["scan", "rules", "index"]);
    expect(await values("rules", "")).toEqual(["find", "show"]);
    expect(await values("help", "rules", "s")).toEqual(["show"]);
    expect(await values("index", "")).toEqual(["build"]);
    expect(await values("rules", "nonsense", "")).toEqual([]);
  });

  test("offers a flag again that may be given several times", async () => {
    expect(await values("rules", "find", "--tag", "x", "--")).toEqual(["--tag", "--help"]);
  });
});

test("files are named with dashes, and so are links", async () => {
  const files = await commandFiles(demo("rules"));
  const pages = [...files.keys()].filter((path) => path.startsWith("man/"));
  const names = ["demo", "demo-scan", "demo-rules-find", "demo-rules-show", "demo-index-build"];
  expect(pages).toEqual(names.map((name) => `man/${name}.1`));
  expect(files.get("man/demo-rules-find.1")).toContain(
    ".SH SYNOPSIS\n\\fBdemo rules find\\fR [\\fIword\\fR]... [\\fIoptions\\fR]\n",
  );
  expect(files.get("man/demo.1")).toContain("\\fBdemo\\-rules\\-find\\fR(1)");
  expect(files.get("docs/CLI.md")).toContain("| [rules find](#rules-find) | Summary of rules find |");
  expect(files.get("docs/CLI.md")).toContain("See also: [rules show](#rules-show).");
});
