/**
 * The rules of a set as a list that is searched, and looked at page by page. What a word finds is a set of positions in the list: it is asked of
 * the store once, and sets of several words are cut. Of all else no more is read than stands on the page, however many rules are found.
 */
import type { RuleScope } from "../../cryptex-store/rule-index.ts";
import {
  type FoundRule,
  idsByContent,
  idsOf,
  type RuleQuery,
  rulesWithIds,
} from "../../cryptex-store/rule-search.ts";
import type { Store } from "../../cryptex-store/store.ts";

export interface RulePage {
  readonly total: number;
  /** In the order of their files, as clients see them, and of their lines. */
  readonly rules: readonly FoundRule[];
  /** Place of the last of them; undefined where nothing follows. */
  readonly last: RulePlace | undefined;
}

/** Marks that a rule must have, all of them. */
export type ListQuery = Partial<Omit<RuleQuery, "query">>;

export interface RulePlace {
  readonly file: string;
  /** How many rules stand before it in the file. */
  readonly number: number;
}

/** Stands at a position of the list. */
interface ListedFile {
  readonly file: string;
  readonly first: number;
}

/**
 * Marks whose positions are kept. People type the same beginnings of words, turn pages and take letters back. 12,768 rules take 1.6 KB a
 * mark.
 */
const KEPT_MARKS = 1_000;

export class RuleList {
  readonly #ids: number[] = [];
  /** In order; `#fileOf` has the index of each rule's. */
  readonly #files: ListedFile[] = [];
  readonly #fileOf: number[] = [];
  readonly #positionsOf = new Map<number, number[]>();
  /** The one that was asked last stands at the end. */
  readonly #marks = new Map<string, Positions>();

  /** @param shown how clients see a file; files that they see as one are one @throws StoreError */
  constructor(
    private readonly store: Store,
    scope: RuleScope,
    shown: (file: string) => string,
  ) {
    const ids = idsByContent(store, scope);
    const files = new Map<string, number[]>();
    for (const [content, paths] of scope.paths) {
      for (const file of paths.map(shown)) {
        const before = files.get(file) ?? [];
        files.set(file, [...before, ...(ids.get(content) ?? [])]);
      }
    }
    for (const file of [...files.keys()].sort()) {
      const index = this.#files.push({ file, first: this.#ids.length }) - 1;
      for (const id of files.get(file)!) {
        const position = this.#ids.push(id) - 1;
        const others = this.#positionsOf.get(id);
        if (others) others.push(position);
        else this.#positionsOf.set(id, [position]);
        this.#fileOf.push(index);
      }
    }
  }

  /** @param after place behind which the page begins, of this list or of one before it @throws StoreError */
  page(query: ListQuery, limit: number, after?: RulePlace): RulePage {
    const found = this.#search(query);
    const positions = found.from(after === undefined ? 0 : this.#positionBehind(after), limit + 1);
    const shown = positions.slice(0, limit);
    const rules = rulesWithIds(
      this.store,
      shown.map((position) => this.#ids[position]!),
    );
    return {
      total: found.count,
      rules: shown.flatMap((position) => {
        const rule = rules.get(this.#ids[position]!);
        return rule ? [{ ...rule, file: this.#placeOf(position).file }] : [];
      }),
      last: positions.length > limit ? this.#placeOf(shown.at(-1)!) : undefined,
    };
  }

  #search({ words = [], tags = [], meta = [], modules = [] }: ListQuery): Positions {
    const marks: RuleQuery[] = [
      ...words.map((word) => ({ words: [word] })),
      ...tags.map((tag) => ({ words: [], tags: [tag] })),
      ...meta.map((filter) => ({ words: [], meta: [filter] })),
      ...modules.map((module) => ({ words: [], modules: [module] })),
    ];
    const found = new Positions(this.#ids.length, true);
    for (const mark of marks) found.cut(this.#positionsWith(mark));
    return found;
  }

  #positionsWith(mark: RuleQuery): Positions {
    const key = JSON.stringify(mark);
    const known = this.#marks.get(key);
    this.#marks.delete(key);
    const positions = known ?? this.#ask(mark);
    this.#marks.set(key, positions);
    if (this.#marks.size > KEPT_MARKS) this.#marks.delete(this.#marks.keys().next().value!);
    return positions;
  }

  #ask(mark: RuleQuery): Positions {
    const ids = idsOf(this.store, mark);
    const positions = new Positions(this.#ids.length, ids === undefined);
    for (const id of ids ?? [])
      for (const position of this.#positionsOf.get(id) ?? []) positions.add(position);
    return positions;
  }

  #placeOf(position: number): RulePlace {
    const { file, first } = this.#files[this.#fileOf[position]!]!;
    return { file, number: position - first };
  }

  #positionBehind({ file, number }: RulePlace): number {
    const index = this.#files.findIndex((each) => each.file >= file);
    if (index < 0) return this.#ids.length;
    const { first } = this.#files[index]!;
    if (this.#files[index]!.file !== file) return first;
    return Math.min(first + number + 1, this.#files[index + 1]?.first ?? this.#ids.length);
  }
}

/** Some positions of a list: a bit for each. */
class Positions {
  readonly #bits: Uint32Array;

  constructor(
    private readonly length: number,
    areAll: boolean,
  ) {
    this.#bits = new Uint32Array(Math.ceil(length / 32)).fill(areAll ? 0xffff_ffff : 0);
    // None beyond the end.
    if (areAll && length % 32 > 0) this.#bits[this.#bits.length - 1] = 2 ** (length % 32) - 1;
  }

  add(position: number): void {
    this.#bits[position >>> 5]! |= 1 << (position & 31);
  }

  /** Leaves those that are in the others, too. */
  cut(others: Positions): void {
    for (const [at, bits] of others.#bits.entries()) this.#bits[at]! &= bits;
  }

  get count(): number {
    let count = 0;
    for (let rest of this.#bits) for (; rest !== 0; rest &= rest - 1) count++;
    return count;
  }

  /** Lists some in order, from a position on. */
  from(begin: number, most: number): number[] {
    const found: number[] = [];
    for (let position = begin; position < this.length && found.length < most; position++)
      if ((this.#bits[position >>> 5]! >>> (position & 31)) & 1) found.push(position);
    return found;
  }
}
