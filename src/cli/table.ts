/** Plain-text tables, bars and histograms. Width is counted in characters; cells hold no control codes. */

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** Rows under a header, columns two spaces apart, no trailing blanks. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, i) =>
    Math.max(column.title.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map((column, i) => {
        const cell = cells[i] ?? "";
        return column.align === "right" ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!);
      })
      .join("  ")
      .trimEnd();
  return [line(columns.map((column) => column.title)), ...rows.map(line)].join("\n");
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of `fraction` (0..1) of `width` characters, in eighths of one. */
export function bar(fraction: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, fraction)) * width * 8);
  return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!;
}

/** Counts as bars, one line a bin; anything present shows at least a sliver. */
export function histogram(bins: readonly { label: string; count: number }[], width: number): string {
  const most = Math.max(1, ...bins.map((bin) => bin.count));
  const labelWidth = Math.max(0, ...bins.map((bin) => bin.label.length));
  const countWidth = Math.max(0, ...bins.map((bin) => String(bin.count).length));
  const barWidth = Math.max(1, width - labelWidth - countWidth - 4);
  return bins
    .map(({ label, count }) => {
      const drawn = count > 0 ? bar(count / most, barWidth) || EIGHTHS[1] : "";
      return `${label.padStart(labelWidth)}  ${String(count).padStart(countWidth)}  ${drawn}`.trimEnd();
    })
    .join("\n");
}
