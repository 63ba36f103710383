/** A gateway's operations, by what they are about. */
import { Dictionary } from "./dictionary.ts";
import { type EventsOptions, followEvents } from "./events.ts";
import { Gap } from "./gap.ts";
import type { Answer, EventFrame, LostFrame, Query, ScanRecord, ScanResult } from "./gateway-types.ts";
import { type CallOptions, type ClientOptions, Http } from "./http.ts";
import { RuleSets, Rules } from "./rules.ts";
import { Scans } from "./scans.ts";
import { Triggers } from "./triggers.ts";

/**
 * Speaks with one gateway. It holds no connection, so there is nothing to close; what runs is ended by its signal. Calls reject with
 * CryptexError, or with the reason of their signal.
 */
export class CryptexClient {
  readonly scans: Scans;
  readonly dictionary: Dictionary;
  readonly gap: Gap;
  readonly rules: Rules;
  readonly ruleSets: RuleSets;
  readonly triggers: Triggers;
  readonly #http: Http;

  /** @throws TypeError for an address that is no `http:` or `https:` URL */
  constructor(options: ClientOptions) {
    this.#http = new Http(options);
    this.scans = new Scans(this.#http);
    this.dictionary = new Dictionary(this.#http);
    this.gap = new Gap(this.#http);
    this.rules = new Rules(this.#http);
    this.ruleSets = new RuleSets(this.#http);
    this.triggers = new Triggers(this.#http);
  }

  /** Scans these bytes, at most 64 MiB of them. */
  scan(
    bytes: Uint8Array | ArrayBuffer | Blob,
    query: Query<"/scan", "post"> = {},
    { signal }: CallOptions = {},
  ): Promise<ScanResult> {
    const headers = { "content-type": "application/octet-stream" };
    // Twice scanned is as good as once.
    return this.#http.json({
      method: "POST",
      path: "/scan",
      query,
      headers,
      body: bytes,
      repeatable: true,
      signal,
    });
  }

  /**
   * Follows what happens, over broken connections and restarts of the gateway: no frame is lost, none comes twice. Frames that cannot
   * come any more are named by one of type `lost`.
   */
  events(options?: EventsOptions): AsyncGenerator<EventFrame | LostFrame, void, undefined> {
    return followEvents(this.#http, options);
  }

  /**
   * Hands in the lines of a scan that was made elsewhere, as `cryptex scan` prints them.
   * @param options.key by which the gateway knows a second copy, which it refuses as a conflict; by default the lines themselves
   * @param options.origin name of the sender; by default that of the token
   */
  collect(
    lines: string | Blob,
    { key, origin, signal }: CallOptions & { readonly key?: string; readonly origin?: string } = {},
  ): Promise<ScanRecord> {
    const headers = {
      "content-type": "application/x-ndjson",
      "idempotency-key": key,
      "cryptex-origin": origin,
    };
    return this.#http.json({ method: "POST", path: "/collect", headers, body: lines, signal });
  }

  engines({ signal }: CallOptions = {}): Promise<Answer<"/engines", "get">> {
    return this.#http.json({ method: "GET", path: "/engines", signal });
  }

  health({ signal }: CallOptions = {}): Promise<Answer<"/health", "get">> {
    return this.#http.json({ method: "GET", path: "/health", signal });
  }

  /** Reads the figures, in Prometheus' format. */
  async metrics({ signal }: CallOptions = {}): Promise<string> {
    return this.#http.read(await this.#http.send({ method: "GET", path: "/metrics", signal }), signal);
  }

  /** Reads the gateway's OpenAPI document. */
  openapi({ signal }: CallOptions = {}): Promise<Readonly<Record<string, unknown>>> {
    return this.#http.json({ method: "GET", path: "/openapi.json", signal });
  }
}
