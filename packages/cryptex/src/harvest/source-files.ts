/** Files of code below a folder, and their text. Whatever is left out is named or counted. */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fromUtf8 } from "#kit/format/visible.ts";
import { Fence, isBelow } from "../scan-runner/fence.ts";
import { pathOf } from "../scan-runner/paths.ts";
import { languageOf } from "./languages.ts";

/** Folders that hold no code of the code base. */
export const LEFT_OUT = [".git", ".hg", ".svn", "node_modules"];

export interface LeftOut {
  /** Below the folder, with slashes. */
  readonly path: string;
  readonly reason: string;
  /** Code that was asked for is missing; false for what is left out by rule. */
  readonly isLoss: boolean;
}

export interface SourceList {
  /** Paths below the folder, with slashes, in order. */
  readonly paths: readonly string[];
  readonly leftOut: readonly LeftOut[];
  /** Files in no language that is read. */
  readonly others: number;
}

export interface ListRequest {
  readonly folder: string;
  /** Tells paths that are not asked for. */
  readonly isExcluded: (path: string) => boolean;
  /** See `CodeRequest.isFenced`. */
  readonly isFenced: boolean;
}

/** @throws the signal's reason */
export async function listSources(
  { folder: root, isExcluded, isFenced }: ListRequest,
  signal: AbortSignal,
): Promise<SourceList> {
  using fence = isFenced ? new Fence(pathOf(root)) : undefined;
  const entriesOf = async (folder: string) =>
    await readdir(fence?.folder(pathOf(folder)) ?? join(root, folder), { withFileTypes: true });
  const paths: string[] = [];
  const leftOut: LeftOut[] = [];
  let others = 0;
  const open = [""];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    signal.throwIfAborted();
    const entries = await entriesOf(folder).catch((error: Error) => {
      leftOut.push({ path: folder || ".", reason: `cannot be read: ${refusal(error)}`, isLoss: true });
      return [];
    });
    for (const entry of entries) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (isExcluded(path)) continue;
      if (entry.isDirectory()) {
        if (LEFT_OUT.includes(entry.name))
          leftOut.push({ path, reason: "no code of this code base", isLoss: false });
        else open.push(path);
      } else if (!languageOf(path)) others++;
      else if (entry.isFile()) paths.push(path);
      else
        leftOut.push({
          path,
          reason: entry.isSymbolicLink() ? "symbolic link" : "no regular file",
          isLoss: false,
        });
    }
  }
  const byPath = (a: string, b: string) => (a < b ? -1 : 1);
  return { paths: paths.sort(byPath), leftOut: leftOut.sort((a, b) => byPath(a.path, b.path)), others };
}

/** Lists one file. */
export function oneSource(path: string): SourceList {
  return languageOf(path) ? { paths: [path], leftOut: [], others: 0 } : { paths: [], leftOut: [], others: 1 };
}

export type SourceText = { readonly text: string } | { readonly reason: string };

/** @param path below the folder @param isFenced see `CodeRequest.isFenced` */
export function readSource(folder: string, path: string, mostBytes: number, isFenced: boolean): SourceText {
  const isRight = (file: number, stats: Stats) => isBelow(pathOf(folder), pathOf(path), file, stats);
  const file = readBytes(join(folder, path), mostBytes, isFenced ? isRight : undefined);
  if ("bytes" in file) return decoded(file.bytes);
  // Listed with its bytes replaced, so that it is not found.
  if (file.code === "ENOENT" && path.includes("\uFFFD"))
    return { reason: "its name is no UTF-8: give it another one, or leave it out with --exclude" };
  return { reason: file.reason };
}

/** Content of a file, or why there is none, with the system's code for it. */
export type FileBytes = { readonly bytes: Buffer } | { readonly reason: string; readonly code?: string };

/** Reads a regular file, never through a link that was put into its place. @param isRight looks at what was opened */
export function readBytes(
  path: string,
  mostBytes: number,
  isRight: (file: number, stats: Stats) => boolean = () => true,
): FileBytes {
  let file: number;
  try {
    // Windows has neither flag.
    const flags = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    file = openSync(path, constants.O_RDONLY | flags);
  } catch (error) {
    return unreadable(error);
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) return { reason: "no regular file" };
    if (!isRight(file, stats)) return { reason: "a folder above it is another one by now" };
    const buffer = Buffer.alloc(Math.min(stats.size, mostBytes) + 1);
    let length = 0;
    for (let got = -1; got !== 0 && length < buffer.length; length += got) {
      got = readSync(file, buffer, length, buffer.length - length, null);
    }
    return length > mostBytes
      ? { reason: `larger than ${mostBytes} bytes` }
      : { bytes: buffer.subarray(0, length) };
  } catch (error) {
    return unreadable(error);
  } finally {
    closeSync(file);
  }
}

function unreadable(error: unknown): FileBytes {
  const { code } = error as NodeJS.ErrnoException;
  return { reason: `cannot be read: ${refusal(error)}`, ...(code !== undefined && { code }) };
}

/** Says in words why the system refused, without the path, which whoever asks may not see whole. */
export function refusal(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code && REFUSALS[code]) || code || message;
}

const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOENT: "it does not exist any more",
  ENOTDIR: "it is no folder any more",
  ELOOP: "a symbolic link has taken its place",
  EMLINK: "a symbolic link has taken its place", // FreeBSD's word for it
};

/** UTF-16 where a mark says it, as Windows' editors write it; else UTF-8; else Latin-1, which any bytes are. */
export function decoded(bytes: Buffer): SourceText {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? "utf-16le"
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? "utf-16be"
        : undefined;
  if (encoding) return { text: new TextDecoder(encoding).decode(bytes) };
  if (bytes.includes(0)) return { reason: "no text: it has NUL bytes" };
  return { text: (fromUtf8(bytes) ?? bytes.toString("latin1")).replace(/^\uFEFF/, "") };
}

/** Tells that two paths may be of one file: one of them may begin further up than the other. */
export function isSameFile(location: string, path: string): boolean {
  const [a, b] = [location, path].map((each) => `/${each.replaceAll("\\", "/").replace(/^(\.?\/)+/, "")}`);
  return location !== "" && (a!.endsWith(b!) || b!.endsWith(a!));
}
