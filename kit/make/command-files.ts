/** Writes what is made of the command definitions: completions/, man/ and docs/CLI.md. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { COMMANDS, shownCommands } from "../term/app.ts";
import type { Command } from "../term/command.ts";
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
export async function commandFiles(): Promise<Map<string, string>> {
  const listed: ListedCommand[] = await Promise.all(
    shownCommands().map(async (name) => {
      const { load, summary } = COMMANDS[name]!;
      return { command: await load(), summary };
    }),
  );
  return new Map([
    ["completions/esoteric-entropy.zsh", completionScript("zsh")],
    ["completions/esoteric-entropy.fish", completionScript("fish")],
    ["docs/CLI.md", cliDocument(listed)],
    ["man/esoteric-entropy.1", programManual(listed)],
    ...listed.map(({ command }): [string, string] => [
      `man/esoteric-entropy-${command.name}.1`,
      commandManual(command),
    ]),
  ]);
}

/** Writes the files that are not current. Gives their paths from the root. */
export async function generateCommandFiles(): Promise<string[]> {
  const stale = [...(await commandFiles())].filter(([path, text]) => !isCurrent(path, text));
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
