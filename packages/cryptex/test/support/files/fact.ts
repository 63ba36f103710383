/**
 * Truth about a file, known from what it was made of: an expression in the language of rules, and its value. A text has one
 * character a byte. The tests ask engines whether the facts hold; the generator of rules makes conditions out of them.
 */
export interface Fact {
  readonly expression: string;
  readonly value: string | number | bigint | boolean;
  /** First version of YARA that has such a field, where Debian's does not. */
  readonly since?: "4.3";
  /** The known difference by which Debian's YARA says otherwise. */
  readonly differs?: string;
}

/** A file that a writer made. */
export interface WrittenFile {
  readonly bytes: Uint8Array;
  readonly facts: readonly Fact[];
}

/** Facts below one prefix: `facts("pe.sections[0].", { name: ".text" })`. */
export function facts(prefix: string, values: Readonly<Record<string, Fact["value"]>>): Fact[] {
  return Object.entries(values).map(([field, value]) => ({ expression: prefix + field, value }));
}

/** A text as rules write it: printable ASCII as it is, the rest as \xNN. */
export function quoted(text: string): string {
  let out = "";
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (character === '"' || character === "\\") out += `\\${character}`;
    else if (code >= 0x20 && code < 0x7f) out += character;
    else out += `\\x${code.toString(16).padStart(2, "0")}`;
  }
  return `"${out}"`;
}

/** Condition that a fact is true. */
export function holds(fact: Fact): string {
  const { expression, value } = fact;
  if (value === true) return expression;
  if (value === false) return `not ${expression}`;
  return `${expression} == ${typeof value === "string" ? quoted(value) : value}`;
}
