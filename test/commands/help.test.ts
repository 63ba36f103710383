import { describe, expect, test } from "bun:test";
import { COMMANDS, runApp, shownCommands } from "#kit/term/app.ts";
import type { Command } from "#kit/term/command.ts";
import { commandHelp } from "#kit/term/help.ts";
import { SOURCES_ARGS } from "../../src/commands/source-args.ts";
import { fakeIo } from "../support/fake-io.ts";

const noDeps = () => {
  throw new Error("help needs nothing");
};

async function helpOf(...argv: string[]): Promise<string> {
  const io = fakeIo();
  expect(await runApp(argv, io, noDeps)).toBe(0);
  return io.written().toString();
}

const trial: Command = {
  name: "trial",
  description: "Try",
  details: ["One two three four five six seven eight nine ten eleven twelve.", "The second."],
  args: {
    file: { type: "positional", required: true, description: "What is read" },
    place: { type: "positional", required: false, description: "Where it goes" },
    "a-very-long-option-name": { type: "string", valueHint: "VALUE", description: "Does something" },
    format: { type: "enum", options: ["raw", "hex"], default: "raw", alias: "f", description: "How" },
    json: { type: "boolean", description: "Write JSON" },
    ...SOURCES_ARGS,
  },
  examples: ["esoteric-entropy trial x"],
  seeAlso: ["scan"],
  run: async () => 0,
};

describe("help", () => {
  test("of a command: what it does, each argument and option in its group, examples, exit codes", () => {
    const text = commandHelp(trial, 60);
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
      const lines = commandHelp(trial, columns).split("\n");
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.min(columns, 100));
    }
  });

  test("of every command names every option of it, and commands that exist", async () => {
    for (const name of shownCommands()) {
      const { args, seeAlso = [], description } = await COMMANDS[name]!.load();
      const text = await helpOf(name, "--help");
      for (const [flag, def] of Object.entries(args)) {
        expect(text).toContain(def.type === "positional" ? flag : `--${flag}`);
      }
      expect(text).toContain(description);
      expect(await helpOf("help", name)).toBe(text);
      for (const other of seeAlso) expect(shownCommands()).toContain(other);
    }
  });

  test("of the program lists the commands that are for people", async () => {
    const text = await helpOf("--help");
    for (const name of shownCommands()) expect(text).toMatch(new RegExp(`^ {2}${name} {2,}\\S`, "m"));
    expect(text).not.toContain("serve-stdio");
    // Off a terminal there is no menu.
    expect(await helpOf()).toBe(text);
  });
});
