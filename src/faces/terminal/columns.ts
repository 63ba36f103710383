/** Columns of the table of sources: their titles, cells and places, and the values by which they sort. */
import { formatAmount, formatFixed } from "#kit/format/numbers.ts";
import type { SourceSnapshot } from "../../pool/snapshot.ts";
import type { ShownState } from "./shown-state.ts";

export const COLUMN_KEYS = ["id", "family", "state", "rate", "assessed", "credit", "failures"] as const;
export type ColumnKey = (typeof COLUMN_KEYS)[number];

export interface Column {
  readonly title: string;
  readonly columns: number;
  /** Blank columns after it on a narrow screen; always two on a roomy one. */
  readonly gap: number;
  /** Title on a roomy screen, if different. */
  readonly longTitle?: string;
  readonly right?: boolean;
  /** It sorts from A to Z, the others from the largest number down. */
  readonly isText?: boolean;
  /** Its value is a rate, which a source that failed or cannot run has not. */
  readonly isRate?: boolean;
  readonly cell: (source: SourceSnapshot, state: ShownState) => string;
  /** Sorts the table; null stands last either way. */
  readonly value: (source: SourceSnapshot, state: ShownState) => string | number | null;
}

const failuresOf = ({ healthFailures, faults }: SourceSnapshot) => healthFailures + faults;

export const COLUMNS: Readonly<Record<ColumnKey, Column>> = {
  id: { title: "SOURCE", columns: 21, gap: 1, isText: true, cell: ({ id }) => id, value: ({ id }) => id },
  family: {
    title: "FAMILY",
    columns: 10,
    gap: 1,
    isText: true,
    cell: ({ family }) => family,
    value: ({ family }) => family,
  },
  state: {
    title: "STATE",
    columns: 11,
    gap: 1,
    cell: (_, { text }) => text,
    value: (_, { urgency }) => urgency,
  },
  rate: {
    title: "SAMP/S",
    longTitle: "SAMPLES/S",
    columns: 6,
    gap: 2,
    right: true,
    isRate: true,
    cell: ({ samplesPerSecond }) => formatAmount(Math.round(samplesPerSecond)),
    value: ({ samplesPerSecond }) => samplesPerSecond,
  },
  assessed: {
    title: "ASSESSED",
    longTitle: "ASSESSED H",
    columns: 8,
    gap: 2,
    right: true,
    isRate: true,
    cell: ({ assessedH }) => formatFixed(assessedH, 2),
    value: ({ assessedH }) => assessedH,
  },
  credit: {
    title: "CREDIT/S",
    longTitle: "CREDITED BITS/S",
    columns: 8,
    gap: 1,
    right: true,
    isRate: true,
    cell: ({ creditedBitsPerSecond }) => formatAmount(Math.round(creditedBitsPerSecond)),
    value: ({ creditedBitsPerSecond }) => creditedBitsPerSecond,
  },
  failures: {
    title: "FAIL",
    longTitle: "FAILURES",
    columns: 5,
    gap: 2,
    right: true,
    cell: (source) => formatAmount(failuresOf(source)),
    value: failuresOf,
  },
};

export interface PlacedColumn {
  readonly key: ColumnKey;
  readonly column: Column;
  readonly title: string;
  readonly x: number;
  readonly width: number;
}

/** From this width on titles are spelled out: 99 columns, and 51 for the reason, as many as beside the short titles of 132. */
const ROOMY_COLUMNS = 150;

/** Places the columns in a table of that width. */
export function placedColumns(tableWidth: number): readonly PlacedColumn[] {
  const roomy = tableWidth >= ROOMY_COLUMNS;
  let x = 1;
  return COLUMN_KEYS.map((key) => {
    const column = COLUMNS[key];
    const title = (roomy && column.longTitle) || column.title;
    const width = Math.max(column.columns, title.length);
    const placed = { key, column, title, x, width };
    x += width + (roomy ? 2 : column.gap);
    return placed;
  });
}
