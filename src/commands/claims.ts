/** Flags of the commands that credit entropy. */
import { flag, group } from "#kit/term/flags.ts";
import { UsageError } from "../errors.ts";
import { completeCredit } from "./source-flags.ts";

export type { ClaimOptions } from "../calibration/claims.ts";

export const CLAIM_FLAGS = group("Credit", {
  credit: flag.value(parseCredit, {
    hint: "ID=H,…",
    default: "",
    about: "Credit sources H bits per symbol instead of what they claim, on your word",
    complete: completeCredit,
  }),
  uncalibrated: flag.switch({ about: "Ignore this machine's profile (see calibrate)" }),
  requireCalibration: flag.switch({ about: "Credit only what this machine's profile has assessed" }),
});

/** Bits per symbol by source id. Unknown ids are refused later, where the sources are known. @throws UsageError */
function parseCredit(text: string, name: string): ReadonlyMap<string, number> {
  const credit = new Map<string, number>();
  for (const entry of text.split(",").filter((part) => part.trim() !== "")) {
    const [, id, h] = /^\s*([a-z0-9_]+)=(\d+(?:\.\d+)?)\s*$/.exec(entry) ?? [];
    if (id === undefined) {
      throw new UsageError(`${name}: '${entry.trim()}' is not like hwrng=4`, [`${name} ID=H[,ID=H]`]);
    }
    if (credit.has(id)) throw new UsageError(`${name} names '${id}' twice`);
    credit.set(id, Number(h));
  }
  return credit;
}
