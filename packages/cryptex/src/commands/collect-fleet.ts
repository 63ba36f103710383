/** `collect --nats`: takes what hosts answer to hunts into the database of results, until it is stopped. */
import { UsageError } from "#kit/errors.ts";
import type { KeptResult } from "#kit/fleet/queue.ts";
import { visible } from "#kit/format/visible.ts";
import { flag } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { jsonLine } from "./dict-text.ts";
import { QUEUE } from "./hunt-flags.ts";
import { RESULTS_FLAG } from "./result-flags.ts";

export const COLLECT_FLEET_FLAGS = {
  nats: flag.text({
    about: "Take what hosts answer to hunts, from these servers: tls://host:4222, or a file of context",
    hint: "URL|FILE",
  }),
  queue: flag.text({ about: "Name of the fleet's queue", hint: "NAME", default: QUEUE }),
  ...RESULTS_FLAG,
};

interface Given {
  readonly nats: string | undefined;
  readonly results: string | undefined;
  readonly path: readonly string[];
  readonly watch: boolean;
  readonly origin: string | undefined;
  readonly key: string | undefined;
  readonly store: string | undefined;
}

/** Refuses flags of both kinds of collecting together. @throws UsageError */
export function checkCollectFleet({ nats, results, path, watch, origin, key, store }: Given): void {
  if (nats === undefined && results === undefined) return;
  if (nats === undefined || results === undefined) {
    throw new UsageError("--nats and --results go together", [
      "--results sqlite:PATH or postgres://…, the database of the fleet's results",
    ]);
  }
  const own = { path: path.length > 0, watch, origin, key, store };
  const [other] = Object.entries(own).find(([, value]) => value !== undefined && value !== false) ?? [];
  if (other === undefined) return;
  const name = other === "path" ? "files" : `--${other}`;
  throw new UsageError(`with --nats results come from hosts, and ${name} has no meaning`);
}

export interface CollectFleetOptions {
  readonly nats: string;
  readonly queue: string;
  readonly results: string;
  readonly json: boolean;
}

export async function collectFleet(
  { nats, queue: name, results: place, json }: CollectFleetOptions,
  io: Pick<Io, "log" | "signal" | "out">,
): Promise<undefined> {
  const [{ readContext }, { connectFleet }, { collect }, { firstQueue }, { intoResults }, { FleetResults }] =
    await Promise.all([
      import("#kit/fleet/context.ts"),
      import("#kit/fleet/connection.ts"),
      import("#kit/fleet/collector.ts"),
      import("../fleet/hunt-worker.ts"),
      import("../fleet/keep-hunts.ts"),
      import("../fleet-results/fleet-results.ts"),
    ]);
  const say = (level: "info" | "warn", text: string) => io.log[level](text);
  const { signal } = io;
  const context = readContext(nats, (text) => io.log.warn(text));
  await using results = await FleetResults.open(place);
  await using connection = await connectFleet(context, {
    name: "cryptex",
    signal,
    say,
    waitUntilMs: Number.MAX_SAFE_INTEGER,
  });
  const stop = new AbortController();
  let failure: unknown;
  let writing = Promise.resolve();
  const tell = (kept: KeptResult) => {
    writing = writing
      .then(() => io.out(lineOf(kept, json)))
      .catch((error: unknown) => {
        failure ??= error; // nobody reads any more
        stop.abort(error);
      });
  };
  const all = AbortSignal.any([signal, stop.signal]);
  const queue = await firstQueue({ connection, queue: name, stop: all, say });
  await collect({ queue, keeper: intoResults(results, tell), stop: all, say });
  await writing;
  if (failure !== undefined) throw failure;
  return undefined;
}

function lineOf({ result, sequence }: KeptResult, json: boolean): string {
  const { job, node, outcome } = result;
  if (json) return jsonLine({ type: "taken", host: node, job, outcome, sequence });
  return `${visible(node)}: job ${job.slice(0, 8)}: ${outcome === "done" ? "taken in" : outcome}\n`;
}
