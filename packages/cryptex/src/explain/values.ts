/** Values of a condition's parts: those of YARA, "undefined" among them, and "unknown" where the engine could not be asked. */

export type Int = bigint | undefined;
export type Float = number | undefined;
/** A binary string: one character a byte. */
export type Text = string | undefined;

/** Undefined is a value of YARA's and keeps its type. Booleans are integers, as in the engine. */
export type Value =
  | { readonly type: "integer"; readonly value: Int }
  | { readonly type: "float"; readonly value: Float }
  | { readonly type: "text"; readonly value: Text }
  | { readonly type: "unknown"; readonly reason: string };

export type ValueType = "integer" | "float" | "text";
export type Unknown = Extract<Value, { type: "unknown" }>;

/** States of a part: what it counts for as a condition. */
export type State = "true" | "false" | "undefined" | "unknown";

/** libyara's own mark of "undefined" (YR_UNDEFINED); a sum that comes to it is undefined, too. */
const UNDEFINED_BITS = BigInt.asIntN(64, 0xfffabadafabadaffn);

/** Wraps a result to 64 bits. */
export function int64(value: bigint): Int {
  const wrapped = BigInt.asIntN(64, value);
  return wrapped === UNDEFINED_BITS ? undefined : wrapped;
}

export function integer(value: Int): Value {
  return { type: "integer", value };
}

export function unknown(reason: string): Unknown {
  return { type: "unknown", reason };
}

export function undefinedOf(type: ValueType): Value {
  return { type, value: undefined };
}

const view = new DataView(new ArrayBuffer(8));

/** The 64 bits that the engine sees where it takes a float for a truth value. */
function bitsOf(value: number): bigint {
  view.setFloat64(0, value);
  return view.getBigInt64(0);
}

/** Converts a value to what it is in a condition: a number that is true unless it is 0. A text is true unless it is empty. */
export function truth(value: Value): Int | Unknown {
  switch (value.type) {
    case "unknown":
      return value;
    case "integer":
      return value.value;
    case "float":
      return value.value === undefined ? undefined : bitsOf(value.value);
    case "text":
      return value.value === undefined ? undefined : value.value === "" ? 0n : 1n;
  }
}

export function isUnknown(value: Int | Unknown): value is Unknown {
  return typeof value === "object";
}

export function stateOf(value: Value): State {
  const number = truth(value);
  if (isUnknown(number)) return "unknown";
  return number === undefined ? "undefined" : number === 0n ? "false" : "true";
}

/** libyara's scanner takes literals of 8 KiB at most. */
const MAX_LITERAL = 8000;

/** Writes a value as YARA reads it; undefined where it cannot be written. */
export function literalOf(value: Value): string | undefined {
  if (value.type === "unknown" || value.value === undefined) return undefined;
  switch (value.type) {
    case "integer":
      return integerLiteral(value.value);
    case "float":
      return floatLiteral(value.value);
    case "text": {
      const text = textLiteral(value.value);
      return text.length > MAX_LITERAL ? undefined : text;
    }
  }
}

function integerLiteral(value: bigint): string {
  if (value >= 0n) return `${value}`;
  // The lowest one has no positive counterpart.
  return value === -(2n ** 63n) ? `(${value + 1n} - 1)` : `(${value})`;
}

/** Writes all digits: YARA knows no exponent. */
function floatLiteral(value: number): string | undefined {
  if (!Number.isFinite(value)) return undefined;
  const size = Math.abs(value);
  const text = size >= 1e21 ? `${BigInt(size)}.0` : exactDigits(size);
  if (text === undefined) return undefined;
  return value < 0 || Object.is(value, -0) ? `(-${text})` : text;
}

function exactDigits(size: number): string | undefined {
  const short = `${size}`;
  if (!short.includes("e")) return short.includes(".") ? short : `${short}.0`;
  // Below 1e-6, with as many digits as there can be here; the very smallest need more.
  const long = size.toFixed(100);
  return Number(long) === size ? long : undefined;
}

export function textLiteral(text: string): string {
  let out = '"';
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22 || code === 0x5c) out += `\\${text[at]}`;
    else if (code >= 0x20 && code < 0x7f) out += text[at];
    else out += `\\x${code.toString(16).padStart(2, "0")}`;
  }
  return `${out}"`;
}
