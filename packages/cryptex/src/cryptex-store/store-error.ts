/** Failures of the store, in words. */
import { SQLiteError } from "bun:sqlite";
import { ProgramError } from "#kit/errors.ts";
import { visible } from "#kit/format/visible.ts";

export type StoreFault =
  /** Another program has been writing all the time that was allowed. */
  | "busy"
  | "full"
  | "read-only"
  /** The file is no database, or another program's. */
  | "not-a-store"
  /** A newer version of this program wrote it. */
  | "newer"
  | "damaged"
  /** No such folder, no permission, an error of the disk. */
  | "unreachable";

/** The store cannot be used, or not for this. Nothing that was stored before is lost, unless the fault is "damaged". */
export class StoreError extends ProgramError<"store"> {
  override name = "StoreError";
  /** @param message may hold any path: it is made visible */
  constructor(
    readonly fault: StoreFault,
    message: string,
    hints: readonly string[] = [],
    cause?: unknown,
  ) {
    super("store", visible(message), { hints, cause });
  }
}

/** Advice that holds for every command, whatever its own flag is called. */
export const ANOTHER_STORE = "another store: --db FILE, or --store FILE of dict, or CRYPTEX_STORE=FILE";

/** Primary result codes (https://sqlite.org/rescode.html); an extended one has it in its low byte. */
const CODES: Readonly<Record<number, readonly [fault: StoreFault, words: string, ...hints: string[]]>> = {
  5: ["busy", "is in use: another program has been writing to it", "try again when it has finished"],
  6: ["busy", "is in use: another program has been writing to it", "try again when it has finished"],
  8: ["read-only", "cannot be written: the file or its folder is read-only", ANOTHER_STORE],
  10: ["unreachable", "cannot be read or written: the disk reports an error", ANOTHER_STORE],
  11: [
    "damaged",
    "is damaged",
    "move it away: what was read from rule files is read again; a dictionary comes back from its last export or backup",
    ANOTHER_STORE,
  ],
  13: ["full", "cannot grow: the disk is full, or a limit is reached", "make room", ANOTHER_STORE],
  14: ["unreachable", "cannot be opened", ANOTHER_STORE],
  23: ["unreachable", "cannot be opened: permission denied", ANOTHER_STORE],
  26: ["not-a-store", "is no database", ANOTHER_STORE],
};

/** Returns an error in words for what SQLite throws; any other error as it is. */
export function explained(error: unknown, path: string): unknown {
  if (!(error instanceof SQLiteError)) return error;
  const known = CODES[error.errno & 0xff];
  if (known === undefined) return error;
  const [fault, words, ...hints] = known;
  return new StoreError(fault, `the store ${path} ${words} (${error.code}: ${error.message})`, hints, error);
}
