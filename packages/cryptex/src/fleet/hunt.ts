/** Hunts: one rule set, to be held against files of every host by the host itself. A hunt is a job that goes to all of them. */
import { ProgramError } from "#kit/errors.ts";
import { type Job, type JobBody, makeJob } from "#kit/fleet/job.ts";
import {
  countOf,
  hexOf,
  type Json,
  type JsonObject,
  membersOf,
  textOf,
} from "#kit/signing/canonical-json.ts";
import type { ArchiveLimits } from "../archives/limits.ts";

export interface Hunt {
  /** Tells two hunts apart that ask the same: files change between them. */
  readonly name: string;
  /** SHA-256 of the packed rule set, an object of the fleet. */
  readonly ruleSet: string;
  /** Roots, or paths below them, as `web/upload`. Each host says for itself where its roots are. */
  readonly paths: readonly string[];
  readonly exclude: readonly string[];
  readonly maxSize: number;
  /** Levels of folders that are entered; null: all. */
  readonly maxDepth: number | null;
  readonly timeoutMs: number;
  readonly maxStrings: number;
  readonly listClean: boolean;
  readonly archives: ArchiveLimits;
}

/** Kind of the job. */
export const HUNT = "hunt";
/** Form of the job's body and of the answers to it. */
export const HUNT_FORM = 1;

/** Queue of hunts beside the queue of shared work: each job of it goes to all. */
export function huntsQueue(queue: string): string {
  return `${queue}-hunts`;
}

export function isHuntsQueue(queue: string): boolean {
  return queue.endsWith("-hunts");
}

/** @throws FleetError where it is too large for a job */
export function huntJob(hunt: Hunt, deadlineMs: number): Job {
  const { paths, exclude, archives, ...rest } = hunt;
  const body: JobBody = {
    kind: HUNT,
    form: HUNT_FORM,
    ...rest,
    paths: [...paths],
    exclude: [...exclude],
    archives: { ...archives },
  };
  return makeJob(body, deadlineMs);
}

const MEMBERS = [
  "kind",
  "form",
  "name",
  "ruleSet",
  "paths",
  "exclude",
  "maxSize",
  "maxDepth",
  "timeoutMs",
  "maxStrings",
  "listClean",
  "archives",
] as const;

/** Reads a job's body. @throws ProgramError where it is no hunt that this program understands */
export function readHunt(body: JobBody): Hunt {
  if (body.kind !== HUNT || body["form"] !== HUNT_FORM) {
    throw new ProgramError("hunt", "this version of the program does not know such a hunt");
  }
  const known = membersOf(body, MEMBERS);
  const { maxDepth, listClean, archives } = known;
  const limits = membersOf(objectOf(archives, "archives"), ["depth", "members", "bytes", "ratio"]);
  return {
    name: textOf(known.name, "name"),
    ruleSet: hexOf(known.ruleSet, "ruleSet"),
    paths: textsOf(known.paths, "paths"),
    exclude: textsOf(known.exclude, "exclude"),
    maxSize: countOf(known.maxSize, "maxSize"),
    maxDepth: maxDepth === null ? null : countOf(maxDepth, "maxDepth"),
    timeoutMs: countOf(known.timeoutMs, "timeoutMs"),
    maxStrings: countOf(known.maxStrings, "maxStrings"),
    listClean: listClean === true,
    archives: {
      depth: countOf(limits.depth, "depth"),
      members: countOf(limits.members, "members"),
      bytes: countOf(limits.bytes, "bytes"),
      ratio: countOf(limits.ratio, "ratio"),
    },
  };
}

function objectOf(value: Json, name: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new ProgramError("hunt", `"${name}" is no object`);
}

function textsOf(value: Json, name: string): string[] {
  if (!Array.isArray(value)) throw new ProgramError("hunt", `"${name}" is no list`);
  return value.map((item) => textOf(item as Json, name));
}
