/** A sample of what a scan goes through, held in memory. */
import { visible } from "#kit/format/visible.ts";
import type { SampleFile } from "../rules/cost.ts";
import { pathExternals, textOf } from "./paths.ts";
import { readFile, Unreadable } from "./read.ts";
import { type WalkOptions, walk } from "./walk.ts";

export interface Sample {
  readonly files: readonly SampleFile[];
  readonly bytes: number;
  /** Files for which there was no room. */
  readonly leftOut: number;
}

export interface SampleRequest extends Pick<WalkOptions, "roots" | "exclude" | "within"> {
  /** Bytes that there is room for. */
  readonly limit: number;
  /** Files that are looked at, in the order of their paths; by default all. */
  readonly mostFiles?: number;
}

/**
 * Reads files in the order of their paths, each that still has room. Empty ones are nothing to measure with.
 * @param warn told of files that cannot be read
 */
export function takeSample(request: SampleRequest, warn: (text: string) => void): Sample {
  const { limit, mostFiles = Number.POSITIVE_INFINITY, ...places } = request;
  const files: SampleFile[] = [];
  let bytes = 0;
  let leftOut = 0;
  let looked = 0;
  const maxDepth = Number.POSITIVE_INFINITY;
  for (const found of walk({ ...places, maxSize: limit, maxDepth, follow: false })) {
    if (++looked > mostFiles) break;
    if (found.kind === "file") {
      const { size } = found.identity;
      if (size === 0) continue;
      if (bytes + size > limit) {
        leftOut++;
        continue;
      }
      try {
        const content = contentOf(found.path, found.byLink, limit, places.within);
        files.push({ bytes: content, externals: pathExternals(found.path) });
        bytes += content.length;
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        warn(visible(`${textOf(found.path)}: ${error.message}`));
      }
    } else if (found.kind === "skip" && !found.complete) leftOut++;
    else if (found.kind === "error") warn(visible(`${textOf(found.path)}: ${found.reason}`));
  }
  return { files, bytes, leftOut };
}

/** Reads a file into shared memory. @throws Unreadable */
export function contentOf(path: string, byLink: boolean, maxSize: number, within?: string): Uint8Array {
  let memory: Uint8Array = new Uint8Array();
  readFile({
    path,
    byLink,
    within,
    maxSize,
    memory(length) {
      memory = new Uint8Array(new SharedArrayBuffer(length));
      return memory;
    },
    cancelled: () => false,
  });
  return memory;
}
