/** A walk over a few paths below roots, so that each is judged as a walk over everything would judge it. */
import { plural } from "#kit/format/numbers.ts";
import { folderOf, join } from "../scan-runner/paths.ts";
import { STOPPED } from "../scan-runner/runner.ts";
import { type NotScanned, Walk, type WalkOptions } from "../scan-runner/walk.ts";

export class ChosenPaths {
  readonly #names = new Map<string, Set<string>>();
  readonly #roots = new Set<string>();
  /** Folders of which everything is looked at. */
  readonly #whole: Set<string>;

  /** @param whole folders with all that is below them */
  constructor(
    private readonly options: WalkOptions,
    paths: Iterable<string>,
    whole: Iterable<string> = [],
  ) {
    this.#whole = new Set(whole);
    for (const path of paths) this.#choose(path);
    for (const path of this.#whole) this.#choose(path);
  }

  #choose(path: string): void {
    const root = rootOf(path, this.options.roots);
    if (root === undefined) return;
    this.#roots.add(root);
    for (let at = path; at !== root; ) {
      const folder = folderOf(at);
      const name = at.slice(join(folder, "").length);
      const names = this.#names.get(folder);
      if (names?.has(name)) return;
      if (names) names.add(name);
      else this.#names.set(folder, new Set([name]));
      at = folder;
    }
  }

  /** True for a folder that is new as a whole; asked for each as the walk comes to it. */
  isWhole(folder: string): boolean {
    return this.#whole.has(folder);
  }

  walk(): Walk {
    const namesIn = (folder: string) => {
      const parent = folderOf(folder);
      if (this.#whole.has(folder)) return undefined;
      if (parent !== folder && this.#whole.has(parent)) {
        this.#whole.add(folder);
        return undefined;
      }
      return this.#names.get(folder) ?? [];
    };
    return new Walk({ ...this.options, roots: [...this.#roots], namesIn });
  }
}

/** Paths that are named one by one when a watch ends; of more there is a count. */
const MOST_LEFT = 10_000;
/** Time that is taken to see which of them are files that would have been scanned. */
const LOOK_MS = 100;

/** Names the files among changed paths that have not been scanned. */
export function leftoversOf(paths: readonly string[], options: WalkOptions): NotScanned[] {
  const named = paths.slice(0, MOST_LEFT);
  const walk = new ChosenPaths(options, named, []).walk();
  const lines: NotScanned[] = [];
  const until = performance.now() + LOOK_MS;
  for (let found = walk.next(); found && performance.now() < until; found = walk.next())
    if (found.kind === "file")
      lines.push({ kind: "error", path: found.path, reason: STOPPED, complete: false });
  if (performance.now() < until && named.length === paths.length) return lines;
  const reason = `${plural(paths.length, "change")} had not been scanned: the end came before their turn`;
  for (const path of options.roots) lines.push({ kind: "error", path, reason, complete: false });
  return lines;
}

/** Finds the root that a path is, or lies below: the nearest one. */
export function rootOf(path: string, roots: readonly string[]): string | undefined {
  let found: string | undefined;
  for (const root of roots) {
    const isBelow = path === root || path.startsWith(join(root, ""));
    if (isBelow && root.length >= (found?.length ?? 0)) found = root;
  }
  return found;
}
