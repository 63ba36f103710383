/** Files generated from the command definitions: completions/, man/ and docs/CLI.md. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { cliDocument } from "#kit/make/cli-document.ts";
import { commandFiles } from "#kit/make/command-files.ts";
import { commandManual } from "#kit/make/manual.ts";
import { command } from "#kit/term/command.ts";
import { dashed } from "#kit/term/command-name.ts";
import { flag, positional } from "#kit/term/flags.ts";
import { shownCommands } from "#kit/term/product.ts";
import { product } from "../../../src/product.ts";
import { runProcess } from "../../support/run-process.ts";

const files = await commandFiles(product);

/** Contains everything that roff and Markdown would interpret. */
const awkward = command({
  name: "awkward",
  description: "Try .dots, 'quotes', back\\slashes and ~tildes",
  details: [".SH begins a line", "'br too; a_b, *c*, <d> | e…"],
  flags: {
    word: positional.text({ required: false, about: ".first" }),
    mode: flag.choice(["a", "b"], { default: "a", about: "a|b: \\fBbold\\fR" }),
  },
  examples: [".begins with a dot", "esoteric-entropy awkward '^x' `y` --mode a \\\\"],
  run: async () => 0,
});

describe("files generated from the command definitions", () => {
  for (const [path, text] of files) {
    test(`${path} is what 'npm run gen' would write`, () => {
      expect(readFileSync(join(ROOT, path), "utf8")).toBe(text);
    });
  }

  test("man/ has a page for the program and each command, and no others", () => {
    const expected = [
      "esoteric-entropy",
      ...shownCommands(product).map((name) => `esoteric-entropy-${dashed(name)}`),
    ];
    expect(readdirSync(join(ROOT, "man")).sort()).toEqual(expected.map((name) => `${name}.1`).sort());
  });

  test("docs/CLI.md has a section for each command, with its options", () => {
    const text = files.get("docs/CLI.md")!;
    const titles = [...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(titles).toEqual([...shownCommands(product), "Exit codes", "Environment", "Files"]);
    expect(text).toContain("| `--bytes N` |");
    expect(text).not.toContain("serve-stdio");
  });

  test("escapes what Markdown would interpret", () => {
    const text = cliDocument(product, [{ command: awkward, summary: "a | b" }]);
    expect(text).toContain("| [awkward](#awkward) | a \\| b |");
    expect(text).toContain("| `--mode a\\|b` | a\\|b: \\\\fBbold\\\\fR; default: a |");
    expect(text).toContain("a\\_b, \\*c\\*, \\<d> \\| e…");
  });
});

/** Returns the complaints of a program that reads the page from stdin. */
async function complaints(command: readonly string[], page: string): Promise<string> {
  const { exitCode, stderr } = await runProcess(command, {
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8", MANWIDTH: "80" },
    stdin: Buffer.from(page),
  });
  return exitCode === 0 ? stderr : `${command.join(" ")} failed: ${stderr}`;
}

async function shown(page: string): Promise<string> {
  const { stdout } = await runProcess(["groff", "-man", "-Tutf8", "-P-c", "-P-b", "-P-u"], {
    env: { PATH: "/usr/bin:/bin" },
    stdin: Buffer.from(page),
  });
  return stdout;
}

const FORMATTERS = [
  ["groff", ["groff", "-ww", "-man", "-Tutf8"]],
  ["man", ["man", "--warnings", "-l", "-"]],
  ["mandoc", ["mandoc", "-T", "lint", "-W", "error"]],
] as const;

describe("manual pages", () => {
  const pages = [...files].filter(([path]) => path.startsWith("man/"));
  for (const [name, command] of FORMATTERS) {
    // The man of macOS has no --warnings.
    const isAble = Bun.which(name) !== null && !(name === "man" && process.platform === "darwin");
    if (!isAble) console.warn(`skipped: ${name} is not installed`);
    test.skipIf(!isAble)(`${name} has nothing to say about them`, async () => {
      for (const [path, page] of pages) expect([path, await complaints(command, page)]).toEqual([path, ""]);
      expect(await complaints(command, commandManual(product, awkward))).toBe("");
    });
  }

  test.skipIf(Bun.which("groff") === null)("show every character as it is meant", async () => {
    const text = await shown(commandManual(product, awkward));
    for (const expected of [
      "Try .dots, 'quotes', back\\slashes and ~tildes.",
      ".SH begins a line",
      "'br too; a_b, *c*, <d> | e…",
      ".begins with a dot",
      "esoteric-entropy awkward '^x' `y` --mode a \\\\",
      "a|b: \\fBbold\\fR; default: a.",
    ]) {
      expect(text).toContain(expected);
    }
  });
});
