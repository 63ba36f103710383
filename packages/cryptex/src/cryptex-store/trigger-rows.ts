/** Web hooks in the store, and the frames that wait for each. */
import type { Store } from "./store.ts";

export interface TriggerRow {
  readonly number: number;
  readonly id: string;
  /** Milliseconds since 1970, as all times here. */
  readonly created: number;
  readonly url: string;
  /** JSON. */
  readonly types: string;
  readonly scan: string | null;
  readonly rule: string | null;
  readonly tag: string | null;
  readonly secret: string;
  /** `seq` of the journal up to which frames have been looked at. */
  readonly position: number;
  readonly delivered: number;
  readonly failed: number;
  readonly last_error: string | null;
  /** 0 where nothing was delivered yet. */
  readonly last_success: number;
  readonly paused: string | null;
}

export interface DeliveryRow {
  readonly seq: number;
  readonly tries: number;
  readonly first_try: number | null;
  readonly due: number;
}

export type NewTrigger = Omit<
  TriggerRow,
  "number" | "delivered" | "failed" | "last_error" | "last_success" | "paused"
>;

/** All changes survive the end of the program in any way. Everything throws StoreError. */
export class TriggerRows {
  constructor(private readonly store: Store) {}

  all(): TriggerRow[] {
    return this.store.read((db) => db.query<TriggerRow, []>("SELECT * FROM triggers ORDER BY number").all());
  }

  get(id: string): TriggerRow | undefined {
    const sql = "SELECT * FROM triggers WHERE id = ?";
    return this.store.read((db) => db.query<TriggerRow, [string]>(sql).get(id)) ?? undefined;
  }

  add({ id, created, url, types, scan, rule, tag, secret, position }: NewTrigger): void {
    const sql = `INSERT INTO triggers (id, created, url, types, scan, rule, tag, secret, position)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
    this.store.write((db) => db.query(sql).run(id, created, url, types, scan, rule, tag, secret, position));
  }

  /** @returns false where there is none */
  remove(id: string): boolean {
    return this.store.write((db) => {
      const row = this.get(id);
      if (!row) return false;
      db.query("DELETE FROM deliveries WHERE trigger_number = ?").run(row.number);
      db.query("DELETE FROM triggers WHERE number = ?").run(row.number);
      return true;
    });
  }

  waiting(number: number): number {
    const sql = "SELECT count(*) AS count FROM deliveries WHERE trigger_number = ?";
    return this.store.read((db) => db.query<{ count: number }, [number]>(sql).get(number)!.count);
  }

  /** Adds frames to those that wait, and moves the position. @returns false where the position is another one: nothing is changed then */
  take(number: number, from: number, to: number, seqs: readonly number[], due: number): boolean {
    return this.store.write((db) => {
      const move = db.query("UPDATE triggers SET position = ? WHERE number = ? AND position = ?");
      if (move.run(to, number, from).changes === 0) return false;
      const insert = db.query("INSERT INTO deliveries (trigger_number, seq, due) VALUES (?, ?, ?)");
      for (const seq of seqs) insert.run(number, seq, due);
      return true;
    });
  }

  /** Lists what is due, the earliest first. */
  due(number: number, now: number, limit: number): DeliveryRow[] {
    const sql = `SELECT seq, tries, first_try, due FROM deliveries
      WHERE trigger_number = ? AND due <= ? ORDER BY due, seq LIMIT ?`;
    return this.store.read((db) =>
      db.query<DeliveryRow, [number, number, number]>(sql).all(number, now, limit),
    );
  }

  /** Tells when the next one is due; undefined where none waits. */
  nextDue(number: number): number | undefined {
    const sql = "SELECT min(due) AS due FROM deliveries WHERE trigger_number = ?";
    return (
      this.store.read((db) => db.query<{ due: number | null }, [number]>(sql).get(number)?.due) ?? undefined
    );
  }

  /** Takes deliveries for this program, until a time at which they are due again unless they have been settled. @returns those that no other has */
  claim(number: number, rows: readonly DeliveryRow[], until: number): DeliveryRow[] {
    if (rows.length === 0) return [];
    const sql = "UPDATE deliveries SET due = ? WHERE trigger_number = ? AND seq = ? AND due = ?";
    return this.store.write((db) =>
      rows.filter(({ seq, due }) => db.query(sql).run(until, number, seq, due).changes === 1),
    );
  }

  delivered(number: number, seq: number, now: number): void {
    this.store.write((db) => {
      const { changes } = db
        .query("DELETE FROM deliveries WHERE trigger_number = ? AND seq = ?")
        .run(number, seq);
      if (changes === 0) return;
      const sql =
        "UPDATE triggers SET delivered = delivered + 1, last_error = NULL, last_success = ? WHERE number = ?";
      db.query(sql).run(now, number);
    });
  }

  /** Puts a delivery off. @param error why; undefined where it was not tried */
  later(number: number, { seq, tries, first_try, due }: DeliveryRow, error?: string): void {
    this.store.write((db) => {
      const sql =
        "UPDATE deliveries SET tries = ?, first_try = ?, due = ? WHERE trigger_number = ? AND seq = ?";
      db.query(sql).run(tries, first_try, due, number, seq);
      if (error !== undefined) this.say(number, error);
    });
  }

  /** Gives a delivery up. */
  failed(number: number, seq: number, error: string): void {
    this.store.write((db) => {
      db.query("DELETE FROM deliveries WHERE trigger_number = ? AND seq = ?").run(number, seq);
      db.query("UPDATE triggers SET failed = failed + 1, last_error = ? WHERE number = ?").run(error, number);
    });
  }

  say(number: number, error: string): void {
    this.store.write((db) =>
      db.query("UPDATE triggers SET last_error = ? WHERE number = ?").run(error, number),
    );
  }

  /** @param reason null to go on: then what waits is due */
  pause(number: number, reason: string | null, now: number): void {
    this.store.write((db) => {
      db.query("UPDATE triggers SET paused = ? WHERE number = ?").run(reason, number);
      if (reason !== null) return;
      const sql = "UPDATE deliveries SET tries = 0, first_try = NULL, due = ? WHERE trigger_number = ?";
      db.query(sql).run(now, number);
    });
  }
}
