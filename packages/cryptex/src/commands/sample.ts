/** Files that commands measure and explain with. */
import { statSync } from "node:fs";
import { InputError } from "#kit/errors.ts";
import { visible } from "#kit/format/visible.ts";
import { forFs, refusal, textOf } from "../scan-runner/paths.ts";
import { Unreadable } from "../scan-runner/read.ts";
import { contentOf, type Sample, takeSample } from "../scan-runner/sample.ts";

/**
 * As `takeSample`.
 * @param roots binary strings
 * @throws InputError where nothing is left
 */
export function readSample(
  roots: readonly string[],
  limit: number,
  warn: (text: string) => void,
  exclude: readonly string[] = [],
): Sample {
  const sample = takeSample({ roots, exclude, limit }, warn);
  if (sample.files.length === 0)
    throw new InputError("the sample is empty: no file in it can be measured with", {
      hints: sample.leftOut > 0 ? ["--sample-size takes larger ones"] : [],
    });
  return sample;
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
