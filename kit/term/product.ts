/** The record that describes a program to the kit. */
import type { Command } from "./command.ts";
import type { Exit } from "./exit.ts";
import type { Flags, OptionsOf } from "./flags.ts";
import type { Io } from "./io.ts";
import type { Menu } from "./menu.ts";

/** Facts about a program for help, manual pages, documents and shell completion. */
export interface ProgramFacts<Deps = never> {
  /** Name as it is typed. */
  readonly name: string;
  readonly version: string;
  /** One line about it, for help. */
  readonly tagline: string;
  /** One sentence that the program is held to: below the tagline, and first in the manual. */
  readonly promise?: string;
  readonly commands: Readonly<Record<string, CommandEntry<Deps>>>;
  /** Exit codes beside those of every program. */
  readonly exits: readonly Exit[];
  /** Command lines for the program's help. */
  readonly examples: readonly string[];
  readonly manual: Manual;
}

export interface Product<Deps, Settings extends Flags> extends ProgramFacts<Deps> {
  /** File of a thread that calls `serveCommand` where it is asked for the work `command`: for commands with a thread of their own. */
  readonly thread?: URL;
  /** Shown when the name is typed alone on a terminal; defaults to help. */
  readonly menu?: Menu<Deps>;
  /** Flags that `deps` depends on. A command has them if it spreads them into its own. */
  readonly settings: Settings;
  /** Makes what commands work with. @param settings the settings among the command's options */
  deps(settings: Partial<OptionsOf<Settings>>, io: Io): Deps;
}

/** A command in the list. Its module is loaded when it is called, so that a start reads no more than it needs. */
export interface CommandEntry<Deps = never> {
  readonly summary: string;
  readonly load: () => Promise<Command<Deps>>;
  /** Title under which the program's help lists it apart from the others. */
  readonly group?: string;
  /** Hidden from all lists of commands. */
  readonly hidden?: true;
}

/** Text of the manual page and docs/CLI.md about the program as a whole, in paragraphs of plain text. */
export interface Manual {
  readonly title: string;
  readonly description: readonly string[];
  /** Rules that hold for every command. */
  readonly conventions: readonly string[];
  readonly environment: readonly (readonly [names: string, meaning: string])[];
  readonly files: readonly (readonly [path: string, meaning: string])[];
}

/** Lists the names of the commands that are not hidden. */
export function shownCommands({ commands }: Pick<ProgramFacts, "commands">): string[] {
  return Object.keys(commands).filter((name) => !commands[name]?.hidden);
}
