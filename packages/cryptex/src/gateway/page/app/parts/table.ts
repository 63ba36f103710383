/** Columns of tables, and the order of rows. */

export interface Column<Row> {
  readonly id: string;
  readonly label: string;
  readonly title?: string;
  readonly numeric?: boolean;
  /** Takes the whole width where a row is a card. */
  readonly wide?: boolean;
  /** Leaves the cell out where a row is a card. */
  readonly isBlank?: (row: Row) => boolean;
  /** Makes the column one that can be sorted by. */
  readonly value?: (row: Row) => string | number | null;
}

export interface Sorting {
  readonly by: string;
  readonly descending: boolean;
}

/** Sorts rows; those without a value come last, whatever the direction. Without a sorting they stay as they come. */
export function sorted<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: Sorting | undefined,
): readonly Row[] {
  const value = columns.find(({ id }) => id === sorting?.by)?.value;
  if (!value) return rows;
  const sign = sorting?.descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return left === right ? 0 : left < right ? -sign : sign;
  });
}
