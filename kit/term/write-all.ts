/** Writing to a file descriptor, whatever stands behind it: in the background, so that signals are obeyed while nothing takes the bytes. */
import { write } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
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
  let retryMs = FIRST_RETRY_MS;
  for (let done = 0; done < bytes.length; ) {
    signal?.throwIfAborted();
    const count = await writeSome(fd, bytes.subarray(done), name, signal);
    done += count;
    if (count > 0) {
      retryMs = FIRST_RETRY_MS;
    } else {
      await orAborted(sleep(retryMs), signal);
      retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
    }
  }
}

/** Time until a write is retried, and the most to which it grows. A full pipe that another process made non-blocking answers EAGAIN. */
const FIRST_RETRY_MS = 2;
const LAST_RETRY_MS = 32;

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
    else if (error.code === "EAGAIN") resolve(0);
    else reject(new InputError(`cannot write to ${name}: ${writeRefusal(error)}`, { cause: error }));
  });
  return orAborted(promise, signal);
}
