/** Draws the model as a frame. Pure. */
import { wrap } from "#kit/format/wrap.ts";
import { drawCreditChart } from "./credit-chart.ts";
import { drawFooter } from "./footer.ts";
import { Frame } from "./frame.ts";
import { drawHeader } from "./header.ts";
import { drawHelp } from "./help.ts";
import { LEAST_COLUMNS, LEAST_ROWS, layoutOf } from "./layout.ts";
import type { Model } from "./model.ts";
import { drawOutput } from "./output-panel.ts";
import { drawPhysics } from "./physics.ts";
import { drawSourceTable } from "./source-table.ts";
import { BOLD, DIM } from "./style.ts";
import { drawTraceChart } from "./trace-chart.ts";

export function view(model: Model): Frame {
  const frame = new Frame(model.width, model.height, model.unicode);
  const layout = layoutOf(model);
  if (!layout) {
    drawTooSmall(frame);
    return frame;
  }
  drawHeader(frame.region(layout.header), model);
  drawSourceTable(frame.region(layout.table), model);
  if (layout.physics) drawPhysics(frame.region(layout.physics), model);
  if (layout.credit) drawCreditChart(frame.region(layout.credit), model);
  if (layout.trace) drawTraceChart(frame.region(layout.trace), model);
  drawOutput(frame.region(layout.output), model);
  drawFooter(frame.region(layout.footer), model);
  if (model.help) drawHelp(frame.region({ x: 0, y: 0, width: frame.width, height: frame.height }));
  return frame;
}

function drawTooSmall(frame: Frame): void {
  const [title, ...others] = [
    `monitor needs ${LEAST_COLUMNS} x ${LEAST_ROWS}`,
    `this terminal is ${frame.width} x ${frame.height}`,
    "q quits",
  ].map((sentence) => wrap(sentence, frame.width));
  const lines = [...title!, ...others.flat()];
  const region = frame.region({ x: 0, y: 0, width: frame.width, height: frame.height });
  const top = Math.max(0, Math.floor((frame.height - lines.length) / 2));
  lines.forEach((line, i) => {
    const x = Math.max(0, Math.floor((frame.width - line.length) / 2));
    region.text(x, top + i, line, i < title!.length ? BOLD : DIM);
  });
}
