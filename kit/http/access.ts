/** Who may ask: the host a request names, and the token it brings. */
import { createHash, timingSafeEqual } from "node:crypto";
import { Refusal } from "./refusal.ts";

export interface AccessRules {
  /**
   * Names the server answers to. "loopback" refuses all others: a web site whose name was made to point at 127.0.0.1
   * (DNS rebinding) would otherwise speak to this server as if it were its own.
   */
  readonly hosts: "loopback" | "any";
  /** What every request has to bring, as `Authorization: Bearer …`. */
  readonly token?: string | undefined;
}

/** @returns a check that throws Refusal */
export function accessCheck({ hosts, token }: AccessRules): (request: Request) => void {
  const expected = token === undefined ? undefined : digest(token);
  return (request) => {
    if (hosts === "loopback") checkHost(request);
    if (expected !== undefined) checkToken(request, expected);
  };
}

/** 127.0.0.0/8, ::1 and localhost with all names below it (RFC 6761), with or without a port. */
const LOOPBACK_HOST = /^(127(\.\d{1,3}){3}|\[::1\]|([a-z0-9-]+\.)*localhost)\.?(:\d{1,5})?$/i;

function checkHost(request: Request): void {
  const host = request.headers.get("host");
  // Browsers always send one. HTTP/1.0 clients that do not cannot have been sent here by a web site.
  if (host !== null && !LOOPBACK_HOST.test(host)) {
    throw new Refusal(403, "this server answers to loopback names only, such as localhost and 127.0.0.1");
  }
}

/** Whether an address that a server is bound to can be reached from this machine alone. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK_HOST.test(hostname.includes(":") ? `[${hostname}]` : hostname);
}

function checkToken(request: Request, expected: Buffer): void {
  const [, token] = /^Bearer +([!-~]+) *$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  // Digests are of one length, so that the comparison takes the same time whatever was sent.
  if (token === undefined || !timingSafeEqual(digest(token), expected)) {
    const problem = token === undefined ? "a bearer token is needed" : "this is not the token";
    throw new Refusal(401, problem, { "www-authenticate": 'Bearer realm="esoteric-entropy"' });
  }
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
