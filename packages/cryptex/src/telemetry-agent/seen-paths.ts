/** The files that results tell of, with the digest of what was scanned. */
import { isAbsolute } from "node:path";
import type { Journal, ScanRecord } from "../results/journal.ts";
import { linesOfScan } from "../results/scan-lines.ts";
import type { ShownPath } from "../scan-runner/events.ts";
import { pathBytes } from "../scan-runner/formats/escape.ts";
import { join, pathOf } from "../scan-runner/paths.ts";

export interface SeenPath {
  /** Digest, hex, of the content that was scanned last. */
  readonly sha256?: string;
  /** Says why it cannot be opened here, or held against a digest. */
  readonly fault?: string;
}

export interface SeenQuestion {
  /** Results, in any order; of those that tell of one path the newest counts. */
  readonly scans: readonly ScanRecord[];
  /** Tells that the paths of an origin are paths of this machine. */
  readonly isHere: (origin: string) => boolean;
  /** Folder from which relative paths of collected results start. */
  readonly base: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Returns what is known by path, a binary string; a path of another machine has its origin before it.
 * @throws JournalError "not-found" where a result is removed meanwhile; the signal's reason
 */
export async function seenPaths(journal: Journal, question: SeenQuestion): Promise<Map<string, SeenPath>> {
  const { scans, signal } = question;
  const seen = new Map<string, SeenPath>();
  for (const scan of [...scans].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const placeOf = placer(journal, scan, question);
    for await (const event of linesOfScan(journal, scan.id, signal, ["match", "clean"])) {
      if (event.type !== "match" && event.type !== "clean") continue;
      const { path, fault } = placeOf(event);
      const sha256 = event.sha256 ?? seen.get(path)?.sha256;
      seen.set(
        path,
        sha256 === undefined
          ? { fault: fault ?? NO_DIGEST }
          : { sha256, ...(fault !== undefined && { fault }) },
      );
    }
  }
  return seen;
}

const NO_DIGEST = "no digest is known: the result does not say what content it had";

interface Place {
  readonly path: string;
  readonly fault?: string;
}

/** Finds where on this machine the paths of a result are. */
function placer(
  journal: Journal,
  { id, origin }: ScanRecord,
  { isHere, base }: SeenQuestion,
): (shown: ShownPath) => Place {
  const named = (shown: ShownPath) => Buffer.from(pathBytes(shown)).toString("latin1");
  if (!isHere(origin)) {
    const fault = `it was seen by ${JSON.stringify(origin)}, which is not this machine`;
    return (shown) => ({ path: `${pathOf(origin)}:${named(shown)}`, fault });
  }
  // The gateway keeps the folder behind the name of its root.
  const hidden = journal.hidden(id)?.hidden as { readonly base?: unknown } | null | undefined;
  const folder = typeof hidden?.base === "string" ? hidden.base : base;
  return (shown) => {
    const path = named(shown);
    if (isAbsolute(path)) return { path: plain(path) };
    if (folder === undefined) {
      return { path, fault: "the path is relative, and no folder is known from which it starts" };
    }
    return { path: plain(join(pathOf(folder), path)) };
  };
}

/** Takes out what leads nowhere, so that a place has one name. A `..` stays, since what is before it may be a link. */
function plain(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return `/${parts.join("/")}`;
}
