/** ECharts options of each chart. Colours are a parameter, so that charts follow light and dark mode. */
import type { EChartsCoreOption } from "echarts/core";
import { type HistogramBin, histogramBins, type ShownRange } from "#kit/format/histogram.ts";
import { formatAmount, formatDuration } from "#kit/format/numbers.ts";
import { axis, axisOfAmounts, type ChartColours, frame, label, tooltip } from "#kit/page/chart-style.ts";
import { type CreditSeries, HISTORY_MS } from "./credit-history.ts";

export interface Palette extends ChartColours {
  /** Colour of raw noise. */
  readonly ink: string;
  /** Colours of sources; the first is for all that have none of their own. */
  readonly series: readonly string[];
}

/** Draws credited bits over whole minutes: as many as have been recorded, at most HISTORY_MS. */
export function creditOption(series: readonly CreditSeries[], palette: Palette): EChartsCoreOption {
  const oldestSeconds = -Math.min(0, ...series.map(({ points }) => points[0]?.[0] ?? 0));
  const minutes = Math.max(1, Math.min(Math.ceil(oldestSeconds / 60), HISTORY_MS / 60_000));
  return {
    ...frame(palette, { left: 52, right: 16, top: 12, bottom: 26 }),
    xAxis: {
      ...axis(palette),
      min: -60 * minutes,
      max: 0,
      interval: minutes === 1 ? 15 : 60,
      axisLabel: { ...label(palette), formatter: formatAge },
      axisPointer: { label: { formatter: ({ value }: { value: number }) => formatAge(Math.round(value)) } },
    },
    yAxis: { ...axisOfAmounts(palette), axisLabel: { ...label(palette), formatter: formatAmount } },
    tooltip: {
      ...tooltip(palette),
      valueFormatter: (rate: unknown) => (typeof rate === "number" ? formatAmount(rate) : "–"),
    },
    series: series.map(({ id = "all others", colour, points }) => ({
      type: "line",
      name: id,
      stack: "credited",
      data: points,
      showSymbol: false,
      lineStyle: { width: 0 },
      itemStyle: { color: palette.series[colour] },
      areaStyle: { color: palette.series[colour], opacity: 1 },
      emphasis: { disabled: true },
    })),
  };
}

export function histogramOption(
  bins: readonly HistogramBin[],
  unit: string,
  palette: Palette,
): EChartsCoreOption {
  return {
    ...frame(palette),
    xAxis: {
      ...axis(palette),
      type: "category",
      data: bins.map(({ from }) => String(from)),
      axisLabel: { ...label(palette), hideOverlap: true },
      ...named(unit),
    },
    yAxis: axisOfAmounts(palette),
    series: [
      {
        type: "bar",
        data: bins.map(({ count }) => count),
        barCategoryGap: "8%",
        itemStyle: { color: palette.ink },
      },
    ],
  };
}

export function lagOption(
  pairs: readonly (readonly [number, number])[],
  range: ShownRange,
  palette: Palette,
): EChartsCoreOption {
  const within = { ...axis(palette), ...limits(range), splitNumber: 4 };
  return {
    ...frame(palette),
    xAxis: { ...within, ...named("x[i]") },
    yAxis: { ...within, splitNumber: 3 },
    series: [
      {
        type: "scatter",
        data: pairs,
        symbolSize: 3,
        itemStyle: { color: palette.ink, opacity: 0.5 },
        silent: true,
      },
    ],
  };
}

export function traceOption(
  samples: readonly number[],
  range: ShownRange,
  palette: Palette,
): EChartsCoreOption {
  return {
    ...frame(palette),
    xAxis: { ...axis(palette), min: 0, max: samples.length - 1, splitNumber: 4, ...named("sample") },
    yAxis: { ...axis(palette), ...limits(range), splitNumber: 3 },
    series: [
      {
        type: "line",
        data: samples.map((sample, i) => [i, sample]),
        showSymbol: false,
        // Samples out of range are cut off at the edge instead of left out.
        clip: true,
        lineStyle: { color: palette.ink, width: 1 },
        emphasis: { disabled: true },
        silent: true,
      },
    ],
  };
}

/** Formats seconds, 0 or negative, as `now`, `15 s ago`, `2 min ago`, `2 min 5 s ago`. */
function formatAge(seconds: number): string {
  return seconds === 0 ? "now" : `${formatDuration(-1000 * seconds).replace(" 0 s", "")} ago`;
}

const MOST_BINS = 48;

/** Options of the three charts of one source's noise. */
export function noiseOptions(
  samples: readonly number[],
  range: ShownRange,
  unit: string,
  palette: Palette,
): Record<"histogram" | "lag" | "trace", EChartsCoreOption> {
  return {
    histogram: histogramOption(histogramBins(samples, range, MOST_BINS), unit, palette),
    lag: lagOption(lagPairs(samples, range), range, palette),
    trace: traceOption(samples, range, palette),
  };
}

function named(name: string) {
  return { name, nameLocation: "middle", nameGap: 24 };
}

/** Axis limits with room on either side: the outermost dots are drawn whole, and a constant lies in the middle. */
function limits({ low, high }: ShownRange) {
  const room = Math.max(1, Math.ceil((high - low) / 40));
  return { min: low - room, max: high + room, scale: true };
}

/** Pairs each sample with its successor, (x[i], x[i + 1]), where both are in range. */
export function lagPairs(
  samples: readonly number[],
  { low, high }: ShownRange,
): readonly (readonly [number, number])[] {
  const isIn = (sample: number) => sample >= low && sample <= high;
  return samples.flatMap((sample, i) => {
    const next = samples[i + 1];
    return next !== undefined && isIn(sample) && isIn(next) ? [[sample, next] as const] : [];
  });
}
