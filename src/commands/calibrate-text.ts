/** The output of `calibrate`. */

import { formatAmount, formatFixed } from "#kit/format/numbers.ts";
import type { Screen } from "#kit/term/screen.ts";
import { type Column, table } from "#kit/term/table.ts";
import type { CalibrationRun } from "../calibration/calibrate.ts";
import type { Calibration } from "../calibration/profile.ts";

export function calibrateJson({ path, profile, replaced, results }: CalibrationRun): object {
  const sources = results.map((result) => {
    const { info, claimedH } = result;
    if (result.kind === "left out") return { id: info.id, claimedH, reason: result.reason };
    return { id: info.id, claimedH, ...result.calibration, creditedH: result.creditedH };
  });
  const { tool, machine, clock } = profile;
  return { schema: 1, path, ...(replaced !== undefined && { replaced }), tool, machine, clock, sources };
}

const COLUMNS: readonly Column[] = [
  { title: "SOURCE" },
  { title: "SAMPLES", align: "right", leaves: 1 },
  { title: "RATE/S", align: "right", leaves: 2 },
  { title: "ASSESSED H", align: "right" },
  { title: "SHARED H", align: "right", leaves: 4 },
  { title: "CLAIMED H", align: "right", leaves: 3 },
  { title: "CREDITED H", align: "right" },
  { title: "LEFT OUT", optional: true, wraps: "below" },
];

export function calibrateText({ path, replaced, results }: CalibrationRun, screen: Screen): string {
  const rows = results.map((result) => {
    const { info } = result;
    const claim = String(result.claimedH);
    if (result.kind === "left out") {
      const cells = [info.id, "", "", "", "", claim, claim, result.reason];
      return cells.map((text) => ({ text, style: "dim" as const }));
    }
    const { calibration, creditedH } = result;
    return [
      info.id,
      formatAmount(calibration.symbols),
      formatAmount(calibration.rateHz),
      formatFixed(calibration.assessedH, 3),
      sharedText(calibration),
      claim,
      String(Number(creditedH.toFixed(3))),
    ];
  });
  const instead = replaced === undefined ? "" : `, in place of a profile that could not be kept: ${replaced}`;
  return `${table(COLUMNS, rows, screen)}\n\nkept in ${path}${instead}`;
}

/** `–`: not compared with any source of another family. */
function sharedText({ sharedH, sharedBound }: Calibration): string {
  if (sharedH === undefined) return "–";
  return sharedH === 0 ? `< ${formatFixed(sharedBound ?? 0, 3)}` : formatFixed(sharedH, 3);
}
