/** Help texts: of the program, and of each command. */
import { VERSION } from "../../src/version.ts";
import type { Command } from "./command.ts";
import { EXIT_MEANINGS } from "./exit.ts";
import { argumentsOf, optionGroupsOf, synopsisOf, type Term } from "./synopsis.ts";

const PROGRAM = "esoteric-entropy";
const INDENT = "  ";
/** Wider than this, lines are hard to read. */
const MOST_COLUMNS = 100;
/** Names that take more of the width have a line of their own. */
const MOST_NAME_SHARE = 0.36;

/** @param commands name and summary of each */
export function programHelp(commands: readonly (readonly [name: string, summary: string])[]): string {
  const width = Math.max(...commands.map(([name]) => name.length));
  return sections([
    ["", [`${PROGRAM} ${VERSION}: noise of this machine, credited honestly, handed out as random bytes`]],
    ["USAGE", [`${PROGRAM} <command> [options]`, `${PROGRAM}            a menu, on a terminal`]],
    ["COMMANDS", commands.map(([name, summary]) => `${name.padEnd(width)}  ${summary}`)],
    ["EXAMPLES", [`${PROGRAM} scan`, `${PROGRAM} stream --format hex --bytes 32`]],
    ["", [`'${PROGRAM} <command> --help' explains a command; --version prints the version.`]],
  ]);
}

export function commandHelp(command: Command, columns: number): string {
  const width = Math.min(columns, MOST_COLUMNS) - INDENT.length;
  const groups = optionGroupsOf(command);
  const words = argumentsOf(command);
  const seeAlso = (command.seeAlso ?? []).map((name) => `${PROGRAM} ${name}`);
  return sections([
    ["", [`${PROGRAM} ${command.name}: ${command.description}`]],
    ["", (command.details ?? []).flatMap((text, i) => [...(i > 0 ? [""] : []), ...wrap(text, width)])],
    ["USAGE", [`${PROGRAM} ${synopsisOf(command)}`]],
    ["ARGUMENTS", termLines(words, width)],
    ...groups.map(({ title, terms }): Section => [title.toUpperCase(), termLines(terms, width)]),
    ["EXAMPLES", command.examples],
    ["EXIT CODES", wrap(EXIT_MEANINGS.map(([code, meaning]) => `${code} ${meaning}`).join("; "), width)],
    ["SEE ALSO", wrap([...seeAlso, `man ${PROGRAM}-${command.name}`].join(", "), width)],
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
