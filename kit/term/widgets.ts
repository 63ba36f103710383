/** Bars, sparklines and histograms made of characters. No colour, no control codes; every character is one column wide. */

/** Characters that widgets are drawn with. */
export interface Glyphs {
  /** Last characters of a bar, from the thinnest to the full one. */
  readonly bar: readonly string[];
  /** From lowest to highest. */
  readonly spark: readonly string[];
  /** Empty part of a meter. */
  readonly track: string;
  readonly to: string;
  readonly atLeast: string;
}

const UNICODE: Glyphs = {
  bar: ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
  spark: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
  track: "░",
  to: "–",
  atLeast: "≥ ",
};

const ASCII: Glyphs = {
  bar: ["#"],
  spark: ["_", ".", "-", "~", "=", "*", "#"],
  track: ".",
  to: "-",
  atLeast: ">= ",
};

/** Picks block characters where the terminal shows them, else ASCII. */
export function glyphsFor({ unicode }: { readonly unicode: boolean }): Glyphs {
  return unicode ? UNICODE : ASCII;
}

/** Draws a bar of `fraction` (0 to 1) of `width` characters, in steps as small as the glyphs allow. */
export function bar(fraction: number, width: number, glyphs: Glyphs): string {
  const parts = glyphs.bar.length;
  const drawn = Math.round(clamp(fraction) * width * parts);
  const rest = drawn % parts;
  return glyphs.bar.at(-1)!.repeat(Math.floor(drawn / parts)) + (rest > 0 ? glyphs.bar[rest - 1]! : "");
}

/** Draws a bar with its empty part: always `width` characters. */
export function meter(fraction: number, width: number, glyphs: Glyphs): string {
  return bar(fraction, width, glyphs).padEnd(width, glyphs.track);
}

/** Draws a bar that shows at least a sliver if `fraction` is above 0. */
export function visibleBar(fraction: number, width: number, glyphs: Glyphs): string {
  return bar(fraction, width, glyphs) || (fraction > 0 && width > 0 ? glyphs.bar[0]! : "");
}

export interface Range {
  readonly least: number;
  readonly most: number;
}

/**
 * Draws values in their order as a line of at most `width` characters. If there are more values than characters, each
 * character shows the mean of an equal share of them.
 * @param range values of the lowest and the highest glyph; values outside are clamped
 */
export function sparkline(values: ArrayLike<number>, width: number, range: Range, glyphs: Glyphs): string {
  const { length } = values;
  const marks = Math.min(length, width);
  const levels = glyphs.spark.length;
  const span = range.most - range.least;
  let line = "";
  for (let mark = 0; mark < marks; mark++) {
    const from = Math.floor((mark * length) / marks);
    const to = Math.floor(((mark + 1) * length) / marks);
    let sum = 0;
    for (let i = from; i < to; i++) sum += Math.min(range.most, Math.max(range.least, values[i]!));
    const height = span > 0 ? (sum / (to - from) - range.least) / span : 0;
    line += glyphs.spark[Math.min(levels - 1, Math.floor(clamp(height) * levels))]!;
  }
  return line;
}

export interface Bin {
  readonly label: string;
  readonly count: number;
}

/** Draws counts as bars, one line for each bin. */
export function histogram(bins: readonly Bin[], width: number, glyphs: Glyphs): string {
  const most = Math.max(1, ...bins.map((bin) => bin.count));
  const labelWidth = Math.max(0, ...bins.map((bin) => bin.label.length));
  const countWidth = Math.max(0, ...bins.map((bin) => String(bin.count).length));
  const barWidth = Math.max(1, width - labelWidth - countWidth - 4);
  return bins
    .map(({ label, count }) => {
      const drawn = visibleBar(count / most, barWidth, glyphs);
      return `${label.padStart(labelWidth)}  ${String(count).padStart(countWidth)}  ${drawn}`.trimEnd();
    })
    .join("\n");
}

/** Limits to 0..1; NaN becomes 0. */
function clamp(fraction: number): number {
  return fraction > 0 ? Math.min(1, fraction) : 0;
}
