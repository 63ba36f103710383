/** The files of packed rule sets, on the disk. */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { InputError, writeRefusal } from "#kit/errors.ts";
import { listTree } from "#kit/signing/tree.ts";
import type { RulePackage } from "./rule-package.ts";
import type { TarEntry } from "./tar.ts";

/** Sets kept unpacked, the last used ones, as compiled sets are. */
const MAX_KEPT = 20;

/** Unpacks a package into a folder of its own, unless it is there and whole. @returns the folder */
export async function unpacked(
  { own, entries }: RulePackage,
  cacheFolder: string,
  signal: AbortSignal,
): Promise<string> {
  const folder = join(cacheFolder, digestName(own.sha256, entries));
  if (await isWhole(folder, entries, signal)) {
    utimesSync(folder, new Date(), new Date());
    return folder;
  }
  try {
    rmSync(folder, { recursive: true, force: true });
    writeEntries(folder, entries);
    prune(cacheFolder);
  } catch (cause) {
    // Another process may have been faster.
    if (await isWhole(folder, entries, signal)) return folder;
    throw new InputError(`cannot unpack the rules into ${cacheFolder}: ${writeRefusal(cause)}`, { cause });
  }
  return folder;
}

/** Names a folder by all that is in it: the manifest has the digests of the other files, but not of its signature. */
function digestName(manifest: string, [, second]: readonly TarEntry[]): string {
  return createHash("sha256")
    .update(manifest)
    .update(second?.bytes ?? "")
    .digest("hex")
    .slice(0, 32);
}

/** Compares a folder with what is to be in it, byte by byte. */
async function isWhole(folder: string, entries: readonly TarEntry[], signal: AbortSignal): Promise<boolean> {
  if (!existsSync(folder)) return false;
  try {
    const { files, refused } = await listTree(folder, signal);
    const wanted = entries.map(({ path }) => path).sort();
    const isSame = files.length === wanted.length && files.every((path, i) => path === wanted[i]);
    if (!isSame || refused.length > 0) return false;
    return entries.every(({ path, bytes }) => readFileSync(join(folder, path)).equals(bytes));
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

/** Writes files into a folder that is not there yet, for its owner alone. It is there when all of it is. @throws the system's error */
export function writeEntries(folder: string, entries: readonly TarEntry[]): void {
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  const unfinished = `${folder}.${crypto.randomUUID().slice(0, 8)}.part`;
  try {
    mkdirSync(unfinished, { mode: 0o700 });
    for (const { path, bytes } of entries) {
      const place = join(unfinished, path);
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, bytes, { flag: "wx" });
    }
    renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function prune(cacheFolder: string): void {
  const kept = readdirSync(cacheFolder)
    .filter((name) => /^[0-9a-f]{32}$/.test(name))
    .map((name) => join(cacheFolder, name))
    .map((path) => ({ path, used: statSync(path).mtimeMs }))
    .sort((a, b) => b.used - a.used);
  for (const { path } of kept.slice(MAX_KEPT)) rmSync(path, { recursive: true, force: true });
}
