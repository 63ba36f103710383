/** A fleet as whoever gives out work has it: the connection, the queue and the ledger. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { UsageError, writeRefusal } from "../errors.ts";
import { shellWord } from "../format/shell-word.ts";
import type { Io } from "../term/io.ts";
import { type Connection, connectFleet } from "./connection.ts";
import { readContext } from "./context.ts";
import type { FleetOptions } from "./flags.ts";
import { FleetError } from "./fleet-error.ts";
import { Ledger } from "./ledger.ts";
import { makeQueue, QUEUE_DEFAULTS, Queue, type QueueSettings, queueSettings } from "./queue.ts";
import { placeText } from "./sql.ts";

export interface Fleet extends AsyncDisposable {
  readonly connection: Connection;
  readonly queue: Queue;
  readonly ledger: Ledger;
}

export interface FleetProgram {
  /** Name as it is typed. */
  readonly program: string;
  /** Folder for the ledger where none is given; undefined where the user has none. */
  readonly folder: string | undefined;
}

/**
 * Makes the queue where the server has none, and the ledger.
 * @param goesTo each job goes to one machine, or to all @throws UsageError · InputError · FleetError · the signal's reason
 */
export async function openFleet(
  options: Omit<FleetOptions, "deadline">,
  { program, folder }: FleetProgram,
  io: Pick<Io, "log" | "signal">,
  goesTo: QueueSettings["goesTo"] = "one",
): Promise<Fleet> {
  const context = readContext(options.nats, (text) => io.log.warn(text));
  const settings = queueSettings({
    name: options.queue,
    goesTo,
    copies: options.copies ?? QUEUE_DEFAULTS.copies,
  });
  await using parts = new AsyncDisposableStack();
  const ledger = parts.use(await Ledger.open(options.ledger ?? ownLedger(folder)));
  const connection = parts.use(
    await connectFleet(context, {
      name: program,
      signal: io.signal,
      say: (level, text) => io.log[level](text),
    }),
  );
  const queue = await openedOrMade(connection, settings);
  const all = parts.move();
  return { connection, queue, ledger, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

async function openedOrMade(
  connection: Connection,
  settings: ReturnType<typeof queueSettings>,
): Promise<Queue> {
  try {
    return await Queue.open(connection, settings); // as operators have set it up
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    await makeQueue(connection, settings);
    return await Queue.open(connection, settings);
  }
}

function ownLedger(folder: string | undefined): string {
  if (folder === undefined) {
    throw new UsageError("this user has no folder for the ledger of a fleet", ["--ledger sqlite:PATH"]);
  }
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new FleetError(`${folder} cannot be made: ${writeRefusal(cause)}`, {
      cause,
      hints: ["--ledger sqlite:PATH"],
    });
  }
  return `sqlite:${join(folder, "fleet.db")}`;
}

/** Names a run by what it is and when it began: `report-20300102-030405-1a2b`. The last part tells runs of one second apart. */
export function newRunName(kind: string, now = new Date()): string {
  const [day, time] = now
    .toISOString()
    .replaceAll(/[-:]|\..*/g, "")
    .split("T");
  return `${kind}-${day}-${time}-${crypto.randomUUID().slice(0, 4)}`;
}

/** Writes the command line that has done what a run lacks. */
export function resumeLine(
  program: string,
  run: string,
  { nats, queue, ledger }: Omit<FleetOptions, "deadline">,
): string {
  const words = [program, "fleet", "resume", run, "--nats", nats, "--queue", queue];
  if (ledger !== undefined) words.push("--ledger", placeText(ledger));
  return words.map(shellWord).join(" ");
}
