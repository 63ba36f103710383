/** Credited bits per second over time, the newest at the right. */
import { formatAmount, formatClock } from "#kit/format/numbers.ts";
import { Dots } from "./dots.ts";
import type { Region } from "./frame.ts";
import type { Model } from "./model.ts";
import { drawAxes, drawNothing, drawRule, LABEL_COLUMNS } from "./plot.ts";
import { roundUp } from "./scale.ts";
import { ACCENT, DIM } from "./style.ts";

export function drawCreditChart(region: Region, { credit, snapshot }: Model): void {
  drawRule(region, "credited bits/s", `${formatAmount(Math.round(snapshot.creditedBitsPerSecond))} now`);
  const body = region.region({ x: 0, y: 1, width: region.width, height: region.height - 1 });
  const [oldest, ...others] = credit.slice(-2 * (region.width - LABEL_COLUMNS));
  if (!oldest || others.length === 0) {
    drawNothing(body, "collecting");
    return;
  }
  const points = [oldest, ...others].map(({ bitsPerSecond }) => bitsPerSecond);
  const scale = roundUp(Math.max(...points));
  const plot = drawAxes(body, { top: formatAmount(scale), bottom: "0", left: "", right: "now" });
  const dots = new Dots(plot.width, plot.height);
  const first = dots.width - points.length;
  points.forEach((bits, i) => {
    dots.stroke(first + i, Math.round((1 - bits / scale) * (dots.height - 1)), dots.height - 1);
  });
  dots.draw(plot, 0, 0, ACCENT);
  const ago = `${formatClock(snapshot.uptimeMs - oldest.uptimeMs)} ago `;
  const x = first >> 1;
  if (x + ago.length < plot.width - 4) body.text(LABEL_COLUMNS + x, plot.height, ago, DIM);
}
