/** The list of a package's files with their hashes, as `sha256sum` writes and reads it: `sha256sum -c SHA256SUMS` checks them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readSmallFile } from "#kit/files/small-file.ts";
import { visible } from "#kit/format/visible.ts";
import type { StatedFile } from "#kit/signing/artifact.ts";
import { digestFile, isBelow, listTree } from "#kit/signing/tree.ts";
import { InputError } from "../../errors.ts";

export const HASHES = "SHA256SUMS";

/** List of a package that is not finished, of what has been written so far: a later line of a file replaces one before. */
export const UNFINISHED_HASHES = `${HASHES}.part`;

/** A package of forty sources has some 500 files. */
const MAX_HASH_BYTES = 2 ** 20;

export function hashText(files: readonly StatedFile[]): string {
  return files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join("");
}

/** @param folder of the package @throws InputError */
export function readHashes(folder: string): StatedFile[] {
  const place = join(folder, HASHES);
  const lines = readSmallFile(place, MAX_HASH_BYTES).text.split("\n");
  if (lines.pop() !== "" || lines.length === 0) throw new InputError(`${visible(place)} is cut off`);
  return lines.map((line, i) => {
    const file = fileOf(line);
    if (!file) throw new InputError(`${visible(place)}: line ${i + 1} is not like "HASH  PATH"`);
    return file;
  });
}

/** Reads what there is of an unfinished list: a file whose line is torn is made anew. @throws InputError */
export function readUnfinishedHashes(folder: string): StatedFile[] {
  const place = join(folder, UNFINISHED_HASHES);
  if (!existsSync(place)) return [];
  return readSmallFile(place, MAX_HASH_BYTES)
    .text.split("\n")
    .flatMap((line) => fileOf(line) ?? []);
}

function fileOf(line: string): StatedFile | undefined {
  const [, sha256, path] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
  return sha256 !== undefined && path !== undefined && isBelow(path) ? { path, sha256 } : undefined;
}

/**
 * Refuses a package in which somebody has changed a file since it was made, or put one into it: that may be work that must not be
 * lost, or data that must not be signed.
 * @param isListed false for files that the hashes leave out
 * @returns the SHA-256 of each file of the package, by its path
 * @throws InputError that names the first such file; the signal's reason
 */
export async function refuseChanged(
  folder: string,
  isListed: (path: string) => boolean,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const listed = readHashes(folder);
  const known = new Set(listed.map(({ path }) => path));
  const { files, refused } = await listTree(folder, signal);
  const added = [...files, ...refused.map(({ path }) => path)].find(
    (path) => isListed(path) && !known.has(path),
  );
  if (added !== undefined) {
    throw new InputError(`${visible(join(folder, added))} came into the package since it was made`, {
      hints: ["a package holds what the program wrote: keep yours elsewhere"],
    });
  }
  for (const { path, sha256 } of listed) {
    const place = join(folder, path);
    if (!existsSync(place)) continue;
    if ((await digestFile(place, path, signal)).sha256 === sha256) {
      found.set(path, sha256);
      continue;
    }
    throw new InputError(`${visible(place)} was changed since the package was made`, {
      hints: [
        "a package holds what the program wrote: keep your version elsewhere",
        "without the file here, the same command makes it anew",
      ],
    });
  }
  return found;
}
