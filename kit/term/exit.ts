/** Exit codes, and what the terminal is told when something goes wrong. */
import { EntropyError } from "../../src/errors.ts";

export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  /** Not enough entropy, or a health failure. */
  entropy: 3,
  /** `report` or `assess` found failures in the data. */
  findings: 4,
  /** The terminal went away. */
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

/** What people are told of them. */
export const EXIT_MEANINGS: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.ok, "ok, also when the reader of stdout went away"],
  [EXIT.failure, "failure"],
  [EXIT.usage, "wrong use"],
  [EXIT.entropy, "not enough entropy, or a health failure"],
  [EXIT.findings, "findings in the data (report, assess)"],
  [EXIT.hungUp, "the terminal went away"],
  [EXIT.interrupted, "interrupted"],
  [EXIT.terminated, "terminated"],
];

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

export function exitCodeOf(error: unknown): number {
  if (error instanceof ClosedPipeError) return EXIT.ok;
  if (error instanceof InterruptedError) return error.exitCode;
  if (!(error instanceof EntropyError)) return EXIT.failure;
  switch (error.code) {
    case "usage":
      return EXIT.usage;
    case "insufficient-entropy":
    case "health":
      return EXIT.entropy;
    default:
      return EXIT.failure;
  }
}

/** `esoteric-entropy: error: lower case, no full stop`, then hints; empty where there is nothing to say. */
export function messageOf(error: unknown): string {
  if (error instanceof ClosedPipeError || error instanceof InterruptedError) return "";
  const message = error instanceof Error ? error.message : String(error);
  const hints = error instanceof EntropyError ? error.hints : [];
  return [`esoteric-entropy: error: ${message}`, ...hints.map((hint) => `hint: ${hint}`)].join("\n");
}
