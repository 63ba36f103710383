/** Stretches: what follows each other in the order of paths, and is scanned in one go. */
import type { FileResult, ScannedUnit } from "./protocol.ts";
import type { SeenResult } from "./seen-files.ts";
import type { FoundFile, NotScanned } from "./walk.ts";

export interface StretchLimits {
  readonly files: number;
  readonly bytes: number;
}

/** A few milliseconds of scanning, which cost many times the messages for it. */
export const SHORT: StretchLimits = { files: 32, bytes: 1 << 20 };
const MOST_ITEMS = 512;

/** Stands at a place in the order of paths. */
export type Item =
  | { readonly kind: "line"; readonly found: NotScanned }
  | { readonly kind: "known"; readonly file: FoundFile; readonly result: SeenResult }
  | { readonly kind: "file"; readonly file: FoundFile; readonly earlier: SeenResult | undefined };

/** Items that follow each other, whose files are one task. */
export class Stretch {
  readonly items: Item[] = [];
  files = 0;
  bytes = 0;
  /** One a file, in order; undefined until they are there. */
  results: readonly FileResult[] | undefined;

  constructor(private readonly limits: StretchLimits) {}

  /** Tells that a file can be added. What has been found in others does not wait for a large one, which is scanned by itself. */
  hasRoomFor(bytes: number): boolean {
    return this.files === 0 || this.bytes + bytes <= this.limits.bytes;
  }

  get isFull(): boolean {
    const { files, bytes } = this.limits;
    return this.files >= files || this.bytes >= bytes || this.items.length >= MOST_ITEMS;
  }
}

export function pathOf(item: Item): string {
  return item.kind === "line" ? item.found.path : item.file.path;
}

/** Counts the matches that results list. */
export function listed(results: readonly FileResult[]): number {
  let count = 0;
  for (const result of results) {
    if (result.kind === "scanned") count += listedOf(result);
    if (!("archive" in result)) continue;
    for (const member of result.archive?.members ?? [])
      count += member.kind === "scanned" ? listedOf(member) : 1;
  }
  return count;
}

function listedOf({ hits = [] }: ScannedUnit): number {
  let count = 0;
  for (const { strings } of hits) for (const { matches } of strings) count += 1 + matches.length;
  return count;
}
