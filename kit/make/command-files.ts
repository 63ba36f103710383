/** Generates files from the command definitions: completions/, man/ and docs/CLI.md. */
import { join } from "node:path";
import { SHELLS } from "../term/completion.ts";
import { type ProgramFacts, shownCommands } from "../term/product.ts";
import { cliDocument } from "./cli-document.ts";
import { completionScript } from "./completions.ts";
import { generated } from "./generated.ts";
import { commandManual, type ListedCommand, pageName, programManual } from "./manual.ts";

/** Makes the texts of the files, by path from the root. @param folder of the product; the root unless given */
export async function commandFiles(product: ProgramFacts, folder = ""): Promise<Map<string, string>> {
  const { name: program } = product;
  const listed: ListedCommand[] = await Promise.all(
    shownCommands(product).map(async (name) => {
      const { load, summary } = product.commands[name]!;
      return { command: await load(), summary };
    }),
  );
  const files: [path: string, text: string][] = [
    ...SHELLS.map((shell): [string, string] => [
      `completions/${program}.${shell}`,
      completionScript(program, shell),
    ]),
    ["docs/CLI.md", cliDocument(product, listed)],
    [`man/${program}.1`, programManual(product, listed)],
    ...listed.map(({ command }): [string, string] => [
      `man/${pageName(program, command.name)}.1`,
      commandManual(product, command),
    ]),
  ];
  return new Map(files.map(([path, text]) => [join(folder, path), text]));
}

/** Writes the files. Returns the paths from the root of those that were not current. */
export async function generateCommandFiles(product: ProgramFacts, folder?: string): Promise<string[]> {
  return [...(await commandFiles(product, folder))].flatMap(([path, text]) => generated(path, text));
}
