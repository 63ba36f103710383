/**
 * The ledger: the record of truth of all jobs and their results, in a file of SQLite or in PostgreSQL. What the server of the queue
 * forgets is published again from here. Bun.SQL speaks to both, in the part of SQL that they share.
 */
import type { SQL, TransactionSQL } from "bun";
import { FleetError, reasonOf } from "./fleet-error.ts";
import { type Job, type JobBody, makeJob } from "./job.ts";
import type { KeptResult } from "./queue.ts";
import { OUTCOMES, type Outcome } from "./result.ts";
import { batches, knownVersion, openDatabase, type Tables, whenFree } from "./sql.ts";

/** Where a job is: planned and maybe published, or as its result says. */
export type State = "planned" | "published" | Outcome;

export const STATES: readonly State[] = ["planned", "published", ...OUTCOMES];

export interface LedgerEntry {
  readonly job: Job;
  readonly state: State;
  /** Attempts as far as they were told of; with a result, as it says. */
  readonly attempts: number;
  /** Copies that were published. */
  readonly copies: number;
  /** SHA-256 of the answer; null before there is a result. */
  readonly digest: string | null;
  readonly value: string | null;
  readonly node: string | null;
  /** Difference of the machine's clock to the server's when the result was taken, ms; null before. */
  readonly clockMs: number | null;
  /** Number that the server gave its result, or the refusal before it; 0 without one. */
  readonly sequence: number;
}

/** An answer of one machine to a job that goes to all. */
export interface AnswerOfOne {
  /** Id of the job. */
  readonly job: string;
  readonly node: string;
  readonly state: Outcome;
  readonly attempts: number;
  readonly value: string;
  /** Difference of the machine's clock to the server's when the answer was taken, ms. */
  readonly clockMs: number;
}

/** Version of the tables. A ledger of a later one is refused. */
const VERSION = 1;

/** Types that both know: `bigint` of SQLite is its integer. */
const TABLES = [
  `create table if not exists fleet_job (
    id text primary key, job text not null, deadline_ms bigint not null, state text not null,
    attempts bigint not null, copies bigint not null, digest text, value text, node text,
    sequence bigint, node_ms bigint, server_ms bigint)`,
  `create table if not exists fleet_run (
    run text not null, place bigint not null, job text not null references fleet_job (id), primary key (run, place))`,
  "create index if not exists fleet_run_job on fleet_run (job)",
  `create table if not exists fleet_answer (
    job text not null references fleet_job (id), node text not null, state text not null, attempts bigint not null,
    digest text not null, value text not null, sequence bigint not null, node_ms bigint not null, server_ms bigint not null,
    primary key (job, node))`,
];

const LEDGER: Tables = {
  what: "the ledger",
  lock: 7_305_801, // any number does; all who open a ledger must use this one
  async make(step) {
    const { id, version } = await knownVersion(step, "fleet_ledger", VERSION, "ledger");
    for (const table of TABLES) await step.unsafe(table);
    if (version === 0) await step`insert into fleet_ledger ${step({ id, version: VERSION })}`;
    return id;
  },
};

export class Ledger implements AsyncDisposable {
  private constructor(
    private readonly sql: SQL,
    /** Drawn when the ledger was made; names its place in the stream of results. */
    readonly id: string,
    private readonly place: string,
  ) {}

  /** @param place as `sqlite:PATH` or `postgres://…` @throws FleetError where it cannot be opened */
  static async open(place: string): Promise<Ledger> {
    const { sql, id, shown } = await openDatabase(place, LEDGER);
    return new Ledger(sql, id, shown);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sql.close();
  }

