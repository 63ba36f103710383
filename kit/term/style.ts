/** How text stands out on a terminal, by meaning. */
export type Style = "dim" | "bold" | "good" | "warn" | "bad";

/** Parameters of SGR, ECMA-48 §8.3.117. */
const CODES: Readonly<Record<Style, string>> = {
  dim: "2",
  bold: "1",
  good: "32",
  warn: "33",
  bad: "1;31",
};

/** Colours a text, if there is colour and something to see. */
export function paint(text: string, style: Style | undefined, color: boolean): string {
  return color && style && text !== "" ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text;
}

/** Colour is for terminals that understand it, unless the user objects (https://no-color.org). */
export function wantsColor(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  return isTerminal && !env["NO_COLOR"] && env["TERM"] !== "dumb";
}
