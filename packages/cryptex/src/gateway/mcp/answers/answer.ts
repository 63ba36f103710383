/** Answers of tools as MCP has them: data for programs, and a text for models, in which what others wrote is fenced. */
import type { CallToolResult } from "@modelcontextprotocol/server";
import { DictionaryError } from "../../../dictionary/dictionary.ts";
import { ServiceError } from "../../service-error.ts";
import type { Answer } from "../tool.ts";
import { fenced, seenJson } from "./fence.ts";
import { fitting, PAGE_CHARS } from "./size.ts";

export function toResult({ data, says, shows, failed }: Answer<object>): CallToolResult {
  const parts = shows === "" ? says : [...says, "", fenced(shows)];
  return {
    content: [{ type: "text", text: parts.join("\n") }],
    structuredContent: { ...data },
    ...(failed && { isError: true }),
  };
}

/** Writes items for the text form, one a line. */
export function lines(items: readonly unknown[]): string {
  return items.map(seenJson).join("\n");
}

/** A part of a list that fits into an answer. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the list goes on, as a number of items; undefined at its end. */
  readonly goesOnAt: number | undefined;
}

/**
 * Takes as many of the first items as fit.
 * @param from number of the first item in the whole list
 * @param total items of the whole list
 */
export function pageOf<Item>(
  items: readonly Item[],
  {
    from,
    total,
    chars = PAGE_CHARS,
  }: { readonly from: number; readonly total: number; readonly chars?: number },
): Page<Item> {
  const taken = items.slice(0, fitting(items, chars));
  const end = from + taken.length;
  return { items: taken, goesOnAt: taken.length > 0 && end < total ? end : undefined };
}

/** Says how to get the rest of a list. */
export function restWords(next: string | null): string[] {
  return next === null
    ? []
    : [`There is more: call this tool again with the same arguments and cursor ${JSON.stringify(next)}.`];
}

const HEADS = {
  "not-found": "Not found",
  invalid: "Not possible as it was asked",
  conflict: "Not possible in the present state",
  "other-revision": "Somebody has changed it meanwhile",
  "too-large": "Too large",
  busy: "Not now",
  exists: "It is there already",
} as const;

/** Characters of a message: those of this program are shorter, but for names in them. */
const MOST_MESSAGE = 2_000;

/** @param report told of what is nobody's fault but this program's @param tool its name */
export function toRefusal(error: unknown, tool: string, report: (error: unknown) => void): CallToolResult {
  if (!(error instanceof ServiceError || error instanceof DictionaryError)) {
    report(error);
    return refusal("internal", `${tool} failed: an error inside this program, which its log has.`);
  }
  // Names in a message may come from files.
  const message = error.message.slice(0, MOST_MESSAGE);
  return refusal(error.kind, `${tool} did nothing. ${HEADS[error.kind]}:\n${fenced(message)}`);
}

function refusal(kind: string, text: string): CallToolResult {
  return { isError: true, content: [{ type: "text", text }], _meta: { "cryptex/error": kind } };
}
