/**
 * Results of many machines in a database: a file of SQLite, or PostgreSQL. The collector writes them, and nobody else. Commands read them as
 * they read results of this machine.
 */
import type { SQL, TransactionSQL } from "bun";
import { CLOCK_LIMIT_MS } from "#kit/fleet/collector.ts";
import { FleetError, reasonOf } from "#kit/fleet/fleet-error.ts";
import { batches, openDatabase, whenFree } from "#kit/fleet/sql.ts";
import type {
  JournalLine,
  LineQuery,
  Results,
  Retention,
  ScanQuery,
  ScanRecord,
} from "../results/journal.ts";
import { type HostAnswer, UnreadableAnswer } from "./answer.ts";
import { AnswerRows, columnText, type Rows, scanId, whole } from "./answer-rows.ts";
import {
  type FileRowRead,
  lineOf,
  type RetroQuestion,
  recordOf,
  type ScanRow,
  type SeenFile,
  type StoredLine,
  seenFileOf,
} from "./result-rows.ts";
import { RESULTS_TABLES } from "./tables.ts";

export class FleetResults implements Results, AsyncDisposable {
  private constructor(
    private readonly sql: SQL,
    /** Drawn when the tables were made. */
    readonly id: string,
    private readonly place: string,
  ) {}

  /** @param place as `sqlite:PATH` or `postgres://…` @throws FleetError where it cannot be opened, or a later program has written it */
  static async open(place: string): Promise<FleetResults> {
    const { sql, id, shown } = await openDatabase(place, RESULTS_TABLES);
    return new FleetResults(sql, id, shown);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sql.close();
  }

  /**
   * Writes an answer, unless there is one of that host to that job. Where it was interrupted, it begins again and writes what is missing.
   * @returns false where there was one
   * @throws FleetError where the database is away; what `lines` throws, but for UnreadableAnswer, which is written down
   */
  async write(answer: HostAnswer): Promise<boolean> {
    const { state, id } = await this.#in((sql) => sql.begin((step) => begun(step, answer)));
    if (state !== "running") return false;
    const rows = new AnswerRows(id, columnText(answer.host));
    let reason = answer.refusal;
    try {
      if (reason === undefined) {
        for await (const events of answer.lines()) {
          for (const some of batches(events)) await this.#add(rows.take(some));
        }
      }
    } catch (error) {
      if (!(error instanceof UnreadableAnswer)) throw error;
      reason = error.message;
    }
    if (reason === undefined && rows.end === undefined) reason = "it has no end line";
    return await this.#in((sql) => settled(sql, id, rows, reason));
  }

  #add(rows: Rows): Promise<void> {
    return this.#in((sql) => sql.begin((step) => insert(step, rows)));
  }

  async scan(id: string): Promise<ScanRecord | undefined> {
    const [row] = await this.#in((sql) => sql`select * from results_scan where id = ${id}`);
    return row && recordOf(row as ScanRow);
  }

  /** Lists what hosts have answered, the newest by the server's order first. */
  async scans({ states, origin, since, ruleset, complete, before, limit }: ScanQuery): Promise<ScanRecord[]> {
    const rows = (await this.#in((sql) => {
      const digest = ruleset?.replace(/^(?!sha256:)/, "sha256:");
      const end = digest && `${digest}\uFFFF`;
      return sql`select * from results_scan where 1 = 1
        ${states ? sql`and state in ${sql(states)}` : sql``}
        ${origin === undefined ? sql`` : sql`and host = ${origin}`}
        ${since === undefined ? sql`` : sql`and server_ms >= ${Date.parse(since)}`}
        ${digest === undefined ? sql`` : sql`and (alias = ${ruleset} or (ruleset >= ${digest} and ruleset < ${end}))`}
        ${complete === undefined ? sql`` : sql`and complete = ${Number(complete)}`}
        ${before === undefined ? sql`` : sql`and id < ${before}`}
        order by id desc limit ${limit}`;
    })) as ScanRow[];
    return rows.map(recordOf);
  }

  /** Lists lines of one result, in their order. `seq` of a line is its place from 1. */
  async read({ scan, after = 0, types, limit, most }: LineQuery): Promise<JournalLine[]> {
    if (scan === undefined) throw new Error("lines of a fleet's database belong to one result");
    const rows = (await this.#in(
      (sql) => sql`select l.place, l.type, l.data, s.server_ms, l.scan from results_line l
        join results_scan s on s.id = l.scan
        where l.scan = ${scan} and l.place >= ${after} ${types ? sql`and l.type in ${sql(types)}` : sql``}
        order by l.place limit ${most === undefined ? limit : Math.min(limit, LINES_AT_ONCE)}`,
    )) as StoredLine[];
    return rows.map(lineOf);
  }

  /** Removes whole answers that nothing keeps. One that was taken in and is still kept by the server of the queue does not come again. */
  async prune({ before, scans }: Retention): Promise<number> {
    if (before === undefined && scans === undefined) return 0;
    const kept = scans ?? 0;
    const time = before === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(before);
    let removed = 0;
    for (;;) {
      const rows = (await this.#in(
        (sql) => sql`select id from results_scan where state <> 'running' and ended_ms < ${time}
          and id not in (select id from results_scan order by id desc limit ${kept}) order by id limit 1`,
      )) as { id: string }[];
      if (rows.length === 0) return removed;
      await this.#in((sql) => sql.begin((step) => remove(step, rows[0]!.id)));
      removed++;
    }
  }

  /**
   * Lists files of hosts that other rules are still to be held against, by host: each as it was seen last, unless that content was scanned
   * at that place with these rules already. Files without a known digest are left out.
   */
  async *toScan({ ruleset, host, since }: RetroQuestion): AsyncGenerator<SeenFile> {
    for (let [lastHost, lastKey] = ["", ""]; ; ) {
      const rows = (await this.#in(
        (sql) => sql`select f.host, f.path_key, f.path, f.path_bytes, f.size, f.sha256 from results_file f
          join results_scan s on s.id = f.scan
          where (f.host > ${lastHost} or (f.host = ${lastHost} and f.path_key > ${lastKey})) and f.sha256 is not null
          ${host === undefined ? sql`` : sql`and f.host = ${host}`}
          ${since === undefined ? sql`` : sql`and s.server_ms >= ${Date.parse(since)}`}
          and not exists (select 1 from results_file n where n.path_key = f.path_key
            and n.sha256 is not null and (n.scan > f.scan or (n.scan = f.scan and n.place > f.place)))
          and not exists (select 1 from results_file d join results_scan t on t.id = d.scan
            where d.path_key = f.path_key and d.sha256 = f.sha256 and d.outcome in ('match', 'clean')
            and t.ruleset = ${ruleset} and t.state = 'done')
          order by f.host, f.path_key limit ${FILES_AT_ONCE}`,
      )) as FileRowRead[];
      yield* rows.map(seenFileOf);
      const last = rows.at(-1);
      if (last === undefined || rows.length < FILES_AT_ONCE) return;
      [lastHost, lastKey] = [last.host, last.path_key];
    }
  }

  /** Asks the database, and does it again while another program holds the file. @throws FleetError */
  async #in<T>(act: (sql: SQL) => Promise<T>): Promise<T> {
    try {
      return await whenFree(() => act(this.sql));
    } catch (cause) {
      throw new FleetError(`the results database ${this.place}: ${reasonOf(cause)}`, { cause });
    }
  }
}

