/** Files that a program keeps for its user, and trusts: they are the user's alone, or are not used. */
import { chmodSync, closeSync, constants, fstatSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { readRefusal } from "../errors.ts";
import { Replacement } from "./replace-file.ts";

export type OwnFile =
  | { readonly kind: "absent" }
  /** Not ours alone, too large, or not to be read. */
  | { readonly kind: "unusable"; readonly reason: string }
  | { readonly kind: "read"; readonly text: string };

/** Reads a file that is ours and that nobody else can write to. Refuses everything else; never throws for it. */
export function readOwnFile(path: string, maxBytes: number): OwnFile {
  let file: number;
  try {
    // A link could lead anywhere, and to open a pipe must not block.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "absent" };
    if (code === undefined) throw error;
    return unusable(code === "ELOOP" ? "it is a link" : `it cannot be opened: ${readRefusal(error)}`);
  }
  try {
    const { uid, mode, size } = fstatSync(file);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) return unusable("it is not a plain file");
    if (uid !== process.geteuid?.()) return unusable("it belongs to another user");
    if ((mode & 0o022) !== 0) return unusable("others may write to it");
    if (size > maxBytes) return unusable("it is too large");
    return { kind: "read", text: readFileSync(file, "utf8") };
  } catch (error) {
    if (error instanceof Error && "code" in error)
      return unusable(`it cannot be read: ${readRefusal(error)}`);
    throw error;
  } finally {
    closeSync(file);
  }
}

/**
 * Replaces such a file in one step, in a folder of its own as `makeOwnFolder` makes it. A link of that name is
 * replaced: it would not be read.
 * @throws the system's error
 */
export function replaceOwnFile(path: string, text: string): void {
  makeOwnFolder(dirname(path));
  using replacement = new Replacement(path, 0o600);
  replacement.write(text);
  replacement.publish();
}

/** Makes a folder that only its owner may enter; one that is there becomes such. @throws the system's error */
export function makeOwnFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
}

function unusable(reason: string): OwnFile {
  return { kind: "unusable", reason };
}
