/**
 * A library's content as a file for the system's loader. A compiled program carries its libraries inside, and systems load from
 * files only, and not from every folder. Bun's own way is never taken: a copy in the folder for temporary files, which stays there
 * and is loaded unread by whoever finds one of its name.
 */
import { NativeError } from "../errors.ts";
import { bindCLibrary } from "./c-library.ts";
import { once, reason } from "./calls.ts";
import { memoryFile } from "./memory-file.ts";
import { privateFile, userFolders, writeNew } from "./private-file.ts";

/** Exists until it is disposed of. What was loaded from it stays. */
export interface LoadableFile extends Disposable {
  readonly path: string;
}

/**
 * Calls `load` with a path, in memory first (Linux), then in a new folder in each that this user may write to, until it throws no more.
 * The file is gone when this returns.
 * @param name of the file
 * @param write as `writeNew`
 * @throws NativeError saying what was tried and why each way failed
 */
export function loadContent<T>(
  content: Uint8Array,
  name: string,
  load: (path: string) => T,
  write = writeNew,
): T {
  const places: [name: string, put: () => LoadableFile][] = [];
  if (process.platform === "linux") places.push(["a file in memory", () => memoryFile(name, content)]);
  for (const folder of userFolders()) places.push([folder, () => privateFile(folder, name, content, write)]);
  // Where no function of C can be called, this says so, and not each place again.
  using _ = withoutSizeSignal();
  const failures: string[] = [];
  for (const [place, put] of places) {
    try {
      using file = put();
      return load(file.path);
    } catch (error) {
      failures.push(`from ${place}: ${reason(error)}`);
    }
  }
  throw new NativeError(failures.join("; "));
}

/** SIGXFSZ on Linux and macOS, which ends a process that writes more than `ulimit -f` allows; and SIG_IGN. */
const SIZE_SIGNAL = 25;
const IGNORE = 1n;

const signals = once(() => bindCLibrary({ signal: { args: ["i32", "i64"], returns: "i64" } }));

/** Makes writing too much an error that can be caught, until it is disposed of. */
function withoutSizeSignal(): Disposable {
  const { signal } = signals();
  const before = signal(SIZE_SIGNAL, IGNORE);
  return { [Symbol.dispose]: () => void signal(SIZE_SIGNAL, before) };
}
