/** An ECharts chart that fills an element of the page and follows its size. */
import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import type { Palette } from "./chart-options.ts";
import { MAX_COLOURS } from "./credit-history.ts";

use([BarChart, LineChart, ScatterChart, GridComponent, TooltipComponent, CanvasRenderer]);

export class Chart {
  readonly #chart;

  constructor(private readonly element: HTMLElement) {
    this.#chart = init(element);
    new ResizeObserver(() => this.#chart.resize()).observe(element);
  }

  /** @param description what the chart shows, for screen readers */
  draw(option: EChartsCoreOption, description: string): void {
    this.#chart.setOption(option, { replaceMerge: ["series"], lazyUpdate: true });
    this.element.setAttribute("aria-label", description);
  }

  clear(description: string): void {
    this.#chart.clear();
    this.element.setAttribute("aria-label", description);
  }
}

/** Reads the colours of the style sheet as they are now, light or dark. */
export function currentPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    card: colour("card"),
    text: colour("text"),
    muted: colour("muted"),
    rule: colour("rule"),
    ink: colour("series-1"),
    series: Array.from({ length: MAX_COLOURS + 1 }, (_, i) => colour(`series-${i}`)),
  };
}
