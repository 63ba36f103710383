/** Rules by which the engine is asked for a value: they log it, so that it is exact, and the log is read again. */
import { unknown, type Value, type ValueType } from "./values.ts";

/** An expression with all values put in. */
export interface Leaf {
  readonly text: string;
  /** The same with other values: leaves of one shape have one type. */
  readonly shape: string;
  readonly module: string | undefined;
  /**
   * "value" is a number or a text; "truth" a statement, which is defined; "items" counts what a loop goes over, "entries" lists keys and
   * values.
   */
  readonly asks: "value" | "truth" | "items" | "entries";
}

export type Entry = { readonly key: Value; readonly value: Value | undefined };
export type Answer = Value | { readonly type: "items"; readonly count: number } | Entries;
interface Entries {
  readonly type: "entries";
  readonly entries: readonly Entry[];
}

export function keyOf({ asks, text }: Leaf): string {
  return `${asks} ${text}`;
}

/** Modules that the rules use themselves. */
export const PROBE_MODULES = ["console", "string"] as const;

/** Powers of two by which a float is multiplied, so that all its digits come before the point. */
const SCALES = [0, 60, 600, 1074] as const;
const SCALE = `${2n ** 60n}.0`;
/** From here on a float is an integer. */
const ALL_INTEGERS = 2n ** 52n;

/** Writes a condition whose log begins each line with the probe's number and a sign. @param type of the value, or of an entry's */
export function probeOf({ text, asks }: Leaf, type: ValueType | undefined, number: number): string {
  switch (asks) {
    case "truth":
      return `(${text}) and console.log("${number}=")`;
    case "items":
      return `for all x in ${text} : ( console.log("${number}.") )`;
    case "value":
      return logOf(text, type, `${number}`);
    case "entries": {
      const logs = [
        `console.log("${number}.")`,
        `(${logOf("k", "text", `${number}k`)} or true)`,
        ...(type ? [`(${logOf("v", type, `${number}v`)} or true)`] : []),
      ];
      return `for all k, v in ${text} : ( ${logs.join(" and ")} )`;
    }
  }
}

function logOf(text: string, type: ValueType | undefined, name: string): string {
  switch (type) {
    case undefined:
      return "false";
    case "integer":
      return `console.log("${name}=", ${text})`;
    case "text":
      return `console.log("${name}#", string.length(${text})) and console.log("${name}=", ${text})`;
    case "float":
      return SCALES.map((scale) => {
        const whole = Math.floor(scale / 60);
        const factors = `${` * ${SCALE}`.repeat(whole)} * ${2n ** BigInt(scale % 60)}.0`;
        return `console.log("${name}=", ${text}${factors})`;
      }).join(" and ");
  }
}

/** Sorts a log by probes. Undefined where the engine has cut it. */
export function logsByProbe(log: readonly string[], count: number): string[][] | undefined {
  if (/^and \d+ more, which are left out$/.test(log.at(-1) ?? "")) return undefined;
  const logs: string[][] = Array.from({ length: count }, () => []);
  for (const line of log) {
    const number = /^\d+/.exec(line)?.[0];
    if (number !== undefined) logs[Number(number)]?.push(line.slice(number.length));
  }
  return logs;
}

export function answerOf({ asks }: Leaf, type: ValueType | undefined, lines: readonly string[]): Answer {
  switch (asks) {
    case "truth":
      return { type: "integer", value: lines.length > 0 ? 1n : 0n };
    case "items":
      return { type: "items", count: lines.length };
    case "value":
      return loggedValue(type, lines);
    case "entries":
      return { type: "entries", entries: entriesOf(type, lines) };
  }
}

function entriesOf(type: ValueType | undefined, lines: readonly string[]): Entry[] {
  const turns: string[][] = [];
  for (const line of lines) {
    if (line === ".") turns.push([]);
    else turns.at(-1)?.push(line);
  }
  return turns.map((turn) => {
    const of = (letter: string) =>
      turn.filter((line) => line.startsWith(letter)).map((line) => line.slice(1));
    return { key: loggedValue("text", of("k")), value: type && loggedValue(type, of("v")) };
  });
}

/** Reads what `logOf` has logged; nothing is "undefined". */
function loggedValue(type: ValueType | undefined, lines: readonly string[]): Value {
  if (type === undefined) return unknown("it is neither a number nor a text");
  const values = lines.filter((line) => line.startsWith("=")).map((line) => line.slice(1));
  const [first] = values;
  switch (type) {
    case "integer":
      return { type, value: first === undefined ? undefined : BigInt(first) };
    case "float":
      return loggedFloat(values);
    case "text":
      if (first === undefined) return { type, value: undefined };
      return loggedText(first, Number(lines.find((line) => line.startsWith("#"))?.slice(1)));
  }
}

function loggedFloat(values: readonly string[]): Value {
  if (values.length === 0) return { type: "float", value: undefined };
  const [plain] = values as [string];
  if (/nan/.test(plain)) return { type: "float", value: Number.NaN };
  if (/inf/.test(plain))
    return {
      type: "float",
      value: plain.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
    };
  for (const [index, text] of values.entries()) {
    if (/inf/.test(text)) break;
    const digits = BigInt(text.slice(0, text.indexOf(".")));
    const size = digits < 0n ? -digits : digits;
    const isLast = index === values.length - 1;
    if (size < ALL_INTEGERS && !isLast) continue;
    const scale = SCALES[index]!;
    // In two steps: 2^1074 is beyond what a float holds.
    return { type: "float", value: Number(digits) / 2 ** (scale >> 1) / 2 ** (scale - (scale >> 1)) };
  }
  return unknown("its digits could not be had");
}

/**
 * Undoes the engine's escapes: bytes that are not printable come as \xNN, a backslash as itself. With the length it is clear which is
 * meant where all or none of them are.
 */
function loggedText(logged: string, length: number): Value {
  if (logged.length === length) return { type: "text", value: logged };
  const value = logged.replace(/\\x([01][0-9a-f]|7f|[89a-f][0-9a-f])/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return value.length === length
    ? { type: "text", value }
    : unknown("its bytes cannot be told from the engine's escapes");
}
