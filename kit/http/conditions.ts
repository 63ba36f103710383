/** Entity tags, and requests that hang on them: RFC 9110 §8.8.3 and §13. */
import { Refusal } from "./refusal.ts";

/** Makes a strong tag. @param revision without quotes */
export function entityTag(revision: string | number): string {
  return `"${revision}"`;
}

/** Makes a weak tag of a state: equal states have equal tags, whatever bytes they were sent in. */
export function stateTag(state: unknown): string {
  const digest = new Bun.CryptoHasher("sha256").update(JSON.stringify(state)).digest("hex");
  return `W/"${digest.slice(0, 32)}"`;
}

/** Answers 304 where the client has this state already. */
export function unlessKnown(request: Request, tag: string, answer: () => Response): Response {
  const known = request.headers.get("if-none-match");
  if (known !== null && (known.trim() === "*" || tagsOf(known).some((each) => opaque(each) === opaque(tag))))
    return new Response(null, { status: 304, headers: { etag: tag } });
  const response = answer();
  response.headers.set("etag", tag);
  return response;
}

/** Condition of a change: of a thing in a certain state, of one that is there, of one that is not, or of any. */
export type Precondition = { readonly revision: number } | "there" | "absent" | undefined;

/** Reads If-Match with one tag that holds a number, or `*`; and If-None-Match: `*`. @throws Refusal 400 */
export function preconditionOf(request: Request): Precondition {
  const match = request.headers.get("if-match");
  const noneMatch = request.headers.get("if-none-match");
  if (match !== null && noneMatch !== null)
    throw new Refusal(400, "If-Match and If-None-Match contradict each other");
  if (noneMatch !== null) {
    if (noneMatch.trim() === "*") return "absent";
    throw new Refusal(400, "If-None-Match must be *");
  }
  if (match === null) return undefined;
  if (match.trim() === "*") return "there";
  const revision = /^"(\d{1,15})"$/.exec(match.trim())?.[1];
  if (revision === undefined)
    throw new Refusal(400, 'If-Match must be one tag as ETag gives it, such as "3", or *');
  return { revision: Number(revision) };
}

function tagsOf(header: string): string[] {
  return header.match(/(W\/)?"[^"]*"/g) ?? [];
}

function opaque(tag: string): string {
  return tag.replace(/^W\//, "");
}
