/** The selected source's raw trace: samples in order, their histogram, or each sample against the next. */
import { histogramBins, type ShownRange } from "#kit/format/histogram.ts";
import { formatAmount } from "#kit/format/numbers.ts";
import { glyphsFor } from "#kit/term/widgets.ts";
import { Dots } from "./dots.ts";
import type { Region } from "./frame.ts";
import type { Model, TraceChart } from "./model.ts";
import { drawAxes, drawNothing, drawRule, LABEL_COLUMNS, sampleLabel } from "./plot.ts";
import { selectedSource } from "./rows.ts";
import { roundUp } from "./scale.ts";
import { ACCENT } from "./style.ts";

/** Noise that somebody saw is never counted. */
const NOT_COUNTED = ["shown, not counted", "not counted"];

export function drawTraceChart(region: Region, model: Model): void {
  const source = selectedSource(model);
  const range = rangeOf(model);
  const unit = model.infos.get(source?.id ?? "")?.unit ?? "";
  const remark = range && range.above > 0 ? `${unit}, ${range.above} above` : unit;
  drawRule(region, `${source?.id ?? "no source"}: ${model.traceChart}`, remark);
  const body = region.region({ x: 0, y: 1, width: region.width, height: region.height - 1 });
  if (source && range && model.trace.length > 1) CHARTS[model.traceChart](body, model.trace, range);
  else drawNothing(body, source?.reason ?? (source ? `no samples yet: ${source.state}` : "no source"));
}

function rangeOf({ trace, traceLimits }: Model): ShownRange | undefined {
  return traceLimits && { ...traceLimits, above: trace.filter((sample) => sample > traceLimits.high).length };
}

/** Returns a sample's place in the range, 0 to 1; the middle if the range is a single value. */
function placeIn({ low, high }: ShownRange, sample: number): number {
  return high > low ? (sample - low) / (high - low) : 0.5;
}

/** Narrower lag plots have no room for `999999 sample not counted next 999999` below them. */
const LEAST_NAMED_COLUMNS = LABEL_COLUMNS + 38;

type Draw = (region: Region, trace: readonly number[], range: ShownRange) => void;

const CHARTS: Record<TraceChart, Draw> = {
  line(region, trace, range) {
    const labels = { top: sampleLabel(range.high), bottom: sampleLabel(range.low) };
    const plot = drawAxes(region, { ...labels, left: "oldest", right: "newest", middle: NOT_COUNTED });
    const dots = new Dots(plot.width, plot.height);
    const shown = trace.slice(-dots.width);
    const rowOf = (sample: number) =>
      Math.round((1 - Math.min(1, placeIn(range, sample))) * (dots.height - 1));
    let before = rowOf(shown[0] ?? 0);
    shown.forEach((sample, x) => {
      const y = rowOf(sample);
      dots.stroke(x, before, y);
      before = y;
    });
    dots.draw(plot, 0, 0, ACCENT);
  },

  histogram(region, trace, range) {
    const bins = histogramBins(trace, range, region.width - LABEL_COLUMNS);
    const most = roundUp(Math.max(...bins.map(({ count }) => count)));
    const plot = drawAxes(region, {
      top: formatAmount(most),
      bottom: "0",
      left: sampleLabel(range.low),
      right: sampleLabel(range.high),
      middle: NOT_COUNTED,
    });
    bins.forEach(({ count }, bin) => {
      const [from, to] = [bin, bin + 1].map((edge) => Math.floor((edge * plot.width) / bins.length));
      for (let x = from!; x < to!; x++) drawColumn(plot, x, count / most);
    });
  },

  "lag plot"(region, trace, range) {
    const labels = { top: sampleLabel(range.high), bottom: sampleLabel(range.low) };
    const named = region.width >= LEAST_NAMED_COLUMNS;
    const plot = drawAxes(region, {
      ...labels,
      left: named ? `${labels.bottom} sample` : labels.bottom,
      right: named ? `next ${labels.top}` : labels.top,
      middle: NOT_COUNTED,
    });
    const dots = new Dots(plot.width, plot.height);
    for (let i = 1; i < trace.length; i++) {
      const x = placeIn(range, trace[i - 1]!);
      const y = placeIn(range, trace[i]!);
      if (x <= 1 && y <= 1) {
        dots.set(Math.round(x * (dots.width - 1)), Math.round((1 - y) * (dots.height - 1)));
      }
    }
    dots.draw(plot, 0, 0, ACCENT);
  },
};

const EIGHTHS = glyphsFor({ unicode: true }).spark;

/** Draws a bar from the bottom; any fraction above 0 is visible. */
function drawColumn(plot: Region, x: number, fraction: number): void {
  const eighths = fraction > 0 ? Math.max(1, Math.round(fraction * plot.height * 8)) : 0;
  for (let row = 0; row * 8 < eighths; row++) {
    plot.put(x, plot.height - 1 - row, EIGHTHS[Math.min(8, eighths - row * 8) - 1]!, ACCENT);
  }
}
