/** Folders that machines of a fleet have under the same name, each where it has it. */
import { realpathSync } from "node:fs";
import { ProgramError } from "#kit/errors.ts";
import { baseName, folderOf, forFs, join, pathOf, refusal, textOf } from "../scan-runner/paths.ts";

/** By name; binary strings. */
export type Roots = ReadonlyMap<string, string>;

/** @param pairs whose names differ */
export function rootsOf(pairs: readonly (readonly [name: string, folder: string])[]): Roots {
  return new Map(pairs.map(([name, folder]) => [name, pathOf(folder)]));
}

/** Returns the real path of a root. @throws ProgramError where this machine has none of that name, or cannot get at it */
export function folderOfRoot(roots: Roots, name: string): string {
  const folder = roots.get(name);
  if (folder === undefined) {
    const has = [...roots.keys()].join(", ");
    throw new ProgramError("job", `this machine has no root ${name}, only ${has}`);
  }
  try {
    return realpathSync(forFs(folder), "latin1");
  } catch (cause) {
    const words = refusal(cause);
    throw new ProgramError("job", `the root ${name} of this machine, ${textOf(folder)}: ${words}`, { cause });
  }
}

/** Where a file is below a root; or why it cannot be said. */
export type Place = { readonly root: string; readonly at: string } | { readonly reason: string };

/** Folders whose real path is remembered: a walk goes back and forth between few. */
const NEAR_FOLDERS = 64;

/** Finds out below which root files are. Links on the way to a file are resolved here, so that workers follow none. */
export class Places {
  /** The deepest first. */
  readonly #roots: readonly { readonly name: string; readonly base: string }[];
  readonly #real = new Map<string, string>();

  /** @throws ProgramError as `folderOfRoot` */
  constructor(roots: Roots) {
    this.#roots = [...roots.keys()]
      .map((name) => ({ name, base: join(folderOfRoot(roots, name), "") }))
      .sort((a, b) => b.base.length - a.base.length);
  }

  /** @param path binary string @param byLink it may be a link */
  of(path: string, byLink: boolean): Place {
    let real: string;
    try {
      real = byLink ? realPath(path) : join(this.#folder(folderOf(path)), baseName(path));
    } catch (error) {
      return { reason: refusal(error) };
    }
    const root = this.#roots.find(({ base }) => real.startsWith(base));
    return root
      ? { root: root.name, at: real.slice(root.base.length) }
      : { reason: "it lies below no root of the fleet" };
  }

  #folder(path: string): string {
    const known = this.#real.get(path);
    if (known !== undefined) return known;
    if (this.#real.size >= NEAR_FOLDERS) this.#real.clear();
    const real = realPath(path || ".");
    this.#real.set(path, real);
    return real;
  }
}

function realPath(path: string): string {
  return realpathSync(forFs(path), "latin1");
}
