import type { FlagRules, Flags, OptionsOf } from "./flags.ts";
import type { Io } from "./io.ts";

/**
 * A command: its flags, how it is used, and what it does. Help, manual pages and docs/CLI.md are generated from this.
 * Deps is what it works with besides its options.
 */
export interface Command<Deps = never, F extends Flags = Flags<Deps>> extends FlagRules<F> {
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** Paragraphs of explanation below the description. */
  readonly details?: readonly string[];
  readonly examples: readonly string[];
  /** Names of related commands. */
  readonly seeAlso?: readonly string[];
  /** True where the command runs until it is stopped: then SIGINT and SIGTERM end it with exit code 0. */
  runsUntilStopped?(options: OptionsOf<F>): boolean;
  /** True where the work goes on for long without a pause: the program runs it in a thread, so that signals are obeyed. */
  readonly ownThread?: true;
  /** True where the exit code is part of the result: the work is done to the end, and tells it, also where nobody reads stdout any more. */
  readonly judges?: true;
  /** @returns the exit code; undefined means 0 */
  run(options: OptionsOf<F>, io: Io, deps: Deps): Promise<number | undefined>;
}

/** Infers the type of the options from the flags. */
export function command<const F extends Flags, Deps = unknown>(
  definition: Command<Deps, F>,
): Command<Deps, F> {
  return definition;
}
