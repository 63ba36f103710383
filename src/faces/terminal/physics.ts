/** The selected source's physics: what is believed to make its noise, what is not known about it, and its credit. */
import { formatFixed } from "#kit/format/numbers.ts";
import { wrap } from "#kit/format/wrap.ts";
import { whyOf } from "../../pool/status.ts";
import { cells, type Region } from "./frame.ts";
import type { Model } from "./model.ts";
import { drawRule } from "./plot.ts";
import { selectedSource } from "./rows.ts";
import { shownState } from "./shown-state.ts";
import { BOLD, DIM, PLAIN, type Style } from "./style.ts";

export function drawPhysics(region: Region, model: Model): void {
  const source = selectedSource(model);
  const info = source && model.infos.get(source.id);
  drawRule(region, "physics");
  if (!source || !info) return;
  const { text: state, tone } = shownState(model, source);
  const why = whyOf(source);
  const assessed =
    source.assessedH === null ? "not assessed yet" : `assessed ${formatFixed(source.assessedH, 3)}`;
  const paragraphs: [string, Style][] = [
    [info.title, BOLD],
    [why === undefined ? state : `${state}${source.reason === undefined ? "; " : ": "}${why}`, { tone }],
    [info.mechanism, PLAIN],
    [
      `${info.symbolBits}-bit symbols of ${info.unit}; bits each: claimed ${source.claimedH}, ${assessed}`,
      DIM,
    ],
  ];
  const wrapped = paragraphs.map(([text, style]) => ({ lines: wrap(cells(text), region.width - 2), style }));
  const rows = wrapped.reduce((sum, { lines }) => sum + lines.length, 1);
  const gap = rows + 2 <= region.height ? 1 : 0;
  let y = 1;
  wrapped.forEach(({ lines, style }, i) => {
    for (const line of lines) region.text(1, y++, line, style);
    if (i > 0) y += gap;
  });
  if (rows > region.height) region.text(region.width - 4, region.height - 1, " ...", DIM);
}
