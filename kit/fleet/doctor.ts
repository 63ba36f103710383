/**
 * Looks at all that a fleet stands on, from this machine, and says in words what is wrong: own certificate, servers, stream, results,
 * workers' consumer, clock, version, ledger. It changes nothing.
 */
import { createPrivateKey } from "node:crypto";
import { machinesOf } from "./broadcast.ts";
import { CLOCK_LIMIT_MS } from "./collector.ts";
import { type Connection, connectFleet } from "./connection.ts";
import { certificateIn, type FleetContext } from "./context.ts";
import { reasonOf } from "./fleet-error.ts";
import { Ledger } from "./ledger.ts";
import {
  bucketOf,
  bucketStreamOf,
  consumerFaults,
  type QueueFault,
  type QueueSettings,
  streamFaults,
  streamOf,
  WORKERS,
} from "./queue.ts";
import { lookAt, type ServerLook } from "./server-look.ts";

export interface Finding {
  /** Names the thing that was looked at: `certificate`, `server`, `key exchange`, `version`, `queue`, `workers`, `machines`, `results`, `clock`, `ledger`. */
  readonly about: string;
  /** `unknown`: it could not be looked at, which is no fault by itself. */
  readonly state: "ok" | "soon" | "wrong" | "unknown";
  readonly text: string;
  /** Advice. */
  readonly hint?: string;
}

