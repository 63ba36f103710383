/** Standard input as it comes, for commands that talk with the program that has started them. */
import { addAbortSignal } from "node:stream";
import { InputError } from "../errors.ts";

/** @throws InputError if it cannot be read; the signal's reason */
export async function* stdinPieces(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* addAbortSignal(signal, process.stdin);
  } catch (error) {
    signal.throwIfAborted();
    const { code, message } = error as NodeJS.ErrnoException;
    const what = code === "EBADF" ? "is closed" : `cannot be read: ${message}`;
    throw new InputError(`standard input ${what}`, { cause: error });
  }
}
