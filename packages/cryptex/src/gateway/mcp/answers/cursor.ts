/** Cursors of MCP: where a list goes on, good for the arguments that they were given for alone. */
import { createHash } from "node:crypto";
import { cursorOf, readCursor } from "../../cursor.ts";
import { ServiceError } from "../../service-error.ts";

/** @param question what was asked for, as plain data without the cursor */
export function cursorAt(place: number | string, question: unknown): string {
  return cursorOf([digestOf(question), String(place)]);
}

/** Reads the number of the first item that was not given yet. @throws ServiceError "invalid" */
export function numberAt(cursor: string | undefined, question: unknown): number {
  const place = placeAt(cursor, question) ?? "0";
  return /^\d{1,15}$/.test(place) ? Number(place) : refuse();
}

/** @returns undefined without a cursor @throws ServiceError "invalid" */
export function placeAt(cursor: string | undefined, question: unknown): string | undefined {
  if (cursor === undefined) return undefined;
  const [digest, place] = partsOf(cursor);
  return digest === digestOf(question) ? place : refuse();
}

function partsOf(cursor: string): readonly [digest: string, place: string] {
  try {
    return readCursor(cursor, ["string", "string"]);
  } catch {
    return refuse();
  }
}

function refuse(): never {
  throw new ServiceError(
    "invalid",
    "this cursor was not given for these arguments: take the one of the last answer, with the same arguments, or begin without one",
  );
}

function digestOf(question: unknown): string {
  return createHash("sha256").update(JSON.stringify(question)).digest("base64url").slice(0, 16);
}
