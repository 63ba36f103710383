/** Exit codes, and what the terminal is told when something goes wrong. */
import { ProgramError } from "../errors.ts";

/** Those that every program has. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  /** The terminal went away: 128 + SIGHUP. */
  hungUp: 129,
  /** 128 + SIGINT. */
  interrupted: 130,
  /** 128 + SIGTERM. */
  terminated: 143,
} as const;

export interface Exit {
  readonly code: number;
  readonly meaning: string;
  /** Codes of the errors that end the program so. */
  readonly errors?: readonly string[];
}

const SHARED: readonly Exit[] = [
  { code: EXIT.ok, meaning: "ok, also when the reader of stdout went away" },
  { code: EXIT.failure, meaning: "failure" },
  { code: EXIT.usage, meaning: "wrong use", errors: ["usage"] },
  { code: EXIT.hungUp, meaning: "the terminal went away" },
  { code: EXIT.interrupted, meaning: "interrupted" },
  { code: EXIT.terminated, meaning: "terminated" },
];

/** All exit codes of a product, in ascending order. Help, manual pages and documents print this table. */
export function exitTable(own: readonly Exit[]): Exit[] {
  return [...SHARED, ...own].sort((a, b) => a.code - b.code);
}

/** The reader of stdout went away. Not a failure: `stream | head -c 1` ends like this. */
export class ClosedPipeError extends Error {
  override name = "ClosedPipeError";
}

/** SIGINT or SIGTERM arrived. */
export class InterruptedError extends Error {
  override name = "InterruptedError";
  constructor(readonly exitCode: number) {
    super("interrupted");
  }
}

/** @param own exit codes of the product */
export function exitCodeOf(error: unknown, own: readonly Exit[]): number {
  if (error instanceof ClosedPipeError) return EXIT.ok;
  if (error instanceof InterruptedError) return error.exitCode;
  if (!(error instanceof ProgramError)) return EXIT.failure;
  return exitTable(own).find(({ errors }) => errors?.includes(error.code))?.code ?? EXIT.failure;
}

/** `program: error: lower case, no full stop`, then hints; empty where there is nothing to say. */
export function messageOf(error: unknown, program: string): string {
  if (error instanceof ClosedPipeError || error instanceof InterruptedError) return "";
  const message = error instanceof Error ? error.message : String(error);
  const hints = error instanceof ProgramError ? error.hints : [];
  return [`${program}: error: ${message}`, ...hints.map((hint) => `hint: ${hint}`)].join("\n");
}
