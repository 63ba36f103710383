/** Bars, sparklines and histograms of plain characters. Pure text: no colour, no control codes, every character one column wide. */

/** What widgets are drawn with. */
export interface Glyphs {
  /** Parts of a bar's last character, from the least on; the last is a full one. */
  readonly bar: readonly string[];
  /** From lowest to highest. */
  readonly spark: readonly string[];
  /** The part of a meter that is not filled. */
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

/** @param unicode whether whoever reads it sees more than ASCII */
export function glyphsFor({ unicode }: { readonly unicode: boolean }): Glyphs {
  return unicode ? UNICODE : ASCII;
}

/** A bar of `fraction` (0..1) of `width` characters, in as small steps as the glyphs allow. */
export function bar(fraction: number, width: number, glyphs: Glyphs): string {
  const parts = glyphs.bar.length;
  const drawn = Math.round(clamp(fraction) * width * parts);
  const rest = drawn % parts;
  return glyphs.bar.at(-1)!.repeat(Math.floor(drawn / parts)) + (rest > 0 ? glyphs.bar[rest - 1]! : "");
}

/** The same, with the rest of the width drawn too. */
export function meter(fraction: number, width: number, glyphs: Glyphs): string {
  return bar(fraction, width, glyphs).padEnd(width, glyphs.track);
}

/** A bar where anything more than nothing shows at least a sliver. */
export function visibleBar(fraction: number, width: number, glyphs: Glyphs): string {
  return bar(fraction, width, glyphs) || (fraction > 0 && width > 0 ? glyphs.bar[0]! : "");
}

export interface Range {
  readonly least: number;
  readonly most: number;
}

/**
 * Values in their order as a line of at most `width` characters. Where there are more, each character is the mean of a
 * stretch of values, all stretches equally long but for rounding.
 * @param range what the lowest and the highest glyph stand for; values beyond count as its ends
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

/** Counts as bars, one line a bin. */
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

/** To 0..1; what is not a number counts as nothing. */
function clamp(fraction: number): number {
  return fraction > 0 ? Math.min(1, fraction) : 0;
}
