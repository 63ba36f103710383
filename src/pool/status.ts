/** The pool's status. Plain data: `pool --json`, the server and the terminal show it unchanged. */
import type { CalibrationStatus } from "../calibration/claims.ts";
import type { SecretsStatus } from "../platform/secrets.ts";
import type { SelfTestStatus } from "../rbg/self-tests.ts";
import type { SourceStatus } from "../sampling/source-state.ts";
import type { Totals } from "./ledger.ts";

/** The part of a family of sources in the output. */
export interface FamilyPart {
  readonly family: string;
  /** Its credit that went into full-entropy blocks. */
  readonly spentBits: number;
}

/** The families of sources behind the last seed or reseed of a DRBG. */
export interface SeedStatus {
  /** Families whose credit went into it, the largest part first; empty before the first. */
  readonly families: readonly string[];
  /** True if no other family could deliver the half that one must not give: the seed then took twice the bits. */
  readonly oneFamily: boolean;
}

export interface PoolStatus {
  readonly sources: readonly SourceStatus[];
  /** Where the claims come from. */
  readonly calibration: CalibrationStatus;
  readonly ledger: Totals;
  /** Families behind the output, the largest part first. */
  readonly families: readonly FamilyPart[];
  readonly seed: SeedStatus;
  /** The known-answer tests of the DRBG. */
  readonly selfTest: SelfTestStatus;
  /** How the memory is kept that holds the DRBG's state and the bytes that lie ready. */
  readonly secrets: SecretsStatus;
  /** Full-entropy bytes ready to be handed out, and the most that are kept. */
  readonly readyBytes: number;
  readonly capacityBytes: number;
  /** Full-entropy bytes handed out since the pool was opened. */
  readonly extractedBytes: number;
  /** Bytes of output that were shown since then, and handed to nobody; no full entropy was taken for them. */
  readonly shownBytes: number;
  /** Time since the pool was opened. */
  readonly uptimeMs: number;
}

/**
 * Describes in one sentence, for an error message, how far the pool is from the bytes asked for, and why what the user has named fails:
 * that is in the user's hands.
 */
export function shortageOf(status: PoolStatus): string {
  const { levelBits, creditedBits } = status.ledger;
  const states = new Map<string, number>();
  for (const { state } of status.sources) states.set(state, (states.get(state) ?? 0) + 1);
  const census = [...states].map(([state, count]) => `${count} ${state}`).join(", ");
  const external = status.sources.filter(({ family, state }) => family === "external" && state === "failed");
  const reasons = external.map(({ id, reason = "" }) => `; ${id}: ${reason}`).join("");
  return `${creditedBits.toFixed(0)} bits credited in ${(status.uptimeMs / 1000).toFixed(1)} s, ${levelBits.toFixed(0)} unspent; sources: ${census || "none"}${reasons}`;
}

/** Says why a source does not deliver, or what was the matter with one that does; undefined where nothing was. */
export function whyOf({ reason, lastFault }: Pick<SourceStatus, "reason" | "lastFault">): string | undefined {
  return reason ?? (lastFault === undefined ? undefined : `earlier: ${lastFault}`);
}

/** Says in a line where the claims come from. */
export function claimsText({ calibration }: Pick<PoolStatus, "calibration">): string {
  const { state, reason, assessedElsewhere } = calibration;
  switch (state) {
    case "none":
      return "from other machines: this one is not calibrated";
    case "ignored":
      return "from other machines: --uncalibrated ignores this one's profile";
    case "refused":
      return `from other machines: the profile is refused, ${reason}`;
    case "used":
      return assessedElsewhere.length === 0
        ? "from this machine's profile"
        : `from this machine's profile; from other machines: ${assessedElsewhere.join(", ")}`;
  }
}

/** Says in a line which families of sources stand behind the output, with their shares. */
export function familiesText({ families }: Pick<PoolStatus, "families">): string {
  const spentBits = families.reduce((sum, family) => sum + family.spentBits, 0);
  if (spentBits === 0) return "none yet";
  return families
    .filter((family) => family.spentBits > 0)
    .map((family) => `${family.family} ${shareText(family.spentBits / spentBits)}`)
    .join(", ");
}

/** Says in a line how the DRBG's self-tests stand. */
export function selfTestText({ selfTest: { state, reason, runs } }: Pick<PoolStatus, "selfTest">): string {
  switch (state) {
    case "none":
      return "not run yet";
    case "passed":
      return `passed, ${runs} ${runs === 1 ? "run" : "runs"}`;
    case "failed":
      return `failed: ${reason}`;
  }
}

/** Says in a line how the memory for secrets is kept. */
export function secretsText({ secrets }: Pick<PoolStatus, "secrets">): string {
  const { lockedBytes, unlockedBytes, notDumped, wipedOnFork, reason } = secrets;
  const parts = [
    ...(lockedBytes > 0 ? [`locked ${kibibytes(lockedBytes)}`] : []),
    ...(unlockedBytes > 0 ? [`not locked ${kibibytes(unlockedBytes)}`] : []),
    notDumped ? "left out of core dumps" : "in core dumps",
    ...(wipedOnFork ? ["wiped in forks"] : []),
  ];
  return `${parts.join(", ")}${unlockedBytes > 0 && reason !== undefined ? `: ${reason}` : ""}`;
}

function kibibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}

function shareText(share: number): string {
  return share < 0.01 ? "< 1 %" : `${Math.floor(100 * share)} %`;
}

/** Says in a line what the DRBG's last seed rests on. */
export function seedText({ seed }: Pick<PoolStatus, "seed">): string {
  if (seed.families.length === 0) return "none yet";
  if (!seed.oneFamily) return seed.families.join(", ");
  const [most, ...others] = seed.families;
  if (others.length === 0) return `${most} alone, with twice the bits`;
  return `${most} for more than half, with twice the bits; ${others.join(", ")} for the rest`;
}
