/** An ECharts chart that fills an element of a page and follows its size. Whoever makes one tells ECharts what charts it is made of. */
import { GridComponent, TooltipComponent } from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import type { ChartColours } from "./chart-style.ts";

use([GridComponent, TooltipComponent, CanvasRenderer]);

export class Chart {
  readonly #chart;
  readonly #resizing;

  constructor(private readonly element: HTMLElement) {
    this.#chart = init(element);
    this.#resizing = new ResizeObserver(() => this.#chart.resize());
    this.#resizing.observe(element);
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

  [Symbol.dispose](): void {
    this.#resizing.disconnect();
    this.#chart.dispose();
  }
}

/** Reads colours of the style sheet as they are now, light or dark. @param series how many of `--series-0` and so on */
export function currentColours(series: number): ChartColours & { readonly series: readonly string[] } {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    card: colour("card"),
    text: colour("text"),
    muted: colour("muted"),
    rule: colour("rule"),
    series: Array.from({ length: series }, (_, i) => colour(`series-${i}`)),
  };
}
