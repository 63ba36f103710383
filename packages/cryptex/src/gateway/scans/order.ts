/** From an order to what the scan-runner is asked. */
import { sep } from "node:path";
import { readTime } from "#kit/format/times.ts";
import { type ArchiveLimits, DEFAULT_LIMITS } from "../../archives/limits.ts";
import { pathOf } from "../../scan-runner/paths.ts";
import type { ScanRequest } from "../../scan-runner/runner.ts";
import { MAX_SIZE } from "../../scan-runner/walk.ts";
import type { Roots } from "../roots.ts";
import { ServiceError } from "../service-error.ts";
import type { ScanOrder } from "./scans.ts";

/** Where an order's root and paths are on the disk; clients never see it. */
export interface OrderedPlaces {
  /** Real path of the root. */
  readonly base: string;
  /** Real paths below it, relative to it, with slashes; "" is the root itself. */
  readonly paths: readonly string[];
}

/** Defaults of the flags of `scan`. */
export const TIMEOUT_MS = 60_000;
export const MAX_STRINGS = 100;

/** @throws ServiceError "invalid", "not-found" */
export function placesOf(roots: Roots, { root, paths }: ScanOrder): OrderedPlaces {
  if (paths.length === 0) throw new ServiceError("invalid", 'paths: none is named; "." is the root itself');
  const found = paths.map((path) => roots.resolve(root, path));
  const { base } = found[0]!;
  const below = base.endsWith(sep) ? base : base + sep;
  return { base, paths: found.map(({ path }) => path.slice(below.length).replaceAll(sep, "/")) };
}

/** @throws ServiceError "invalid" for a date that is none */
export function requestOf({ options = {} }: ScanOrder, { base, paths }: OrderedPlaces) {
  const { exclude = [], maxSize = MAX_SIZE, recursive, since, timeoutMs, maxStrings } = options;
  const { listClean = false, archives = 0, explain = false, cache = false, threads } = options;
  return {
    walk: {
      roots: paths.map(pathOf),
      within: pathOf(base),
      exclude,
      maxSize,
      maxDepth: recursive ?? Number.POSITIVE_INFINITY,
      follow: false,
      ...(since !== undefined && { since: timeOf(since) }),
    },
    timeoutMs: timeoutMs ?? TIMEOUT_MS,
    maxStrings: maxStrings ?? MAX_STRINGS,
    listClean,
    explain,
    archives: archiveLimits(archives),
    reuse: cache,
    ...(threads !== undefined && { threads }),
  } satisfies Partial<ScanRequest>;
}

export function archiveLimits(depth: number): ArchiveLimits {
  return { depth, ...DEFAULT_LIMITS };
}

function timeOf(text: string): number {
  const time = readTime(text);
  if (time === undefined)
    throw new ServiceError("invalid", "options.since: a date, or date and time, of ISO 8601 is needed");
  return time;
}
