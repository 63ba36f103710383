/**
 * One try to deliver: looks the name up, asks only an address that has been judged, follows nothing, and reads little of the answer. Proxies of the
 * environment are not used: node:http knows none.
 */
import { lookup } from "node:dns/promises";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { onAbort, orAborted } from "#kit/abort.ts";
import { VERSION } from "../../version.ts";
import { kindOfAddress } from "./addresses.ts";
import { signatureOf } from "./signature.ts";
import { hostOf } from "./targets.ts";

export interface Delivery {
  readonly url: URL;
  /** The same on all tries of one frame, and of no other. */
  readonly key: string;
  readonly body: string;
  readonly secret: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface Outcome {
  readonly delivered: boolean;
  readonly status: number | null;
  /** Names no address: who may see it may not know the network. */
  readonly error: string | null;
  /** As the receiver asked for. */
  readonly retryAfterMs?: number;
}

export interface DeliverSettings {
  readonly isPrivate: boolean;
  /** Looks a name up; by default as the system does. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** Time for all of it; by default LIMIT_MS. */
  readonly limitMs?: number;
  /** Certificates that are believed beside those of the system, PEM. */
  readonly ca?: string;
}

/** The standard's advice is 15 to 30 s. */
const LIMIT_MS = 15_000;
/** Bytes that are read of an answer, to leave the receiver in peace; none is looked at. */
const MOST_ANSWER = 64 * 1024;

/** Never throws but for the signal's reason. */
export async function deliver(
  delivery: Delivery,
  settings: DeliverSettings,
  signal: AbortSignal,
): Promise<Outcome> {
  const { limitMs = LIMIT_MS } = settings;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${limitMs / 1_000} s`)), limitMs);
  const limit = AbortSignal.any([signal, late.signal]);
  try {
    let fault: unknown;
    for (const address of await addressesOf(delivery.url, settings, limit)) {
      try {
        return outcomeOf(await post(delivery, address, settings, limit));
      } catch (error) {
        fault = error;
        if (!isUnreached(error)) break;
      }
    }
    throw fault;
  } catch (error) {
    signal.throwIfAborted();
    return {
      delivered: false,
      status: null,
      error: wordsOf(late.signal.aborted ? late.signal.reason : error),
    };
  } finally {
    clearTimeout(timer);
  }
}

class Refused extends Error {}

/** Judges every address of the name: one that may not be asked is reason to ask none. */
async function addressesOf(
  { hostname }: URL,
  { isPrivate, resolve = resolveBySystem }: DeliverSettings,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const host = hostOf(hostname);
  const addresses = isIP(host) === 0 ? await orAborted(resolve(host), signal) : [host];
  if (addresses.length === 0) throw new Refused("the name has no address");
  const kinds = addresses.map(kindOfAddress);
  if (kinds.includes("special")) throw new Refused("the name leads to an address that may not be asked");
  if (kinds.includes("private") && !isPrivate)
    throw new Refused("the name leads to a private network, and --trigger-private was not given");
  return addresses;
}

async function resolveBySystem(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/** Connects to the address and to no name, so that nothing is looked up again. */
async function post(
  { url, key, body, secret, now }: Delivery,
  address: string,
  { ca }: DeliverSettings,
  signal: AbortSignal,
): Promise<Answer> {
  const bytes = Buffer.from(body);
  const timestamp = Math.floor(now / 1_000);
  const isSecure = url.protocol === "https:";
  const host = hostOf(url.hostname);
  const options = {
    host: address,
    port: url.port === "" ? (isSecure ? 443 : 80) : Number(url.port),
    method: "POST",
    path: url.pathname + url.search,
    agent: false,
    headers: {
      host: url.host,
      "content-type": "application/json",
      "content-length": bytes.length,
      "user-agent": `cryptex/${VERSION}`,
      "idempotency-key": key,
      "webhook-id": key,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": signatureOf(secret, key, timestamp, body),
    },
  } as const;
  // Whatever the environment says, the certificate must be that of the name.
  const tls = {
    rejectUnauthorized: true,
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca }),
  };
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    let answer: Answer | undefined;
    let slow: ReturnType<typeof setTimeout> | undefined;
    // What the receiver has said is said; how its answer ends is nothing to us.
    const end = (fault: unknown) => {
      aborted[Symbol.dispose]();
      clearTimeout(slow);
      if (answer) resolve(answer);
      else reject(fault);
      outgoing.destroy();
    };
    const answered = (incoming: IncomingMessage) => {
      answer = { status: incoming.statusCode!, retryAfter: incoming.headers["retry-after"] };
      slow = setTimeout(end, SLOW_BODY_MS);
      let read = 0;
      incoming.on("data", (piece: Buffer) => {
        read += piece.length;
        if (read > MOST_ANSWER) end(undefined);
      });
      incoming.on("end", end).on("close", end).on("error", end);
    };
    const outgoing: ClientRequest = isSecure
      ? httpsRequest({ ...options, ...tls }, answered)
      : httpRequest(options, answered);
    const aborted = onAbort(signal, () => end(signal.reason));
    outgoing.on("error", end);
    outgoing.on("close", () => end(new Error("the receiver closed the connection")));
    let notices = 0;
    outgoing.on("information", () => {
      if (++notices > MOST_NOTICES) end(new Error("the receiver says that it is at work, and no more"));
    });
    outgoing.end(bytes);
  });
}

/** Time for a body whose headers have come. */
const SLOW_BODY_MS = 1_000;
/** Answers 1xx, which may come before the answer. */
const MOST_NOTICES = 16;

function outcomeOf({ status, retryAfter }: Answer): Outcome {
  if (status >= 200 && status < 300) return { delivered: true, status, error: null };
  const error =
    status >= 300 && status < 400
      ? `the receiver answers ${status}: redirects are not followed`
      : `the receiver answers ${status}`;
  const seconds = retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined;
  return { delivered: false, status, error, ...(seconds !== undefined && { retryAfterMs: seconds * 1_000 }) };
}

/** The connection did not come about, so another address of the name may do. */
function isUnreached(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return (
    code === "ECONNREFUSED" ||
    code === "ENETUNREACH" ||
    code === "EHOSTUNREACH" ||
    code === "ConnectionRefused"
  );
}

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: "the name has no address",
  EAI_AGAIN: "the name cannot be looked up at present",
  ECONNREFUSED: "nobody listens there",
  ConnectionRefused: "nobody listens there",
  ECONNRESET: "the receiver closed the connection",
  ECONNABORTED: "the receiver closed the connection",
  ENETUNREACH: "there is no way to its network",
  EHOSTUNREACH: "there is no way to it",
  ETIMEDOUT: "no answer",
  CERT_HAS_EXPIRED: "its certificate has expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is not signed by an authority that is known here",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is not signed by an authority that is known here",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is not signed by an authority that is known here",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate is not signed by an authority that is known here",
};

function wordsOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return message;
  // Of the parser of HTTP.
  if (code.startsWith("HPE_")) return "what it answers is no HTTP, or too much of it";
  return WORDS[code] ?? `it cannot be reached: ${code}`;
}
