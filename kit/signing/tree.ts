/** The files of an artifact, which is a file or a folder: which there are, and their digests. */
import { createHash } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { InputError, readRefusal } from "../errors.ts";
import { fromUtf8 } from "../format/visible.ts";

export interface FileDigest {
  /** Below the folder, with `/`; of an artifact that is a file, its name. */
  readonly path: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
  readonly sha3_256: string;
}

/** More files are hardly one artifact; the signature of so many has some 25 MB. */
export const MAX_FILES = 100_000;
const PIECE_BYTES = 1 << 20;

/** The files that lie where an artifact is looked for. */
export interface Tree {
  readonly isFolder: boolean;
  /** Paths of regular files as `FileDigest` has them, in the order of their UTF-16 code units. */
  readonly files: readonly string[];
  /** Names that cannot be signed, with the reason: links, devices, names that are no UTF-8. Empty folders are not seen. */
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
}

/** Lists the files of an artifact. Follows no links. @throws InputError; the signal's reason */
export async function listTree(root: string, signal: AbortSignal): Promise<Tree> {
  const stats = await statsOf(root);
  const files: string[] = [];
  const refused: { path: string; reason: string }[] = [];
  if (!stats.isDirectory()) {
    // Its own name, not "." or what a slash at the end would leave.
    const path = basename(resolve(root));
    if (stats.isFile()) files.push(path);
    else refused.push({ path, reason: kindOf(stats) });
    return { isFolder: false, files, refused };
  }
  const folders = [""];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const bytes of await namesIn(join(root, folder))) {
      signal.throwIfAborted();
      const name = fromUtf8(bytes);
      const path = folder + (name ?? bytes.toString("latin1"));
      if (name === undefined) {
        refused.push({ path, reason: "its name is no UTF-8" });
        continue;
      }
      const entry = await statsOf(join(root, path));
      if (entry.isDirectory()) folders.push(`${path}/`);
      else if (entry.isFile()) files.push(path);
      else refused.push({ path, reason: kindOf(entry) });
    }
    if (files.length + refused.length > MAX_FILES) {
      throw new InputError(`${root} has more than ${MAX_FILES} files: pack them, and sign the one file`);
    }
  }
  return { isFolder: true, files: files.sort(), refused };
}

async function namesIn(folder: string): Promise<Buffer[]> {
  try {
    // One character a byte: Bun gives no buffers here.
    const names = await readdir(folder, { encoding: "latin1" });
    return names.map((name) => Buffer.from(name, "latin1"));
  } catch (error) {
    throw new InputError(`cannot read ${folder}: ${readRefusal(error)}`, { cause: error });
  }
}

async function statsOf(place: string): Promise<Stats> {
  return await lstat(place).catch((error: NodeJS.ErrnoException) => {
    const words =
      error.code === "ENOENT" ? `there is no ${place}` : `cannot read ${place}: ${readRefusal(error)}`;
    throw new InputError(words, { cause: error });
  });
}

function kindOf(stats: Stats): string {
  if (stats.isSymbolicLink()) return "it is a symbolic link";
  if (stats.isFIFO()) return "it is a pipe";
  return stats.isSocket() ? "it is a socket" : "it is no regular file";
}

/** True for a path that leads to a file below a folder, by each system's rules: no `..`, nothing absolute, no backslash. */
export function isBelow(path: string): boolean {
  const parts = path.split("/");
  return !/[\\\0]/.test(path) && parts.every((part) => part !== "" && part !== "." && part !== "..");
}

/** Tells where a file of an artifact lies. */
export function placeOf(root: string, isFolder: boolean, path: string): string {
  return isFolder ? join(root, path) : root;
}

/** @param progress told of bytes as they are read @throws InputError, also where it changes meanwhile; the signal's reason */
export async function digestFile(
  place: string,
  path: string,
  signal: AbortSignal,
  progress: (bytes: number) => void = () => {},
): Promise<FileDigest> {
  // A link or a pipe that took its place meanwhile is neither followed nor waited for. Windows has no such flags.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  let file: FileHandle;
  try {
    file = await open(place, flags);
  } catch (error) {
    throw new InputError(`cannot read ${place}: ${readRefusal(error)}`, { cause: error });
  }
  try {
    const before = await file.stat();
    if (!before.isFile()) throw new InputError(`cannot read ${place}: it is no regular file any more`);
    const [sha256, sha3] = [createHash("sha256"), createHash("sha3-256")];
    const piece = new Uint8Array(PIECE_BYTES);
    let bytes = 0;
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, null);
      if (bytesRead === 0) break;
      bytes += bytesRead;
      sha256.update(piece.subarray(0, bytesRead));
      sha3.update(piece.subarray(0, bytesRead));
      progress(bytesRead);
    }
    const after = await file.stat();
    if (after.size !== bytes || after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
      throw new InputError(`${place} changed while it was read`);
    }
    return { path, bytes, sha256: sha256.digest("hex"), sha3_256: sha3.digest("hex") };
  } finally {
    await file.close();
  }
}
