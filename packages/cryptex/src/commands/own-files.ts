/** Files that a command writes, which are none of those that it reads. */
import { statSync } from "node:fs";
import { type FileNumbers, OutputFile } from "#kit/files/output-file.ts";
import type { Io } from "#kit/term/io.ts";
import { storeFiles } from "../cryptex-store/store-files.ts";
import type { OwnFile } from "../scan-runner/walk.ts";

/** Lists the files that a scan writes: the result, also where it replaces an older one, and the store of the cache. @param others paths of more */
export function ownFiles(
  output: OutputFile | undefined,
  store: string | undefined,
  streams: readonly FileNumbers[] = [],
  others: readonly string[] = [],
): OwnFile[] {
  const files = [...(store === undefined ? [] : storeFiles(store)), ...others.map(numbersOf)];
  const unfinished = output?.unfinished && { ...output.unfinished, isTemporary: true as const };
  return [...streams, output?.replaced, unfinished, ...files].filter((file) => file !== undefined);
}

/**
 * Writes a result to stdout, or to a file which it replaces in one step.
 * @param inputs paths that it is made of
 * @throws UsageError; InputError; ClosedPipeError
 */
export async function writeResult(
  result: string,
  output: string | undefined,
  inputs: Iterable<string>,
  io: Pick<Io, "out" | "signal">,
): Promise<void> {
  if (output === undefined) return await io.out(result);
  await using file = await OutputFile.create(output, io.signal, inputs);
  await file.write(result);
}

function numbersOf(path: string): FileNumbers | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // whoever reads it says why it cannot be read
  }
}
