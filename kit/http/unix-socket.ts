/** The file that names a Unix socket. */
import { lstatSync, rmSync, type Stats } from "node:fs";
import { connect } from "node:net";
import { InputError, readRefusal } from "../errors.ts";

/** sun_path holds 104 bytes on macOS, 108 on Linux, the last of them zero. */
const MAX_PATH_BYTES = 103;

/** Removes a socket on which nobody listens any more. @throws InputError where something else is in the way */
export async function clearSocketPath(path: string): Promise<void> {
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
