/** The flags of `drill`. */
import { flag, type OptionsOf } from "#kit/term/flags.ts";
import { parseFaults } from "../drill/faults.ts";
import { UsageError } from "../errors.ts";
import { CLAIM_FLAGS } from "./claims.ts";
import { completeFaults } from "./drill-text.ts";
import { SOURCES_FLAGS } from "./source-flags.ts";

export const DRILL_FLAGS = {
  fault: flag.value(parseFaults, {
    hint: "LIST",
    default: "",
    about: "Faults, as stuck,period:5000,half; default: all",
    complete: completeFaults,
  }),
  durationMs: flag.seconds({
    name: "seconds",
    default: "5",
    leastMs: 100,
    mostMs: 3_600_000,
    about: "Longest sampling time of each source; a slow one is drilled with less noise",
  }),
  from: flag.file({
    hint: "RECORDING",
    about: "Drill recordings instead: a folder made by record, or a manifest",
  }),
  ...SOURCES_FLAGS,
  ...CLAIM_FLAGS,
  json: flag.switch({ about: "Write JSON" }),
  markdown: flag.switch({
    about: "Write Markdown: what was earned, and how it was detected, source by fault",
  }),
};

export type DrillFlags = OptionsOf<typeof DRILL_FLAGS>;

/** Refuses flags that exclude each other. @throws UsageError */
export function checkDrillFlags({ json, markdown, from, requireCalibration }: DrillFlags): void {
  if (json && markdown) throw new UsageError("--json and --markdown are two different outputs: choose one");
  if (from !== undefined && requireCalibration) {
    throw new UsageError("--require-calibration is for this machine, not for recordings");
  }
}
