/** The output of `probe`. */
import { histogramBins, shownRange } from "#kit/format/histogram.ts";
import type { Io } from "#kit/term/io.ts";
import { formatCount } from "#kit/term/units.ts";
import { type Bin, type Glyphs, glyphsFor, histogram, sparkline } from "#kit/term/widgets.ts";
import type { FirstLook } from "../recording/first-look.ts";

/** @param stepNs period of the counter's step, undefined where it is unknown */
export function probeJson(look: FirstLook, stepNs: number | undefined): object {
  const { info, trace, min, median, p99, max } = look;
  return {
    schema: 1,
    source: info.id,
    unit: info.unit,
    stepNs: info.unit === "ticks" ? (stepNs ?? null) : null,
    samples: trace.samples.length,
    discarded: trace.discarded,
    rateHz: look.rateHz,
    min,
    median,
    p99,
    max,
    distinct: look.distinct,
    symbolBits: info.symbolBits,
    claimedH: look.claimedH,
    assessedH: look.assessedH,
    startup: look.startup,
  };
}

const MAX_COLUMNS = 100;
/** Width of a figure's name and the gap after it. */
const NAME_COLUMNS = 13;

/** @param stepNs period of the counter's step, undefined where it is unknown */
export function probeText(look: FirstLook, stepNs: number | undefined, io: Io): string {
  const { info, trace, sorted, min, median, p99, max } = look;
  const glyphs = glyphsFor(io);
  const columns = Math.min(io.columns, MAX_COLUMNS);
  const marks = Math.max(1, columns - NAME_COLUMNS);
  const perMark = Math.ceil(trace.samples.length / marks);
  const values = Float64Array.from(trace.samples, Number);
  const unit = info.unit === "ticks" ? `ticks of ${stepNs?.toFixed(2) ?? "unknown"} ns` : info.unit;
  return [
    `${info.id}: ${info.title}`,
    "",
    `samples      ${trace.samples.length} (${trace.discarded} of warm-up dropped), ${formatCount(look.rateHz)}/s`,
    `unit         ${unit}`,
    `min          ${min}`,
    `median       ${median}`,
    `99 %         ${p99}`,
    `max          ${max}`,
    `distinct     ${look.distinct}`,
    `start-up     ${look.startup}`,
    `claimed H    ${look.claimedH} bits per ${info.symbolBits}-bit symbol`,
    `assessed H   ${look.assessedH.toFixed(3)} (SP 800-90B non-IID, this many samples)`,
    "",
    `in time      ${sparkline(values, marks, { least: min, most: p99 }, glyphs)}`,
    `             oldest first, from min to 99 %${perMark > 1 ? `, each mark the mean of about ${perMark} samples` : ""}`,
    "",
    histogram(bins(sorted, glyphs), columns, glyphs),
  ].join("\n");
}

const MAX_BINS = 24;

/** Bins of the samples up to the 99th percentile, and one for the tail. */
function bins(samples: Float64Array, glyphs: Glyphs): Bin[] {
  const range = shownRange(samples)!;
  const shown = histogramBins(samples, range, MAX_BINS).map(({ from, to, count }) => {
    const last = Math.min(to - 1, range.high);
    return { label: last === from ? `${from}` : `${from}${glyphs.to}${last}`, count };
  });
  if (range.above === 0) return shown;
  return [...shown, { label: `${glyphs.atLeast}${range.high + 1}`, count: range.above }];
}
