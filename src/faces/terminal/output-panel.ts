/** The pool's latest output, as hexadecimal, as 32-bit integers, as numbers from 0 to 1. For display only. */
import type { Region } from "./frame.ts";
import type { Model } from "./model.ts";
import { drawRule } from "./plot.ts";
import { ACCENT, DIM, PLAIN } from "./style.ts";

/** Bytes drawn from the pool for each refresh: as many as fit on a line of 80 columns. */
export const OUTPUT_BYTES = 32;

const LABEL_COLUMNS = 8;

export function drawOutput(region: Region, { output }: Model): void {
  drawRule(region, "output", "full entropy; for display only");
  if ("reason" in output) {
    region.text(1, 1, output.reason, DIM);
    return;
  }
  const { bytes } = output;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(4 * i));
  const longs = Array.from({ length: bytes.length >> 3 }, (_, i) => view.getBigUint64(8 * i));
  const rows: [string, string[]][] = [
    ["hex", words.map((word) => word.toString(16).padStart(8, "0"))],
    ["int", words.map((word) => String(word).padStart(10))],
    ["float", longs.map((long) => asFraction(long).toFixed(15))],
  ];
  rows.forEach(([label, items], row) => {
    region.text(1, row + 1, label, DIM);
    let x = LABEL_COLUMNS;
    for (const item of items) {
      if (x + item.length > region.width) break;
      region.text(x, row + 1, item, row === 0 ? ACCENT : PLAIN);
      x += item.length + 1;
    }
  });
}

/** Returns the upper 53 bits, all that a double holds, as a number in [0, 1). */
function asFraction(long: bigint): number {
  return Number(long >> 11n) / 2 ** 53;
}
