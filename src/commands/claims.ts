/** By which claims sources are credited: their files', this machine's profile, the user's own word. */
import type { ArgsDef } from "citty";
import type { Io } from "#kit/term/io.ts";
import { calibratedClaims, LEAST_CLAIM, statedClaims } from "../calibration/claims.ts";
import { machineProfile as savedProfile } from "../calibration/machine-profile.ts";
import type { Profile } from "../calibration/profile.ts";
import { profilePath, type ReadProfile } from "../calibration/profile-file.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../errors.ts";
import type { Source, SourceInfo } from "../source.ts";
import { sourceNamed } from "../sources/selection.ts";
import { VERSION } from "../version.ts";

/** Flags of commands that credit entropy. */
export const CLAIM_ARGS = {
  credit: {
    type: "string",
    valueHint: "ID=H,…",
    description: "Credit sources H bits per symbol instead of what they claim, on your word",
  },
  uncalibrated: { type: "boolean", description: "Leave this machine's profile aside (see calibrate)" },
} satisfies ArgsDef;

export interface ClaimOptions {
  /** Bits per symbol, by source id. */
  readonly credit: ReadonlyMap<string, number>;
  readonly uncalibrated: boolean;
}

/** @throws UsageError for what is not ID=H; whether there is such a source is seen later */
export function claimOptions(args: Record<string, unknown>): ClaimOptions {
  const credit = new Map<string, number>();
  const text = args["credit"] === undefined ? "" : String(args["credit"]);
  for (const entry of text.split(",").filter((part) => part.trim() !== "")) {
    const [, id, h] = /^\s*([a-z0-9_]+)=(\d+(?:\.\d+)?)\s*$/.exec(entry) ?? [];
    if (id === undefined) {
      throw new UsageError(`--credit: '${entry.trim()}' is not like hwrng=4`, ["--credit ID=H[,ID=H]"]);
    }
    if (credit.has(id)) throw new UsageError(`--credit names '${id}' twice`);
    credit.set(id, Number(h));
  }
  return { credit, uncalibrated: args["uncalibrated"] === true };
}

/**
 * What the pool may credit each of the sources: min(claim, half of what was assessed on this machine), or what the
 * user says, who is warned.
 * @throws UsageError for a credit that makes no sense
 */
export function creditedInfos(
  selected: readonly Source[],
  options: ClaimOptions,
  io: Io,
  deps: Deps,
): SourceInfo[] {
  const infos = selected.map((source) => source.info);
  for (const [id, h] of options.credit) checkCredit(sourceNamed(deps.sources, id), h, infos);
  const profile = options.uncalibrated ? undefined : machineProfile(io, deps);
  const claimed = profile ? calibratedClaims(infos, profile) : infos;
  for (const [id, h] of options.credit) {
    const info = infos.find((candidate) => candidate.id === id);
    io.log.warn(
      `${id} is credited up to ${h} bits per ${info?.symbolBits}-bit symbol on your word; its file claims ${info?.claim}`,
    );
  }
  return statedClaims(claimed, options.credit);
}

function checkCredit({ info }: Source, h: number, selected: readonly SourceInfo[]): void {
  const { id, symbolBits } = info;
  if (!selected.includes(info)) {
    throw new UsageError(`--credit: ${id} is not among the selected sources`, [`--sources default,${id}`]);
  }
  if (h > symbolBits) {
    throw new UsageError(`--credit: ${id} has symbols of ${symbolBits} bits, which cannot hold ${h}`);
  }
  if (h !== 0 && h < LEAST_CLAIM) throw new UsageError(`--credit: ${id}: 0, or at least ${LEAST_CLAIM}`);
}

function machineProfile(io: Io, deps: Deps): Profile | undefined {
  const found = findProfile(deps);
  if (found.kind === "refused") {
    const path = profilePath(deps.stateFolder!);
    io.log.warn(`${path} is ignored: ${found.reason}; 'esoteric-entropy calibrate' makes a new one`);
  }
  return found.kind === "read" ? found.profile : undefined;
}

/** The profile that was made on this machine by this version of the program, or why the one there is cannot be used. */
export function findProfile({ stateFolder, host }: Deps): ReadProfile {
  return savedProfile(stateFolder, host, VERSION);
}
