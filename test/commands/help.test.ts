import { describe, expect, test } from "bun:test";
import { command } from "#kit/term/command.ts";
import { flag, namedFlags, namedWords, positional } from "#kit/term/flags.ts";
import { commandHelp } from "#kit/term/help.ts";
import { shownCommands } from "#kit/term/product.ts";
import { runApp } from "#kit/term/program.ts";
import { SOURCES_FLAGS } from "../../src/commands/source-flags.ts";
import { product } from "../../src/product.ts";
import { fakeIo } from "../support/fake-io.ts";

const noDeps = () => {
  throw new Error("help needs nothing");
};
const trialProduct = { ...product, deps: noDeps };

async function helpOf(...argv: string[]): Promise<string> {
  const io = fakeIo();
  expect(await runApp(trialProduct, argv, io)).toBe(0);
  return io.written().toString();
}

const trial = command({
  name: "trial",
  description: "Try",
  details: ["One two three four five six seven eight nine ten eleven twelve.", "The second."],
  flags: {
    file: positional.file({ about: "What is read" }),
    place: positional.text({ required: false, about: "Where it goes" }),
    aVeryLongOptionName: flag.text({ hint: "VALUE", about: "Does something" }),
    format: flag.choice(["raw", "hex"], { default: "raw", short: "f", about: "How" }),
    json: flag.switch({ about: "Write JSON" }),
    ...SOURCES_FLAGS,
  },
  examples: ["esoteric-entropy trial x"],
  seeAlso: ["scan"],
  run: async () => 0,
});

describe("help", () => {
  test("of a command: what it does, each argument and option in its group, examples, exit codes", () => {
    const text = commandHelp(trial, product, { columns: 60, color: false });
    expect(text.slice(0, text.indexOf("SOURCES"))).toBe(`esoteric-entropy trial: Try

One two three four five six seven eight nine ten eleven
twelve.

The second.

USAGE
  esoteric-entropy trial <file> [place] [options]

ARGUMENTS
  <file>   What is read
  [place]  Where it goes

OPTIONS
  --a-very-long-option-name VALUE
                        Does something
  -f, --format raw|hex  How; default: raw
  --json                Write JSON
  -h, --help            Explain this command

`);
    expect(text.match(/^[A-Z ]+$/gm)).toEqual([
      "USAGE",
      "ARGUMENTS",
      "OPTIONS",
      "SOURCES",
      "EXAMPLES",
      "EXIT CODES",
      "SEE ALSO",
    ]);
    expect(text).toContain("SEE ALSO\n  esoteric-entropy scan, man esoteric-entropy-trial");
    expect(text).toMatch(/EXIT CODES\n {2}0 ok/);
  });

  test("fits the terminal, but for examples, which are there to be copied", () => {
    for (const columns of [50, 60, 80, 200]) {
      const lines = commandHelp(trial, product, { columns, color: false }).split("\n");
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.min(columns, 100));
    }
  });

  test("of every command names every option of it, and commands that exist", async () => {
    for (const name of shownCommands(product)) {
      const { flags, seeAlso = [], description } = await product.commands[name]!.load();
      const text = await helpOf(name, "--help");
      for (const [flagName] of namedFlags(flags)) expect(text).toContain(`--${flagName}`);
      for (const [word] of namedWords(flags)) expect(text).toContain(word);
      expect(text.replaceAll("\n", " ")).toContain(description);
      expect(await helpOf("help", name)).toBe(text);
      for (const other of seeAlso) expect(shownCommands(product)).toContain(other);
    }
  });

  test("of the program lists the commands that are for people", async () => {
    const text = await helpOf("--help");
    for (const name of shownCommands(product)) expect(text).toMatch(new RegExp(`^ {2}${name} {2,}\\S`, "m"));
    expect(text).not.toContain("serve-stdio");
    // Each group has a title of its own, behind the others, and all names are in one column.
    const everyday = text.slice(text.indexOf("\nEVERYDAY\n"), text.indexOf("\nEXAMPLES\n"));
    expect(everyday.match(/^ {2}\w+(?= {10})/gm)?.map((name) => name.trim())).toEqual([
      ...["password", "passphrase", "key", "uuid", "dice", "pick", "shuffle"],
    ]);
    expect(text.indexOf("\n  scan ")).toBeLessThan(text.indexOf("\nEVERYDAY\n"));
    // Off a terminal there is no menu.
    expect(await helpOf()).toBe(text);
  });
});
