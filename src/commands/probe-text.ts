/** The output of `probe`. */
import { histogramBins, shownRange } from "#kit/format/histogram.ts";

import { formatAmount, formatFixed } from "#kit/format/numbers.ts";
import { wrap } from "#kit/format/wrap.ts";
import type { Io } from "#kit/term/io.ts";
import { fitLines, lineWidth } from "#kit/term/screen.ts";
import { paint, type Style } from "#kit/term/style.ts";
import { type Bin, type Glyphs, glyphsFor, histogram, sparkline } from "#kit/term/widgets.ts";
import type { FirstLook } from "../recording/first-look.ts";

/** @param stepNs period of the counter's step, undefined where it is unknown */
export function probeJson(look: FirstLook, stepNs: number | undefined): object {
  const { info, trace, min, median, p99, max } = look;
  return {
    schema: 1,
    source: info.id,
    unit: info.unit,
    stepNs: info.unit === "ticks" && stepNs !== undefined ? significant(stepNs) : null,
    samples: trace.samples.length,
    discarded: trace.discarded,
    rateHz: significant(look.rateHz),
    min,
    median: toHundredths(median),
    p99: toHundredths(p99),
    max,
    distinct: look.distinct,
    symbolBits: info.symbolBits,
    claimedH: significant(look.claimedH),
    assessedH: significant(look.assessedH),
    startup: look.startup,
    ...(look.failure === undefined ? {} : { reason: look.failure }),
  };
}

/** More digits than these were not measured: the counter's period and the time of sampling are not known better. */
const SIGNIFICANT_DIGITS = 6;

function significant(value: number): number {
  return Number(value.toPrecision(SIGNIFICANT_DIGITS));
}

/** A quantile between two samples is interpolated. */
function toHundredths(value: number): number {
  return Number(value.toFixed(2));
}

const STARTUP_STYLES: Readonly<Record<FirstLook["startup"], Style | undefined>> = {
  passed: "good",
  failed: "bad",
  "too few samples": undefined,
};

const MAX_COLUMNS = 100;
/** Width of a figure's name and the gap after it. */
const NAME_COLUMNS = 13;

/** @param stepNs period of the counter's step, undefined where it is unknown */
export function probeText(look: FirstLook, stepNs: number | undefined, io: Io): string {
  const { info, trace, values, sorted, min, median, p99, max } = look;
  const glyphs = glyphsFor(io);
  const columns = Math.min(io.columns, MAX_COLUMNS);
  const marks = Math.max(1, columns - NAME_COLUMNS);
  const perMark = Math.ceil(trace.samples.length / marks);
  const unit = info.unit === "ticks" ? `ticks of ${stepNs?.toFixed(2) ?? "unknown"} ns` : info.unit;
  const legend = `oldest first, from min to 99 %${perMark > 1 ? `, each mark the mean of about ${perMark} samples` : ""}`;
  return [
    paint(fitLines(`${info.id}: ${info.title}`, io), "bold", io.color),
    "",
    `samples      ${trace.samples.length} (${trace.discarded} of warm-up dropped), ${formatAmount(look.rateHz)}/s`,
    `unit         ${unit}`,
    `min          ${min}`,
    `median       ${toHundredths(median)}`,
    `99 %         ${toHundredths(p99)}`,
    `max          ${max}`,
    `distinct     ${look.distinct}`,
    `start-up     ${paint(look.startup, STARTUP_STYLES[look.startup], io.color)}`,
    ...failureLines(look, io),
    `claimed H    ${significant(look.claimedH)} bits per ${info.symbolBits}-bit symbol`,
    `assessed H   ${formatFixed(look.assessedH, 3)} (SP 800-90B non-IID, this many samples)`,
    "",
    `in time      ${sparkline(values, marks, { least: min, most: p99 }, glyphs)}`,
    ...wrap(legend, lineWidth(io) - NAME_COLUMNS).map((line) => " ".repeat(NAME_COLUMNS) + line),
    "",
    histogram(bins(sorted, glyphs), columns, glyphs),
  ].join("\n");
}

/** Says which test failed, and what a pool makes of it. */
function failureLines({ failure }: FirstLook, io: Io): string[] {
  if (failure === undefined) return [];
  const text = `${failure}; a pool credits none of this, waits before it tries again, and leaves the source aside after a few failures`;
  return wrap(text, lineWidth(io) - NAME_COLUMNS).map((line) => " ".repeat(NAME_COLUMNS) + line);
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
