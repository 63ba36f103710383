/** The top: name, uptime and refresh interval; the pool's level, output rate and grade. */

import { formatClock, formatQuantity } from "#kit/format/numbers.ts";
import { bar, glyphsFor } from "#kit/term/widgets.ts";
import type { Grade } from "../../pool/snapshot.ts";
import { familiesText } from "../../pool/status.ts";
import type { Region } from "./frame.ts";
import type { Model } from "./model.ts";
import { ACCENT, ALARM, BOLD, DIM, PLAIN, type Style } from "./style.ts";

const GRADE_STYLES: Record<Grade, Style> = {
  A: { tone: "good", bold: true },
  B: { tone: "good", bold: true },
  C: { tone: "warn", bold: true },
  D: { tone: "warn", bold: true },
  F: ALARM,
};

export function drawHeader(region: Region, model: Model): void {
  const { snapshot, refreshMs, frozen } = model;
  region.text(region.text(1, 0, "esoteric-entropy", BOLD), 0, " monitor", DIM);
  const every = `up ${formatClock(snapshot.uptimeMs)}   every ${refreshMs / 1000} s`;
  region.textBefore(region.width - 1, 0, every, DIM);
  if (frozen)
    region.textBefore(region.width - every.length - 4, 0, " FROZEN ", { tone: "warn", inverse: true });

  const { readyBytes, capacityBytes, fullEntropyBytesPerSecond, grade } = snapshot;
  let x = region.width - 1 - grade.length;
  region.text(x, 1, grade, GRADE_STYLES[grade]);
  x = before(region, x, "   grade ");
  x = before(region, x, formatQuantity(fullEntropyBytesPerSecond, "B/s"), PLAIN);
  x = before(region, x, "   output ");
  x = before(region, x, `${readyBytes}`, PLAIN, ` of ${capacityBytes} B`);
  const from = region.text(1, 1, "pool  ", DIM);
  drawBar(region, from, x - from - 2, readyBytes / capacityBytes);
  region.text(region.text(1, 2, "from  ", DIM), 2, familiesText(snapshot));
  const whose = snapshot.calibration.state === "used" ? "this machine" : "other machines";
  region.textBefore(region.width - 1, 2, `   claims from ${whose}`, DIM);
}

/** Draws `text` and then `unit`, up to the column before `x`. @returns the first column drawn */
function before(region: Region, x: number, text: string, style: Style = DIM, unit = ""): number {
  region.textBefore(x, 1, unit, DIM);
  region.textBefore(x - unit.length, 1, text, style);
  return x - unit.length - text.length;
}

function drawBar(region: Region, x: number, columns: number, fraction: number): void {
  if (columns <= 0) return;
  region.text(x, 1, "─".repeat(columns), DIM);
  region.text(x, 1, bar(fraction, columns, glyphsFor({ unicode: true })), ACCENT);
}
