/** Two changes of one entry, brought together: each as it differs from the revision that both began with. */
import { type Entry, FIELDS, type Field, isSame } from "../../../../dictionary/entry.ts";

export type Value = Entry[Field];

export interface FieldMerge {
  readonly field: Field;
  readonly before: Value;
  readonly mine: Value;
  readonly theirs: Value;
  /** Whose change there is; "both" have changed it, and not to the same. */
  readonly changedBy: "me" | "them" | "both";
}

/** Lists the fields that are not the same in all three, or that both have changed to the same. */
export function mergesOf(before: Entry, mine: Entry, theirs: Entry): readonly FieldMerge[] {
  return FIELDS.flatMap((field): FieldMerge[] => {
    const values = { before: before[field], mine: mine[field], theirs: theirs[field] };
    if (isSame(values.mine, values.theirs)) return [];
    const byMe = !isSame(values.before, values.mine);
    const byThem = !isSame(values.before, values.theirs);
    return [{ field, ...values, changedBy: byMe && byThem ? "both" : byMe ? "me" : "them" }];
  });
}

/** @param takeTheirs fields that both have changed, in which theirs stands */
export function mergedEntry(
  theirs: Entry,
  merges: readonly FieldMerge[],
  takeTheirs: ReadonlySet<Field>,
): Entry {
  const kept = merges.filter(
    ({ field, changedBy }) => changedBy === "me" || (changedBy === "both" && !takeTheirs.has(field)),
  );
  return { ...theirs, ...Object.fromEntries(kept.map(({ field, mine }) => [field, mine])) };
}

/** As it is shown: an item a line. */
export function textOfValue(value: Value | null): string {
  return value === null ? "" : typeof value === "string" ? value : value.join("\n");
}
