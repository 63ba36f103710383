/** The scan of a hunt, as the thread that runs it is asked for it, and as it answers. */
import type { RuleSetRequest } from "../rules/rule-set.ts";
import type { ScanPlace } from "../scan-runner/runner.ts";
import type { Hunt } from "./hunt.ts";

/** How far a hunt is, behind what it has answered so far. Serialises to JSON. */
export interface HuntPlace {
  readonly lines: number;
  /** Place behind which the scan goes on; absent before the first file. */
  readonly scan?: ScanPlace;
  /** Present once all lines are there, as the last one says. */
  readonly complete?: boolean;
}

/** Request to the thread: plain data, and memory that is shared. */
export interface HuntScan {
  readonly hunt: Hunt;
  /** Roots of the walk: binary strings. */
  readonly roots: readonly string[];
  readonly rules: RuleSetRequest & { readonly alias?: string };
  /** Folder of compiled rules. */
  readonly cacheFolder: string;
  readonly threads: number;
  /** Absent where it begins. */
  readonly place?: HuntPlace;
  /** Element 0 counts the pieces that are kept; the thread waits where many are not. */
  readonly kept: Int32Array;
}

/** A piece of the answer, with the place behind it. */
export interface HuntPiece {
  readonly text: string;
  readonly place: HuntPlace;
}
