/** A request that is not answered with what it asked for: what the client is told instead. */
export type RefusalStatus = 400 | 401 | 403 | 404 | 405 | 500 | 503;

export class Refusal extends Error {
  override name = "Refusal";

  constructor(
    readonly status: RefusalStatus,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** Not now, but perhaps in so many seconds. */
export function tryLater(message: string, afterMs: number): Refusal {
  return new Refusal(503, message, { "retry-after": String(Math.max(1, Math.ceil(afterMs / 1000))) });
}

/** Errors of every endpoint have one shape, that of the ANU API. */
export function refuse(refusal: Refusal, headers: Readonly<Record<string, string>>): Response {
  const body = JSON.stringify({ success: false, error: refusal.message });
  return new Response(body, {
    status: refusal.status,
    headers: { ...headers, ...refusal.headers, "content-type": "application/json" },
  });
}
