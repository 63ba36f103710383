/** The last line: a notice, else as many keys as fit. */
import type { Region } from "./frame.ts";
import { BINDINGS } from "./keys.ts";
import type { Model } from "./model.ts";
import { ALARM, DIM, KEY, PLAIN } from "./style.ts";

const GAP = 2;

export function drawFooter(region: Region, { notice }: Model): void {
  if (notice) {
    region.text(1, 0, notice.text, notice.alarm ? ALARM : PLAIN);
    return;
  }
  const all = BINDINGS.flatMap(({ hint }) => hint ?? []);
  const length = all.reduce((sum, { keys, word }) => sum + keys.length + 1 + word.length + GAP, 1 - GAP);
  let x = 1;
  for (const { keys, word } of length < region.width ? all : all.filter(({ minor }) => !minor)) {
    x = region.text(region.text(x, 0, keys, KEY), 0, ` ${word}`, DIM) + GAP;
  }
}
