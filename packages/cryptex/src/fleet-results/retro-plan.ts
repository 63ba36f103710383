/** Parts files that are to be scanned again into what one job takes. */
import type { SeenFile } from "./result-rows.ts";

/** Files of one host for one job. */
export interface RetroBatch {
  readonly host: string;
  readonly files: readonly SeenFile[];
}

/** Bounds of a job: whoever dies in it loses seconds of work, and its text stays far below a message. */
const MOST_FILES = 200;
const MOST_BYTES = 64 * 2 ** 20;

/** @param seen files, those of a host together @returns batches in the same order; a file that is larger than a batch is alone in one */
export async function* retroBatches(seen: AsyncIterable<SeenFile>): AsyncGenerator<RetroBatch> {
  let files: SeenFile[] = [];
  let bytes = 0;
  for await (const file of seen) {
    const [first] = files;
    const isFull = files.length >= MOST_FILES || bytes + file.size > MOST_BYTES || first?.host !== file.host;
    if (first && isFull) {
      yield { host: first.host, files };
      [files, bytes] = [[], 0];
    }
    files.push(file);
    bytes += file.size;
  }
  if (files[0]) yield { host: files[0].host, files };
}
