/** Cursors: places in lists, in a form that clients hand back and do not look into. */
import { ServiceError } from "./service-error.ts";

interface Kinds {
  readonly string: string;
  /** A whole number from 0 on: a place. */
  readonly number: number;
}

type Parts<Names extends readonly (keyof Kinds)[]> = { -readonly [At in keyof Names]: Kinds[Names[At]] };

export function cursorOf(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/** @param kinds of the parts that it must have @throws ServiceError "invalid" */
export function readCursor<const Names extends readonly (keyof Kinds)[]>(
  cursor: string,
  kinds: Names,
): Parts<Names> {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    const isOurs = Array.isArray(parts) && parts.length === kinds.length;
    if (isOurs && kinds.every((kind, at) => isOf(kind, parts[at]))) return parts as Parts<Names>;
  } catch {
    // No JSON: not ours either.
  }
  throw new ServiceError("invalid", "after: this is no cursor of this list; take the one in next");
}

function isOf(kind: keyof Kinds, part: unknown): boolean {
  return kind === "string" ? typeof part === "string" : Number.isSafeInteger(part) && (part as number) >= 0;
}
