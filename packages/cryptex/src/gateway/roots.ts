/**
 * Folders that clients may name, each by a name of its own. A path below one is taken for what it is on the disk, links
 * followed; whatever lies elsewhere is as if it were not there.
 */
import { realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { InputError, readRefusal } from "#kit/errors.ts";
import { visible } from "#kit/format/visible.ts";
import { ServiceError } from "./service-error.ts";

export interface Roots {
  names(): string[];
  /**
   * Finds what a client names. "." is the root itself.
   * @param path with slashes, relative to the root
   * @returns real absolute paths. Links may be made after that: whoever opens the path does not follow any.
   * @throws ServiceError "not-found": one text for what is absent, outside, or no path
   */
  resolve(root: string, path: string): { readonly base: string; readonly path: string };
}

/** A folder and the name by which clients know it. */
export interface NamedFolder {
  readonly name: string;
  readonly folder: string;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** PATH_MAX of Linux; no other system takes more. */
const MAX_PATH_BYTES = 4_096;

/** @throws InputError for a name that is no name or is there twice, and for what is no folder */
export function openRoots(folders: readonly NamedFolder[]): Roots {
  const roots = new Map<string, string>();
  for (const { name, folder } of folders) {
    if (!NAME.test(name)) {
      throw new InputError(`'${visible(name)}' cannot name a root`, {
        hints: ["letters, digits, dots, - and _ can, at most 64 of them"],
      });
    }
    if (roots.has(name)) throw new InputError(`there are two roots ${name}`);
    roots.set(name, realFolder(name, folder));
  }
  return {
    names: () => [...roots.keys()],
    resolve(name, path) {
      const base = roots.get(name);
      if (base === undefined) throw new ServiceError("not-found", `there is no root ${excerpt(name)}`);
      const real = isPlain(path) ? realPathOf(join(base, path)) : undefined;
      if (real === undefined || !isWithin(base, real)) throw noSuchPath(name);
      return { base, path: real };
    },
  };
}

/** Says that a client's path is not there, in the same words for every reason. */
export function noSuchPath(root: string): ServiceError {
  return new ServiceError("not-found", `no such path below the root ${root}`);
}

function realFolder(name: string, folder: string): string {
  try {
    const real = realpathSync(folder);
    if (statSync(real).isDirectory()) return real;
  } catch (cause) {
    const words = readRefusal(cause);
    throw new InputError(`the root ${name} cannot be used: ${visible(folder)}: ${words}`, { cause });
  }
  throw new InputError(`the root ${name} cannot be used: ${visible(folder)} is no folder`);
}

/** Refuses what leads up or elsewhere before the disk is asked, so that no answer hangs on what lies outside. */
function isPlain(path: string): boolean {
  if (path.includes("\0") || !path.isWellFormed() || Buffer.byteLength(path) > MAX_PATH_BYTES) return false;
  // Windows takes backslashes for slashes, and what is before a colon for a drive or after it for a stream.
  if (sep === "\\" && /[\\:]/.test(path)) return false;
  const parts = path.replace(/\/$/, "").split("/");
  return parts.every((part) => part !== "" && part !== "..");
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined; // absent, or no permission: one answer for both
  }
}

function isWithin(base: string, path: string): boolean {
  return path === base || path.startsWith(base.endsWith(sep) ? base : base + sep);
}

function excerpt(name: string): string {
  return visible(name.length <= 64 ? name : `${name.slice(0, 64)}…`);
}
