/** Databases of a fleet: a file of SQLite or PostgreSQL, both by Bun.SQL, in the part of SQL that they share. */
import { closeSync, openSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SQL, type TransactionSQL } from "bun";
import { FleetError, reasonOf } from "./fleet-error.ts";

/**
 * Time for which another program that writes into the same file is waited for: as long as its largest transaction takes on a slow disk.
 * SQLite itself would wait in this thread, in which beats are due.
 */
const BUSY_MS = 10_000;
const BUSY_PAUSE_MS = 10;

/** Tables of a database, and how they are made. */
export interface Tables {
  /** Name of the database in messages, as "the ledger". */
  readonly what: string;
  /** Number of a lock in PostgreSQL, so that two who open a new database do not make it both. Each kind of tables has its own. */
  readonly lock: number;
  /** Brings the tables to the newest version, in a transaction that nobody else is in. @throws FleetError where a later program wrote them */
  readonly make: (step: TransactionSQL) => Promise<string>;
}

/** An open database, with the id that was drawn when it was made. */
export interface OpenDatabase {
  readonly sql: SQL;
  readonly id: string;
  /** Place without its password. */
  readonly shown: string;
}

/** @param place as `sqlite:PATH` or `postgres://…` @throws FleetError where it cannot be opened */
export async function openDatabase(place: string, tables: Tables): Promise<OpenDatabase> {
  const shown = placeText(place);
  const sql = connectionTo(place, tables.what);
  try {
    return { sql, shown, id: await prepared(sql, tables) };
  } catch (cause) {
    await sql.close();
    if (cause instanceof FleetError) throw cause;
    throw new FleetError(`${tables.what} ${shown} cannot be opened: ${reasonOf(cause)}`, { cause });
  }
}

/** Makes or reads the one row that says whose tables these are. @param name of its table @returns the version that is there, and the id */
export async function knownVersion(
  step: TransactionSQL,
  name: string,
  newest: number,
  what: string,
): Promise<{ readonly version: number; readonly id: string }> {
  await step.unsafe(`create table if not exists ${name} (id text primary key, version bigint not null)`);
  const [known] = (await step.unsafe(`select id, version from ${name}`)) as {
    id: string;
    version: number | string;
  }[];
  if (known && Number(known.version) > newest) {
    throw new FleetError(
      `a later version of this program has written this ${what}: version ${known.version}`,
      { hints: ["use the version that wrote it, or another place"] },
    );
  }
  return known ? { id: known.id, version: Number(known.version) } : { id: crypto.randomUUID(), version: 0 };
}

function connectionTo(place: string, what: string): SQL {
  const path = /^sqlite:(?!\/\/)(.+)$/.exec(place)?.[1];
  if (path !== undefined) {
    const file = resolve(path);
    try {
      closeSync(openSync(file, "a", 0o600)); // results are nobody else's business; a folder that is missing shows here
    } catch (cause) {
      throw new FleetError(`${what} ${place} cannot be opened: ${reasonOf(cause)}`, { cause });
    }
    return new SQL({ adapter: "sqlite", filename: file });
  }
  if (/^postgres(ql)?:\/\//.test(place) && URL.canParse(place)) return new SQL(withVerifiedTls(place));
  throw new FleetError(`'${placeText(place)}' is no place of ${what.replace(/^the /, "a ")}`, {
    hints: ["sqlite:PATH or postgres://USER@HOST/DATABASE"],
  });
}

/** Has a server on another machine show a certificate, unless the address says otherwise. */
function withVerifiedTls(place: string): string {
  const url = new URL(place);
  const isHere =
    url.searchParams.has("host") || /^(localhost|127\.0\.0\.1|\[::1\]|%2F.*|)$/i.test(url.hostname);
  if (!isHere && !url.searchParams.has("sslmode")) url.searchParams.set("sslmode", "verify-full");
  return url.href;
}

/** Returns a place without its password. */
export function placeText(place: string): string {
  return place.replace(/^([a-z]+:\/\/[^/@:]*):[^@]*@/, "$1@");
}

async function prepared(sql: SQL, { lock, make }: Tables): Promise<string> {
  const isFile = sql.options.adapter === "sqlite";
  if (isFile) {
    await sql.unsafe("pragma busy_timeout = 0");
    await whenFree(() => sql.unsafe("pragma journal_mode = wal"));
    await sql.unsafe("pragma synchronous = full"); // the record of truth survives a power loss
  }
  const step = async (transaction: TransactionSQL) => {
    if (!isFile) await transaction`select pg_advisory_xact_lock(${lock})`;
    return await make(transaction);
  };
  return whenFree(() => sql.begin(isFile ? "immediate" : "read write", step));
}

/** Does something again, as a whole, while another program holds the file. */
export async function whenFree<T>(act: () => Promise<T>): Promise<T> {
  const endMs = performance.now() + BUSY_MS;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      if (!code.startsWith("SQLITE_BUSY") || performance.now() > endMs) throw error;
      await sleep(BUSY_PAUSE_MS);
    }
  }
}

/** Rows that go to the database at once: 12 values each stay below 32,766, the most that SQLite takes. */
const ROWS_AT_ONCE = 500;

/** Cuts rows into lists that one statement takes. */
export function batches<T>(all: readonly T[]): T[][] {
  const count = Math.ceil(all.length / ROWS_AT_ONCE);
  return Array.from({ length: count }, (_, index) =>
    all.slice(index * ROWS_AT_ONCE, (index + 1) * ROWS_AT_ONCE),
  );
}