  /** Writes what is to be done, before any of it is published. Jobs that are known stay as they are; the run counts its own from 0. */
  async plan(run: string, jobs: readonly Job[]): Promise<void> {
    await this.#in(async (sql) => {
      await sql.begin(async (step) => {
        for (const some of batches(jobs)) {
          await step`insert into fleet_job ${step(rowsOf(some))} on conflict (id) do nothing`;
          await addPlaces(step, run, some);
        }
      });
    });
  }

  /**
   * Puts jobs into a run that are not in it yet. What has no result gets the deadline that is given, and what was refused before is to be
   * done again.
   * @param jobs each once @returns how each stands, in any order
   */
  async take(run: string, jobs: readonly Job[]): Promise<LedgerEntry[]> {
    const entries: LedgerEntry[] = [];
    for (const some of batches(jobs)) {
      const ids = some.map(({ id }) => id);
      const rows = await this.#in((sql) =>
        sql.begin(async (step) => {
          await step`update fleet_job set state = 'planned', attempts = 0, digest = null, value = null, node = null,
            node_ms = null, server_ms = null where state = 'refused' and id in ${step(ids)}`;
          await step`insert into fleet_job ${step(rowsOf(some))} on conflict (id)
            do update set deadline_ms = excluded.deadline_ms where fleet_job.digest is null`;
          const known =
            (await step`select job from fleet_run where run = ${run} and job in ${step(ids)}`) as {
              job: string;
            }[];
          const inRun = new Set(known.map(({ job }) => job));
          await addPlaces(
            step,
            run,
            some.filter(({ id }) => !inRun.has(id)),
          );
          return (await step`select * from fleet_job where id in ${step(ids)}`) as Row[];
        }),
      );
      entries.push(...rows.map(entryOf));
    }
    return entries;
  }

  /** Notes that one more copy of each was published. */
  async published(ids: readonly string[]): Promise<void> {
    await this.#in((sql) =>
      sql.begin(async (step) => {
        for (const some of batches(ids)) {
          await step`update fleet_job set copies = copies + 1,
            state = case when state = 'planned' then 'published' else state end where id in ${step(some)}`;
        }
      }),
    );
  }

  /** Notes the attempts that were told of. Fewer than are known change nothing. */
  async attempted(attempts: ReadonlyMap<string, number>): Promise<void> {
    await this.#in(async (sql) => {
      for (const [id, count] of attempts) {
        await sql`update fleet_job set attempts = ${count} where id = ${id} and digest is null and attempts < ${count}`;
      }
    });
  }

  /** Writes results, each once: the first that comes stands. Those of other ledgers' jobs are passed over. @returns the jobs that had none */
  async settle(results: readonly KeptResult[]): Promise<ReadonlySet<string>> {
    return this.#in((sql) =>
      sql.begin(async (step) => {
        const jobs = new Set<string>();
        for (const { result, sequence, serverMs } of results) {
          const { job, outcome, attempts, digest, value, node, nodeMs } = result;
          const changed = await step`update fleet_job set state = ${outcome}, attempts = ${attempts},
            digest = ${digest}, value = ${value}, node = ${node}, sequence = ${sequence}, node_ms = ${nodeMs},
            server_ms = ${serverMs} where id = ${job} and digest is null
            and (sequence is null or sequence < ${sequence}) returning id`;
          if (changed.length > 0) jobs.add(job);
        }
        return jobs;
      }),
    );
  }

  /** Has a job done again that was refused: that refusal, and what the server had before it, counts no more, however late it comes. */
  async reopen(id: string, sequence: number): Promise<void> {
    await this.#in(
      (
        sql,
      ) => sql`update fleet_job set state = 'planned', attempts = 0, digest = null, value = null, node = null,
        node_ms = null, server_ms = null, sequence = ${sequence}
        where id = ${id} and (digest is null or state = 'refused')`,
    );
  }

  /**
   * Writes answers to jobs that go to all machines, each machine's first. Such a job stays published: nobody knows how many answers it will
   * have. Those of other ledgers' jobs are passed over. @returns the jobs that have a new one
   */
  async settleOfAll(results: readonly KeptResult[]): Promise<ReadonlySet<string>> {
    return this.#in((sql) =>
      sql.begin(async (step) => {
        const jobs = new Set<string>();
        for (const { result, sequence, serverMs } of results) {
          const { job, node, outcome, attempts, digest, value, nodeMs } = result;
          const added = await step`insert into fleet_answer
            (job, node, state, attempts, digest, value, sequence, node_ms, server_ms)
            select id, ${node}, ${outcome}, ${attempts}, ${digest}, ${value}, ${sequence}, ${nodeMs}, ${serverMs}
            from fleet_job where id = ${job} on conflict (job, node) do nothing returning job`;
          if (added.length > 0) jobs.add(job);
        }
        return jobs;
      }),
    );
  }

  /** Reads the answers of all machines to the jobs of a run, in the server's order. */
  async answersOfAll(run: string): Promise<AnswerOfOne[]> {
    const rows = (await this.#in(
      (sql) => sql`select * from fleet_answer where job in (select job from fleet_run where run = ${run})
        order by sequence`,
    )) as AnswerRow[];
    return rows.map(({ job, node, state, attempts, value, node_ms, server_ms }) => ({
      job,
      node,
      state,
      attempts: Number(attempts),
      value,
      clockMs: Number(node_ms) - Number(server_ms),
    }));
  }

  /** Gives the jobs of a run that have no result a new deadline. */
  async postpone(run: string, deadlineMs: number): Promise<void> {
    await this.#in(
      (sql) => sql`update fleet_job set deadline_ms = ${deadlineMs} where digest is null
        and id in (select job from fleet_run where run = ${run})`,
    );
  }

  /** Lists the jobs of a run that have no result, in the order of the run, each once. */
  async missing(run: string): Promise<LedgerEntry[]> {
    const rows = await this.#in(
      (sql) => sql`select j.*, min(r.place) as first from fleet_job j join fleet_run r on r.job = j.id
        where r.run = ${run} and j.digest is null group by j.id order by first`,
    );
    return (rows as Row[]).map(entryOf);
  }

  /** Reads those of these jobs that have a result, in any order. */
  async *answered(ids: readonly string[]): AsyncGenerator<LedgerEntry> {
    for (let at = 0; at < ids.length; at += PAGE) {
      const some = ids.slice(at, at + PAGE);
      const rows = await this.#in(
        (sql) => sql`select * from fleet_job where digest is not null and id in ${sql(some)}`,
      );
      yield* (rows as Row[]).map(entryOf);
    }
  }

  /** Reads a run in its order, a page at a time: as often as a job stands in it. */
  async *entries(run: string): AsyncGenerator<LedgerEntry> {
    for (let place = 0; ; place += PAGE) {
      const rows = (await this.#in(
        (sql) => sql`select j.* from fleet_run r join fleet_job j on j.id = r.job where r.run = ${run}
          and r.place >= ${place} and r.place < ${place + PAGE} order by r.place`,
      )) as Row[];
      yield* rows.map(entryOf);
      if (rows.length < PAGE) return;
    }
  }

  /** Counts the jobs of a run by state. All zero: there is no such run. */
  async counts(run: string): Promise<Readonly<Record<State, number>>> {
    const rows = await this.#in(
      (sql) => sql`select state, count(*) as n from fleet_job
        where id in (select job from fleet_run where run = ${run}) group by state`,
    );
    const found = new Map(
      (rows as { state: State; n: number | string }[]).map((row) => [row.state, Number(row.n)]),
    );
    return Object.fromEntries(STATES.map((state) => [state, found.get(state) ?? 0])) as Record<State, number>;
  }

  async #in<T>(act: (sql: SQL) => Promise<T>): Promise<T> {
    try {
      return await whenFree(() => act(this.sql));
    } catch (cause) {
      throw new FleetError(`the ledger ${this.place}: ${reasonOf(cause)}`, { cause });
    }
  }
}

