/** Generates files from the command definitions: completions/, man/ and docs/CLI.md. */
import { type ProgramFacts, shownCommands } from "../term/product.ts";
import { cliDocument } from "./cli-document.ts";
import { completionScript } from "./completions.ts";
import { generated } from "./generated.ts";
import { commandManual, type ListedCommand, pageName, programManual } from "./manual.ts";

/** Makes the texts of the files, by path from the root. */
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
      `man/${pageName(program, command.name)}.1`,
      commandManual(product, command),
    ]),
  ]);
}

/** Writes the files. Returns the paths from the root of those that were not current. */
export async function generateCommandFiles(product: ProgramFacts): Promise<string[]> {
  return [...(await commandFiles(product))].flatMap(([path, text]) => generated(path, text));
}
