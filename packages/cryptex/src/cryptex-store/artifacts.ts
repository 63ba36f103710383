/**
 * Things that tools have made, as safe indexes and reports, kept by the digest of their content. The store holds a bounded number of
 * them and of their bytes: what was made first goes first.
 */
import type { Database } from "bun:sqlite";
import { createHash } from "node:crypto";
import type { Store } from "./store.ts";

export interface Artifact {
  /** SHA-256 of the content, hex. */
  readonly digest: string;
  /** As a file would be called. */
  readonly name: string;
  /** Media type. */
  readonly type: string;
  /** As far as it is known: "unknown" else. */
  readonly licence: string;
  /** Says of what it was made, and by which program. */
  readonly provenance: Readonly<Record<string, unknown>>;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly bytes: number;
}

export type NewArtifact = Omit<Artifact, "digest" | "at" | "bytes">;

export interface ArtifactBounds {
  readonly artifacts: number;
  /** Size of all together. */
  readonly bytes: number;
}

/** Some 80 safe indexes of a set of 12,768 rules, whose text has 3 MB for each thousand. */
export const ARTIFACT_BOUNDS: ArtifactBounds = { artifacts: 256, bytes: 256 * 2 ** 20 };

interface Row extends Omit<Artifact, "provenance"> {
  readonly id: number;
  readonly provenance: string;
}

const COLUMNS = "id, digest, name, type, licence, provenance, at, bytes";

export class StoredArtifacts {
  constructor(
    private readonly store: Store,
    private readonly bounds: ArtifactBounds = ARTIFACT_BOUNDS,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Keeps an artifact, and drops the oldest for which there is no room then. The same content is kept once, with the facts given last.
   * @returns undefined where there is no room for so many bytes at all
   * @throws StoreError
   */
  keep(made: NewArtifact, content: Uint8Array): Artifact | undefined {
    if (content.length > this.bounds.bytes) return undefined;
    const digest = createHash("sha256").update(content).digest("hex");
    const { name, type, licence, provenance } = made;
    const at = new Date(this.now()).toISOString();
    this.store.write((db) => {
      db.query("DELETE FROM artifacts WHERE digest = ?").run(digest);
      db.query(
        "INSERT INTO artifacts (digest, name, type, licence, provenance, at, bytes, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      ).run(digest, name, type, licence, JSON.stringify(provenance), at, content.length, content);
      this.#makeRoom(db);
    });
    return { digest, name, type, licence, provenance, at, bytes: content.length };
  }

  #makeRoom(db: Database): void {
    const rows = db
      .query<{ id: number; bytes: number }, []>("SELECT id, bytes FROM artifacts ORDER BY id DESC")
      .all();
    let bytes = 0;
    const first = rows.findIndex((row, count) => {
      bytes += row.bytes;
      return count >= this.bounds.artifacts || bytes > this.bounds.bytes;
    });
    if (first >= 0) db.query("DELETE FROM artifacts WHERE id <= ?").run(rows[first]!.id);
  }

  get(digest: string): Artifact | undefined {
    const sql = `SELECT ${COLUMNS} FROM artifacts WHERE digest = ?`;
    const row = this.store.read((db) => db.query<Row, [string]>(sql).get(digest));
    return row === null ? undefined : artifactOf(row);
  }

  content(digest: string): Uint8Array | undefined {
    const sql = "SELECT content FROM artifacts WHERE digest = ?";
    const row = this.store.read((db) => db.query<{ content: Uint8Array }, [string]>(sql).get(digest));
    return row?.content;
  }

  /** Lists the newest ones first. @param after digest of the last one that was seen; one that has gone meanwhile begins anew */
  list(limit: number, after?: string): readonly Artifact[] {
    const sql = `SELECT ${COLUMNS} FROM artifacts
      WHERE id < coalesce((SELECT id FROM artifacts WHERE digest = ?1), 9223372036854775807)
      ORDER BY id DESC LIMIT ?2`;
    const rows = this.store.read((db) =>
      db.query<Row, [string | null, number]>(sql).all(after ?? null, limit),
    );
    return rows.map(artifactOf);
  }
}

function artifactOf({ id: _, provenance, ...facts }: Row): Artifact {
  return { ...facts, provenance: JSON.parse(provenance) };
}
