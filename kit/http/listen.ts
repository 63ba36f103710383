/** Binds the app to a port or a Unix socket, and lets go of it again. */
import { setTimeout as sleep } from "node:timers/promises";
import { pageRoutes } from "../../src/faces/http/page.ts";
import { InputError } from "../errors.ts";
import { Refusal, refuse } from "./refusal.ts";
import { clearSocketPath } from "./unix-socket.ts";

export type Address = { readonly hostname: string; readonly port: number } | { readonly unix: string };

export interface ListenOptions {
  readonly address: Address;
  /** PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

export interface Listening {
  /** Where clients find it; `unix:PATH` for a socket. */
  readonly url: string;
  /** No more connections; waits so long for answers under way, then cuts them off. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Seconds after which a connection is closed on which nothing moves, whoever it is that does not move. Bun obeys it on
 * sockets too, though its types say otherwise: hence no type.
 */
const IDLE_TIMEOUT: object = { idleTimeout: 120 };

/** No endpoint takes a body. */
const MAX_BODY_BYTES = 1_024;

/** @throws InputError for an address or certificate that cannot be used */
export async function listen({ address, tls, fetch }: ListenOptions): Promise<Listening> {
  const options = {
    ...(tls ? { tls } : {}),
    development: false,
    ...IDLE_TIMEOUT,
    maxRequestBodySize: MAX_BODY_BYTES,
    routes: pageRoutes(),
    // An HTTP/1.0 request may come without Host; its URL is then a mere path.
    fetch: (request: Request) =>
      request.url.startsWith("/") ? refuse(new Refusal(400, "a Host header is needed"), {}) : fetch(request),
  };
  const server =
    "unix" in address
      ? await bindSocket(address.unix, (unix) => Bun.serve({ ...options, unix }))
      : // Outside development Bun would share the port with whoever listens on it in the same way.
        bindPort(address, (at) => Bun.serve({ ...options, ...at, reusePort: false }));
  return {
    url: "unix" in address ? `unix:${address.unix}` : server.url.origin,
    async stop(graceMs) {
      const stopped = new AbortController();
      const grace = sleep(graceMs, undefined, { signal: stopped.signal }).catch(() => {}); // no need to wait any more
      await Promise.race([server.stop(), grace]);
      stopped.abort();
      await server.stop(true);
    },
  };
}

/** The socket is its owner's from the moment it exists; Bun takes it away when the server stops. */
async function bindSocket<T>(path: string, bind: (path: string) => T): Promise<T> {
  await clearSocketPath(path);
  const umask = process.umask(0o177);
  try {
    return bind(path);
  } catch (error) {
    throw bindError(path, error);
  } finally {
    process.umask(umask);
  }
}

function bindPort<A extends { hostname: string; port: number }, T>(address: A, bind: (address: A) => T): T {
  try {
    return bind(address);
  } catch (error) {
    throw bindError(`port ${address.port} of ${address.hostname}`, error);
  }
}

function bindError(where: string, cause: unknown): InputError {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") {
    const hints = ["--port takes another one; 0 takes any that is free"];
    return new InputError(`${where} is in use`, { cause, hints });
  }
  // OpenSSL's errors have such codes, the system's have not.
  if (code?.startsWith("ERR_")) {
    return new InputError(`the certificate or its key cannot be used: ${message}`, { cause });
  }
  return new InputError(`cannot listen on ${where}: ${message}`, { cause });
}
