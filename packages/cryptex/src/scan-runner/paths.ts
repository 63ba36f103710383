/**
 * Paths as binary strings: one character a byte, so that names which are no UTF-8 stay what they are, and `<` compares
 * bytes. They are what readdir gives for the encoding "latin1".
 */
import type { ShownPath } from "./events.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
const NOT_ASCII = /[^\x00-\x7f]/;
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Path that a text names. */
export function pathOf(text: string): string {
  return NOT_ASCII.test(text) ? Buffer.from(text).toString("latin1") : text;
}

/** Form that node:fs takes. */
export function forFs(path: string): string | Buffer {
  return NOT_ASCII.test(path) ? Buffer.from(path, "latin1") : path;
}

/** Text of a path; bytes that are no UTF-8 become U+FFFD. */
export function textOf(path: string): string {
  return NOT_ASCII.test(path) ? Buffer.from(path, "latin1").toString() : path;
}

export function shownPath(path: string): ShownPath {
  if (!NOT_ASCII.test(path)) return { path };
  const bytes = Buffer.from(path, "latin1");
  try {
    return { path: strict.decode(bytes) };
  } catch {
    return { path: bytes.toString(), path_bytes: bytes.toString("base64") };
  }
}

/** Name of an entry of a folder. */
export function join(folder: string, name: string): string {
  return folder === "" || folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Folder of a path without a slash at its end: "/" for a file in the root, "" where there is no slash. */
export function folderOf(path: string): string {
  const end = path.lastIndexOf("/");
  return end > 0 ? path.slice(0, end) : path.slice(0, end + 1);
}

/** Ending of a name from its last dot on; empty where there is none but a leading one. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return /[^.]/.test(name.slice(0, dot)) && dot > 0 ? name.slice(dot) : "";
}

/** Works out the external variables of rules that follow from a path. Their values are text. */
export function pathExternals(path: string): Record<"filename" | "filepath" | "extension", string> {
  const filename = textOf(baseName(path));
  const folder = textOf(folderOf(path));
  return { filename, filepath: folder === "/" ? "" : folder, extension: extensionOf(filename) };
}

/** Says in words why the system refused a path. */
export function refusal(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code && REFUSALS[code]) || code || message;
}

const REFUSALS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "does not exist: part of the path is no folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENAMETOOLONG: "the path is too long for the system",
  ELOOP: "too many symbolic links",
  EIO: "input/output error",
  EMFILE: "too many open files",
  ENFILE: "too many open files",
  ENOMEM: "out of memory",
  ESTALE: "stale file handle",
  EBUSY: "busy",
  ETXTBSY: "busy",
  ERR_INVALID_ARG_VALUE: "no system has a path with a zero byte in it",
};
