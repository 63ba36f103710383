/** By which claims sources are credited: their files', this machine's profile, the user's own word. */
import { flag } from "#kit/term/flags/builders.ts";
import { group } from "#kit/term/flags/flag.ts";
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
import { completeCredit } from "./source-flags.ts";

/** Flags of commands that credit entropy. */
export const CLAIM_FLAGS = group("Credit", {
  credit: flag.value(parseCredit, {
    hint: "ID=H,…",
    default: "",
    about: "Credit sources H bits per symbol instead of what they claim, on your word",
    complete: completeCredit,
  }),
  uncalibrated: flag.switch({ about: "Leave this machine's profile aside (see calibrate)" }),
});

export interface ClaimOptions {
  /** Bits per symbol, by source id. */
  readonly credit: ReadonlyMap<string, number>;
  readonly uncalibrated: boolean;
}

/** Bits per symbol by source id; that there is such a source is checked later. @throws UsageError */
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
