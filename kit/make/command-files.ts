/** Writes what is made of the command definitions: completions/, man/ and docs/CLI.md. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "../term/command.ts";
import { type ProgramFacts, shownCommands } from "../term/product.ts";
import { cliDocument } from "./cli-document.ts";
import { completionScript } from "./completions.ts";
import { commandManual, programManual } from "./manual.ts";
import { ROOT } from "./native.ts";

/** A command that people see, with the line that lists show. */
export interface ListedCommand {
  readonly command: Command;
  readonly summary: string;
}

/** The texts that the files should have, by path from the root. */
export async function commandFiles(product: ProgramFacts): Promise<Map<string, string>> {
  const { name: program } = product;
  const listed: ListedCommand[] = await Promise.all(
    shownCommands(product).map(async (name) => {
      const { load, summary } = product.commands[name]!;
      return { command: await load(), summary };
    }),
  );
  return new Map([
    [`completions/${program}.zsh`, completionScript(program, "zsh")],
    [`completions/${program}.fish`, completionScript(program, "fish")],
    ["docs/CLI.md", cliDocument(product, listed)],
    [`man/${program}.1`, programManual(product, listed)],
    ...listed.map(({ command }): [string, string] => [
      `man/${program}-${command.name}.1`,
      commandManual(product, command),
    ]),
  ]);
}

/** Writes the files that are not current. Gives their paths from the root. */
export async function generateCommandFiles(product: ProgramFacts): Promise<string[]> {
  const stale = [...(await commandFiles(product))].filter(([path, text]) => !isCurrent(path, text));
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
  }
  return stale.map(([path]) => path);
}

function isCurrent(path: string, text: string): boolean {
  try {
    return readFileSync(join(ROOT, path), "utf8") === text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return false;
  }
}
