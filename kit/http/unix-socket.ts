/** The file that names a Unix socket. */
import { lstatSync, rmSync, type Stats } from "node:fs";
import { connect } from "node:net";
import { InputError, readRefusal } from "../errors.ts";
import { holdFileInTurn } from "../files/file-lock.ts";

/** sun_path holds 104 bytes on macOS, 108 on Linux, the last of them zero. */
const MAX_PATH_BYTES = 103;

/** Others hold the lock for milliseconds, while they start. */
const LOCK_MS = 10_000;

/**
 * Binds a socket that is its owner's alone from the moment it exists, in the place of one on which nobody listens any more. The runtime
 * removes it when the server stops.
 * @param bind makes the socket before it returns, whether or not it returns a promise
 * @throws InputError where something else is in the way; what `bind` throws
 */
export async function bindSocket<T>(path: string, bind: (path: string) => T | Promise<T>): Promise<T> {
  // Another program that starts here would remove the socket that this one makes.
  using _ = await startLock(path);
  await clearSocketPath(path);
  const umask = process.umask(0o177);
  let server: T | Promise<T>;
  try {
    server = bind(path);
  } finally {
    process.umask(umask);
  }
  return await server;
}

/** Where none can be made, neither can the socket, and binding says why. @throws the timeout */
async function startLock(path: string): Promise<Disposable | null> {
  try {
    return await holdFileInTurn(`${path}.lock`, AbortSignal.timeout(LOCK_MS));
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

/** Removes a socket on which nobody listens any more. @throws InputError where something else is in the way */
async function clearSocketPath(path: string): Promise<void> {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new InputError(`${path}: the path of a socket has at most ${MAX_PATH_BYTES} bytes`);
  }
  const found = statsOf(path);
  if (found === undefined) return;
  if (!found.isSocket()) throw new InputError(`${path} exists and is not a socket`);
  if (await isListening(path)) throw new InputError(`${path}: another program listens there`);
  rmSync(path);
}

/** Undefined also for what cannot be looked at: binding says why. */
function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED" || error.code === "ENOENT") resolve(false);
      else reject(new InputError(`${path}: ${readRefusal(error)}`, { cause: error }));
    });
  });
}
