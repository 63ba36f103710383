/** Who may ask: the host a request names, the web site it comes from, and the token it brings. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import { Refusal } from "./refusal.ts";
import type { Handler } from "./router.ts";
import { isUpgrade, protocolsOf } from "./web-socket.ts";

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
  /** Without them, requests need none, and everybody may do everything. */
  readonly tokens?: TokenRules | undefined;
}

/** The tokens of which each request has to bring one, as `Authorization: Bearer …`. */
export interface TokenRules {
  readonly tokens: readonly Token[];
  /** Names the protected area to clients (RFC 9110 §11.5). */
  readonly realm: string;
  /**
   * Begins the subprotocol by which a WebSocket may bring its token, in base64url: scripts of browsers cannot give it a
   * header. The server answers with another subprotocol.
   */
  readonly protocolPrefix?: string;
  /** Names a header that may bring the token instead, alone, such as `x-api-key`. Both must not contradict each other. */
  readonly keyHeader?: string;
}

export interface Token extends Caller {
  readonly token: string;
}

/** Somebody who has been let in. */
export interface Caller {
  /** Name of the token; "local" where none is needed. */
  readonly name: string;
  /** Scopes that it has; undefined for all of them. */
  readonly scopes?: ReadonlySet<string> | undefined;
}

/** Whoever asks where no token is needed. */
const LOCAL: Caller = { name: "local" };

export function may({ scopes }: Caller, scope: string): boolean {
  return scopes === undefined || scopes.has(scope);
}

/** Lets requests in. @throws Refusal 401 or 403 */
export interface Access {
  /** Checks host and web site alone. */
  fromAnybody(request: Request): void;
  /** Checks these and the token. */
  caller(request: Request): Caller;
}

export function accessOf({ hosts, origins, tokens }: AccessRules): Access {
  const checks: ((request: Request) => void)[] = [];
  if (hosts === "loopback") checks.push(checkHost);
  if (origins !== "any") checks.push(originCheck(origins));
  const fromAnybody = (request: Request) => {
    for (const check of checks) check(request);
  };
  const callerOf = tokens === undefined ? () => LOCAL : tokenCheck(tokens);
  return {
    fromAnybody,
    caller(request) {
      fromAnybody(request);
      return callerOf(request);
    },
  };
}

export type GuardedHandler = (c: Context, caller: Caller) => Response | Promise<Response>;

/** Wraps handlers so that they are called for requests that pass the rules only: `app.get(path, guard("read", handler))`. */
export type Guard = (scope: Scope, handler: GuardedHandler) => Handler;

/** A scope that the token must have; any token will do; or none is asked for. */
export type Scope = string | typeof ANY_TOKEN | typeof NO_TOKEN;
export const ANY_TOKEN = Symbol("any token");
export const NO_TOKEN = Symbol("no token");

export function accessGuard(rules: AccessRules): Guard {
  const access = accessOf(rules);
  return (scope, handler) => {
    if (scope === NO_TOKEN) {
      return (c) => {
        access.fromAnybody(c.req.raw);
        return handler(c, LOCAL);
      };
    }
    return (c) => {
      const caller = access.caller(c.req.raw);
      if (scope !== ANY_TOKEN) demand(caller, scope, rules.tokens?.realm);
      return handler(c, caller);
    };
  };
}

/** @throws Refusal 403, as RFC 6750 §3.1 has it */
function demand(caller: Caller, scope: string, realm = ""): void {
  if (may(caller, scope)) return;
  throw new Refusal(403, `the token ${caller.name} has not the scope ${scope}`, {
    "www-authenticate": `Bearer realm="${realm}", error="insufficient_scope", scope="${scope}"`,
  });
}

/**
 * 127.0.0.0/8, ::1 and localhost with all names below it (RFC 6761), with or without a port, which may be empty (RFC 3986 §3.2.3).
 */
const LOOPBACK_HOST = /^(127(\.\d{1,3}){3}|\[::1\]|([a-z0-9-]+\.)*localhost)\.?(:\d{0,5})?$/i;

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

function originCheck(allowed: readonly string[]): (request: Request) => void {
  return (request) => {
    const origin = request.headers.get("origin");
    // Browsers send it with whatever is not a plain link or image; no other client has to.
    if (origin === null || allowed.includes(origin) || origin === new URL(request.url).origin) return;
    throw new Refusal(403, "requests from this web site are not allowed");
  };
}

function tokenCheck({ tokens, realm, protocolPrefix, keyHeader }: TokenRules): (request: Request) => Caller {
  const known = tokens.map(({ token, ...caller }) => ({ caller, expected: digest(token) }));
  const headers = { "www-authenticate": `Bearer realm="${realm}"` };
  return (request) => {
    const key = keyHeader === undefined ? undefined : request.headers.get(keyHeader) || undefined;
    const sent = bearerToken(request) ?? key ?? protocolToken(request, protocolPrefix);
    if (sent === undefined) throw new Refusal(401, "a bearer token is needed", headers);
    const given = digest(sent);
    if (key !== undefined && !timingSafeEqual(given, digest(key)))
      throw new Refusal(401, `the bearer token and ${keyHeader} contradict each other`, headers);
    // Digests have one length, and each is compared, so it takes the same time whatever was sent.
    const found = known.filter(({ expected }) => timingSafeEqual(given, expected));
    if (found[0] === undefined) throw new Refusal(401, "this is not the token", headers);
    return found[0].caller;
  };
}

function bearerToken(request: Request): string | undefined {
  return /^Bearer +([!-~]+) *$/i.exec(request.headers.get("authorization") ?? "")?.[1];
}

function protocolToken(request: Request, prefix: string | undefined): string | undefined {
  if (prefix === undefined || !isUpgrade(request)) return undefined;
  const protocol = protocolsOf(request).find((each) => each.startsWith(prefix));
  return protocol && Buffer.from(protocol.slice(prefix.length), "base64url").toString();
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
