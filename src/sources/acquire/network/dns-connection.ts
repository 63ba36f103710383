/** A socket to one name server, which measures the time to the answers. Native part: c/kernels/dns_timing.c */
import { NativeError } from "../../../errors.ts";
import type { Host } from "../../../platform/host.ts";
import { MAX_MESSAGE_BYTES } from "./dns-message.ts";
import { type Endpoint, writeEndpoint } from "./endpoint.ts";
import type { NativeStep } from "./round-trip.ts";

/** Indices into the words that c/kernels/dns_timing.c works on. */
const BYTES = 1;
const TICKS = 3;
const DATA = 4;

/** Throws NativeError for what the system refuses. */
export class DnsConnection {
  readonly #words = new BigUint64Array(DATA + MAX_MESSAGE_BYTES / 8 + 1);
  readonly #data = new Uint8Array(this.#words.buffer, DATA * 8);
  readonly #send: NativeStep;
  readonly #receive: NativeStep;
  readonly #close: NativeStep;

  constructor(host: Host, server: Endpoint) {
    if (!host.native.ok) throw new NativeError(host.native.reason);
    const { library } = host.native;
    this.#send = library.kernel("dns_timing_send");
    this.#receive = library.kernel("dns_timing_receive");
    this.#close = library.kernel("dns_timing_close");
    writeEndpoint(this.#words, server);
    library.kernel("dns_timing_open")(this.#words);
  }

  send(message: Uint8Array): void {
    this.#words[BYTES] = BigInt(message.length);
    this.#data.set(message);
    this.#send(this.#words);
  }

  /** Returns the next datagram, if one comes within 20 ms. Its bytes are valid until the next call. */
  receive(): { readonly ticks: number; readonly bytes: Uint8Array } | undefined {
    this.#receive(this.#words);
    const length = Number(this.#words[BYTES]);
    return length > 0
      ? { ticks: Number(this.#words[TICKS]), bytes: this.#data.subarray(0, length) }
      : undefined;
  }

  close(): void {
    this.#close(this.#words);
  }
}
