/** Time until a TCP connection is made, or refused. Native part: c/kernels/tcp_connect.c */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { setImmediate } from "node:timers/promises";
import { SourceError } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import type { Availability, Source, SourceInfo } from "../source.ts";
import { Deadline } from "./acquire/event/deadline.ts";
import { eventSource } from "./acquire/event/event-source.ts";
import {
  ENDPOINT_WORDS,
  type Endpoint,
  parseEndpoint,
  showEndpoint,
  writeEndpoint,
} from "./acquire/network/endpoint.ts";
import {
  type NativeStep,
  type Patience,
  type RoundTrip,
  RoundTripFeed,
  USUAL_PATIENCE,
} from "./acquire/network/round-trip.ts";

const info: SourceInfo = {
  id: "tcp_connect",
  title: "Time to connect",
  mechanism:
    "Time from the first packet of a TCP connection to the answer, be it a refusal: queues in network cards and " +
    "switches, the other side's scheduling, interrupts here. Anyone who sees the packets knows it to about a " +
    "microsecond, so only the bits below that count. With a target on this machine it is the noise of the " +
    "kernel's own network code; that was assessed at 4.84 bits, or 3.14 with a 24 MHz counter.",
  family: "network",
  unit: "ticks",
  symbolBits: 8,
  claim: 1,
  rateHz: 50,
  effects: ["network"],
};

export function tcpConnectSource(options: Partial<Patience> = {}): Source {
  return eventSource(info, availability, (host) => {
    const patience = { ...USUAL_PATIENCE, ...options };
    // The source is not available without a target.
    return new RoundTripFeed(new ConnectRoundTrip(host, targetOf(host)!, patience), patience.paceMs);
  });
}

export const tcpConnect = tcpConnectSource();

function targetOf(host: Host): Endpoint | undefined {
  const { connectTo } = host.settings;
  return connectTo === undefined ? undefined : parseEndpoint(connectTo);
}

function availability(host: Host): Availability {
  const { connectTo, offline } = host.settings;
  if (offline) return { ok: false, reason: "offline" };
  if (!host.native.ok) return { ok: false, reason: host.native.reason };
  if (connectTo === undefined) return { ok: false, reason: "no target; give one with --connect host:port" };
  return targetOf(host) ? { ok: true } : { ok: false, reason: `the target '${connectTo}' is not host:port` };
}

/** Makes one connection after the other. */
class ConnectRoundTrip implements RoundTrip {
  readonly #words = new BigUint64Array(ENDPOINT_WORDS);
  readonly #start: NativeStep;
  readonly #finish: NativeStep;
  readonly #cancel: NativeStep;
  /** Address of the target, once its name has been looked up. */
  #address: Endpoint | undefined;

  constructor(
    host: Host,
    private readonly target: Endpoint,
    private readonly patience: Patience,
  ) {
    if (!host.native.ok) throw new SourceError(info.id, host.native.reason);
    const { library } = host.native;
    this.#start = library.kernel("tcp_connect_start");
    this.#finish = library.kernel("tcp_connect_finish");
    this.#cancel = library.kernel("tcp_connect_cancel");
  }

  async measure(signal: AbortSignal): Promise<number> {
    const { tries, tryMs } = this.patience;
    this.#address ??= await lookUp(this.target, tryMs, signal);
    for (let attempt = 1; attempt <= tries; attempt++) {
      const ticks = await this.#connect(this.#address, signal);
      if (ticks !== undefined) return ticks;
    }
    throw new SourceError(
      info.id,
      `no answer from ${showEndpoint(this.target)} in ${tries} tries of ${tryMs} ms`,
    );
  }

  /** Resolves with the ticks until the answer; undefined without one in time. @throws NativeError */
  async #connect(address: Endpoint, signal: AbortSignal): Promise<number | undefined> {
    const until = performance.now() + this.patience.tryMs;
    writeEndpoint(this.#words, address);
    this.#start(this.#words);
    while (this.#words[DONE] === 0n) {
      if (signal.aborted || performance.now() >= until) {
        this.#cancel(this.#words);
        signal.throwIfAborted();
        return undefined;
      }
      this.#finish(this.#words);
      await setImmediate(); // lets an abort through
    }
    return Number(this.#words[TICKS]);
  }

  /** Nothing outlives a round trip. */
  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Indices into the words that c/kernels/tcp_connect.c works on. */
const DONE = 1;
const TICKS = 3;

async function lookUp({ host, port }: Endpoint, ms: number, signal: AbortSignal): Promise<Endpoint> {
  if (isIP(host) !== 0) return { host, port };
  const late = () => new SourceError(info.id, `no address for ${host} in ${ms} ms`);
  try {
    const { address } = await new Deadline(ms, late, signal).wait(lookup(host));
    return { host: address, port };
  } catch (error) {
    if (error instanceof Error && "syscall" in error)
      throw new SourceError(info.id, `no address for ${host}: ${error.message}`, { cause: error });
    throw error;
  }
}
