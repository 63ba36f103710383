/** Opens a fleet for the tests of a command, and says on stderr how they fare. */
import { availableParallelism } from "node:os";
import { onAbort } from "#kit/abort.ts";
import type { FleetOptions } from "#kit/fleet/flags.ts";
import { reasonOf } from "#kit/fleet/fleet-error.ts";
import { Objects } from "#kit/fleet/objects.ts";
import { newRunName, openFleet, resumeLine } from "#kit/fleet/open-fleet.ts";
import { answersQueue } from "#kit/fleet/queue.ts";
import { Run } from "#kit/fleet/run.ts";
import type { Io } from "#kit/term/io.ts";
import { type TestRunner, TestThreads } from "../report/threads/test-threads.ts";
import { FleetTests } from "./fleet-tests.ts";

const PROGRAM = "esoteric-entropy";

export interface TestsOptions extends FleetOptions {
  /** Name of the run; by default it is made of the kind and the time. */
  readonly run: string | undefined;
  readonly kind: string;
  readonly dataAt: string | undefined;
}

export interface OpenTests extends AsyncDisposable {
  readonly runner: TestRunner;
}

/** @param folder of the ledger where none is given @throws UsageError · InputError · FleetError · the signal's reason */
export async function openTests(
  { run: name, kind, deadline, dataAt, ...options }: TestsOptions,
  io: Io,
  folder: string | undefined,
): Promise<OpenTests> {
  await using parts = new AsyncDisposableStack();
  const fleet = parts.use(await openFleet(options, { program: PROGRAM, folder }, io));
  const { connection, queue } = fleet;
  const [objects, answers] = await Promise.all(
    [queue.settings, answersQueue(queue.settings)].map((store) => Objects.openOrMake(connection, store)),
  );
  const run = name ?? newRunName(kind);
  const resume = resumeLine(PROGRAM, run, options);
  io.log.info(`run ${run} of the fleet; after an interrupt the same command goes on, and so does: ${resume}`);
  parts.use(
    onAbort(io.signal, () =>
      io.log.info(`run ${run} is left. The same command goes on, and so does: ${resume}`),
    ),
  );
  const here = parts.use(new TestThreads(availableParallelism(), io.signal));
  const marks = new Marks();
  const running = parts.use(
    Run.open({
      ...fleet,
      run,
      signal: io.signal,
      say: (level, text) => io.log[level](text),
      onCount: (done, all) => {
        if (!io.errIsTerminal && marks.isPassed(done)) io.log.info(`${done} of ${all} jobs are done so far`);
      },
      onProgress: ({ step, job, node, detail }) => {
        if (step === "failed") io.log.warn(`job ${job.slice(0, 8)} failed on ${node}: ${String(detail)}`);
      },
    }),
  );
  const runner = new FleetTests({
    run: running,
    objects: objects!,
    answers: answers!,
    deadlineMs: deadline,
    here,
    dataAt,
  });
  parts.defer(async () => {
    if (io.signal.aborted) return; // jobs that go on need their data
    await runner[Symbol.asyncDispose]().catch((error: unknown) => {
      io.log.info(`data are left in the object store for a while: ${reasonOf(error)}`);
    });
  });
  const all = parts.move();
  return { runner, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Numbers of jobs that are worth a line where no line can rewrite itself: 10, 20, 50, 100 and so on. */
class Marks {
  #next = 10;

  isPassed(done: number): boolean {
    if (done < this.#next) return false;
    while (done >= this.#next) this.#next *= String(this.#next).startsWith("2") ? 2.5 : 2;
    return true;
  }
}
