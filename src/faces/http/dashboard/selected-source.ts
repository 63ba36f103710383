/** The selected source: its description, its state, and three charts of its raw noise. */
import { shownRange } from "#kit/format/histogram.ts";
import { formatCount, formatDuration } from "#kit/format/numbers.ts";
import type { SourceSnapshot } from "../../../pool/snapshot.ts";
import { Chart } from "./chart.ts";
import { noiseOptions, type Palette } from "./chart-options.ts";
import type { Noise, State } from "./model.ts";
import { made, part, setText } from "./parts.ts";

/** Noise comes every second; the age of older noise is shown. */
const RECENT_MS = 3_000;

export class SelectedSource {
  readonly #section = part("selected", HTMLElement);
  readonly #state = part("selected-state", HTMLElement);
  readonly #badge = made("span", "badge");
  readonly #sentence = document.createTextNode("");
  readonly #charts = {
    histogram: new Chart(part("histogram-chart", HTMLElement)),
    lag: new Chart(part("lag-chart", HTMLElement)),
    trace: new Chart(part("trace-chart", HTMLElement)),
  };
  #drawn: { noise: Noise | undefined; palette: Palette } | undefined;

  constructor() {
    this.#state.append(this.#badge, this.#sentence);
  }

  render(source: SourceSnapshot | undefined, state: State, palette: Palette): void {
    const entry = state.catalogue.get(state.selected ?? "");
    this.#state.hidden = source === undefined;
    if (source) {
      this.#section.dataset["state"] = source.state;
      setText(part("selected-title", HTMLElement), source.title);
      setText(part("selected-id", HTMLElement), `${source.id}, family ${source.family}`);
      setText(this.#badge, source.state);
      this.#sentence.data = ` ${sentence(source)}`;
    }
    setText(part("mechanism", HTMLElement), entry?.mechanism ?? "");
    const { noise, snapshot } = state;
    setText(part("noise-note", HTMLElement), noteOn(noise, snapshot?.uptimeMs ?? 0));
    if (this.#drawn && noise === this.#drawn.noise && palette === this.#drawn.palette) return;
    this.#drawn = { noise, palette };
    this.#draw(noise, entry?.unit ?? "value", palette);
  }

  #draw(noise: Noise | undefined, unit: string, palette: Palette): void {
    const range = noise && shownRange(noise.samples);
    if (!range) {
      for (const chart of Object.values(this.#charts)) chart.clear("No samples yet");
      return;
    }
    const options = noiseOptions(noise.samples, range, unit, palette);
    const extent = `${formatCount(noise.samples.length)} samples from ${range.low} to ${range.high} ${unit}`;
    this.#charts.histogram.draw(options.histogram, `Histogram of ${extent}`);
    this.#charts.lag.draw(options.lag, `Lag plot of ${extent}`);
    this.#charts.trace.draw(options.trace, `Trace of ${extent}`);
  }
}

function sentence({ reason, lastFault, samples, creditedBits }: SourceSnapshot): string {
  const taken = `${formatCount(samples)} samples, ${formatCount(creditedBits)} bits credited`;
  if (reason !== undefined) return `${reason}; ${taken}`;
  return lastFault === undefined ? taken : `${taken}; last fault: ${lastFault}`;
}

function noteOn(noise: Noise | undefined, nowMs: number): string {
  const range = noise && shownRange(noise.samples);
  if (!range) return "No samples yet.";
  const ageMs = nowMs - noise.atMs;
  const age = ageMs > RECENT_MS ? `, ${formatDuration(ageMs)} old` : "";
  const apart =
    range.above === 0 ? "" : ` ${formatCount(range.above)} of them are above ${range.high} and cut off.`;
  return `${formatCount(noise.samples.length)} raw samples${age}.${apart} Noise that is shown is not credited.`;
}
