/**
 * A fetch over node:https, for gateways whose certificate only a private authority vouches for, or which want one of the client. The
 * global fetch takes no certificates.
 */
import { Agent, type AgentOptions, request } from "node:https";
import { Readable } from "node:stream";

export interface TlsFetch {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Closes the connections that are kept. */
  close(): void;
}

/** Statuses whose answers have no body, by the Fetch standard. */
const EMPTY = new Set([204, 205, 304]);

/** @param options certificates and the like, as node:tls takes them */
export function tlsFetch(options: AgentOptions): TlsFetch {
  const agent = new Agent({ keepAlive: true, ...options });
  return {
    fetch: (url, { method = "GET", headers, body, signal }) =>
      new Promise((resolve, reject) => {
        const fields = Object.fromEntries(new Headers(headers as Headers));
        const sent = request(url, { agent, method, headers: fields, ...(signal && { signal }) }, (answer) => {
          const status = answer.statusCode ?? 0;
          const got = new Headers();
          for (const [name, value] of Object.entries(answer.headers)) {
            for (const each of [value ?? []].flat()) got.append(name, each);
          }
          if (EMPTY.has(status)) answer.resume();
          const content = EMPTY.has(status) ? null : (Readable.toWeb(answer) as unknown as ReadableStream);
          resolve(new Response(content, { status, statusText: answer.statusMessage ?? "", headers: got }));
        });
        sent.on("error", reject);
        sent.end(bytesOf(body));
      }),
    close: () => agent.destroy(),
  };
}

/** These nodes send texts and bytes. */
function bytesOf(body: unknown): string | Uint8Array {
  if (body === null || body === undefined) return "";
  if (typeof body === "string" || body instanceof Uint8Array) return body;
  throw new TypeError("a body is a text or bytes");
}
