/** Binds a request handler to a port or a Unix socket, and stops it again. */
import { constants } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { InputError, writeRefusal } from "../errors.ts";
import { readBytes } from "./body.ts";
import { asGet } from "./head.ts";
import { type ErrorForm, Refusal, refusalResponse } from "./refusal.ts";
import { NetworkTurns } from "./turns.ts";
import { bindSocket } from "./unix-socket.ts";
import { SOCKETS, type Socket } from "./web-socket.ts";

export type Address = { readonly hostname: string; readonly port: number } | { readonly unix: string };

export interface ListenOptions {
  readonly address: Address;
  /** Answers every request. Gets Bun's server too, for `upgrade`; Hono hands it to handlers as `c.env`. */
  readonly fetch: (request: Request, server: Bun.Server<Socket>) => Response | Promise<Response>;
  readonly errors: ErrorForm;
  /** Larger request bodies are answered with 413, whatever reads them. By default each route reads what it takes, and no more. */
  readonly maxBodyBytes?: number | undefined;
  /** Seconds without traffic in either direction after which a connection is closed. */
  readonly idleTimeoutSeconds: number;
  readonly tls?: TlsOptions | undefined;
  /** HTML imports by path, which only `Bun.serve` can bundle and serve. They are answered before `fetch` is asked. */
  readonly bundles?: Readonly<Record<string, Bun.HTMLBundle>> | undefined;
  /** Hints for the user where the port is in use. */
  readonly portHints?: readonly string[];
}

/** All certificates and keys are PEM texts. */
export interface TlsOptions {
  readonly cert: string;
  readonly key: string;
  /** Authorities of client certificates: without one signed by them, no connection comes about. */
  readonly clientCa?: string | undefined;
  /** Named groups in order of preference, such as X25519MLKEM768. Defaults to Bun's own. */
  readonly keyExchangeGroups?: readonly string[] | undefined;
  /** Takes no older version than TLS 1.3. By default 1.2 is taken as well. */
  readonly only13?: boolean | undefined;
}

export interface Listening {
  /** Where clients find it; `unix:PATH` for a socket. */
  readonly url: string;
  /**
   * Takes no more connections, waits for answers under way as long as any of them gets on, at most `graceMs`, and cuts off the rest:
   * connections that nothing moves on, and halves of requests.
   */
  stop(graceMs: number): Promise<void>;
}

/** @throws InputError for an address, certificate or group that cannot be used */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { address, fetch, errors, maxBodyBytes } = options;
  const answer = async (request: Request, server: Bun.Server<Socket>, most: number) => {
    try {
      return await fetch(await withBody(request, most), server);
    } catch (error) {
      if (error instanceof Refusal) return refusalResponse(error, errors);
      throw error;
    }
  };
  const common = {
    ...(options.tls ? { tls: bunTls(options.tls) } : {}),
    ...(options.bundles ? { routes: { ...options.bundles } } : {}),
    ...idleTimeout(options.idleTimeoutSeconds),
    websocket: SOCKETS,
    development: false,
    // Bun's own refusal of what is larger has no body.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch(request: Request, server: Bun.Server<Socket>) {
      // An HTTP/1.0 request may come without Host; its URL is then a mere path, which no router can parse.
      if (request.url.startsWith("/"))
        return refusalResponse(new Refusal(400, "a Host header is needed"), errors);
      if (request.method === "HEAD") return fetch(asGet(request), server);
      if (maxBodyBytes !== undefined && mayHaveBody(request)) return answer(request, server, maxBodyBytes);
      return fetch(request, server);
    },
  };
  const server =
    "unix" in address
      ? await bindSocket(address.unix, (unix) => bound(unix, [], () => Bun.serve({ ...common, unix })))
      : bound(`port ${address.port} of ${address.hostname}`, options.portHints ?? [], () =>
          // Outside development Bun would share the port with whoever listens on it in the same way.
          Bun.serve({ ...common, ...address, reusePort: false }),
        );
  return {
    url: "unix" in address ? `unix:${address.unix}` : server.url.origin,
    async stop(graceMs) {
      const stopped = new AbortController();
      const ended = server.stop().finally(() => stopped.abort());
      await Promise.race([ended, gettingOn(server, graceMs, stopped.signal)]);
      await server.stop(true);
    },
  };
}

/** Between two looks at what is under way. Twice that is below half a second, in which programs obey. */
const LOOK_MS = 200;

/** Resolves when between two looks no answer ended and no piece of one was taken, after `graceMs`, or when the signal is aborted. */
async function gettingOn(server: Bun.Server<Socket>, graceMs: number, signal: AbortSignal): Promise<void> {
  let pending = server.pendingRequests;
  let turns = NetworkTurns.given;
  for (let left = graceMs; left > 0; left -= LOOK_MS) {
    await sleep(Math.min(left, LOOK_MS), undefined, { signal }).catch(() => {}); // stopped: seen below
    if (signal.aborted || (server.pendingRequests >= pending && NetworkTurns.given === turns)) return;
    pending = server.pendingRequests;
    turns = NetworkTurns.given;
  }
}

function mayHaveBody({ headers }: Request): boolean {
  return headers.has("content-length") || headers.has("transfer-encoding");
}

/** Reads the body, so that what is too large is refused before anything is done. @throws Refusal 413 */
async function withBody(request: Request, maxBytes: number): Promise<Request> {
  const body = (await readBytes(request, maxBytes)) as Uint8Array<ArrayBuffer>;
  return new Request(request, { body: request.method === "GET" ? null : body });
}

/** Bun obeys it on Unix sockets too, though its types say otherwise: hence the wide type. */
function idleTimeout(seconds: number): object {
  return { idleTimeout: seconds };
}

/** Bun takes `ecdhCurve`, as node:tls does, though its types do not have it. */
function bunTls({ cert, key, clientCa, keyExchangeGroups, only13 }: TlsOptions): Bun.TLSOptions {
  const groups: object = keyExchangeGroups ? { ecdhCurve: keyExchangeGroups.join(":") } : {};
  const clients = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true };
  return { cert, key, ...clients, ...groups, ...(only13 && { secureOptions: BEFORE_13 }) };
}

/** Versions that are older than TLS 1.3. */
const BEFORE_13 = constants.SSL_OP_NO_TLSv1_2 | constants.SSL_OP_NO_TLSv1_1 | constants.SSL_OP_NO_TLSv1;

/** Binds, with the user's words for what goes wrong. @throws InputError */
function bound<T>(where: string, hints: readonly string[], bind: () => T): T {
  try {
    return bind();
  } catch (error) {
    throw bindError(where, error, hints);
  }
}

function bindError(where: string, cause: unknown, hints: readonly string[]): InputError {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return new InputError(`${where} is in use`, { cause, hints });
  if (code === "ERR_SSL_UNSUPPORTED_ELLIPTIC_CURVE") {
    return new InputError("one of the key-exchange groups is unknown", { cause });
  }
  // OpenSSL's errors have such codes, the system's have not.
  if (code?.startsWith("ERR_")) {
    return new InputError(`the certificate or its key cannot be used: ${message}`, { cause });
  }
  return new InputError(`cannot listen on ${where}: ${writeRefusal(cause)}`, { cause });
}
