/** Reads a file into memory that the engine gives, and makes sure that it is one version of one regular file. */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { isBelow } from "./fence.ts";
import { forFs, join, refusal } from "./paths.ts";
import type { FileIdentity } from "./seen-files.ts";

/** Most that a 32-bit engine holds beside its own data; the address space ends at 4 GiB, and memory grows by copying. */
export const ENGINE_MAX_BYTES = 1536 * 1024 * 1024;

/** Bytes of one read(2): a cancelled scan waits for one at most. */
const PIECE_BYTES = 8 * 1024 * 1024;

/** A file that cannot be scanned. The message is the reason as results show it. */
export class Unreadable extends Error {
  override name = "Unreadable";
  constructor(
    readonly kind: "skip" | "error",
    message: string,
  ) {
    super(message);
  }
}

export class Cancelled extends Error {
  override name = "Cancelled";
}

export interface ReadRequest {
  /** Binary string. */
  readonly path: string;
  /** The path may be a symbolic link. */
  readonly byLink: boolean;
  /** Gives memory for so many bytes. */
  readonly memory: (length: number) => Uint8Array;
  readonly maxSize: number;
  /** See `WalkOptions.within`. */
  readonly within?: string | undefined;
  readonly cancelled: () => boolean;
}

export interface FileContent {
  readonly length: number;
  /** Undefined where nobody owns it. */
  readonly uid: number | undefined;
  readonly identity: FileIdentity;
}

/**
 * Fills the memory with the content. Never waits for a FIFO, never follows a link that has taken the file's place.
 * @throws Unreadable; Cancelled; errors of `memory`
 */
export function readFile(request: ReadRequest): FileContent {
  const fd = open(request);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw changed("it is no regular file any more");
    if (request.within !== undefined && !isBelow(request.within, request.path, fd, stats))
      throw changed("a folder above it is another one");
    const { size } = stats;
    for (const [limit, whose] of [
      [request.maxSize, "the limit"],
      [ENGINE_MAX_BYTES, "the engine's limit"],
    ] as const) {
      if (size > limit) throw new Unreadable("skip", `size of ${size} bytes is over ${whose} of ${limit}`);
    }
    const memory = request.memory(size);
    let length = 0;
    while (length < size) {
      if (request.cancelled()) throw new Cancelled();
      const count = readSync(fd, memory, length, Math.min(PIECE_BYTES, size - length), length);
      if (count === 0) throw changed("it became shorter");
      length += count;
    }
    // Some network file systems state no size.
    if (readSync(fd, new Uint8Array(1), 0, 1, size) > 0)
      throw changed("there is more in it than its size says");
    const after = fstatSync(fd);
    if (after.size !== size) throw changed(after.size > size ? "it grew" : "it became shorter");
    if (after.mtimeMs !== stats.mtimeMs) throw changed("it was written to");
    return { length, uid: stats.uid, identity: identityOf(stats) };
  } catch (error) {
    throw typeof (error as NodeJS.ErrnoException).code === "string" && isSystemError(error)
      ? new Unreadable("error", refusal(error))
      : error;
  } finally {
    closeSync(fd);
  }
}

/** Fills the memory with bytes that are no file. */
export function takeContent(bytes: Uint8Array, memory: (length: number) => Uint8Array): FileContent {
  const { length } = bytes;
  memory(length).set(bytes);
  return { length, uid: undefined, identity: { dev: 0, ino: 0, size: length, mtimeMs: 0, ctimeMs: 0 } };
}

function open({ path, within, byLink }: ReadRequest): number {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    const place = within === undefined ? path : join(within, path);
    return openSync(forFs(place), O_RDONLY | O_NONBLOCK | (byLink ? 0 : O_NOFOLLOW));
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case "ENOENT":
      case "ENOTDIR":
        throw changed("it does not exist any more");
      case "ELOOP":
      case "EMLINK": // FreeBSD's word for a link under O_NOFOLLOW
        throw changed("a symbolic link has taken its place");
      case "ENXIO": // a socket
        throw changed("it is no regular file any more");
      default:
        throw new Unreadable("error", refusal(error));
    }
  }
}

function identityOf({ dev, ino, size, mtimeMs, ctimeMs }: Stats): FileIdentity {
  return { dev, ino, size, mtimeMs, ctimeMs };
}

function changed(how: string): Unreadable {
  return new Unreadable("error", `changed during scan: ${how}`);
}

function isSystemError(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).syscall === "string";
}
