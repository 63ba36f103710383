/** A sample of files, held in memory. */
import { statSync } from "node:fs";
import { InputError } from "#kit/errors.ts";
import { visible } from "#kit/format/visible.ts";
import type { SampleFile } from "../rules/cost.ts";
import { forFs, pathExternals, refusal, textOf } from "../scan-runner/paths.ts";
import { readFile, Unreadable } from "../scan-runner/read.ts";
import { walk } from "../scan-runner/walk.ts";

export interface Sample {
  readonly files: readonly SampleFile[];
  readonly bytes: number;
  /** Files for which there was no room. */
  readonly leftOut: number;
}

/**
 * Reads files in the order of their paths, each that still has room. Empty ones are nothing to measure with.
 * @param roots binary strings
 * @param warn told of files that cannot be read
 * @throws InputError where nothing is left
 */
export function readSample(
  roots: readonly string[],
  limit: number,
  warn: (text: string) => void,
  exclude: readonly string[] = [],
): Sample {
  const files: SampleFile[] = [];
  let bytes = 0;
  let leftOut = 0;
  const maxDepth = Number.POSITIVE_INFINITY;
  for (const found of walk({
    roots,
    exclude,
    maxSize: limit,
    maxDepth,
    follow: false,
  })) {
    if (found.kind === "file") {
      const { size } = found.identity;
      if (size === 0) continue;
      if (bytes + size > limit) {
        leftOut++;
        continue;
      }
      try {
        const content = contentOf(found.path, found.byLink, limit);
        files.push({ bytes: content, externals: pathExternals(found.path) });
        bytes += content.length;
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        warn(visible(`${textOf(found.path)}: ${error.message}`));
      }
    } else if (found.kind === "skip" && !found.complete) leftOut++;
    else if (found.kind === "error") warn(visible(`${textOf(found.path)}: ${found.reason}`));
  }
  if (files.length === 0)
    throw new InputError("the sample is empty: no file in it can be measured with", {
      hints: leftOut > 0 ? ["--sample-size takes larger ones"] : [],
    });
  return { files, bytes, leftOut };
}

/** @param path a binary string @throws InputError where there is no regular file */
export function refuseNoFile(path: string): void {
  let isFile: boolean;
  try {
    isFile = statSync(forFs(path)).isFile();
  } catch (error) {
    throw new InputError(`${visible(textOf(path))}: ${refusal(error)}`);
  }
  if (!isFile) throw new InputError(`${visible(textOf(path))} is no regular file`);
}

/** Reads one file. @param path a binary string @throws InputError that says why not */
export function readOne(path: string, maxSize: number): Uint8Array {
  refuseNoFile(path);
  try {
    return contentOf(path, true, maxSize);
  } catch (error) {
    if (error instanceof Unreadable) throw new InputError(visible(`${textOf(path)}: ${error.message}`));
    throw error;
  }
}

function contentOf(path: string, byLink: boolean, maxSize: number): Uint8Array {
  let memory: Uint8Array = new Uint8Array();
  readFile({
    path,
    byLink,
    maxSize,
    memory(length) {
      memory = new Uint8Array(new SharedArrayBuffer(length));
      return memory;
    },
    cancelled: () => false,
  });
  return memory;
}
