import { exitCodeOf as codeOf } from "#kit/term/exit.ts";
import { EXITS } from "../../src/commands/exits.ts";

/** The exit code that an error ends esoteric-entropy with. */
export function exitCodeOf(error: unknown): number {
  return codeOf(error, EXITS);
}