export interface DoctorSettings {
  readonly context: FleetContext;
  readonly queue: QueueSettings;
  /** Place of a ledger to be looked at too. */
  readonly ledger?: string | undefined;
  readonly signal: AbortSignal;
  /** Time of this machine, ms since 1970. */
  readonly now?: () => number;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
/** Whoever looks once a week has a second chance. */
const SOON_MS = 14 * DAY_MS;

/** @throws the signal's reason */
export async function examineFleet(settings: DoctorSettings): Promise<Finding[]> {
  const { context, ledger, signal, now = Date.now } = settings;
  const findings = [...ownCertificate(context, now())];
  const looks = await Promise.all(context.servers.map((server) => lookAt(server, context, { signal })));
  for (const look of looks) findings.push(...serverFindings(look, now()));
  const open = context.servers.filter((_, index) => looks[index]?.fault === undefined);
  if (open.length > 0) {
    findings.push(...(await keyExchange(open[0]!, context, signal)));
    findings.push(...(await withinServer({ ...settings, context: { ...context, servers: open } })));
  }
  if (ledger !== undefined) findings.push(await ledgerFinding(ledger));
  signal.throwIfAborted();
  return findings;
}

/** Tells whether anything has to be mended. */
export function hasFaults(findings: readonly Finding[]): boolean {
  return findings.some(({ state }) => state === "wrong");
}

function ownCertificate({ tls }: FleetContext, nowMs: number): Finding[] {
  const about = "certificate";
  if (tls === undefined) {
    return [{ about, state: "ok", text: "none is needed: the servers are on this machine, in the clear" }];
  }
  if (tls.cert === undefined || tls.key === undefined) {
    return [
      {
        about,
        state: "wrong",
        text: "this machine has none, so that servers cannot tell it from others",
        hint: "give a file of context with cert and key; packaging/nats/make-certificates.sh makes some for a trial",
      },
    ];
  }
  const certificate = certificateIn(tls.cert, "cert");
  const subject = certificate.subject.replaceAll("\n", ", ");
  const findings: Finding[] = [validity(about, `that of ${subject}`, certificate.validTo, nowMs)];
  if (Date.parse(certificate.validFrom) > nowMs) {
    const text = `that of ${subject} is good from ${dayOf(certificate.validFrom)} on`;
    findings.push({ about, state: "wrong", text, hint: "is the clock of this machine right?" });
  }
  const keyFault = keyFaultOf(tls.key, (key) => certificate.checkPrivateKey(key));
  if (keyFault) findings.push({ about, state: "wrong", ...keyFault });
  if (tls.ca !== undefined && !certificate.checkIssued(certificateIn(tls.ca, "ca"))) {
    findings.push({
      about,
      state: "soon",
      text: `that of ${subject} is signed by another authority than the servers are expected to have`,
      hint: "that works only where the servers trust this authority: ca_file of their configuration",
    });
  }
  return findings;
}

function keyFaultOf(
  pem: string,
  fits: (key: ReturnType<typeof createPrivateKey>) => boolean,
): Pick<Finding, "text" | "hint"> | undefined {
  try {
    if (fits(createPrivateKey(pem))) return undefined;
    return { text: "the key is not that of the certificate", hint: "cert and key have to be made together" };
  } catch (error) {
    return { text: `the key cannot be read: ${reasonOf(error)}`, hint: "it is PEM, without a passphrase" };
  }
}

function validity(about: string, what: string, validTo: string, nowMs: number): Finding {
  const leftMs = Date.parse(validTo) - nowMs;
  const day = dayOf(validTo);
  if (leftMs <= 0)
    return { about, state: "wrong", text: `${what} has expired, on ${day}`, hint: "have a new one made" };
  if (leftMs > SOON_MS) return { about, state: "ok", text: `${what} is good until ${day}` };
  const days = Math.floor(leftMs / DAY_MS);
  return {
    about,
    state: "soon",
    text: `${what} expires in ${days} days, on ${day}`,
    hint: "have a new one made",
  };
}

function dayOf(time: string): string {
  return new Date(time).toISOString().slice(0, 10);
}

function serverFindings({ address, info, certificate, fault }: ServerLook, nowMs: number): Finding[] {
  const findings: Finding[] = [];
  if (fault)
    findings.push({ about: "server", state: "wrong", text: `${address}: ${fault.text}`, hint: fault.hint });
  else findings.push({ about: "server", state: "ok", text: `${address} lets us in` });
  if (certificate && fault?.step !== "server-certificate") {
    findings.push(validity("server", `${address}: its certificate`, certificate.valid_to, nowMs));
  }
  if (info) findings.push(versionFinding(address, info.version));
  if (info && info.jetstream !== true) {
    findings.push({
      about: "server",
      state: "wrong",
      text: `${address} keeps no messages: JetStream is off`,
      hint: "its configuration needs a jetstream { } block; packaging/nats has one",
    });
  }
  return findings;
}

/** Has `sync_interval: always` and tells its time. Later ones bring X25519MLKEM768, which is looked at by itself. */
const LEAST_VERSION = [2, 10] as const;

function versionFinding(address: string, version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isOld = major < LEAST_VERSION[0] || (major === LEAST_VERSION[0] && minor < LEAST_VERSION[1]);
  const text = `${address}: nats-server ${version}`;
  if (!isOld) return { about: "version", state: "ok", text };
  return {
    about: "version",
    state: "soon",
    text: `${text} cannot put each message on the disk before it confirms it: a power loss may cost jobs`,
    hint: "update it to 2.15; until then resume publishes again what was lost",
  };
}

const POST_QUANTUM = "X25519MLKEM768";

async function keyExchange(server: string, context: FleetContext, signal: AbortSignal): Promise<Finding[]> {
  if (!context.tls) return [];
  const tls = { ...context.tls, keyExchange: [POST_QUANTUM] };
  const { fault, address } = await lookAt(server, { tls }, { signal });
  const about = "key exchange";
  if (!fault) return [{ about, state: "ok", text: `${address} knows ${POST_QUANTUM}` }];
  return [
    {
      about,
      state: "soon",
      text: `${address} has no ${POST_QUANTUM}: what is recorded today could be read with a quantum computer`,
      hint: "update it to 2.15, and name the group in curve_preferences",
    },
  ];
}

async function withinServer({ context, queue, signal, now = Date.now }: DoctorSettings): Promise<Finding[]> {
  let connection: Connection;
  try {
    connection = await connectFleet(context, { name: "doctor", signal });
  } catch (error) {
    signal.throwIfAborted();
    return [{ about: "server", state: "wrong", text: reasonOf(error) }];
  }
  await using _ = connection;
  const { manager } = connection;
  const stream = streamOf(queue.name);
  const findings: Finding[] = [];
  const beforeMs = now();
  await look(findings, "queue", `stream ${stream}`, async () => {
    const info = await manager.streams.info(stream);
    const afterMs = now();
    const { messages } = info.state;
    findings.push(...faulty("queue", streamFaults(info, queue), `stream ${stream}: ${messages} jobs wait`));
    findings.push(clockFinding(info.ts, beforeMs, afterMs));
  });
  if (queue.goesTo === "one") {
    await look(findings, "workers", `consumer ${WORKERS}`, async () => {
      const info = await manager.consumers.info(stream, WORKERS);
      const text = `${info.num_ack_pending} jobs in hand, ${info.num_waiting} requests for one`;
      findings.push(...faulty("workers", consumerFaults(info, queue), text));
    });
  } else {
    await look(findings, "machines", `consumers of ${stream}`, async () => {
      const machines = await machinesOf(manager, queue);
      const busy = machines.filter(({ waiting }) => waiting > 0).map(({ node }) => node);
      const text = `${machines.length} known; with something to do yet: ${busy.length === 0 ? "none" : shortList(busy)}`;
      findings.push({ about: "machines", state: "ok", text });
    });
  }
  await look(findings, "results", `bucket ${bucketOf(queue.name)}`, async () => {
    const { config, state } = await manager.streams.info(bucketStreamOf(queue.name));
    const faults = config.discard === "new" ? [] : [DISCARDS_OLD];
    findings.push(...faulty("results", faults, `${state.messages} are kept`));
  });
  return findings;
}

/** Names that a line has room for. */
const LISTED = 10;

function shortList(names: readonly string[]): string {
  const more = names.length - LISTED;
  return names.slice(0, LISTED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

const DISCARDS_OLD: QueueFault = {
  text: "where there is no room the oldest results are forgotten",
  hint: "set --discard new, so that workers wait for room",
};

/** Does one look. What the server refuses or does not have becomes a finding. */
async function look(
  findings: Finding[],
  about: string,
  what: string,
  act: () => Promise<void>,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    const reason = reasonOf(error);
    if (/permissions violation/i.test(reason)) {
      const text = `${what}: this certificate may not look at it`;
      findings.push({ about, state: "unknown", text, hint: "a coordinator's may; workers need not" });
    } else if (/not found/.test(reason)) {
      const hint = "the first command with --nats makes it, where its certificate may; is --queue right?";
      findings.push({ about, state: "wrong", text: `${what} is missing`, hint });
    } else {
      findings.push({ about, state: "wrong", text: `${what}: ${reason}` });
    }
  }
}

function faulty(about: string, faults: readonly QueueFault[], well: string): Finding[] {
  if (faults.length === 0) return [{ about, state: "ok", text: well }];
  return faults.map((fault) => ({ about, state: "wrong", ...fault }));
}

function clockFinding(time: string | undefined, beforeMs: number, afterMs: number): Finding {
  const about = "clock";
  const serverMs = time === undefined ? Number.NaN : Date.parse(time);
  if (Number.isNaN(serverMs)) return { about, state: "unknown", text: "the server does not tell its time" };
  // The server looked at its clock at some moment between: within that, nothing is said.
  const behindMs = Math.max(serverMs - afterMs, 0);
  const aheadMs = Math.max(beforeMs - serverMs, 0);
  const offMs = Math.max(behindMs, aheadMs);
  if (offMs <= CLOCK_LIMIT_MS) {
    return { about, state: "ok", text: `within ${CLOCK_LIMIT_MS / 1_000} s of the server's` };
  }
  const way = aheadMs > 0 ? "ahead of" : "behind";
  return {
    about,
    state: "wrong",
    text: `the clock of this machine is ${Math.round(offMs / 1_000)} s ${way} the server's`,
    hint: "certificates and deadlines are judged by clocks: have both set by NTP",
  };
}

async function ledgerFinding(place: string): Promise<Finding> {
  try {
    await using ledger = await Ledger.open(place);
    return { about: "ledger", state: "ok", text: `it opens: ${ledger.id}` };
  } catch (error) {
    return { about: "ledger", state: "wrong", text: reasonOf(error), hint: "is the database running?" };
  }
}
