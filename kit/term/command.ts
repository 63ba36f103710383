import type { ArgsDef } from "citty";
import type { Deps } from "../../src/deps.ts";
import type { Io } from "./io.ts";

/** A command as the program knows it: its flags, what it does with them, and how it is used. Help, manual pages and docs/CLI.md are made of this. */
export interface Command {
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** What else there is to know, in paragraphs. */
  readonly details?: readonly string[];
  readonly args: ArgsDef;
  readonly examples: readonly string[];
  /** Names of commands that have to do with it. */
  readonly seeAlso?: readonly string[];
  run(args: Record<string, unknown>, io: Io, deps: Deps): Promise<number | undefined>;
}
