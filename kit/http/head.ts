/**
 * HEAD: what GET would be answered with, without the body. Bun leaves the body out and says its length, so an app is asked for GET.
 * (Hono, asked for HEAD, takes the body away before its length was looked at.)
 */
import type { HeaderFields } from "./refusal.ts";

const ASKED_FOR_HEAD = new WeakSet<Request>();

/** Makes the request for which an app is asked instead. */
export function asGet(request: Request): Request {
  const get = new Request(request, { method: "GET" });
  ASKED_FOR_HEAD.add(get);
  return get;
}

/** Tells that the body of the answer is not wanted, so that nothing is to be made for it. */
export function isHead(request: Request): boolean {
  return request.method === "HEAD" || ASKED_FOR_HEAD.has(request);
}

/** Answers HEAD where GET would be answered with a body of this length, or of one that is not known before it is made. */
export function bodiless(headers: Headers | HeaderFields, length?: number): Response {
  if (length === undefined) return new Response(new ReadableStream(), { headers: new Headers(headers) });
  const own = new Headers(headers);
  own.set("content-length", String(length));
  return new Response(null, { headers: own });
}
