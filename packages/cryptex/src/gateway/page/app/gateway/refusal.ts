/** Words for what went wrong with a request. */
import { CryptexError } from "../../../../../../cryptex-client/src/index.ts";

export interface Refusal {
  readonly title: string;
  readonly detail: string;
  /** Another token may help. */
  readonly byToken: boolean;
}

const TITLES: Readonly<Record<CryptexError["kind"], string>> = {
  invalid: "The gateway does not take this",
  unauthorized: "A token is needed",
  forbidden: "Not allowed",
  "not-found": "Not there",
  conflict: "Not possible now",
  "other-revision": "Somebody has changed it meanwhile",
  "too-large": "Too large",
  busy: "The gateway is busy",
  server: "The gateway has failed",
  unreachable: "The gateway does not answer",
  malformed: "The answer makes no sense",
};

export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof CryptexError))
    return { title: "The page has failed", detail: String(error), byToken: false };
  const byToken = error.kind === "unauthorized" || error.kind === "forbidden";
  return { title: TITLES[error.kind], detail: error.message, byToken };
}

export function isOfKind(error: unknown, kind: CryptexError["kind"]): error is CryptexError {
  return error instanceof CryptexError && error.kind === kind;
}
