/** The output of `calibrate`. */
import { table } from "#kit/term/table.ts";
import { formatCount } from "#kit/term/units.ts";
import type { CalibrationRun } from "../calibration/calibrate.ts";

export function calibrateJson({ path, profile, results }: CalibrationRun): object {
  const sources = results.map((result) => {
    const { info, claimedH } = result;
    if (result.kind === "left out") return { id: info.id, claimedH, reason: result.reason };
    return { id: info.id, claimedH, ...result.calibration, creditedH: result.creditedH };
  });
  const { tool, machine, clock } = profile;
  return { schema: 1, path, tool, machine, clock, sources };
}

export function calibrateText({ path, results }: CalibrationRun): string {
  const right = { align: "right" as const };
  const columns = [
    { title: "SOURCE" },
    { title: "SAMPLES", ...right },
    { title: "RATE/S", ...right },
    { title: "ASSESSED H", ...right },
    { title: "CLAIMED H", ...right },
    { title: "CREDITED H", ...right },
    { title: results.some((result) => result.kind === "left out") ? "LEFT OUT" : "" },
  ];
  const rows = results.map((result) => {
    const { info } = result;
    const claim = String(result.claimedH);
    if (result.kind === "left out") return [info.id, "", "", "", claim, claim, result.reason];
    const { calibration, creditedH } = result;
    return [
      info.id,
      formatCount(calibration.symbols),
      formatCount(calibration.rateHz),
      calibration.assessedH.toFixed(3),
      claim,
      String(Number(creditedH.toFixed(3))),
    ];
  });
  return `${table(columns, rows)}\n\nkept in ${path}`;
}
