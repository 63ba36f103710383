/** Pictures as SVG text, drawn by ECharts without a page. Colours are variables of the page, so they follow its theme. */
import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, MarkAreaComponent, MarkLineComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { Figure } from "./figures.ts";

use([BarChart, LineChart, ScatterChart, GridComponent, MarkAreaComponent, MarkLineComponent, SVGRenderer]);

const WIDTH = 480;
const HEIGHT = 270;
const SQUARE = 400;

export interface Axes {
  readonly x: string;
  readonly y: string;
}

/** Draws bars over categories, with the range of good data behind them. */
export function barChart(figure: Figure, axes: Axes & { readonly labels: readonly string[] }): string {
  const { values, expected } = figure;
  return draw({
    xAxis: { ...axisX(axes.x), type: "category", data: [...axes.labels] },
    yAxis: { ...axisY(axes.y), ...(expected === 0 ? rangeAroundZero(figure) : { min: 0 }) },
    series: [
      {
        type: "bar",
        data: [...values],
        barCategoryGap: values.length > 100 ? "0%" : "20%",
        itemStyle: { color: "var(--ink-1)" },
        ...expectation(figure),
      },
    ],
  });
}

/** Draws one line over numbers from `from` to `to`, twice as wide as other pictures. */
export function lineChart(
  figure: Figure,
  axes: Axes & { readonly from: number; readonly to: number },
): string {
  const { values } = figure;
  const step = (axes.to - axes.from) / values.length;
  // On a linear axis a single strong frequency would flatten all others.
  const isPeaked = Math.max(...values) > 20;
  const least = 1e-6;
  return draw(
    {
      xAxis: { ...axisX(axes.x), type: "value", min: axes.from, max: axes.to },
      yAxis: { ...axisY(axes.y), ...(isPeaked ? { type: "log" as const } : { min: 0 }) },
      series: [
        {
          type: "line",
          data: values.map((value, i) => [
            axes.from + (i + 0.5) * step,
            Math.max(value, isPeaked ? least : 0),
          ]),
          showSymbol: false,
          lineStyle: { color: "var(--ink-1)", width: 1 },
          ...expectation(figure),
        },
      ],
    },
    { width: 2 * WIDTH },
  );
}

/** Draws dots on a square of 256 × 256. */
export function dotChart(points: readonly (readonly [number, number])[], axes: Axes): string {
  const square = { type: "value" as const, min: 0, max: 256, interval: 64 };
  return draw(
    {
      xAxis: { ...axisX(axes.x), ...square },
      yAxis: { ...axisY(axes.y), ...square },
      series: [
        {
          type: "scatter",
          data: points.map((point) => [...point]),
          symbol: "rect",
          symbolSize: 2,
          // One path for all dots takes a tenth of the text.
          large: true,
          largeThreshold: 0,
          itemStyle: { color: "var(--ink-1)" },
        },
      ],
    },
    { width: SQUARE, height: SQUARE },
  );
}

/** Draws the first bits as a square of `side` × `side`, row by row, ones filled, in one path of horizontal strokes. */
export function bitmap(bytes: Uint8Array, side: number): string {
  const total = Math.min(8 * bytes.length, side * side);
  const bit = (i: number) => (bytes[i >> 3]! >> (7 - (i & 7))) & 1;
  let path = "";
  for (let row = 0; row * side < total; row++) {
    const end = Math.min(total, (row + 1) * side);
    for (let i = row * side; i < end; i++) {
      if (bit(i) === 0) continue;
      const from = i;
      while (i + 1 < end && bit(i + 1) === 1) i++;
      path += `M${from - row * side} ${row}h${i + 1 - from}`;
    }
  }
  const rows = Math.ceil(total / side);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -0.5 ${side} ${rows}" shape-rendering="crispEdges"><path d="${path}" stroke="var(--ink-1)" fill="none"/></svg>`;
}

type Option = Parameters<ReturnType<typeof init>["setOption"]>[0];

function draw(option: Option, size: { width?: number; height?: number } = {}): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height: HEIGHT, ...size });
  try {
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: "inherit" },
      grid: { left: 58, right: 14, top: 14, bottom: 46 },
      ...option,
    });
    return plain(chart.renderToSVGString());
  } finally {
    chart.dispose();
  }
}

/** Removes what only ECharts' own script would read, clips that nothing exceeds, and the fixed size. */
function plain(svg: string): string {
  return svg
    .replace(/<(style|defs)\s*>[\s\S]*?<\/\1>/g, "")
    .replace(/ (?:ecmeta_\w+|class|clip-path|pointer-events|xmlns:xlink|baseProfile)="[^"]*"/g, "")
    .replace(/^<svg width="\d+" height="\d+"/, "<svg")
    .replace(/\n+/g, "\n");
}

const LABEL = { color: "var(--muted)", fontSize: 11 };

function axisX(name: string) {
  return {
    name,
    nameLocation: "middle" as const,
    nameGap: 28,
    nameTextStyle: LABEL,
    axisLabel: LABEL,
    axisLine: { lineStyle: { color: "var(--rule-strong)" } },
    axisTick: { show: false },
    splitLine: { show: false },
  };
}

function axisY(name: string) {
  return {
    type: "value" as const,
    name,
    nameLocation: "middle" as const,
    nameGap: 44,
    nameTextStyle: LABEL,
    axisLabel: LABEL,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: "var(--rule)" } },
  };
}

/** Returns a band in which 99 of 100 good values lie, and a line in its middle. */
function expectation({ expected, margin }: Figure) {
  return {
    markArea: {
      silent: true,
      itemStyle: { color: "var(--band)" },
      data: [[{ yAxis: expected - margin }, { yAxis: expected + margin }]] as [object, object][],
    },
    markLine: {
      silent: true,
      symbol: "none",
      label: { show: false },
      lineStyle: { color: "var(--ink-2)", type: "solid" as const, width: 1 },
      data: [{ yAxis: expected }],
    },
  };
}

/** Returns an axis that shows all values and the band of good ones, with 0 in its middle and five round labels. */
function rangeAroundZero({ values, margin }: Figure): { min: number; max: number; interval: number } {
  const reach = Math.max(1.5 * margin, ...values.map(Math.abs));
  const power = 10 ** Math.floor(Math.log10(reach / 2));
  const interval = power * [1, 2, 2.5, 5, 10].find((round) => round * power >= reach / 2)!;
  return { min: -2 * interval, max: 2 * interval, interval };
}
