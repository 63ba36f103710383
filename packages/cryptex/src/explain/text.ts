/** Explanations for people: a tree of lines that fit a terminal. All texts in an explanation are escaped already. */
import { stripVTControlCharacters } from "node:util";
import { formatCount, plural } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import { fitLines, lineWidth, type Screen } from "#kit/term/screen.ts";
import { paint, type Style } from "#kit/term/style.ts";
import type { Change, ExplainedNode, ExplainedString, Explanation } from "./explanation.ts";
import { COUNTING, foundText, headOf, hex, isPlainValue, valueText, variablesText } from "./node-words.ts";
import type { State } from "./values.ts";

const STYLES: Readonly<Record<State, Style>> = {
  true: "good",
  false: "bad",
  undefined: "warn",
  unknown: "warn",
};

/** The longest word for a state, and two blanks. */
const STATE_WIDTH = 11;

/** Lines of an explanation, without the names of rule and file. */
export function explanationText(explanation: Explanation, screen: Screen): string {
  const { unavailable, condition, held_back_by: held = [], strings, changes } = explanation;
  const lines: string[] = [];
  if (unavailable) {
    const mark = paint("explanation unavailable", "warn", screen.color);
    lines.push(fitLines(`${mark} (${unavailable.kind}): ${visible(unavailable.reason)}`, screen));
  }
  for (const { rule, namespace } of held) {
    const name = namespace === "default" ? rule : `${rule} in ${namespace}`;
    lines.push(fitLines(`held back by the global rule ${visible(name)}, which does not match`, screen));
  }
  if (condition) lines.push(heading("condition", screen), ...nodeLines(condition, 1, screen));
  if (strings.length > 0)
    lines.push(heading("strings", screen), ...strings.flatMap((string) => stringLines(string, screen)));
  if (changes) {
    const bound = changes.exact ? "" : "at most ";
    const what = `to match, ${bound}${plural(changes.count, "part")} would have to change`;
    lines.push(heading(what, screen), ...changes.nodes.map((change) => changeLine(change, screen)));
    const more = changes.count - changes.nodes.length;
    if (more > 0) lines.push(`  and ${formatCount(more)} more`);
  }
  return lines.map((line) => `${line}\n`).join("");
}

function heading(text: string, screen: Screen): string {
  return paint(text, "bold", screen.color);
}

/** Deeper parts stand where the deepest of these do, so that there is room for their text. */
const MAX_INDENT = 16;

/** @param isCounted as true or false, and not for its value alone */
function nodeLines(node: ExplainedNode, depth: number, screen: Screen, isCounted = true): string[] {
  const indent = "  ".repeat(Math.min(depth, MAX_INDENT));
  const isValue = isPlainValue(node) && !isCounted;
  const own = isValue
    ? fit(`${indent}${headOf(node)}`, screen)
    : `${indent}${paint(node.state.padEnd(STATE_WIDTH), STYLES[node.state], screen.color)}${fit(headOf(node), screen, indent.length + STATE_WIDTH)}`;
  const inline = inlineValues(node, own, screen);
  if (inline !== undefined) return [inline];
  const lines = [own];
  const note = (text: string) => {
    const space = `${indent}${" ".repeat(isValue ? 2 : STATE_WIDTH)}`;
    lines.push(`${space}${paint(fit(text, screen, space.length), "dim", screen.color)}`);
  };
  if (node.reason !== undefined) note(node.reason);
  if (node.found) note(foundText(node.found));
  const countsThem = COUNTING.has(node.kind);
  for (const child of node.children ?? []) lines.push(...nodeLines(child, depth + 1, screen, countsThem));
  if (node.more) lines.push(`${indent}  and ${formatCount(node.more)} more`);
  for (const { variables, body } of node.loop?.shown ?? []) {
    lines.push(
      fit(`${indent}  with ${variablesText(variables)}`, screen),
      ...nodeLines(body, depth + 2, screen),
    );
  }
  return lines;
}

/** Pipes have no width; values go to lines of their own there, too, where they are long. */
const INLINE_WIDTH = 100;

/** A comparison with the values in it, where one line has room for both. */
function inlineValues(
  { children = [], more, found, reason, loop, needs }: ExplainedNode,
  own: string,
  screen: Screen,
) {
  const isSimple = children.every(
    (child) => isPlainValue(child) && !child.children && !child.found && !child.reason && !child.more,
  );
  const isBare = children.length === 0 && !found;
  if (isBare || !isSimple || more || reason || loop || needs !== undefined) return undefined;
  const values = children.map((child) => `${child.reads ?? child.text} = ${valueText(child)}`);
  const notes = [...(found ? [foundText(found)] : []), ...new Set(values)];
  const note = `  (${notes.join("; ")})`;
  const width = Math.min(lineWidth(screen), INLINE_WIDTH);
  if (stripVTControlCharacters(own).length + note.length > width) return undefined;
  return own + paint(note, "dim", screen.color);
}

function stringLines({ id, total, matches, incomplete }: ExplainedString, screen: Screen): string[] {
  const lines = matches.map(({ offset, length, data, xor_key }) => {
    const key = xor_key === undefined ? "" : ` xor ${hex(xor_key)}`;
    return fit(`    ${hex(offset)} ${plural(length, "byte")}${key}: ${data}`, screen);
  });
  const more = total - matches.length;
  return [
    fit(`  ${visible(id)}: ${total === 0 ? "not found" : plural(total, "match", "matches")}`, screen),
    ...lines,
    ...(more > 0 ? [`    and ${formatCount(more)} more`] : []),
    ...(incomplete === undefined ? [] : [fit(`    ${incomplete}`, screen)]),
  ];
}

function changeLine({ text, now, wanted, variables }: Change, screen: Screen): string {
  const names = variablesText(variables ?? {});
  return fit(`  ${now} -> ${wanted}: ${text}${names === "" ? "" : `, with ${names}`}`, screen);
}

/** Cuts a line at the terminal's edge. @param taken columns before it */
function fit(text: string, screen: Screen, taken = 0): string {
  const width = Math.max(10, lineWidth(screen) - taken);
  return text.length <= width ? text : `${text.slice(0, width - 3)}...`;
}