/** Rows of a run that are read at once. A value may have half a megabyte. */
const PAGE = 64;

/** As the driver gives it: PostgreSQL's bigint is a text. */
interface Row {
  readonly id: string;
  readonly job: string;
  readonly deadline_ms: number | string;
  readonly state: string;
  readonly attempts: number | string;
  readonly copies: number | string;
  readonly digest: string | null;
  readonly value: string | null;
  readonly node: string | null;
  readonly node_ms: number | string | null;
  readonly server_ms: number | string | null;
  readonly sequence: number | string | null;
}

interface AnswerRow {
  readonly job: string;
  readonly node: string;
  readonly state: Outcome;
  readonly attempts: number | string;
  readonly value: string;
  readonly node_ms: number | string;
  readonly server_ms: number | string;
}

function entryOf(row: Row): LedgerEntry {
  const job = makeJob(JSON.parse(row.job) as JobBody, Number(row.deadline_ms));
  if (job.id !== row.id) throw new FleetError(`the ledger's job ${row.id.slice(0, 8)} is not what it was`);
  const state = STATES.find((each) => each === row.state);
  if (state === undefined) throw new FleetError(`the ledger's job ${row.id.slice(0, 8)} has no state`);
  const hasTimes = row.node_ms !== null && row.server_ms !== null;
  return {
    job,
    state,
    attempts: Number(row.attempts),
    copies: Number(row.copies),
    digest: row.digest,
    value: row.value,
    node: row.node,
    sequence: row.sequence === null ? 0 : Number(row.sequence),
    clockMs: hasTimes ? Number(row.node_ms) - Number(row.server_ms) : null,
  };
}

/** Sorted, so that two who write the same jobs wait for each other, and never both at once. */
function rowsOf(jobs: readonly Job[]) {
  const rows = jobs.map(({ id, text, deadlineMs }) => ({
    id,
    job: text,
    deadline_ms: deadlineMs,
    state: "planned",
    attempts: 0,
    copies: 0,
  }));
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Gives jobs the next places of a run. */
async function addPlaces(step: TransactionSQL, run: string, jobs: readonly Job[]): Promise<void> {
  if (jobs.length === 0) return;
  const [{ next }] = await step`select coalesce(max(place) + 1, 0) as next from fleet_run where run = ${run}`;
  await step`insert into fleet_run ${step(jobs.map(({ id }, at) => ({ run, place: Number(next) + at, job: id })))}`;
}
