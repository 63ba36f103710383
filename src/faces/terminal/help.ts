/** The help box, drawn over everything else. */
import { wrap } from "#kit/format/wrap.ts";
import type { Region } from "./frame.ts";
import { BINDINGS } from "./keys.ts";
import { DIM, KEY, PLAIN } from "./style.ts";

const GRADES =
  "grade: A all healthy, 2 families or more; B 2 families healthy; C 1 family; D starting; F none";

export function drawHelp(region: Region): void {
  const keyColumns = Math.max(...BINDINGS.map(({ keys }) => keys.length));
  const width = keyColumns + Math.max(...BINDINGS.map(({ does }) => does.length)) + 6;
  const height = BINDINGS.length + 5;
  const x = Math.floor((region.width - width) / 2);
  const y = Math.floor((region.height - height) / 2);
  const box = region.region({ x, y, width, height });
  box.clear();
  box.text(0, 0, `╭─ keys ${"─".repeat(width - 9)}╮`, DIM);
  box.text(0, height - 1, `╰${"─".repeat(width - 2)}╯`, DIM);
  for (let row = 1; row < height - 1; row++) {
    box.text(0, row, "│", DIM);
    box.text(width - 1, row, "│", DIM);
  }
  BINDINGS.forEach(({ keys, does }, i) => {
    box.text(2, i + 1, keys, KEY);
    box.text(keyColumns + 4, i + 1, does, PLAIN);
  });
  wrap(GRADES, width - 4).forEach((line, i) => {
    box.text(2, BINDINGS.length + 2 + i, line, DIM);
  });
}
