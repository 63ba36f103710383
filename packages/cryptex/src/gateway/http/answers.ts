/** Answers of the gateway: their headers, and the refusals that errors of services become. */
import { type HeaderFields, problems, Refusal, tryLater } from "#kit/http/refusal.ts";
import { StoreError } from "../../cryptex-store/store-error.ts";
import { DictionaryError, type DictionaryFault } from "../../dictionary/dictionary.ts";
import { JournalError } from "../../results/journal.ts";
import { ServiceError, type ServiceFault } from "../service-error.ts";

/** Every answer is made for one request: no cache may keep it, and no browser guess its type. */
export const HEADERS: HeaderFields = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  // An answer that is opened by itself runs nothing, and is framed by nobody.
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};

export const PROBLEMS = problems("urn:cryptex:");

/** As `Response.json` has it. */
const JSON_TYPE = "application/json;charset=utf-8";

export function json(body: unknown, status = 200, headers: HeaderFields = {}): Response {
  return Response.json(body, { status, headers: { ...HEADERS, ...headers } });
}

/** Answers with JSON that is written already. */
export function jsonText(text: string): Response {
  return new Response(text, { headers: { ...HEADERS, "content-type": JSON_TYPE } });
}

export function noContent(): Response {
  return new Response(null, { status: 204, headers: HEADERS });
}

const STATUS_OF = {
  "not-found": 404,
  invalid: 400,
  conflict: 409,
  exists: 409,
  duplicate: 409,
  ended: 409,
  "other-revision": 412,
  "too-large": 413,
  busy: 503,
} as const satisfies Record<ServiceFault | DictionaryFault | JournalError["kind"], number>;

/** A client that comes back after this long has a chance: most work takes seconds. */
const BUSY_MS = 5_000;

/** Makes a refusal of an error that a service throws on purpose; undefined for any other. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof ServiceError) return refused(error.kind, error.message, error.details);
  if (error instanceof DictionaryError) {
    const { current } = error.details;
    return refused(error.kind, error.message, current ? { current } : {});
  }
  if (error instanceof JournalError)
    return refused(error.kind, error.message, error.scan ? { scan: error.scan } : {});
  // Its message names the store's file.
  if (error instanceof StoreError && error.fault === "busy") return tryLater("the store is busy", BUSY_MS);
  return undefined;
}

function refused(
  kind: keyof typeof STATUS_OF,
  message: string,
  details: Readonly<Record<string, unknown>>,
): Refusal {
  const retry: HeaderFields = kind === "busy" ? { "retry-after": String(BUSY_MS / 1_000) } : {};
  return new Refusal(STATUS_OF[kind], message, retry, { kind, ...details });
}
