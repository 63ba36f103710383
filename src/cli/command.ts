import type { ArgsDef } from "citty";
import type { Deps } from "./deps.ts";
import type { Io } from "./io.ts";

/** A command as the program knows it: its flags, what it does with them, and how it is used. */
export interface Command {
  readonly name: string;
  readonly description: string;
  readonly args: ArgsDef;
  readonly examples: readonly string[];
  run(args: Record<string, unknown>, io: Io, deps: Deps): Promise<number | undefined>;
}
