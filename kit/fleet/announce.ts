/** A program that only says how it is: it takes no jobs, and goes on with its own work whether there is a server of a fleet or not. */
import { connectFleet } from "./connection.ts";
import type { FleetContext } from "./context.ts";
import { reasonOf } from "./fleet-error.ts";
import { answerAsService, type Service } from "./node-health.ts";

export interface Announcement extends Service {
  readonly say: (level: "info" | "warn", text: string) => void;
  /** Pause between two tries to connect again, ms. */
  readonly againMs?: number;
}

/** Answers until it is disposed of, whenever there is a server. Never fails: it says what is the matter, and tries again. */
export function announce(context: FleetContext, settings: Announcement): AsyncDisposable {
  const { name, say, againMs } = settings;
  const life = new AbortController();
  const answering = async () => {
    try {
      const connection = await connectFleet(context, {
        name,
        signal: life.signal,
        say,
        waitUntilMs: Number.POSITIVE_INFINITY,
        ...(againMs !== undefined && { againMs }),
      });
      answerAsService(connection.nats, settings);
      return connection;
    } catch (error) {
      if (!life.signal.aborted) say("warn", `fleet status does not hear of this machine: ${reasonOf(error)}`);
      return undefined;
    }
  };
  const connected = answering();
  return {
    async [Symbol.asyncDispose]() {
      life.abort(new Error("the program ends"));
      await (await connected)?.[Symbol.asyncDispose]();
    },
  };
}
