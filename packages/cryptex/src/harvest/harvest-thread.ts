/** Thread that proposes entries. */
import { serve } from "#kit/thread.ts";
import { type HarvestReport, type HarvestRequest, harvest } from "./harvest.ts";

/** Files that were read, and files that are to be. */
export type HarvestProgress = readonly [files: number, of: number];

void serve<HarvestRequest, HarvestReport, HarvestProgress>((request, { progress }) =>
  // Whoever does not want it any more ends the thread.
  harvest(request, new AbortController().signal, (files, of) => progress([files, of])),
);
