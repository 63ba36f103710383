/**
 * The rules of a set as a list in memory, which is searched, and looked at page by page. Each mark that rules may have gives a set of positions
 * in the list; sets of several marks are cut. 12,768 generated rules take 22 MB.
 */
import { setImmediate } from "node:timers/promises";
import { folded } from "../../cryptex-store/letter-case.ts";
import type { RuleScope } from "../../cryptex-store/rule-index.ts";
import {
  type FoundRule,
  idsByContent,
  type RuleQuery,
  searchedRules,
} from "../../cryptex-store/rule-search.ts";
import { fieldsOf, fieldValue, keyedWord, searchable } from "../../cryptex-store/rule-words.ts";
import type { Store } from "../../cryptex-store/store.ts";
import { Positions } from "./positions.ts";
import { TextBlock } from "./text-block.ts";

export interface ListedRules {
  readonly store: Store;
  readonly scope: RuleScope;
  /** Tells how clients see a file; files that they see as one are one. */
  readonly shown: (file: string) => string;
  /** Makes of a rule, whose file is as clients see it, what stands on pages: JSON. */
  readonly summary: (rule: FoundRule) => string;
  readonly signal?: AbortSignal;
}

export interface RulePage {
  readonly total: number;
  /** Summaries, in the order of their files, as clients see them, and of their lines. */
  readonly rules: readonly string[];
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

/** Rules that are taken in one go: some milliseconds. */
const RULES_A_TURN = 200;

/** Marks whose positions are kept. People type the same beginnings of words, turn pages and take letters back. 12,768 rules take 1.6 KB a mark. */
const KEPT_MARKS = 1_000;

export class RuleList {
  /** In order; `#fileOf` has the index of each rule's. */
  readonly #files: ListedFile[] = [];
  readonly #fileOf: number[] = [];
  readonly #texts = new TextBlock();
  readonly #fields = new TextBlock();
  readonly #summaries = new TextBlock();
  /** The one that was asked last stands at the end. */
  readonly #marks = new Map<string, Positions>();

  private constructor() {}

  /** @throws StoreError; the signal's reason */
  static async of(rules: ListedRules): Promise<RuleList> {
    const list = new RuleList();
    const places = placesOf(rules);
    for (let at = 0; at < places.length; at += RULES_A_TURN) {
      list.#take(places.slice(at, at + RULES_A_TURN), rules);
      await setImmediate();
      rules.signal?.throwIfAborted();
    }
    for (const block of [list.#texts, list.#fields, list.#summaries]) block.close();
    return list;
  }

  /** @param after place behind which the page begins, of this list or of one before it */
  page(query: ListQuery, limit: number, after?: RulePlace): RulePage {
    const found = this.#search(query);
    const positions = found.from(after === undefined ? 0 : this.#positionBehind(after), limit + 1);
    const shown = positions.slice(0, limit);
    return {
      total: found.count,
      rules: shown.map((position) => this.#summaries.text(position)),
      last: positions.length > limit ? this.#placeOf(shown.at(-1)!) : undefined,
    };
  }

  #take(places: readonly Place[], { store, summary }: ListedRules): void {
    const ids = places.map(({ id }) => id);
    const rules = searchedRules(store, ids);
    for (const { file, id } of places) {
      const rule = rules.get(id);
      if (rule === undefined) continue;
      if (this.#files.at(-1)?.file !== file) this.#files.push({ file, first: this.#fileOf.length });
      this.#fileOf.push(this.#files.length - 1);
      const { text, ...facts } = rule;
      this.#texts.add(folded(text));
      this.#fields.add(
        fieldsOf(facts)
          .map(([field, value]) => fieldText(field, value))
          .join(""),
      );
      this.#summaries.add(summary({ ...facts, file }));
    }
  }

  #search({ words = [], tags = [], meta = [], modules = [] }: ListQuery): Positions {
    const hasField = (field: string, value: string) =>
      this.#with(["field", field, value], () => this.#fields.holding(fieldText(field, value)));
    const marks = [
      ...words.filter((word) => word !== "").map((word) => this.#withWord(searchable(word))),
      ...tags.map((tag) => hasField("tag", fieldValue(tag))),
      ...meta.map(({ key, value }) => hasField(`meta:${searchable(key)}`, fieldValue(value))),
      ...modules.map((module) => hasField("module", searchable(module))),
    ];
    const found = new Positions(this.#fileOf.length, true);
    for (const mark of marks) found.cut(mark);
    return found;
  }

  #withWord(word: string): Positions {
    return this.#with(["word", word], () => {
      const found = this.#texts.holding(folded(word));
      const keyed = keyedWord(word);
      if (keyed) found.join(this.#fields.holdingBehind(fieldHead(keyed.field), keyed.text));
      return found;
    });
  }

  #with(mark: readonly string[], find: () => Positions): Positions {
    const key = JSON.stringify(mark);
    const positions = this.#marks.get(key) ?? find();
    this.#marks.delete(key);
    this.#marks.set(key, positions);
    if (this.#marks.size > KEPT_MARKS) this.#marks.delete(this.#marks.keys().next().value!);
    return positions;
  }

  #placeOf(position: number): RulePlace {
    const { file, first } = this.#files[this.#fileOf[position]!]!;
    return { file, number: position - first };
  }

  #positionBehind({ file, number }: RulePlace): number {
    const index = this.#files.findIndex((each) => each.file >= file);
    if (index < 0) return this.#fileOf.length;
    const { first } = this.#files[index]!;
    if (this.#files[index]!.file !== file) return first;
    return Math.min(first + number + 1, this.#files[index + 1]?.first ?? this.#fileOf.length);
  }
}

/** Place of a rule in the list. */
interface Place {
  readonly file: string;
  readonly id: number;
}

/** @throws StoreError */
function placesOf({ store, scope, shown }: ListedRules): Place[] {
  const ids = idsByContent(store, scope);
  const places = [...scope.paths].flatMap(([content, paths]) =>
    paths.map((path) => ({ file: shown(path), ids: ids.get(content) ?? [] })),
  );
  // Sorting keeps the order of those that are shown as one.
  places.sort((a, b) => (a.file < b.file ? -1 : Number(a.file > b.file)));
  return places.flatMap(({ file, ids }) => ids.map((id) => ({ file, id })));
}

/** NUL stands in no name and no value. Two of them come before names of fields alone. */
const fieldHead = (field: string) => `\0\0${field}\0`;
const fieldText = (field: string, value: string) => `${fieldHead(field)}${value}\0`;
