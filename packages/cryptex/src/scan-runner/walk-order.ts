/** The order of a walk: names of a folder, and roots, each taken once, by the bytes of whole paths. */
import { pathOf } from "./paths.ts";

/** More names than that are kept as one text: a string each would take four times the memory. */
const MANY_NAMES = 10_000;

/** Names in order, each taken once. */
export class Names {
  readonly #few: readonly string[];
  readonly #many: string;
  #next = 0;

  /** @param isFolder no name has a slash in it */
  constructor(names: readonly string[], isFolder: boolean) {
    const areMany = isFolder && names.length > MANY_NAMES;
    this.#few = areMany ? [] : names;
    this.#many = areMany ? names.join("/") : "";
  }

  take(): string | undefined {
    if (this.#many === "") return this.#few[this.#next++];
    if (this.#next > this.#many.length) return undefined;
    const slash = this.#many.indexOf("/", this.#next);
    const end = slash < 0 ? this.#many.length : slash;
    const name = this.#many.slice(this.#next, end);
    this.#next = end + 1;
    return name;
  }
}

/** Sorts the roots; each place once, however it is written: `a`, `./a`, `a/` are one. */
export function distinctRoots(roots: readonly string[]): readonly string[] {
  const paths = roots.map((root) => root.replace(/(?<=[^/])\/+$/, ""));
  const areAlike = !paths.some(
    (path) => /\/\/|(^|\/)\.(\/|$)/.test(path) || isAbsolute(path) !== isAbsolute(paths[0]!),
  );
  // Equal ones among a million of a list are next to each other then, and the walk drops them.
  if (areAlike) return paths.sort();
  const cwd = pathOf(process.cwd());
  const seen = new Set<string>();
  const kept = paths.filter((path) => {
    const place = resolve(isAbsolute(path) ? path : `${cwd}/${path}`);
    return !seen.has(place) && seen.add(place);
  });
  return kept.sort();
}

function isAbsolute(path: string): boolean {
  return path.startsWith("/");
}

/** Takes out what leads nowhere: `//` and `/./`. A `..` stays, since what is before it may be a link. */
function resolve(path: string): string {
  return `/${path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")}`;
}
