/** Writing to a file descriptor, whatever stands behind it: in the background, so that signals are obeyed while nothing takes the bytes. */
import { write } from "node:fs";
import { orAborted } from "../abort.ts";
import { InputError, writeRefusal } from "../errors.ts";
import { ClosedPipeError } from "./exit.ts";

/**
 * Writes all of `bytes`, however little is taken at a time.
 * @param name of what is written to, for messages
 * @throws ClosedPipeError; InputError; the signal's reason
 */
export async function writeAll(
  fd: number,
  bytes: Uint8Array,
  name: string,
  signal?: AbortSignal,
): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    signal?.throwIfAborted();
    done += await writeSome(fd, bytes.subarray(done), name, signal);
  }
}

/** Time until a write is retried. A full pipe that another process made non-blocking answers EAGAIN. */
const RETRY_MS = 2;

function writeSome(
  fd: number,
  bytes: Uint8Array,
  name: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  write(fd, bytes, 0, bytes.length, null, (error, count) => {
    if (!error) resolve(count);
    else if (error.code === "EPIPE" || error.code === "ECONNRESET") reject(new ClosedPipeError());
    else if (error.code === "EAGAIN") setTimeout(() => resolve(0), RETRY_MS);
    else reject(new InputError(`cannot write to ${name}: ${writeRefusal(error)}`, { cause: error }));
  });
  return orAborted(promise, signal);
}
