/** Parts of conditions and their values as texts for people: nothing in them commands a terminal, all of it bounded. */
import { escapedBytes, visibleBytes } from "#kit/format/visible.ts";
import { T, Tokens } from "../rules/tokens.ts";
import type { Evaluated, Turn } from "./evaluated.ts";
import type { ExplainedValue } from "./explanation.ts";
import type { Subject } from "./subject.ts";
import type { Value } from "./values.ts";

/** Characters of a node's text. */
const MAX_TEXT = 200;
/** Bytes of a text value. */
const MAX_VALUE = 64;

export function textOfNode({ expression, text }: Evaluated, { source }: Subject): string {
  if (text !== undefined) return cut(text);
  const { start, end } = expression!.span;
  return cut(withoutBlanks(source.slice(start, Math.min(end, start + 10 * MAX_TEXT))));
}

/** One blank where there are blanks or comments. */
function withoutBlanks(text: string): string {
  const bytes = Buffer.from(text, "latin1");
  const tokens = new Tokens(text, bytes);
  let out = "";
  while (tokens.next() !== T.end && !tokens.is(T.unclosedComment) && out.length <= 4 * MAX_TEXT)
    out += `${out !== "" && tokens.start > tokens.before ? " " : ""}${tokens.raw}`;
  return visibleBytes(Buffer.from(out, "latin1"));
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 3)}...` : text;
}

/** Undefined for what has no value: "undefined" and "unknown". */
export function shownValue(value: Value): ExplainedValue | undefined {
  if (value.type === "unknown" || value.value === undefined) return undefined;
  switch (value.type) {
    case "integer": {
      const number = Number(value.value);
      return { type: "integer", value: Number.isSafeInteger(number) ? number : `${value.value}` };
    }
    case "float":
      return { type: "float", value: Number.isFinite(value.value) ? value.value : floatName(value.value) };
    case "text": {
      const { length } = value.value;
      const shown = escapedBytes(Buffer.from(value.value.slice(0, MAX_VALUE), "latin1"));
      return { type: "text", value: shown, ...(length > MAX_VALUE && { length }) };
    }
  }
}

function floatName(value: number): string {
  return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
}

export function variablesOf(variables: Turn["variables"]): Record<string, string> {
  return Object.fromEntries(variables.map(([name, value]) => [name, variableText(value)]));
}

function variableText(value: Value | string): string {
  if (typeof value === "string") return cut(value);
  const shown = shownValue(value);
  if (!shown) return value.type === "unknown" ? "unknown" : "undefined";
  return shown.type === "text" ? `"${shown.value}"` : `${shown.value}`;
}
