/** Snapshots of the pool as files. */
import { open } from "node:fs/promises";
import { InputError, writeRefusal } from "../../errors.ts";
import type { Snapshot } from "../../pool/snapshot.ts";
import { VERSION } from "../../version.ts";

/** Writes a new file in the folder; never overwrites one. @returns its path @throws InputError */
export async function saveSnapshot(snapshot: Snapshot, at: Date, folder: string): Promise<string> {
  const time = at.toISOString();
  const { schema, ...figures } = snapshot;
  const content = { schema, program: "esoteric-entropy", version: VERSION, time, ...figures };
  const path = `${folder}/entropy-${time.replaceAll(":", "-")}.json`;
  try {
    await using file = await open(path, "wx");
    await file.writeFile(`${JSON.stringify(content, null, 2)}\n`);
    return path;
  } catch (error) {
    throw new InputError(`cannot write ${path}: ${writeRefusal(error)}`, { cause: error });
  }
}
