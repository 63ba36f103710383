/** The objects of a fleet, for commands that need nothing else of it. */
import { type Connection, connectFleet } from "#kit/fleet/connection.ts";
import { readContext } from "#kit/fleet/context.ts";
import type { FleetOptions } from "#kit/fleet/flags.ts";
import { Objects } from "#kit/fleet/objects.ts";
import { queueSettings } from "#kit/fleet/queue.ts";
import type { Io } from "#kit/term/io.ts";

export interface OpenObjects extends AsyncDisposable {
  readonly connection: Connection;
  readonly objects: Objects;
}

/** @param how makes the store where the server has none, or not @throws InputError · FleetError · the signal's reason */
export async function openObjects(
  { nats, queue }: Pick<FleetOptions, "nats" | "queue">,
  how: "open" | "make",
  io: Pick<Io, "log" | "signal">,
): Promise<OpenObjects> {
  const context = readContext(nats, (text) => io.log.warn(text));
  const settings = queueSettings({ name: queue });
  await using parts = new AsyncDisposableStack();
  const say = (level: "info" | "warn", text: string) => io.log[level](text);
  const connection = parts.use(await connectFleet(context, { name: "cryptex", signal: io.signal, say }));
  const objects = await (how === "open"
    ? Objects.open(connection, settings)
    : Objects.openOrMake(connection, settings));
  const all = parts.move();
  return { connection, objects, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
