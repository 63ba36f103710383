/** Flags of the commands that credit entropy. */
import { flag, group } from "#kit/term/flags.ts";
import { UsageError } from "../errors.ts";
import { completeCredit } from "./source-flags.ts";

export type { ClaimOptions } from "../calibration/claims.ts";

const CREDIT = flag.value(parseCredit, {
  hint: "ID=H,…",
  default: "",
  about: "Credit sources H bits per symbol instead of what they claim, on your word",
  complete: completeCredit,
});

export const CLAIM_FLAGS = group("Credit", {
  credit: {
    ...CREDIT,
    many: true as const,
    // Sources are named one by one, and so may be what each is worth.
    parse: (texts: readonly string[], name: string) => parseCredit(texts.join(","), name),
  },
  uncalibrated: flag.switch({ about: "Ignore this machine's profile (see calibrate)" }),
  requireCalibration: flag.switch({ about: "Credit only what this machine's profile has assessed" }),
});

/** For commands that open a pool. */
export const POOL_FLAGS = {
  ...CLAIM_FLAGS,
  ...group("Credit", {
    familyShare: flag.value(parseShare, {
      hint: "S",
      default: "1",
      about: "Most of each block's credit that one family of sources may give, 0.5 to 1",
    }),
  }),
};

const LEAST_SHARE = 0.5;

/** @throws UsageError for anything but 0.5 to 1 */
function parseShare(text: string, name: string): number {
  const share = /^(?:0?\.\d+|1(?:\.0+)?)$/.test(text) ? Number(text) : Number.NaN;
  if (share >= LEAST_SHARE && share <= 1) return share;
  throw new UsageError(`${name}: '${text}' is not from ${LEAST_SHARE} to 1`, [
    "0.5: at least two families stand behind every block; 1: one may do",
  ]);
}

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
