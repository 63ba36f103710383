import type { Flags, OptionsOf } from "./flags/flag.ts";
import type { FlagRules } from "./flags/parse.ts";
import type { Io } from "./io.ts";

/**
 * A command: its flags, what it does with them, and how it is used. Help, manual pages and docs/CLI.md are made of this.
 * Deps is what it works with besides its options.
 */
export interface Command<Deps = never, F extends Flags = Flags<Deps>> extends FlagRules<F> {
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** What else there is to know, in paragraphs. */
  readonly details?: readonly string[];
  readonly examples: readonly string[];
  /** Names of commands that have to do with it. */
  readonly seeAlso?: readonly string[];
  /** @returns the exit code; nothing means 0 */
  run(options: OptionsOf<F>, io: Io, deps: Deps): Promise<number | undefined>;
}

/** Infers the type of the options from the flags. */
export function command<const F extends Flags, Deps = unknown>(
  definition: Command<Deps, F>,
): Command<Deps, F> {
  return definition;
}
