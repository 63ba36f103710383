/** Folders under watch: by the number of their watch, and as a tree by their paths. */
import { join } from "../scan-runner/paths.ts";

export interface Folder {
  readonly watch: number;
  /** As the walk names it: a binary string. */
  readonly path: string;
  readonly parent: Folder | undefined;
  readonly name: string;
  readonly children: Map<string, Folder>;
  /** Entries that are meant where the folder itself is not: files that were named are watched by their folders. */
  readonly only: Set<string> | undefined;
  /** Number of the round of walking in which it was seen last. */
  round: number;
}

export class Folders {
  readonly #byWatch = new Map<number, Folder>();
  readonly #byPath = new Map<string, Folder>();

  get size(): number {
    return this.#byWatch.size;
  }

  watched(watch: number): Folder | undefined {
    return this.#byWatch.get(watch);
  }

  at(path: string): Folder | undefined {
    return this.#byPath.get(path);
  }

  all(): IterableIterator<Folder> {
    return this.#byWatch.values();
  }

  /** Adds a folder in place of whatever had its number or its path. Returns the numbers of what went with that. */
  add(folder: Omit<Folder, "children" | "round">, round: number): number[] {
    const removed: number[] = [];
    for (const former of [this.#byWatch.get(folder.watch), this.#byPath.get(folder.path)])
      if (former) removed.push(...this.remove(former));
    const made: Folder = { ...folder, children: new Map(), round };
    this.#byWatch.set(folder.watch, made);
    this.#byPath.set(folder.path, made);
    folder.parent?.children.set(folder.name, made);
    return removed.filter((watch) => watch !== folder.watch);
  }

  /** Takes a folder out, with all below it. Returns their numbers. */
  remove(folder: Folder): number[] {
    folder.parent?.children.delete(folder.name);
    const removed: number[] = [];
    const stack = [folder];
    for (let each = stack.pop(); each; each = stack.pop()) {
      if (this.#byWatch.get(each.watch) === each) {
        this.#byWatch.delete(each.watch);
        removed.push(each.watch);
      }
      if (this.#byPath.get(each.path) === each) this.#byPath.delete(each.path);
      stack.push(...each.children.values());
    }
    return removed;
  }

  clear(): void {
    this.#byWatch.clear();
    this.#byPath.clear();
  }
}

/** Path of an entry of a folder. */
export function entryOf({ path }: Folder, name: string): string {
  return join(path, name);
}
