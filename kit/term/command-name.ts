/** Names of commands. One of two words belongs to a group: `rules find` is `find` of the group `rules`. */
import { UsageError } from "../errors.ts";
import { type CommandEntry, type ProgramFacts, shownCommands } from "./product.ts";
import { suggestion } from "./suggestion.ts";

/** Joins the words of a name with dashes, for files, manual pages and links: `rules-find`. */
export function dashed(name: string): string {
  return name.replaceAll(" ", "-");
}

/** Lists the shown commands of a group by their whole names; empty if there is no such group. */
export function groupOf(facts: Pick<ProgramFacts, "commands">, group: string): string[] {
  return shownCommands(facts).filter((name) => name.startsWith(`${group} `));
}

/** Lists the second words of a group's commands. */
export function secondWords(facts: Pick<ProgramFacts, "commands">, group: string): string[] {
  return groupOf(facts, group).map((name) => name.slice(group.length + 1));
}

export interface Found<Deps> {
  readonly entry: CommandEntry<Deps>;
  /** Words after the name. */
  readonly rest: readonly string[];
}

/** Finds the command that a line begins with: of two words, if there is one, else of one. */
export function findCommand<Deps>(
  commands: Readonly<Record<string, CommandEntry<Deps>>>,
  line: readonly string[],
): Found<Deps> | undefined {
  for (const length of [2, 1]) {
    const name = line.slice(0, length).join(" ");
    if (line.length >= length && Object.hasOwn(commands, name)) {
      return { entry: commands[name]!, rest: line.slice(length) };
    }
  }
  return undefined;
}

/** Explains why a line begins with no command. */
export function unknownCommand(facts: ProgramFacts, [word = "", second]: readonly string[]): UsageError {
  const members = groupOf(facts, word);
  if (members.length === 0) {
    const names = [...new Set([...firstWords(facts), ...shownCommands(facts)])];
    const [hint = `'${facts.name} --help' lists the commands`] = suggestion(word, names);
    return new UsageError(`unknown command '${word}'`, [hint]);
  }
  if (second === undefined || second.startsWith("-")) {
    return new UsageError(`'${word}' is a group of commands: ${secondWords(facts, word).join(", ")}`, [
      `'${facts.name} ${word} --help' explains them`,
    ]);
  }
  const name = `${word} ${second}`;
  return new UsageError(`unknown command '${name}'`, suggestion(name, members));
}

/** Lists what may stand first on a command line: names of commands and of groups, once each. */
export function firstWords(facts: Pick<ProgramFacts, "commands">): string[] {
  return [...new Set(shownCommands(facts).map((name) => name.split(" ", 1)[0]!))];
}
