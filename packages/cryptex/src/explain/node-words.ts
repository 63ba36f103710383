/** Words for the parts of an explanation, as terminals and pages show them. All texts in an explanation are escaped already. */
import { plural } from "#kit/format/numbers.ts";
import type { ExplainedNode, ExplainedValue } from "./explanation.ts";

/** Parts whose operands are true or false. */
export const COUNTING: ReadonlySet<string> = new Set(["and", "or", "not"]);

/** Numbers and texts are shown by their values, and so are loops' variables. */
export function isPlainValue({ kind, value, state }: ExplainedNode): boolean {
  return value !== undefined || (state === "undefined" && VALUES.has(kind));
}

const VALUES: ReadonlySet<string> = new Set([
  "member",
  "index",
  "call",
  "read",
  "offset",
  "length",
  "entrypoint",
]);

export function headOf(node: ExplainedNode): string {
  const { kind, text, reads, children, more = 0, needs, has, loop } = node;
  if (isPlainValue(node)) return `${reads ?? text} = ${valueText(node)}`;
  const parts = (children?.length ?? 0) + more;
  // Of constants alone there are no parts.
  if ((kind === "and" || kind === "or") && parts > 0) return `${kind}, of ${parts}`;
  if (loop) return `${text} (true ${has} of ${plural(loop.turns, "time")}, needs ${needs})`;
  if (needs !== undefined) return `${text} (has ${has}, needs ${needs})`;
  return reads ?? text;
}

export function valueText({ value }: ExplainedNode): string {
  return value ? shownText(value) : "undefined";
}

function shownText({ type, value, length }: ExplainedValue): string {
  if (type !== "text") return `${value}`;
  return length === undefined ? `"${value}"` : `"${value}..." (${plural(length, "byte")})`;
}

export function foundText({ total, offsets }: NonNullable<ExplainedNode["found"]>): string {
  if (total === 0) return "not found";
  const more = total > offsets.length ? ", ..." : "";
  return `found ${plural(total, "time")}: ${offsets.map(hex).join(", ")}${more}`;
}

/** `i = 3, s = "x"` */
export function variablesText(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name} = ${value}`)
    .join(", ");
}

export function hex(offset: number): string {
  return `0x${offset.toString(16)}`;
}
