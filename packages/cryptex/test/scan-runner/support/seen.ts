/** Records of seen files in memory, which hold what a store would: JSON. */
import type {
  FileIdentity,
  SeenFile,
  SeenFiles,
  SeenFolder,
  SeenResult,
} from "../../../src/scan-runner/seen-files.ts";

export class SeenInMemory implements SeenFiles {
  readonly rows = new Map<string, string>();
  /** Sizes of the batches that were recorded. */
  readonly batches: number[] = [];

  folder(folder: string): SeenFolder {
    let last: string | undefined;
    return {
      get: (name, identity): SeenResult | undefined => {
        if (last !== undefined && name <= last) throw new Error(`${name} is asked for after ${last}`);
        last = name;
        const row = this.rows.get(`${folder}\0${name}`);
        if (row === undefined) return undefined;
        const { events, sha256, archive, ...known } = JSON.parse(row) as SeenFile;
        const isSame = (Object.keys(identity) as (keyof FileIdentity)[]).every(
          (key) => identity[key] === known[key],
        );
        return isSame
          ? { events, ...(sha256 !== undefined && { sha256 }), ...(archive !== undefined && { archive }) }
          : undefined;
      },
    };
  }

  record(files: readonly SeenFile[]): void {
    this.batches.push(files.length);
    for (const file of files) this.rows.set(`${file.folder}\0${file.name}`, JSON.stringify(file));
  }
}
