/** The last line: the filter, and a notice, else as many keys as fit. */
import { clipped, type Region } from "./frame.ts";
import { BINDINGS, type Hint } from "./keys.ts";
import type { Model } from "./model.ts";
import { rowsOf } from "./rows.ts";
import { ALARM, DIM, KEY, PLAIN, type Style } from "./style.ts";

const GAP = 2;
const CURSOR: Style = { tone: "plain", inverse: true };
const HINTS = BINDINGS.flatMap(({ hint }) => hint ?? []);
const CLEAR: Hint = { keys: "esc", word: "clear" };
const TYPING: readonly Hint[] = [{ keys: "enter", word: "keep" }, CLEAR];

export function drawFooter(region: Region, model: Model): void {
  const filtered = model.typing || model.filter !== "";
  const x = filtered ? drawFilter(region, model) : 1;
  if (model.notice) {
    const { text, alarm } = model.notice;
    region.text(x, 0, clipped(text, region.width - x), alarm ? ALARM : PLAIN);
  } else drawHints(region, x, model.typing ? TYPING : filtered ? [CLEAR, ...HINTS] : HINTS);
}

/** @returns the column after it */
function drawFilter(region: Region, model: Model): number {
  const count = `  ${rowsOf(model).length} of ${model.snapshot.sources.length}`;
  let x = region.text(1, 0, "filter ", DIM);
  x = region.text(x, 0, model.filter, KEY);
  if (model.typing) x = region.text(x, 0, " ", CURSOR);
  return region.text(x, 0, count, PLAIN) + GAP;
}

/** Draws all hints if they fit, else the major ones, one by one while they fit. */
function drawHints(region: Region, from: number, hints: readonly Hint[]): void {
  const length = ({ keys, word }: Hint) => keys.length + 1 + word.length;
  const all = hints.reduce((sum, hint) => sum + length(hint) + GAP, from - GAP);
  let x = from;
  for (const hint of all < region.width ? hints : hints.filter(({ minor }) => !minor)) {
    if (x + length(hint) >= region.width) return;
    x = region.text(region.text(x, 0, hint.keys, KEY), 0, ` ${hint.word}`, DIM) + GAP;
  }
}
