/** Scans of files that the gateway reads itself. */
import type { Answer, EventFrame, Query, ScanOrder, ScanRecord } from "./gateway-types.ts";
import type { CallOptions, Http } from "./http.ts";
import { type ResultsOptions, scanResults } from "./results.ts";

export class Scans {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /**
   * Orders a scan, which may wait for others first.
   * @param options.key by which the gateway knows a repeated order and gives the scan of the first. Each call has one of its own unless given
   */
  submit(
    order: ScanOrder,
    { key = randomKey(), signal }: CallOptions & { readonly key?: string } = {},
  ): Promise<ScanRecord> {
    const headers = { "idempotency-key": key };
    return this.#http.json({
      method: "POST",
      path: "/scans",
      headers,
      json: order,
      repeatable: true,
      signal,
    });
  }

  list(query: Query<"/scans", "get"> = {}, { signal }: CallOptions = {}): Promise<Answer<"/scans", "get">> {
    return this.#http.json({ method: "GET", path: "/scans", query, signal });
  }

  get(id: string, { signal }: CallOptions = {}): Promise<ScanRecord> {
    return this.#http.json({ method: "GET", path: pathOf(id), signal });
  }

  /** Ends a scan. @throws CryptexError "conflict" if it has ended */
  cancel(id: string, { signal }: CallOptions = {}): Promise<ScanRecord> {
    return this.#http.json({ method: "DELETE", path: pathOf(id), signal });
  }

  /** Yields the lines of a scan, until it has ended unless told otherwise. */
  results(id: string, options?: ResultsOptions): AsyncGenerator<EventFrame, void, undefined> {
    return scanResults(this.#http, id, options);
  }
}

function pathOf(id: string): string {
  return `/scans/${encodeURIComponent(id)}`;
}

/** crypto.randomUUID is missing on pages that came without TLS. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
