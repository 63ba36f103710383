/**
 * Tables of the results of many machines. Both databases know these types: `bigint` of SQLite is its integer.
 *
 *     results_scan  what one machine has answered to one job
 *     results_line  its lines, as they came
 *     results_file  each file of them once: what content it had, and what came of it
 *     results_hit   each rule that matches; its strings are in the line
 */
import type { TransactionSQL } from "bun";
import { knownVersion, type Tables } from "#kit/fleet/sql.ts";

/** Steps from one version to the next; a step that was released is never changed. */
export const STEPS: readonly (readonly string[])[] = [
  [
    `create table results_scan (
      id text primary key, job text not null, host text not null, queue text not null, state text not null, reason text,
      attempts bigint not null, ruleset text, alias text, complete bigint not null, start_line text, end_line text,
      counts text not null, sequence bigint not null, node_ms bigint not null, server_ms bigint not null, clock_off_s bigint,
      ended_ms bigint, unique (job, host))`,
    "create index results_scan_host on results_scan (host, id)",
    "create index results_scan_ruleset on results_scan (ruleset)",
    `create table results_line (
      scan text not null references results_scan (id), place bigint not null, type text not null, data text not null,
      primary key (scan, place))`,
    `create table results_file (
      scan text not null references results_scan (id), place bigint not null, host text not null, path_key text not null,
      path text not null, path_bytes text, size bigint, sha256 text, outcome text not null, reason text,
      primary key (scan, place))`,
    "create index results_file_path on results_file (path_key, scan)",
    "create index results_file_host on results_file (host, path_key)",
    "create index results_file_sha256 on results_file (sha256)",
    `create table results_hit (
      scan text not null references results_scan (id), place bigint not null, namespace text not null, rule text not null,
      primary key (scan, place))`,
    "create index results_hit_rule on results_hit (rule, scan)",
  ],
];

export const RESULTS_TABLES: Tables = {
  what: "the results database",
  lock: 7_305_802, // any number but the ledger's does; all who open results must use this one
  async make(step) {
    const { id, version } = await knownVersion(step, "results_store", STEPS.length, "results database");
    for (const statements of STEPS.slice(version)) {
      for (const statement of statements) await step.unsafe(statement);
    }
    if (version < STEPS.length) await setVersion(step, id, version === 0);
    return id;
  },
};

async function setVersion(step: TransactionSQL, id: string, isNew: boolean): Promise<void> {
  const version = STEPS.length;
  if (isNew) await step`insert into results_store ${step({ id, version })}`;
  else await step`update results_store set version = ${version}`;
}
