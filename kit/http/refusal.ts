/** Requests that are not answered with what they asked for. Handlers throw a `Refusal`; the router answers it. */
import { STATUS_CODES } from "node:http";
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
    /** Facts for programs, beside the message. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(status, { message });
  }
}

/** Refuses for now: 503, with the time after which to ask again, rounded up to seconds. */
export function tryLater(message: string, afterMs: number): Refusal {
  return new Refusal(503, message, { "retry-after": String(Math.max(1, Math.ceil(afterMs / 1000))) });
}

/** How error answers look; each product has a form of its own. */
export interface ErrorForm {
  readonly contentType: string;
  /** Makes the body, which is sent as JSON. */
  body(error: AnsweredError): object;
}

export interface AnsweredError {
  readonly status: number;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Plain JSON, made of the message alone. */
export function jsonErrors(body: (message: string) => object): ErrorForm {
  return { contentType: "application/json", body: ({ message }) => body(message) };
}

/**
 * Problem details (RFC 9457): `type`, `title`, `status`, `detail`, and what the refusal knows besides.
 * @param types begins the type of a refusal that says its `kind`, as in "urn:program:"
 */
export function problems(types: string): ErrorForm {
  return {
    contentType: "application/problem+json",
    body({ status, message, details: { kind, ...details } }) {
      const type = kind === undefined ? "about:blank" : `${types}${kind}`;
      return { type, title: STATUS_CODES[status] ?? "Error", status, detail: message, ...details };
    },
  };
}

/** @param headers what all answers under this path carry; the refusal's own take precedence */
export function refusalResponse(
  refusal: HTTPException,
  errors: ErrorForm,
  headers: HeaderFields = {},
): Response {
  const { status, message } = refusal;
  const own = refusal instanceof Refusal ? refusal : { headers: {}, details: {} };
  const body = JSON.stringify(errors.body({ status, message, details: own.details }));
  return new Response(body, {
    status,
    headers: { ...headers, ...own.headers, "content-type": errors.contentType },
  });
}
