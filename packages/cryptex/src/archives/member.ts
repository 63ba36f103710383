/** A member of an archive as a scan takes it, and the oddities of its name. */

/** Names are binary strings: one character a byte. */
export type Found =
  /** Content is valid until the next one is asked for. */
  | {
      readonly kind: "member";
      readonly name: string;
      readonly content: Uint8Array;
      /** Why it may not be wholly there, or not be what other programs see. */
      readonly faults: readonly string[];
      readonly notes: readonly string[];
    }
  | {
      readonly kind: "skip" | "error";
      /** Undefined for what holds for the archive as a whole. */
      readonly name: string | undefined;
      readonly reason: string;
      /** False where something was not evaluated that was asked for. */
      readonly complete: boolean;
    }
  | { readonly kind: "note"; readonly name: string | undefined; readonly reason: string };

/** Longer names are cut: no system has them (PATH_MAX), and they are kept until the archive is done. */
const MOST_NAME = 4096;

/** Names the members of one archive. */
export class Names {
  /** Digests of names that were there before. */
  readonly #seen = new Set<number | bigint>();

  /** Returns the name under which results show it, which is never empty, with what is to be said of it. */
  take(raw: string | undefined): { readonly name: string; readonly notes: readonly string[] } {
    if (raw === undefined || raw === "") return { name: "(no name)", notes: ["it has no name"] };
    const notes = oddities(raw);
    const digest = Bun.hash(raw);
    if (this.#seen.has(digest)) notes.push("another member of the archive has the same name");
    this.#seen.add(digest);
    return { name: raw.slice(0, MOST_NAME), notes };
  }
}

function oddities(name: string): string[] {
  const notes: string[] = [];
  if (/^[/\\]/.test(name)) notes.push("its name is an absolute path");
  if (/^[A-Za-z]:/.test(name)) notes.push("its name begins with a drive");
  if (/(^|[/\\])\.\.($|[/\\])/.test(name)) notes.push("its name leads out of the archive's folder");
  if (name.includes("\0")) notes.push("there is a zero byte in its name");
  if (name.length > MOST_NAME)
    notes.push(`its name has ${name.length} bytes, of which ${MOST_NAME} are shown`);
  return notes;
}
