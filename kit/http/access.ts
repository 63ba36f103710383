/** Who may ask: the host a request names, the web site it comes from, and the token it brings. */
import { createHash, timingSafeEqual } from "node:crypto";
import { Refusal } from "./refusal.ts";
import type { Handler } from "./router.ts";

export interface AccessRules {
  /**
   * Names the server answers to. "loopback" refuses all others: a web site whose name is made to point at 127.0.0.1
   * (DNS rebinding) could otherwise talk to this server as if it were its own.
   */
  readonly hosts: "loopback" | "any";
  /**
   * Web sites whose scripts may send requests, besides the server's own pages: origins such as https://example.org.
   * A list is needed where CORS does not protect: for WebSockets, and for requests that change something.
   */
  readonly origins: "any" | readonly string[];
  readonly token?: TokenRule | undefined;
}

/** The token that every request has to bring, as `Authorization: Bearer …`. */
export interface TokenRule {
  readonly token: string;
  /** Names the protected area to clients (RFC 9110 §11.5). */
  readonly realm: string;
}

/** Throws a Refusal: 401 or 403. */
export type AccessCheck = (request: Request) => void;

export function accessCheck({ hosts, origins, token }: AccessRules): AccessCheck {
  const checks: AccessCheck[] = [];
  if (hosts === "loopback") checks.push(checkHost);
  if (origins !== "any") checks.push(originCheck(origins));
  if (token !== undefined) checks.push(tokenCheck(token));
  return (request) => {
    for (const check of checks) check(request);
  };
}

/** Wraps handlers so that they are called for requests that pass the rules only: `app.get(path, guard(handler))`. */
export function accessGuard(rules: AccessRules): (handler: Handler) => Handler {
  const check = accessCheck(rules);
  return (handler) => (c) => {
    check(c.req.raw);
    return handler(c);
  };
}

/** 127.0.0.0/8, ::1 and localhost with all names below it (RFC 6761), with or without a port. */
const LOOPBACK_HOST = /^(127(\.\d{1,3}){3}|\[::1\]|([a-z0-9-]+\.)*localhost)\.?(:\d{1,5})?$/i;

/** Tells whether an address that a server is bound to can be reached from this machine alone. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK_HOST.test(hostname.includes(":") ? `[${hostname}]` : hostname);
}

function checkHost(request: Request): void {
  const host = request.headers.get("host");
  // Browsers always send one. An HTTP/1.0 client that sends none was not sent here by a web site.
  if (host !== null && !LOOPBACK_HOST.test(host)) {
    throw new Refusal(403, "this server answers to loopback names only, such as localhost and 127.0.0.1");
  }
}

function originCheck(allowed: readonly string[]): AccessCheck {
  return (request) => {
    const origin = request.headers.get("origin");
    // Browsers send it with whatever is not a plain link or image; no other client has to.
    if (origin === null || allowed.includes(origin) || origin === new URL(request.url).origin) return;
    throw new Refusal(403, "requests from this web site are not allowed");
  };
}

function tokenCheck({ token, realm }: TokenRule): AccessCheck {
  const expected = digest(token);
  const headers = { "www-authenticate": `Bearer realm="${realm}"` };
  return (request) => {
    const sent = bearerToken(request);
    if (sent === undefined) throw new Refusal(401, "a bearer token is needed", headers);
    // Digests have one length, so the comparison takes the same time whatever was sent.
    if (!timingSafeEqual(digest(sent), expected)) throw new Refusal(401, "this is not the token", headers);
  };
}

function bearerToken(request: Request): string | undefined {
  return /^Bearer +([!-~]+) *$/i.exec(request.headers.get("authorization") ?? "")?.[1];
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
