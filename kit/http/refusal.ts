/** Requests that are not answered with what they asked for. Handlers throw a `Refusal`; the router answers it. */
import { HTTPException } from "hono/http-exception";
import type { ClientErrorStatusCode, ServerErrorStatusCode } from "hono/utils/http-status";

export type HeaderFields = Readonly<Record<string, string>>;

export class Refusal extends HTTPException {
  override name = "Refusal";

  /** @param message for the client: says nothing of the server's inside */
  constructor(
    status: ClientErrorStatusCode | ServerErrorStatusCode,
    message: string,
    readonly headers: HeaderFields = {},
  ) {
    super(status, { message });
  }
}

/** Refuses for now: 503, with the time after which to ask again, rounded up to seconds. */
export function tryLater(message: string, afterMs: number): Refusal {
  return new Refusal(503, message, { "retry-after": String(Math.max(1, Math.ceil(afterMs / 1000))) });
}

/** Makes the JSON body of an error answer; each product has a shape of its own. */
export type ErrorBody = (message: string) => object;

/** @param headers what all answers under this path carry; the refusal's own take precedence */
export function refusalResponse(
  refusal: HTTPException,
  errorBody: ErrorBody,
  headers: HeaderFields = {},
): Response {
  const own = refusal instanceof Refusal ? refusal.headers : {};
  return new Response(JSON.stringify(errorBody(refusal.message)), {
    status: refusal.status,
    headers: { ...headers, ...own, "content-type": "application/json" },
  });
}
