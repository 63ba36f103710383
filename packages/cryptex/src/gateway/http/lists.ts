/** Parameters and parts that lists share. */
import { type Answer, answerOf, jsonAnswer, type Schema, schemaNamed } from "#kit/http/openapi.ts";
import { numberParameter, textParameter } from "#kit/http/parameters.ts";
import { PROBLEMS } from "./answers.ts";

export const LIMIT = numberParameter("Most items of a page", 1, 1_000, 100);
export const AFTER = textParameter("Cursor of the page before: its `next`");

/** Answer of a named schema. */
export function answer(description: string, schema: string | Schema): Answer {
  return jsonAnswer(description, typeof schema === "string" ? schemaNamed(schema) : schema);
}

/** A refusal, which every endpoint describes as it is answered. */
export function problem(description: string): Answer {
  return answerOf(description, PROBLEMS.contentType, schemaNamed("Problem"));
}

/** Cuts a list that has one item more than asked for. @returns the page, and its last item if more follows */
export function paged<Item>(
  items: readonly Item[],
  limit: number,
): { page: readonly Item[]; last: Item | undefined } {
  const page = items.slice(0, limit);
  return { page, last: items.length > limit ? page.at(-1) : undefined };
}
