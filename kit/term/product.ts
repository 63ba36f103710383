/** Makes a program of the kit's parts: one record a product. */
import type { Command } from "./command.ts";
import type { Exit } from "./exit.ts";
import type { Flags, OptionsOf } from "./flags/flag.ts";
import type { Menu } from "./menu.ts";

/** What help, manual pages, documents and shell completion tell of a program. */
export interface ProgramFacts<Deps = never> {
  /** The program's name, as it is typed. */
  readonly name: string;
  readonly version: string;
  /** A line about it, for help. */
  readonly tagline: string;
  readonly commands: Readonly<Record<string, CommandEntry<Deps>>>;
  /** Exit codes of its own, beside those of every program. */
  readonly exits: readonly Exit[];
  /** Command lines for the program's help. */
  readonly examples: readonly string[];
  readonly manual: Manual;
}

export interface Product<Deps, Settings extends Flags> extends ProgramFacts<Deps> {
  /** For whoever types the name alone on a terminal; without one there is help. */
  readonly menu?: Menu<Deps>;
  /** Flags that `deps` needs to know of; a command takes part by spreading them. */
  readonly settings: Settings;
  /** Makes what commands work with. @param settings those that the command has */
  deps(settings: Partial<OptionsOf<Settings>>): Deps;
}

/** A command is loaded only when it is called: a cold start reads no more than it needs. */
export interface CommandEntry<Deps = never> {
  readonly summary: string;
  readonly load: () => Promise<Command<Deps>>;
  /** Internal: in no list of commands. */
  readonly hidden?: true;
}

/** What the manual page and docs/CLI.md say of the program as a whole. Plain text, in paragraphs. */
export interface Manual {
  readonly title: string;
  readonly description: readonly string[];
  /** What holds for every command. */
  readonly conventions: readonly string[];
  readonly environment: readonly (readonly [names: string, meaning: string])[];
  readonly files: readonly (readonly [path: string, meaning: string])[];
}

/** The names of those commands that are for people. */
export function shownCommands({ commands }: Pick<ProgramFacts, "commands">): string[] {
  return Object.keys(commands).filter((name) => !commands[name]?.hidden);
}
