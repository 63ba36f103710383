/** A connection to a fleet's server. It outlives the server: whoever has one waits while the server is away, and is connected again. */
import type { JetStreamClient, JetStreamManager } from "@nats-io/jetstream";
import type { ConnectionOptions, NatsConnection } from "@nats-io/transport-node";
import { orAborted } from "../abort.ts";
import type { FleetContext } from "./context.ts";
import { FleetError, reasonOf } from "./fleet-error.ts";
import { untilDeadline } from "./retry.ts";
import { lookAt } from "./server-look.ts";

export interface ConnectSettings {
  /** Name of this program, in the server's lists of connections. */
  readonly name: string;
  readonly signal: AbortSignal;
  /** Told when the server goes away, and when it is back. */
  readonly say?: (level: "info" | "warn", text: string) => void;
  /** Has it wait for a server that is not there yet, until this time, ms since 1970; by default it fails at once. */
  readonly waitUntilMs?: number;
  /** Pause between two tries to connect again, ms. */
  readonly againMs?: number;
  /** Silence after which the server is asked whether it is there, ms; without an answer to two such it is given up. */
  readonly pingMs?: number;
}

/** A server that restarts is back within seconds, and hundreds of machines must not ask it all the time. */
const AGAIN_MS = 2_000;
/** The client does not hear that its certificate is refused, and waits so long; a handshake takes less than a second on the slowest links. */
const ENTER_MS = 5_000;
/** With two unanswered pings a link that swallows everything is found after half a minute, the time after which a job is given to another. */
const PING_MS = 10_000;

/** Workers have no right to ask for the account, as the client does before all else. It writes into the object, so each gets one. */
function unasked() {
  return { checkAPI: false };
}

export class Connection implements AsyncDisposable {
  constructor(
    readonly nats: NatsConnection,
    readonly jetstream: JetStreamClient,
    readonly manager: JetStreamManager,
  ) {}

  /** As the server says. */
  get version(): string {
    return this.nats.info?.version ?? "";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.nats.close();
  }
}

/** @throws FleetError that says in words why not; the signal's reason */
export async function connectFleet(context: FleetContext, settings: ConnectSettings): Promise<Connection> {
  const { signal, say, waitUntilMs } = settings;
  const attempt = () => open(context, settings);
  if (waitUntilMs === undefined) return attempt();
  return untilDeadline("the connection", attempt, {
    deadlineMs: waitUntilMs,
    signal,
    say: (text) => say?.("warn", text),
  });
}

async function open(context: FleetContext, settings: ConnectSettings): Promise<Connection> {
  const { signal, say } = settings;
  signal.throwIfAborted();
  // Loaded here, so that programs that have no fleet start as fast as ever.
  const [{ connect }, { jetstream, jetstreamManager }] = await Promise.all([
    import("@nats-io/transport-node"),
    import("@nats-io/jetstream"),
  ]);
  const opening = connect(optionsOf(context, settings));
  let nats: NatsConnection;
  try {
    nats = await orAborted(opening, signal);
  } catch (error) {
    opening.then(
      (late) => late.close(),
      () => {}, // it has failed already
    );
    signal.throwIfAborted();
    throw await explained(error, context, signal);
  }
  tell(nats, say);
  return new Connection(nats, jetstream(nats, unasked()), await jetstreamManager(nats, unasked()));
}

function optionsOf(
  { servers, tls, inbox }: FleetContext,
  { name, againMs = AGAIN_MS, pingMs = PING_MS }: ConnectSettings,
): ConnectionOptions {
  // The client's types do not have ecdhCurve and minVersion, which it hands on to node:tls.
  const groups: object = tls?.keyExchange ? { ecdhCurve: tls.keyExchange.join(":") } : {};
  const { ca, cert, key } = tls ?? {};
  return {
    servers: [...servers],
    name,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true, // a certificate that is renewed later is taken then
    timeout: ENTER_MS,
    reconnectTimeWait: againMs,
    pingInterval: pingMs,
    ...(inbox !== undefined && { inboxPrefix: inbox }),
    tls: tls
      ? { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }), ...groups, ...ONLY_13 }
      : null,
  };
}

/** TLS 1.2 has no X25519MLKEM768, and shows certificates to whoever listens. */
const ONLY_13: object = { minVersion: "TLSv1.3" };

/** Asks the servers again, one by one, for the step that fails. */
async function explained(error: unknown, context: FleetContext, signal: AbortSignal): Promise<FleetError> {
  const looks = await Promise.all(context.servers.map((server) => lookAt(server, context, { signal })));
  const faults = looks.flatMap(({ address, fault }) => (fault ? [{ address, ...fault }] : []));
  if (faults.length === 0) {
    return new FleetError(`cannot connect to ${looks[0]?.address}: ${reasonOf(error)}`, { cause: error });
  }
  return new FleetError(
    `cannot connect: ${faults.map(({ address, text }) => `${address}: ${text}`).join("; ")}`,
    { cause: error, hints: [...new Set(faults.map(({ hint }) => hint))] },
  );
}

function tell(nats: NatsConnection, say: ConnectSettings["say"]): void {
  void (async () => {
    let isAway = false;
    for await (const status of nats.status()) {
      if (status.type === "disconnect" && !isAway) {
        isAway = true;
        say?.("warn", `the server ${status.server} has gone away: waiting for it`);
      } else if (status.type === "reconnect") {
        isAway = false;
        say?.("info", `connected again, to ${status.server}`);
      } else if (status.type === "error") {
        say?.("warn", `the server says: ${status.error.message}`);
      }
    }
  })();
}
