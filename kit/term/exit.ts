/** Exit codes and error messages. */
import { ProgramError } from "../errors.ts";
import { visibleLines } from "../format/visible.ts";
import { paint } from "./style.ts";

/** Exit codes of every program. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  /** The terminal went away: 128 + SIGHUP. */
  hungUp: 129,
  /** 128 + SIGINT. */
  interrupted: 130,
  /** 128 + SIGQUIT. */
  quit: 131,
  /** 128 + SIGTERM. */
  terminated: 143,
} as const;

export interface Exit {
  readonly code: number;
  readonly meaning: string;
  /** Codes of the errors that end the program with this exit code. */
  readonly errors?: readonly string[];
}

const SHARED: readonly Exit[] = [
  {
    code: EXIT.ok,
    meaning: "ok, also when the reader of stdout went away, unless there is a code for what was found",
  },
  { code: EXIT.failure, meaning: "failure" },
  { code: EXIT.usage, meaning: "wrong use", errors: ["usage"] },
  { code: EXIT.hungUp, meaning: "the terminal went away" },
  { code: EXIT.interrupted, meaning: "interrupted (a command that runs until it is stopped: 0)" },
  { code: EXIT.quit, meaning: "quit (SIGQUIT)" },
  { code: EXIT.terminated, meaning: "terminated (a command that runs until it is stopped: 0)" },
];

/** Lists all exit codes of a product in ascending order, for help, manual pages and documents. */
export function exitTable(own: readonly Exit[]): Exit[] {
  return [...SHARED, ...own].sort((a, b) => a.code - b.code);
}

/** The reader of stdout went away. This is no failure: `stream | head -c 1` ends like this. */
export class ClosedPipeError extends Error {
  override name = "ClosedPipeError";
}

/** A signal arrived that ends the program. */
export class InterruptedError extends Error {
  override name = "InterruptedError";
  constructor(readonly exitCode: number) {
    super("interrupted");
  }
}

/** Finds the exit code of a command that runs until it is stopped: SIGINT and SIGTERM are its ordinary end. */
export function stopCodeOf(reason: unknown): number {
  const code = reason instanceof InterruptedError ? reason.exitCode : EXIT.failure;
  return code === EXIT.interrupted || code === EXIT.terminated ? EXIT.ok : code;
}

/** Finds the exit code for an error. @param own exit codes of the product */
export function exitCodeOf(error: unknown, own: readonly Exit[]): number {
  if (error instanceof ClosedPipeError) return EXIT.ok;
  if (error instanceof InterruptedError) return error.exitCode;
  if (!(error instanceof ProgramError)) return EXIT.failure;
  return exitTable(own).find(({ errors }) => errors?.includes(error.code))?.code ?? EXIT.failure;
}

/** Formats `program: error: lower case, no full stop`, then hints; empty where there is nothing to say. Safe on a terminal. */
export function messageOf(error: unknown, program: string, color = false): string {
  if (error instanceof ClosedPipeError || error instanceof InterruptedError) return "";
  const message = error instanceof Error ? error.message : String(error);
  const hints = error instanceof ProgramError ? error.hints : [];
  return [
    `${program}: ${paint("error:", "bad", color)} ${visibleLines(message)}`,
    ...hints.map((hint) => `${paint("hint:", "bold", color)} ${visibleLines(hint)}`),
  ].join("\n");
}
