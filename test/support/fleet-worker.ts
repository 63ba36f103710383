/**
 * A worker for tests, which dies where it is told to. It says a line for each job that it begins.
 *
 *   bun fleet-worker.ts URL-or-context '{"settings of the queue"}' never|in-job|after-result|on-poison [NAME]
 */
import { connectFleet } from "#kit/fleet/connection.ts";
import { readContext } from "#kit/fleet/context.ts";
import { inThreads } from "#kit/fleet/executor.ts";
import { Queue } from "#kit/fleet/queue.ts";
import { work } from "#kit/fleet/worker.ts";
import { FLEET_THREAD } from "./fleet-here.ts";

const [context = "", settings = "", dies = "never", node = `worker-${process.pid}`] = process.argv.slice(2);
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort(new Error("told to stop")));
const die = () => process.kill(process.pid, "SIGKILL");

const connection = await connectFleet(readContext(context, console.error), {
  name: "test",
  signal: stop.signal,
  waitUntilMs: Date.now() + 60_000,
  againMs: 50,
});
const queue = await Queue.open(connection, JSON.parse(settings));
if (dies === "after-result") {
  const answer = queue.answer.bind(queue);
  queue.answer = async (result) => {
    const isFirst = await answer(result);
    die();
    return isFirst;
  };
}
const compute = inThreads(FLEET_THREAD);
await work({
  queue,
  node,
  stop: stop.signal,
  graceMs: 200,
  againMs: 50,
  retry: { firstMs: 20, mostMs: 200 },
  say: (_, text) => console.error(text),
  async execute(job, tools) {
    console.log(job.id);
    if (dies === "in-job") die();
    if (dies === "on-poison" && job.body["act"] === "poison") die();
    return compute(job, tools);
  },
});
await connection[Symbol.asyncDispose]();
