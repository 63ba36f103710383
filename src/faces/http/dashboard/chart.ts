/** The charts that the page is made of, and their colours. */
import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import { use } from "echarts/core";
import { currentColours } from "#kit/page/chart.ts";
import type { Palette } from "./chart-options.ts";
import { MAX_COLOURS } from "./credit-history.ts";

export { Chart } from "#kit/page/chart.ts";

use([BarChart, LineChart, ScatterChart]);

export function currentPalette(): Palette {
  const colours = currentColours(MAX_COLOURS + 1);
  return { ...colours, ink: colours.series[1] ?? "" };
}
