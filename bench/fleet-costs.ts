/**
 * Prints what one message and one row of a fleet cost, over a real server of build/nats or the system, and computes from these what a hunt on
 * 10,000 hosts and a scan of a petabyte come to.
 *
 *   bun bench/fleet-costs.ts [jobs] [threads at once]
 */
import { availableParallelism, cpus } from "node:os";
import { runJobs } from "#kit/fleet/coordinator.ts";
import { type Job, jobMessage, makeJob } from "#kit/fleet/job.ts";
import { Ledger } from "#kit/fleet/ledger.ts";
import { bucketStreamOf, streamOf } from "#kit/fleet/queue.ts";
import { makeResult, type Result } from "#kit/fleet/result.ts";
import { fleetHere, LATER_MS, sums, workerProcess } from "../test/support/fleet-here.ts";
import { NatsServer, whyNoNats } from "../test/support/nats-server.ts";
import { PostgresServer, whyNoPostgres } from "../test/support/postgres-server.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { printJobRates } from "./fleet/job-rates.ts";

const why = whyNoNats();
if (why) throw new Error(why);
const [jobs = 2_000, atOnce = availableParallelism()] = process.argv.slice(2).map(Number);

console.log(`${cpus()[0]?.model}, ${availableParallelism()} threads, Bun ${Bun.version}`);
await using server = await NatsServer.start();
await using here = await fleetHere(server.url, { mostBytes: 2 ** 30 });

const jobHz = await printJobRates(here, jobs, atOnce);
{
  await using worker = workerProcess(server.url, here.settings);
  await runJobs(here.runOf("process"), sums(1, { run: "process" }));
  const status = await Bun.file(`/proc/${worker.pid}/status`).text();
  const kibibytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
  console.log(`worker: ${Math.round(kibibytes / 1_024)} MiB, after one job`);
}

// ---- the cost of one message, and of one row ----

/** Files of a job of a scan: no job has more. */
const FILES_A_JOB = 200;
/** Publishes that wait for the server at once, as in kit/fleet/follow.ts. */
const IN_FLIGHT = 64;
/** An answer without hits is short; this is one of 200 lines. */
const ANSWER = "x".repeat(16 * 1_024);

function scanLike(count: number): Job[] {
  const files = Array.from({ length: FILES_A_JOB }, (_, n) => ({
    at: `projects/some-folder/another-folder/file-${n}.bin`,
    path: `/srv/corpus/projects/some-folder/another-folder/file-${n}.bin`,
    size: 300_000 + n,
    changed: "1893553445678.1234",
  }));
  return Array.from({ length: count }, (_, n) => makeJob({ kind: "scan", n, files }, Date.now() + LATER_MS));
}

/** Calls for all, so many at once. @returns how many a second */
async function rateOf<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  let next = 0;
  const lane = async () => {
    while (next < items.length) await act(items[next++]!);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return (1_000 * items.length) / (performance.now() - startMs);
}

function answerTo(job: Job): Result {
  const rest = { attempts: 1, node: "host-1", nodeMs: Date.now() };
  return makeResult({ job: job.id, outcome: "done", value: ANSWER, ...rest });
}

const many = scanLike(jobs);
/** @returns how many a second, and bytes that the server keeps for each */
async function costOf(
  stream: string,
  act: (job: Job) => Promise<unknown>,
): Promise<readonly [hz: number, bytes: number]> {
  const kept = async () => (await here.queue.connection.manager.streams.info(stream)).state.bytes;
  const before = await kept();
  const hz = await rateOf(many, act);
  return [hz, ((await kept()) - before) / many.length];
}

const [publishHz, jobBytes] = await costOf(streamOf("trial"), (job) => here.queue.publish(job, 0));
const [answerHz, answerBytes] = await costOf(bucketStreamOf("trial"), (job) =>
  here.queue.answer(answerTo(job)),
);
console.log(`
job of ${FILES_A_JOB} files: ${jobMessage(many[0]!).length} bytes as sent, ${round(jobBytes)} kept; ${round(publishHz)} a second
answer of ${ANSWER.length} bytes: ${round(answerBytes)} kept; ${round(answerHz)} a second`);

