/** The error that calls reject with. The gateway's refusals are RFC 9457 problems; other failures are made to look alike. */

export type ProblemKind =
  /** The request makes no sense to the gateway. */
  | "invalid"
  /** A token is needed, or this one is not known. */
  | "unauthorized"
  /** The token may not do this, or the gateway does not answer to this host or site. */
  | "forbidden"
  | "not-found"
  /** It cannot be done in the present state. */
  | "conflict"
  /** Somebody has changed it meanwhile; `problem.current` is how it is now. */
  | "other-revision"
  | "too-large"
  /** Too much is going on; `retryAfterMs` says when to come back. */
  | "busy"
  /** The gateway, or something between, failed. */
  | "server"
  /** No answer came, or it broke off. */
  | "unreachable"
  /** An answer came that is none of a gateway. */
  | "malformed";

/** The body of a refusal. Members beside these depend on the kind. */
export interface Problem {
  readonly type?: string;
  readonly title?: string;
  readonly status?: number;
  readonly detail?: string;
  readonly [member: string]: unknown;
}

export class CryptexError extends Error {
  override readonly name: string = "CryptexError";
  readonly kind: ProblemKind;
  /** Status of the HTTP answer; undefined where there was none. */
  readonly status: number | undefined;
  readonly problem: Problem;
  readonly retryAfterMs: number | undefined;

  constructor(kind: ProblemKind, message: string, more: ProblemFacts = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.kind = kind;
    this.status = more.status;
    this.problem = more.problem ?? {};
    this.retryAfterMs = more.retryAfterMs;
  }
}

export interface ProblemFacts {
  readonly status?: number;
  readonly problem?: Problem;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** Kinds by the status that stands for them. */
const KINDS: Readonly<Record<number, ProblemKind>> = {
  400: "invalid",
  401: "unauthorized",
  403: "forbidden",
  404: "not-found",
  405: "invalid",
  409: "conflict",
  412: "other-revision",
  413: "too-large",
  415: "invalid",
  429: "busy",
  503: "busy",
};

/** A text of a problem that is longer is cut: it comes from elsewhere and ends up in logs. */
const LONGEST_TEXT = 1000;

/** Makes an error of an answer whose status is no success. */
export async function problemOf(response: Response): Promise<CryptexError> {
  const { status, headers } = response;
  const text = await response.text().catch(() => ""); // broken off: the status says enough
  const problem = (headers.get("content-type") ?? "").includes("json") ? parseProblem(text) : {};
  const said =
    problem.detail ?? problem.title ?? `the gateway answered ${status} ${response.statusText}`.trim();
  return new CryptexError(
    KINDS[status] ?? (status >= 500 ? "server" : "invalid"),
    said.slice(0, LONGEST_TEXT),
    {
      status,
      problem,
      retryAfterMs: retryAfter(headers),
    },
  );
}

function parseProblem(text: string): Problem {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
    const { detail, title, ...rest } = value as Record<string, unknown>;
    return {
      ...rest,
      ...(typeof detail === "string" && { detail }),
      ...(typeof title === "string" && { title }),
    };
  } catch {
    return {}; // no problem document: the status alone speaks
  }
}

/** Reads Retry-After in seconds; gateways send no dates. */
function retryAfter(headers: Headers): number | undefined {
  const seconds = /^\d{1,6}$/.exec(headers.get("retry-after") ?? "")?.[0];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
