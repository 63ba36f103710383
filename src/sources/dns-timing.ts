/** Time from a question to a name server to its answer. Native part: c/kernels/dns_timing.c */
import { randomInt } from "node:crypto";
import { isIP } from "node:net";
import { setImmediate } from "node:timers/promises";
import { NativeError, SourceError } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import type { Availability, Source, SourceInfo } from "../source.ts";
import { eventSource } from "./acquire/event/event-source.ts";
import { DnsConnection } from "./acquire/network/dns-connection.ts";
import { addressQuery, isReplyTo } from "./acquire/network/dns-message.ts";
import { type Endpoint, nameServers, parseEndpoint, showEndpoint } from "./acquire/network/endpoint.ts";
import {
  type Patience,
  type RoundTrip,
  RoundTripFeed,
  USUAL_PATIENCE,
} from "./acquire/network/round-trip.ts";

const info: SourceInfo = {
  id: "dns_timing",
  title: "Round trip to the name server",
  mechanism:
    "Time from a DNS question to its answer: queues in network cards and switches, the server's scheduling, " +
    "interrupts here. Anyone who sees the packets knows it to about a microsecond, so only the bits below that " +
    "count. With a resolver on this machine (127.0.0.53) it is the noise of the kernel and of that program, " +
    "not of a network.",
  family: "network",
  unit: "ticks",
  symbolBits: 8,
  claim: 1,
  rateHz: 50,
  effects: ["network"],
};

export interface DnsTimingOptions extends Patience {
  /**
   * Name whose address is requested. Always the same: a list of names would leave its pattern in the timings. The usual one
   * is a root server's: every resolver has it, keeps it for weeks (TTL 3,600,000 s) and need not ask another server.
   */
  readonly name: string;
}

const USUAL: DnsTimingOptions = { ...USUAL_PATIENCE, name: "a.root-servers.net" };

const DNS_PORT = 53;

export function dnsTimingSource(options: Partial<DnsTimingOptions> = {}): Source {
  return eventSource(info, availability, (host) => {
    const chosen = { ...USUAL, ...options };
    return new RoundTripFeed(new DnsRoundTrip(host, servers(host), chosen), chosen.paceMs);
  });
}

export const dnsTiming = dnsTimingSource();

function availability(host: Host): Availability {
  const { resolver, offline } = host.settings;
  if (offline) return { ok: false, reason: "offline" };
  if (!host.native.ok) return { ok: false, reason: host.native.reason };
  if (servers(host).length > 0) return { ok: true };
  const reason =
    resolver === undefined
      ? "no DNS server: /etc/resolv.conf names none"
      : `the resolver '${resolver}' is neither address nor address:port`;
  return { ok: false, reason };
}

/** Returns the server that the user named, or else the system's. */
function servers(host: Host): Endpoint[] {
  const { resolver } = host.settings;
  const named = resolver === undefined ? nameServers(host.readText("/etc/resolv.conf") ?? "") : [resolver];
  return named
    .map((text) => parseEndpoint(text, DNS_PORT))
    .filter((server): server is Endpoint => server !== undefined && isIP(server.host) !== 0);
}

/** Asks one question after the other, always the server that answered last. */
class DnsRoundTrip implements RoundTrip {
  #connection: DnsConnection | undefined;
  #server = 0;

  constructor(
    private readonly host: Host,
    private readonly servers: readonly Endpoint[],
    private readonly options: DnsTimingOptions,
  ) {}

  async measure(signal: AbortSignal): Promise<number> {
    const { tries, tryMs } = this.options;
    let failure = "";
    for (let attempt = 1; ; attempt++) {
      try {
        const ticks = await this.#ask(signal);
        if (ticks !== undefined) return ticks;
        failure = `no DNS reply from ${showEndpoint(this.#endpoint)} in ${tryMs} ms`;
      } catch (error) {
        if (!(error instanceof NativeError)) throw error;
        failure = `no DNS reply from ${showEndpoint(this.#endpoint)}: ${error.message}`;
      }
      await this[Symbol.asyncDispose]();
      if (attempt >= tries) throw new SourceError(info.id, `${failure}, try ${attempt} of ${tries}`);
      this.#server += 1;
    }
  }

  get #endpoint(): Endpoint {
    return this.servers[this.#server % this.servers.length]!;
  }

  /** Resolves with the ticks of one round trip; undefined without an answer in time. @throws NativeError */
  async #ask(signal: AbortSignal): Promise<number | undefined> {
    this.#connection ??= new DnsConnection(this.host, this.#endpoint);
    const query = addressQuery(randomInt(1 << 16), this.options.name);
    const until = performance.now() + this.options.tryMs;
    this.#connection.send(query);
    while (performance.now() < until) {
      const reply = this.#connection.receive();
      if (reply && isReplyTo(query, reply.bytes)) return reply.ticks;
      await setImmediate(); // lets an abort through
      signal.throwIfAborted();
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection?.close();
    this.#connection = undefined;
  }
}
