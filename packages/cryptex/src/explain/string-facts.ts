/** Matches of a rule's string in a file. */
import type { EngineMatch } from "../engine/engine.ts";
import type { Unknown } from "./values.ts";

export interface StringFacts {
  readonly id: string;
  /** By offset. */
  readonly matches: readonly EngineMatch[];
  readonly total: number;
  /** `matches` has all of them. */
  readonly isWhole: boolean;
  /** Why nothing is known of it: the engine gave it up. */
  readonly lack?: Unknown;
}