interface RowCosts {
  readonly planHz: number;
  readonly settleHz: number;
  /** Answers to a job that goes to all. */
  readonly answerHz: number;
}

/** Results that the collector writes at once. */
const SETTLED_AT_ONCE = 100;

async function rowsInto(place: string, name: string): Promise<RowCosts> {
  await using ledger = await Ledger.open(place);
  const planStart = performance.now();
  await ledger.plan("rows", many);
  const planHz = (1_000 * many.length) / (performance.now() - planStart);
  const settled = async (results: readonly Result[], write: "settle" | "settleOfAll") => {
    const startMs = performance.now();
    for (let at = 0; at < results.length; at += SETTLED_AT_ONCE) {
      const some = results.slice(at, at + SETTLED_AT_ONCE);
      await ledger[write](some.map((result, n) => ({ result, sequence: at + n, serverMs: 0 })));
    }
    return (1_000 * results.length) / (performance.now() - startMs);
  };
  const settleHz = await settled(many.map(answerTo), "settle");
  const ofAll = many.map((_, n) => ({ ...answerTo(many[0]!), node: `host-${n}` }));
  const answerHz = await settled(ofAll, "settleOfAll");
  console.log(
    `${name}: ${round(planHz)} jobs and ${round(settleHz)} results a second, ${round(answerHz)} answers of hosts`,
  );
  return { planHz, settleHz, answerHz };
}

using folder = temporaryFolder("rows");
const sqlite = await rowsInto(`sqlite:${folder.path}/rows.db`, "SQLite");
let postgres: RowCosts | undefined;
const whyNot = whyNoPostgres();
if (whyNot) console.log(`PostgreSQL: ${whyNot}`);
else {
  await using started = await PostgresServer.start();
  postgres = await rowsInto(started.place, "PostgreSQL, which does not sync");
}

// ---- the arithmetic ----

function round(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString("en-US");
}

interface Work {
  readonly name: string;
  readonly jobs: number;
  readonly answers: number;
  /** Times that a job is given out. */
  readonly deliveries: number;
}

/** Adds up the messages: each job once, each delivery with its acknowledgement, each answer as it is written and as it is collected with its acknowledgement. */
function account({ name, jobs: count, answers, deliveries }: Work): void {
  const messages = count + 2 * deliveries + 3 * answers;
  const gigabytes = (count * jobBytes + deliveries * jobBytes + 2 * answers * answerBytes) / 1e9;
  const keptGigabytes = (count * jobBytes + answers * answerBytes) / 1e9;
  const serverS = count / publishHz + answers / answerHz;
  const goesToAll = answers > count;
  const rowsS = ({ planHz, settleHz, answerHz }: RowCosts) =>
    count / planHz + answers / (goesToAll ? answerHz : settleHz);
  const rows = count + answers;
  console.log(`
${name}: ${round(count)} jobs, ${round(answers)} answers
  messages: ${round(messages)}, of ${round(gigabytes)} GB together
  taken by one server in ${round(serverS)} s${goesToAll ? "" : `; with one worker, which computes nothing, in one process with the coordinator in ${round(count / jobHz)} s`}
  the ledger keeps ${round(keptGigabytes)} GB of jobs and answers; the servers keep the answers, ${round((answers * answerBytes) / 1e9)} GB, for 7 days
  changes of rows: ${round(rows)}; SQLite ${round(rowsS(sqlite))} s${postgres ? `, PostgreSQL ${round(rowsS(postgres))} s` : ""}`);
}

const HOSTS = 10_000;
account({ name: "hunt on 10,000 hosts", jobs: 1, deliveries: HOSTS, answers: HOSTS });

/** Bytes of a job of a scan at most; with files of more than 336 KB on average a job is full of bytes before it has 200 files. */
const BYTES_A_JOB = 64 * 2 ** 20;
const scanJobs = Math.ceil(1e15 / BYTES_A_JOB);
account({ name: "scan of 1 PB in files of 336 KB", jobs: scanJobs, deliveries: scanJobs, answers: scanJobs });
