/** Requests to a gateway: its address, the token, errors, and another try where one does no harm. */
import { backoffMs, pause } from "./pause.ts";
import { CryptexError, problemOf } from "./problem.ts";

export interface ClientOptions {
  /** Address of the gateway, as `http://127.0.0.1:8043`; a path is kept, for one behind a proxy. */
  readonly url: string | URL;
  readonly token?: string | undefined;
  /** Instead of the global one. Events then come by it, too, not by WebSocket. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Further tries of requests that may be sent twice, after failures that may pass. Defaults to 3. */
  readonly retries?: number | undefined;
}

/** Options that each call takes. */
export interface CallOptions {
  /** Ends the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export type QueryValues = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Call extends CallOptions {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the address; begins with a slash. */
  readonly path: string;
  readonly query?: QueryValues;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly body?: string | Blob | ArrayBuffer | Uint8Array;
  /** Says that a second one changes nothing. GET is always so. */
  readonly repeatable?: boolean;
}

/** Failures that may pass by themselves. */
const PASSING = new Set([429, 502, 503, 504]);

/** A gateway that wants longer is taken at its word by whoever called, who gets the error. */
const LONGEST_WAIT_MS = 30_000;

export class Http {
  readonly token: string | undefined;
  /** True if requests go by another `fetch` than the global one. */
  readonly isCustom: boolean;
  /** Tries after the first. */
  readonly retries: number;
  readonly #base: string;
  readonly #fetch: NonNullable<ClientOptions["fetch"]>;

  /** @throws TypeError for an address that is no `http:` or `https:` URL */
  constructor({ url, token, fetch, retries = 3 }: ClientOptions) {
    const { protocol, href, username, search, hash } = parsed(url);
    if (!/^https?:$/.test(protocol) || username !== "" || search !== "" || hash !== "") throw noAddress(url);
    this.#base = href.replace(/\/+$/, "");
    this.token = token === "" ? undefined : token;
    this.isCustom = fetch !== undefined;
    // Called with no `this`: browsers refuse another one than the window.
    this.#fetch = fetch ?? ((address, init) => globalThis.fetch(address, init));
    this.retries = retries;
  }

  /** Makes the address of a path. */
  address(path: string, query: QueryValues = {}): string {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const text = new URLSearchParams(
      given.map(([name, value]): [string, string] => [name, String(value)]),
    ).toString();
    return `${this.#base}${path}${text === "" ? "" : `?${text}`}`;
  }

  /** Sends a request and parses the answer as JSON. @throws CryptexError, or the signal's reason */
  async json<T>(call: Call): Promise<T> {
    const response = await this.send(call);
    const text = await this.read(response, call.signal);
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new CryptexError("malformed", "the answer is no JSON", { status: response.status, cause });
    }
  }

  /** Reads a body to its end. @throws CryptexError "unreachable" if it breaks off */
  async read(response: Response, signal?: AbortSignal): Promise<string> {
    try {
      return await response.text();
    } catch (cause) {
      signal?.throwIfAborted();
      throw new CryptexError("unreachable", "the answer broke off", { cause });
    }
  }

  /** Sends a request, again where that is safe, until an answer comes that is a success. @throws CryptexError, or the signal's reason */
  async send(call: Call): Promise<Response> {
    const repeatable = call.repeatable ?? call.method === "GET";
    for (let failures = 0; ; failures++) {
      try {
        return await this.once(call);
      } catch (error) {
        if (!(error instanceof CryptexError) || !repeatable || failures >= this.retries || !mayPass(error)) {
          throw error;
        }
        const { retryAfterMs = backoffMs(failures) } = error;
        if (retryAfterMs > LONGEST_WAIT_MS) throw error;
        await pause(retryAfterMs, call.signal);
      }
    }
  }

  /** Sends a request once. @throws CryptexError, or the signal's reason */
  async once({ method, path, query, headers = {}, json, body, signal }: Call): Promise<Response> {
    signal?.throwIfAborted();
    const sent = new Headers();
    if (this.token !== undefined) sent.set("authorization", `Bearer ${this.token}`);
    if (json !== undefined) sent.set("content-type", "application/json");
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) sent.set(name, value);
    let response: Response;
    try {
      response = await this.#fetch(this.address(path, query), {
        method,
        headers: sent,
        body: json === undefined ? ((body ?? null) as RequestInit["body"]) : JSON.stringify(json),
        signal: signal ?? null,
      });
    } catch (cause) {
      signal?.throwIfAborted();
      throw new CryptexError("unreachable", `no answer from ${this.#base}: ${reasonOf(cause)}`, { cause });
    }
    if (response.ok) return response;
    const problem = await problemOf(response);
    signal?.throwIfAborted();
    throw problem;
  }
}

function parsed(url: string | URL): URL {
  try {
    return new URL(url);
  } catch {
    throw noAddress(url);
  }
}

function noAddress(url: string | URL): TypeError {
  return new TypeError(`a gateway's address is http://HOST:PORT or https://HOST:PORT, not "${String(url)}"`);
}

function mayPass({ kind, status }: CryptexError): boolean {
  return kind === "unreachable" || PASSING.has(status ?? 0);
}

/** Node says "fetch failed", and why in the cause; for a name with several addresses, in a list there. */
function reasonOf(error: unknown): string {
  const { message, code, cause, errors } = error as {
    message?: string;
    code?: string;
    cause?: unknown;
    errors?: unknown[];
  };
  if (cause instanceof Error) return reasonOf(cause);
  if (errors?.[0] instanceof Error) return reasonOf(errors[0]);
  return message || code || String(error);
}
