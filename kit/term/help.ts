/** Help texts: of the program, and of each command. */
import { wrap } from "../format/wrap.ts";
import type { Command } from "./command.ts";
import { dashed } from "./command-name.ts";
import { exitTable } from "./exit.ts";
import { type ProgramFacts, shownCommands } from "./product.ts";
import { paint } from "./style.ts";
import { argumentsOf, optionGroupsOf, synopsisOf, type Term } from "./synopsis.ts";

const INDENT = "  ";
/** Longer lines are hard to read. */
const MOST_COLUMNS = 100;
/** Fits any terminal: the help of the program is the same on all. */
const PROMISE_COLUMNS = 79;
/** Share of the width above which a name gets a line of its own. */
const MOST_NAME_SHARE = 0.36;

/** The part of Io that decides how help looks. */
export interface Page {
  readonly columns: number;
  readonly color: boolean;
}

export function programHelp(
  facts: ProgramFacts & { readonly menu?: unknown },
  { color }: Pick<Page, "color">,
): string {
  const { name: program, version, tagline, promise = "", examples, menu } = facts;
  return sections(
    [
      ["", [`${program} ${version}: ${tagline}`, ...wrap(promise, PROMISE_COLUMNS)]],
      [
        "USAGE",
        [`${program} <command> [options]`, ...(menu ? [`${program}            a menu, on a terminal`] : [])],
      ],
      ...commandSections(facts),
      ["EXAMPLES", examples],
      [
        "",
        [
          `'${program} <command> --help' explains a command; --version prints the version,`,
          "--licences the licences of everything inside.",
        ],
      ],
    ],
    color,
  );
}

/** Lists the commands of a group. @param names their whole names */
export function groupHelp(
  facts: ProgramFacts,
  group: string,
  names: readonly string[],
  { color }: Pick<Page, "color">,
): string {
  return sections(
    [
      ["USAGE", [`${facts.name} ${group} <command> [options]`]],
      ["COMMANDS", summaryLines(facts, names)],
      ["", [`'${facts.name} ${group} <command> --help' explains a command.`]],
    ],
    color,
  );
}

/** Lists the commands without a group, then those of each. All names are in one column. */
function commandSections(facts: ProgramFacts): Section[] {
  const names = shownCommands(facts);
  const byTitle = Map.groupBy(names, (name) => facts.commands[name]!.group ?? "Commands");
  const width = Math.max(...names.map((name) => name.length));
  return [...byTitle].map(([title, members]) => [title.toUpperCase(), summaryLines(facts, members, width)]);
}

function summaryLines(
  { commands }: ProgramFacts,
  names: readonly string[],
  width = Math.max(...names.map((name) => name.length)),
): string[] {
  return names.map((name) => `${name.padEnd(width)}  ${commands[name]!.summary}`);
}

export function commandHelp(
  command: Command,
  { name: program, exits }: Pick<ProgramFacts, "name" | "exits">,
  { columns, color }: Page,
): string {
  const width = Math.min(columns, MOST_COLUMNS) - INDENT.length;
  const groups = optionGroupsOf(command);
  const words = argumentsOf(command);
  const seeAlso = (command.seeAlso ?? []).map((name) => `${program} ${name}`);
  const codes = exitTable(exits).map(({ code, meaning }) => `${code} ${meaning}`);
  return sections(
    [
      ["", wrap(`${program} ${command.name}: ${command.description}`, width + INDENT.length)],
      ["", (command.details ?? []).flatMap((text, i) => [...(i > 0 ? [""] : []), ...wrap(text, width)])],
      ["USAGE", [`${program} ${synopsisOf(command)}`]],
      ["ARGUMENTS", termLines(words, width)],
      ...groups.map(({ title, terms }): Section => [title.toUpperCase(), termLines(terms, width)]),
      ["EXAMPLES", command.examples],
      ["EXIT CODES", wrap(codes.join("; "), width)],
      ["SEE ALSO", wrap([...seeAlso, `man ${program}-${dashed(command.name)}`].join(", "), width)],
    ],
    color,
  );
}

type Section = readonly [title: string, lines: readonly string[]];

/** Puts a blank line between sections, indents those with a title, and leaves out empty ones. */
function sections(all: readonly Section[], color: boolean): string {
  return all
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => {
      if (title === "") return lines.join("\n");
      return [paint(title, "bold", color), ...lines.map((line) => (line === "" ? "" : INDENT + line))].join(
        "\n",
      );
    })
    .join("\n\n");
}

/** Sets names in one column and their meanings in another. */
function termLines(terms: readonly Term[], width: number): string[] {
  const names = terms.map(({ name, value }) => (value === undefined ? name : `${name} ${value}`));
  const nameWidth = Math.max(
    0,
    ...names.map((name) => name.length).filter((length) => length <= width * MOST_NAME_SHARE),
  );
  return terms.flatMap(({ description }, i) => {
    const name = names[i]!;
    const lines = wrap(description, width - nameWidth - INDENT.length);
    const head =
      name.length <= nameWidth ? [`${name.padEnd(nameWidth)}${INDENT}${lines.shift() ?? ""}`] : [name];
    return [...head, ...lines.map((line) => " ".repeat(nameWidth) + INDENT + line)];
  });
}
