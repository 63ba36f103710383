/** The output of `probe`. */
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
    histogram(bins(sorted, p99, glyphs), columns, glyphs),
  ].join("\n");
}

const MAX_BINS = 24;

/** Equal bins from the smallest sample to the 99th percentile, and one for the tail. */
function bins(sorted: Float64Array, p99: number, glyphs: Glyphs): Bin[] {
  const least = sorted[0]!;
  const width = Math.max(1, Math.ceil((p99 - least + 1) / MAX_BINS));
  const count = Math.min(MAX_BINS, Math.floor((p99 - least) / width) + 1);
  const result = Array.from({ length: count }, (_, i) => {
    const from = least + i * width;
    return { label: width === 1 ? `${from}` : `${from}${glyphs.to}${from + width - 1}`, count: 0 };
  });
  const tailFrom = least + count * width;
  let tail = 0;
  for (const sample of sorted) {
    const bin = result[Math.floor((sample - least) / width)];
    if (bin) bin.count += 1;
    else tail += 1;
  }
  return tail > 0 ? [...result, { label: `${glyphs.atLeast}${tailFrom}`, count: tail }] : result;
}
