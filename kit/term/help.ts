/** Help texts: of the program, and of each command. */
import type { Command } from "./command.ts";
import { exitTable } from "./exit.ts";
import { type ProgramFacts, shownCommands } from "./product.ts";
import { argumentsOf, optionGroupsOf, synopsisOf, type Term } from "./synopsis.ts";

const INDENT = "  ";
/** Wider than this, lines are hard to read. */
const MOST_COLUMNS = 100;
/** Names that take more of the width have a line of their own. */
const MOST_NAME_SHARE = 0.36;

export function programHelp(facts: ProgramFacts & { readonly menu?: unknown }): string {
  const { name: program, version, tagline, commands, examples, menu } = facts;
  const names = shownCommands(facts);
  const width = Math.max(...names.map((name) => name.length));
  return sections([
    ["", [`${program} ${version}: ${tagline}`]],
    [
      "USAGE",
      [`${program} <command> [options]`, ...(menu ? [`${program}            a menu, on a terminal`] : [])],
    ],
    ["COMMANDS", names.map((name) => `${name.padEnd(width)}  ${commands[name]!.summary}`)],
    ["EXAMPLES", examples],
    [
      "",
      [
        `'${program} <command> --help' explains a command; --version prints the version,`,
        "--licences the licences of everything inside.",
      ],
    ],
  ]);
}

export function commandHelp(
  command: Command,
  { name: program, exits }: Pick<ProgramFacts, "name" | "exits">,
  columns: number,
): string {
  const width = Math.min(columns, MOST_COLUMNS) - INDENT.length;
  const groups = optionGroupsOf(command);
  const words = argumentsOf(command);
  const seeAlso = (command.seeAlso ?? []).map((name) => `${program} ${name}`);
  const codes = exitTable(exits).map(({ code, meaning }) => `${code} ${meaning}`);
  return sections([
    ["", [`${program} ${command.name}: ${command.description}`]],
    ["", (command.details ?? []).flatMap((text, i) => [...(i > 0 ? [""] : []), ...wrap(text, width)])],
    ["USAGE", [`${program} ${synopsisOf(command)}`]],
    ["ARGUMENTS", termLines(words, width)],
    ...groups.map(({ title, terms }): Section => [title.toUpperCase(), termLines(terms, width)]),
    ["EXAMPLES", command.examples],
    ["EXIT CODES", wrap(codes.join("; "), width)],
    ["SEE ALSO", wrap([...seeAlso, `man ${program}-${command.name}`].join(", "), width)],
  ]);
}

type Section = readonly [title: string, lines: readonly string[]];

/** A blank line between; those without a title stand at the margin; empty ones are left out. */
function sections(all: readonly Section[]): string {
  return all
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => {
      if (title === "") return lines.join("\n");
      return [title, ...lines.map((line) => (line === "" ? "" : INDENT + line))].join("\n");
    })
    .join("\n\n");
}

/** Names in one column, what they mean in another. */
function termLines(terms: readonly Term[], width: number): string[] {
  const names = terms.map(({ name, value }) => (value === undefined ? name : `${name} ${value}`));
  const nameWidth = Math.max(
    0,
    ...names.map((name) => name.length).filter((length) => length <= width * MOST_NAME_SHARE),
  );
  return terms.flatMap(({ description }, i) => {
    const name = names[i]!;
    const lines = wrap(description, width - nameWidth - INDENT.length);
    const head = name.length <= nameWidth ? [`${name.padEnd(nameWidth)}${INDENT}${lines.shift()}`] : [name];
    return [...head, ...lines.map((line) => " ".repeat(nameWidth) + INDENT + line)];
  });
}

/** At spaces; a word that is longer than the line stands alone. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
