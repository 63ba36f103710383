/** Thread that finds definitions. */
import { serve } from "#kit/thread.ts";
import { type DiscoverRequest, type Discovery, discover } from "./discover.ts";

/** Files that were read, and files that are to be. */
export type DiscoverProgress = readonly [files: number, of: number];

void serve<DiscoverRequest, Discovery, DiscoverProgress>((request, { progress }) =>
  // Whoever does not want it any more ends the thread.
  discover(request, new AbortController().signal, (files, of) => progress([files, of])),
);
