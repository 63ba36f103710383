/** Sizes of answers: what is larger is cut, and says so. A model pays for each character, and forgets what it read before. */

/** Characters of JSON in the lines of one answer: some 16,000 tokens at four characters each, which is half of what common clients take. */
export const PAGE_CHARS = 64 * 1024;

/** Characters of one text in a line: eight lines of them, of two such texts each, still fit into a page. */
export const TEXT_CHARS = 4_000;

/** Items of one list in a line. */
export const LIST_ITEMS = 50;

/** A text or a list that was shortened. */
export interface Cut {
  /** Where it stands: names of members, with stars for places in lists. */
  readonly at: string;
  /** Characters or items that are left, of the longest one that stands there. */
  readonly kept: number;
  readonly of: number;
}

export interface Shortened<T> {
  readonly value: T;
  readonly cuts: readonly Cut[];
}

export interface Limits {
  readonly chars: number;
  readonly items: number;
}

const LIMITS: Limits = { chars: TEXT_CHARS, items: LIST_ITEMS };

/** Shortens texts and lists in plain data; a text ends with an ellipsis then. */
export function shortened<T>(value: T, limits = LIMITS): Shortened<T> {
  const cutter = new Cutter(limits);
  return { value: cutter.cut(value, "") as T, cuts: cutter.cuts };
}

/** Shortens each item of a list; all items stay. */
export function shortenedItems<T>(items: readonly T[]): Shortened<readonly T[]> {
  const cutter = new Cutter(LIMITS);
  return { value: items.map((item) => cutter.cut(item, "*") as T), cuts: cutter.cuts };
}

class Cutter {
  readonly #cuts = new Map<string, Cut>();

  constructor(private readonly limits: Limits) {}

  get cuts(): readonly Cut[] {
    return [...this.#cuts.values()];
  }

  cut(part: unknown, at: string): unknown {
    const { chars, items } = this.limits;
    const below = (name: string) => (at === "" ? name : `${at}.${name}`);
    if (typeof part === "string") {
      if (part.length <= chars) return part;
      this.#note(at, chars, part.length);
      return `${part.slice(0, chars - 1)}…`.toWellFormed();
    }
    if (Array.isArray(part)) {
      if (part.length > items) this.#note(at, items, part.length);
      return part.slice(0, items).map((item) => this.cut(item, below("*")));
    }
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(
      Object.entries(part).map(([name, member]) => [name, this.cut(member, below(name))]),
    );
  }

  #note(at: string, kept: number, of: number): void {
    if (of > (this.#cuts.get(at)?.of ?? 0)) this.#cuts.set(at, { at, kept, of });
  }
}

/** Counts how many of the first items fit into a page: one at least, so that a list comes to its end. */
export function fitting(items: readonly unknown[], chars = PAGE_CHARS): number {
  let count = 0;
  for (let used = 0; count < items.length; count++) {
    used += JSON.stringify(items[count]).length + 1;
    if (used > chars && count > 0) break;
  }
  return count;
}

/** Says in words what was shortened. */
export function cutWords(cuts: readonly Cut[], rest: string): string[] {
  if (cuts.length === 0) return [];
  const each = cuts.map(({ at, kept, of }) => `${at} to ${kept} of ${of}`);
  return [`Shortened: ${each.join(", ")}. ${rest}`];
}
