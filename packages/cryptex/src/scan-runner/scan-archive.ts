/** Scans what is in a file that is an archive: each member as a file is, and the archives among them. */
import { isZipAsWell, type Kind, kindOf, type Unreadable } from "../archives/kind.ts";
import { type ArchiveLimits, Budget, Work } from "../archives/limits.ts";
import { membersOf } from "../archives/open-archive.ts";
import type { Unpackers } from "../archives/unpackers.ts";
import { baseName } from "./paths.ts";
import type { ArchiveResult, MemberResult, ScannedUnit } from "./protocol.ts";

/** Bounds what a hostile archive makes of its members: lines, and the bytes of their names and reasons. */
const MOST_LINES = 100_000;
const MOST_TEXT = 64 * 2 ** 20;

export type UnitResult =
  | { readonly kind: "error"; readonly reason: string }
  | ({ readonly kind: "scanned" } & ScannedUnit);

export interface ArchiveScanOptions {
  readonly limits: ArchiveLimits;
  readonly maxSize: number;
  readonly timeoutMs: number;
  readonly listClean: boolean;
  readonly unpackers: Unpackers;
  /** Is asked again and again. What it throws ends the work. */
  readonly check: () => void;
  /** Is told of memory before so much of it is taken. What it throws ends the work. */
  readonly claim: (bytes: number) => void;
  /** @param path of the member, as results show it; binary string */
  readonly scan: (content: Uint8Array, path: string) => UnitResult;
}

/** Looks into one file. @param path of the file, binary string @throws what `check` throws */
export function scanArchive(
  bytes: Uint8Array,
  kind: Kind | Unreadable,
  path: string,
  options: ArchiveScanOptions,
): ArchiveResult {
  const scan = new ArchiveScan(path, options);
  scan.open(bytes, kind, "", 1);
  return scan.result;
}

class ArchiveScan {
  readonly #budget: Budget;
  readonly #members: MemberResult[] = [];
  #opened = 0;
  #clean = 0;
  #text = 0;
  #lines = 0;
  #isFull = false;

  constructor(
    readonly path: string,
    readonly options: ArchiveScanOptions,
  ) {
    this.#budget = new Budget(options.limits);
  }

  get result(): ArchiveResult {
    return { opened: this.#opened, clean: this.#clean, members: this.#members };
  }

  /** @param place of the archive, behind the file's path @param depth 1 for the file itself */
  open(bytes: Uint8Array, kind: Kind | Unreadable, place: string, depth: number): void {
    this.#openAs(bytes, kind, place, depth);
    if (this.#isFull || depth > this.options.limits.depth || !isZipAsWell(bytes, kind)) return;
    const reason = "it is a ZIP file as well, which is scanned, too";
    this.#say({ kind: "note", name: `${place}!/`, reason });
    this.#openAs(bytes, "zip", place, depth);
  }

  #openAs(bytes: Uint8Array, kind: Kind | Unreadable, place: string, depth: number): void {
    const { limits } = this.options;
    const inside = `${place}!/`;
    const obstacle =
      typeof kind !== "string"
        ? `${kind.name}: nothing here reads it`
        : depth > limits.depth
          ? `archive below the depth of ${limits.depth}`
          : undefined;
    if (typeof kind !== "string" || obstacle !== undefined) {
      this.#say({ kind: "skip", name: inside, reason: obstacle!, complete: true });
      return;
    }
    this.#opened++;
    const { maxSize, timeoutMs, check, claim, unpackers } = this.options;
    const name = baseName(this.path + place);
    const work = new Work(this.#budget, bytes.length);
    // One line for all that holds for the archive as a whole.
    const faults: string[] = [];
    for (const found of membersOf({ bytes, kind, name, work, maxSize, timeoutMs, check, claim, unpackers })) {
      if (this.#isFull) return;
      const name = inside + (found.name ?? "");
      if (found.kind === "error" && found.name === undefined) faults.push(found.reason);
      else if (found.kind !== "member") this.#say({ ...found, name });
      else {
        this.#scan(name, found.content, found.faults);
        for (const reason of found.notes) this.#say({ kind: "note", name, reason });
        const nested = kindOf(found.content);
        if (nested && !this.#isFull) this.open(found.content, nested, name, depth + 1);
      }
    }
    if (faults.length > 0)
      this.#say({ kind: "error", name: inside, reason: shortened(faults), complete: false });
  }

  #scan(name: string, content: Uint8Array, faults: readonly string[]): void {
    const unit = this.options.scan(content, this.path + name);
    if (unit.kind === "error") {
      this.#say({ kind: "error", name, reason: [unit.reason, ...faults].join("; "), complete: false });
      return;
    }
    const notEvaluated = [...(unit.notEvaluated ?? []), ...faults];
    const hasLine = notEvaluated.length > 0 || unit.hits || unit.lost || unit.log || this.options.listClean;
    if (!hasLine) this.#clean++;
    else this.#say({ ...unit, name, ...(notEvaluated.length > 0 && { notEvaluated }) });
  }

  #say(member: MemberResult): void {
    if (this.#isFull) return;
    this.#lines +=
      1 + (member.kind === "scanned" ? (member.hits?.length ?? 0) + (member.log?.length ?? 0) : 0);
    this.#text += member.name.length + ("reason" in member ? member.reason.length : explanationsOf(member));
    this.#members.push(member);
    if (this.#lines < MOST_LINES && this.#text < MOST_TEXT) return;
    this.#isFull = true;
    const reason = `over the limit of ${this.#lines < MOST_LINES ? `${MOST_TEXT} bytes` : MOST_LINES} of lines: the rest was not evaluated`;
    this.#members.push({ kind: "error", name: "!/", reason, complete: false });
  }
}

/** Length of what explains the matches, which may be much more than they are. */
function explanationsOf({ hits = [] }: ScannedUnit): number {
  return hits.reduce(
    (sum, { explanation }) => sum + (explanation ? JSON.stringify(explanation).length : 0),
    0,
  );
}

/** Faults that a line names. */
const NAMED = 5;

function shortened(faults: readonly string[]): string {
  const more = faults.length - NAMED;
  // The last one says how it ended.
  const named = more > 0 ? [...faults.slice(0, NAMED - 1), `${more} more`, faults.at(-1)!] : faults;
  return named.join("; ");
}
