/** Options of the page's charts. */
import type { EChartsCoreOption } from "echarts/core";
import { formatAmount } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import { axis, axisOfAmounts, type ChartColours, frame, label, tooltip } from "#kit/page/chart-style.ts";

export interface Colours extends ChartColours {
  /** The first is for what has no colour of its own. */
  readonly series: readonly string[];
}

/** A series of a chart: a value for each place of its axis. */
export interface ChartSeries {
  readonly name: string;
  /** Number of its colour. */
  readonly colour: number;
  readonly values: readonly number[];
}

/** Draws amounts as bars that stand on each other. @param places names of the axis' places, from left to right */
export function barsOption(
  places: readonly string[],
  series: readonly ChartSeries[],
  colours: Colours,
): EChartsCoreOption {
  return {
    ...common(places, colours),
    series: series.map(({ name, colour, values }) => ({
      type: "bar",
      name: visible(name),
      stack: "all",
      data: values,
      barCategoryGap: "12%",
      itemStyle: { color: colours.series[colour] },
      emphasis: { disabled: true },
    })),
  };
}

/** Draws amounts as areas that stand on each other. */
export function areasOption(
  places: readonly string[],
  series: readonly ChartSeries[],
  colours: Colours,
): EChartsCoreOption {
  const { xAxis, ...rest } = common(places, colours);
  return {
    ...rest,
    xAxis: { ...xAxis, boundaryGap: false },
    series: series.map(({ name, colour, values }) => ({
      type: "line",
      name: visible(name),
      stack: "all",
      data: values,
      showSymbol: values.length < 3,
      lineStyle: { width: 1, color: colours.series[colour] },
      itemStyle: { color: colours.series[colour] },
      areaStyle: { color: colours.series[colour], opacity: 0.85 },
      emphasis: { disabled: true },
    })),
  };
}

function common(places: readonly string[], colours: Colours) {
  return {
    ...frame(colours, { left: 44, right: 10, top: 10, bottom: 24 }),
    xAxis: { ...axis(colours), type: "category", data: places },
    yAxis: {
      ...axisOfAmounts(colours),
      minInterval: 1,
      axisLabel: { ...label(colours), formatter: formatAmount },
    },
    tooltip: tooltip(colours),
  };
}
