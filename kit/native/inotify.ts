/** Changes in folders, as Linux tells them: inotify(7). */
import { closeSync } from "node:fs";
import { getSystemErrorName } from "node:util";
import { NativeError } from "../errors.ts";
import { bindCLibrary, ERRNO, errnoAt } from "./c-library.ts";
import { once } from "./calls.ts";

/** Bits of an event's mask, and of those that a watch asks for: linux/inotify.h. */
export const IN = {
  modify: 0x2,
  attributes: 0x4,
  closeWrite: 0x8,
  movedFrom: 0x40,
  movedTo: 0x80,
  create: 0x100,
  delete: 0x200,
  deleteSelf: 0x400,
  moveSelf: 0x800,
  unmount: 0x2000,
  /** The kernel has dropped events: it keeps some thousand that nobody has read. */
  overflow: 0x4000,
  /** The watch is no more. */
  ignored: 0x8000,
  onlyFolder: 0x100_0000,
  dontFollow: 0x200_0000,
  isFolder: 0x4000_0000,
} as const;

export interface InotifyEvent {
  /** The number that `add` returned; -1 for an overflow. */
  readonly watch: number;
  readonly mask: number;
  /** The two ends of a renaming have the same; 0 elsewhere. */
  readonly cookie: number;
  /** Entry of the folder as a binary string, one character a byte; empty for the folder itself. */
  readonly name: string;
}

const FUNCTIONS = {
  inotify_init1: { args: ["i32"], returns: "i32" },
  inotify_add_watch: { args: ["i32", "ptr", "u32"], returns: "i32" },
  inotify_rm_watch: { args: ["i32", "i32"], returns: "i32" },
  ...ERRNO,
} as const;

const functions = once(() => bindCLibrary(FUNCTIONS));

/** O_NONBLOCK and O_CLOEXEC. */
const FLAGS = 0o4000 | 0o200_0000;

export class Inotify implements Disposable {
  readonly #file: number;
  readonly #reader: ReturnType<typeof readerOf>;
  #isClosed = false;

  /**
   * @param onEvents is called with what has happened since it was called last
   * @param onFailure is called once if events can no longer be read
   * @throws NativeError where the system has no more of them to give
   */
  constructor(onEvents: (events: readonly InotifyEvent[]) => void, onFailure: (error: Error) => void) {
    this.#file = functions().inotify_init1(FLAGS);
    if (this.#file < 0) throw failure("inotify_init1");
    this.#reader = readerOf(this.#file);
    void this.#read(onEvents, onFailure);
  }

  /**
   * Watches a folder for what the mask names. The same folder gives the same number, by whatever path.
   * @param path a binary string, without a zero byte
   * @throws NativeError with the errno
   */
  add(path: string, mask: number): number {
    const watch = functions().inotify_add_watch(this.#file, Buffer.from(`${path}\0`, "latin1"), mask);
    if (watch < 0) throw failure("inotify_add_watch");
    return watch;
  }

  /** An event with `ignored` follows. Nothing happens if the watch is no more. */
  remove(watch: number): void {
    if (!this.#isClosed) functions().inotify_rm_watch(this.#file, watch);
  }

  async #read(
    onEvents: (events: readonly InotifyEvent[]) => void,
    onFailure: (error: Error) => void,
  ): Promise<void> {
    try {
      for (;;) {
        const { value, done } = await this.#reader.read();
        if (this.#isClosed) return;
        if (done) throw new Error("the file of events has come to its end");
        onEvents(parseEvents(value));
      }
    } catch (error) {
      if (!this.#isClosed) onFailure(error as Error);
    }
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // The stream has a duplicate of its own, which it closes.
    this.#reader.cancel().catch(() => {});
    closeSync(this.#file);
  }
}

/** The runtime waits for the file in its event loop. */
function readerOf(file: number) {
  return Bun.file(file).stream().getReader();
}

const HEAD_BYTES = 16;

/** Reads `struct inotify_event` one after the other. The kernel hands over whole ones. */
export function parseEvents(bytes: Uint8Array): InotifyEvent[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const events: InotifyEvent[] = [];
  for (let at = 0; at + HEAD_BYTES <= bytes.length; ) {
    const start = at + HEAD_BYTES;
    const length = view.getUint32(at + 12, true);
    const zero = text.indexOf(0, start);
    const end = Math.min(zero < 0 ? start + length : zero, start + length);
    events.push({
      watch: view.getInt32(at, true),
      mask: view.getUint32(at + 4, true),
      cookie: view.getUint32(at + 8, true),
      name: text.toString("latin1", start, end),
    });
    at = start + length;
  }
  return events;
}

function failure(what: string): NativeError {
  const errno = errnoAt(functions().__errno_location());
  return new NativeError(`${what}: ${errno === 0 ? "unknown error" : getSystemErrorName(-errno)}`, errno);
}