/** Files that are read at a time: some 200 bytes each. */
const FILES_AT_ONCE = 1_000;

/** Lines that are read at a time where their size is limited: a line has some 500 bytes. */
const LINES_AT_ONCE = 500;

/** Finds the row of an answer, or makes it. */
async function begun(step: TransactionSQL, answer: HostAnswer): Promise<{ state: string; id: string }> {
  const { job, queue, attempts, sequence, nodeMs, serverMs } = answer;
  const host = columnText(answer.host);
  const offMs = nodeMs - serverMs;
  const row = {
    id: scanId(answer),
    job,
    host,
    queue,
    state: "running",
    attempts,
    complete: 0,
    counts: "{}",
    sequence,
    node_ms: nodeMs,
    server_ms: serverMs,
    clock_off_s: Math.abs(offMs) > CLOCK_LIMIT_MS ? Math.round(offMs / 1_000) : null,
  };
  await step`insert into results_scan ${step(row)} on conflict (job, host) do nothing`;
  const [known] = await step`select id, state from results_scan where job = ${job} and host = ${host}`;
  return known;
}

/** Writes rows; those that are there stay. */
async function insert(step: TransactionSQL, { lines, files, hits }: Rows): Promise<void> {
  await step`insert into results_line ${step(lines)} on conflict (scan, place) do nothing`;
  if (files.length > 0)
    await step`insert into results_file ${step(files)} on conflict (scan, place) do nothing`;
  if (hits.length > 0) await step`insert into results_hit ${step(hits)} on conflict (scan, place) do nothing`;
}

/** Notes that all lines are there, or why they are not. @returns whether nobody else has done so */
async function settled(sql: SQL, id: string, rows: AnswerRows, reason: string | undefined): Promise<boolean> {
  const { start, end, counts } = rows;
  const isWhole = reason === undefined;
  const changed = await sql`update results_scan set state = ${isWhole ? "done" : "failed"},
    reason = ${isWhole ? null : whole(reason)}, complete = ${Number(isWhole && end?.complete === true)},
    ruleset = ${start ? columnText(start.ruleset.digest) : null},
    alias = ${start?.ruleset.alias === undefined ? null : columnText(start.ruleset.alias)},
    start_line = ${textOf(start)}, end_line = ${textOf(end)}, counts = ${JSON.stringify(counts)}, ended_ms = server_ms
    where id = ${id} and state = 'running' returning id`;
  return changed.length > 0;
}

function textOf(line: { readonly type: string } | undefined): string | null {
  if (line === undefined) return null;
  const { type: _, ...data } = line;
  return JSON.stringify(data).replaceAll("\0", "\\u0000");
}

async function remove(step: TransactionSQL, id: string): Promise<void> {
  await step`delete from results_hit where scan = ${id}`;
  await step`delete from results_file where scan = ${id}`;
  await step`delete from results_line where scan = ${id}`;
  await step`delete from results_scan where id = ${id}`;
}
