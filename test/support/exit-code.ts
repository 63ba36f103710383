import { exitCodeOf as codeOf } from "#kit/term/exit.ts";
import { EXITS } from "../../src/commands/exits.ts";

/** Returns the exit code of esoteric-entropy for an error. */
export function exitCodeOf(error: unknown): number {
  return codeOf(error, EXITS);
}
