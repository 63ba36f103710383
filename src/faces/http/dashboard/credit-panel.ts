/** The chart of credited bits over time, with its legend. */

import { formatAmount } from "#kit/format/numbers.ts";
import { Chart } from "./chart.ts";
import { creditOption, type Palette } from "./chart-options.ts";
import { type CreditSeries, creditSeries } from "./credit-history.ts";
import type { State } from "./model.ts";
import { made, part } from "./parts.ts";

export class CreditPanel {
  readonly #chart = new Chart(part("credit-chart", HTMLElement));
  readonly #legend = part("legend", HTMLElement);
  #drawn: { history: State["history"]; palette: Palette } | undefined;

  render({ history, colours }: State, bitsPerSecond: number, palette: Palette): void {
    if (this.#drawn?.history === history && this.#drawn.palette === palette) return;
    this.#drawn = { history, palette };
    const series = creditSeries(history, colours);
    const description = `Credited bits a second over the last 5 minutes, now ${formatAmount(bitsPerSecond)}`;
    this.#chart.draw(creditOption(series, palette), description);
    this.#legend.replaceChildren(...series.map(legendEntry));
  }
}

function legendEntry({ id, colour }: CreditSeries): HTMLLIElement {
  const entry = made("li");
  const swatch = made("span", "swatch");
  swatch.style.background = `var(--series-${colour})`;
  entry.append(swatch, id === undefined ? "all others" : made("span", "id", id));
  return entry;
}
