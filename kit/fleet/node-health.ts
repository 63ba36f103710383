/**
 * A node of a fleet as a micro-service of NATS, after its ADR-32: it answers `$SRV.PING`, `$SRV.INFO` and `$SRV.STATS`, each also with the
 * service's name and its own id behind. The statistics hold the node's health. The library `@nats-io/services` is published for
 * release candidates of another version of the client alone, so that the three answers are made here.
 */
import type { Msg, NatsConnection } from "@nats-io/transport-node";

/** How a node is, in its own words. */
export interface NodeHealth {
  /** Name of the machine. */
  readonly node: string;
  /** Kind of program, as "server" or "worker". */
  readonly part: string;
  readonly version: string;
  /** The machine's clock, ms since 1970. */
  readonly clockMs: number;
  readonly uptimeMs: number;
  /** Reasons why it is not well, as sources that failed; empty where it is. */
  readonly faults: readonly string[];
  /** One line about its work. */
  readonly about: string;
  /** More, in the program's own form. */
  readonly detail: unknown;
}

export interface Service {
  /** By which the nodes of a fleet are asked together: the name of its queue. */
  readonly name: string;
  readonly version: string;
  readonly health: () => NodeHealth;
}

/** The kinds of questions of ADR-32. */
export type Verb = "PING" | "INFO" | "STATS";

/** Returns the subject on which all services of a name are asked. */
export function askSubject(verb: Verb, name: string): string {
  return `$SRV.${verb}.${name}`;
}

/** Answers until it is disposed of. A connection that goes away and comes back answers again. */
export function answerAsService(nats: NatsConnection, service: Service): Disposable {
  const { name, version, health } = service;
  const id = crypto.randomUUID().replaceAll("-", "");
  const started = new Date().toISOString();
  let asked = 0;
  const identity = { name, id, version, metadata: {} };
  const answers: Readonly<Record<Verb, () => object>> = {
    PING: () => ({ type: "io.nats.micro.v1.ping_response", ...identity }),
    INFO: () => ({
      type: "io.nats.micro.v1.info_response",
      ...identity,
      description: "the health of a node",
      endpoints: [],
    }),
    STATS: () => ({
      type: "io.nats.micro.v1.stats_response",
      ...identity,
      started,
      endpoints: [],
      asked,
      health: health(),
    }),
  };
  const open = (Object.keys(answers) as Verb[]).flatMap((verb) => {
    const callback = (error: Error | null, message: Msg) => {
      if (error) return; // a right that is missing: the connection says so
      asked += 1;
      message.respond(JSON.stringify(answers[verb]()));
    };
    const all = askSubject(verb, name);
    return [`$SRV.${verb}`, all, `${all}.${id}`].map((subject) => nats.subscribe(subject, { callback }));
  });
  return {
    [Symbol.dispose]() {
      for (const subscription of open) subscription.unsubscribe();
    },
  };
}
