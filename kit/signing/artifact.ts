/** Signatures of artifacts: a statement of the files of a file or folder, which is kept beside it. */
import { InputError } from "../errors.ts";
import { countOf, hexOf, type Json, type JsonObject, membersOf, textOf } from "./canonical-json.ts";
import type { OwnKey } from "./keyring.ts";
import { SignatureError } from "./signature-error.ts";
import { type Block, signStatement } from "./statement.ts";
import { digestFile, type FileDigest, isBelow, listTree, MAX_FILES, placeOf, type Tree } from "./tree.ts";

/** Says what a signature of files is for, where a program has no use of its own for it. */
export const ARTIFACT = "artifact";

export interface FilesStatement {
  /** Keeps files of one use from being taken for those of another. */
  readonly purpose: string;
  /** In the order of their paths' UTF-16 code units, as RFC 8785 orders keys. */
  readonly files: readonly FileDigest[];
}

export interface Reading {
  readonly signal: AbortSignal;
  /** Paths of files in it that are no part of it, such as the signature itself. */
  readonly apart?: readonly string[];
  /** Told of bytes as they are read. */
  readonly progress?: (bytes: number) => void;
}

/** Reads an artifact to sign it. @throws InputError that names what cannot be signed; the signal's reason */
export async function digestArtifact(root: string, reading: Reading): Promise<FileDigest[]> {
  const { signal, progress } = reading;
  const { isFolder, files, refused } = await listParts(root, reading);
  const [first] = refused;
  if (first) {
    const more = refused.length - 1;
    throw new InputError(`cannot sign ${root}: ${first.path}: ${first.reason}`, {
      hints: [...(more > 0 ? [`and ${more} more`] : []), "only regular files are signed, without links"],
    });
  }
  const wrong = files.find((path) => !isBelow(path));
  if (wrong !== undefined) throw new InputError(`cannot sign ${root}: '${wrong}' is no name on every system`);
  if (files.length === 0) throw new InputError(`cannot sign ${root}: there is no file in it`);
  const digests: FileDigest[] = [];
  for (const path of files)
    digests.push(await digestFile(placeOf(root, isFolder, path), path, signal, progress));
  return digests;
}

async function listParts(root: string, { signal, apart = [] }: Reading): Promise<Tree> {
  const tree = await listTree(root, signal);
  return { ...tree, files: tree.files.filter((path) => !apart.includes(path)) };
}

/** @returns the text of the signature, with the rotations of its signer */
export function signFiles(
  { purpose, files }: FilesStatement,
  { secret, lineage }: OwnKey,
  now?: Date,
): string {
  const entries = files.map(({ path, bytes, sha256, sha3_256 }) => ({ path, bytes, sha256, sha3_256 }));
  const rotations = lineage.blocks.filter(({ statement }) => statement.type === "rotation");
  const statement = signStatement("files", { purpose, files: entries }, secret, now);
  return statement + rotations.map(({ text }) => text).join("");
}

/** Reads a statement of files. @throws SignatureError */
export function readFiles({ statement }: Pick<Block, "statement">): FilesStatement {
  if (statement.type !== "files") {
    throw new SignatureError(`it is a statement of type "${statement.type}", not of files`);
  }
  const { purpose, files } = membersOf(statement.members, ["purpose", "files"]);
  if (!Array.isArray(files) || files.length === 0 || files.length > MAX_FILES) {
    throw new SignatureError(`"files" is no list of 1 to ${MAX_FILES} files`);
  }
  return { purpose: textOf(purpose, "purpose"), files: readDigests(files as readonly Json[]) };
}

/** Reads a list of files, in order and each once. @throws SignatureError */
export function readDigests(list: readonly Json[]): FileDigest[] {
  const digests = list.map((entry) => {
    const isObject = typeof entry === "object" && entry !== null && !Array.isArray(entry);
    if (!isObject) throw new SignatureError("an entry of a list of files is no object");
    const { path, bytes, sha256, sha3_256 } = membersOf(entry as JsonObject, [
      "path",
      "bytes",
      "sha256",
      "sha3_256",
    ]);
    const name = textOf(path, "path");
    if (!isBelow(name)) throw new SignatureError(`'${name}' leads out of the artifact`);
    return {
      path: name,
      bytes: countOf(bytes, "bytes"),
      sha256: hexOf(sha256, "sha256"),
      sha3_256: hexOf(sha3_256, "sha3_256"),
    };
  });
  const unsorted = digests.find(({ path }, i) => i > 0 && digests[i - 1]!.path >= path);
  if (unsorted) throw new SignatureError(`'${unsorted.path}' stands in the wrong place, or twice`);
  return digests;
}

/** Differences that are named one by one. */
const MOST_NAMED = 20;

/** A file as a list of files states it: its SHA-256, and what else the list has. */
export type StatedFile = Pick<FileDigest, "path" | "sha256"> & Partial<FileDigest>;

/**
 * Compares an artifact with a list of its files, signed or not: all are there, with these digests, and no others.
 * @param most differences that are named one by one
 * @returns differences in words; none where it is the same
 * @throws InputError where it is not there; the signal's reason
 */
export async function differences(
  root: string,
  stated: readonly StatedFile[],
  reading: Reading,
  most = MOST_NAMED,
): Promise<string[]> {
  const { signal, progress } = reading;
  const { isFolder, files, refused } = await listParts(root, reading);
  const found = new Set(files);
  const expected = new Set(stated.map(({ path }) => path));
  const faults = [
    ...refused.map(({ path, reason }) => `${path}: ${reason}, and not in the list`),
    ...files.filter((path) => !expected.has(path)).map((path) => `${path}: is not in the list`),
  ];
  for (const file of stated) {
    if (!found.has(file.path)) faults.push(`${file.path}: is missing`);
    else {
      const fault = await difference(placeOf(root, isFolder, file.path), file, {
        signal,
        ...(progress && { progress }),
      });
      if (fault !== undefined) faults.push(`${file.path}: ${fault}`);
    }
  }
  const rest = faults.length - most;
  return rest > 0 ? [...faults.slice(0, most), `and ${rest} more differences`] : faults;
}

async function difference(
  place: string,
  stated: StatedFile,
  { signal, progress }: Reading,
): Promise<string | undefined> {
  let now: FileDigest;
  try {
    now = await digestFile(place, stated.path, signal, progress);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  const { bytes = now.bytes, sha256, sha3_256 = now.sha3_256 } = stated;
  if (now.bytes !== bytes) return `has ${now.bytes} bytes, not ${bytes}`;
  const other = [
    ...(now.sha256 === sha256 ? [] : ["SHA-256"]),
    ...(now.sha3_256 === sha3_256 ? [] : ["SHA3-256"]),
  ];
  return other.length > 0 ? `was changed: another ${other.join(" and ")}` : undefined;
}
