/** `--define NAME=VALUE`: external variables, typed as yara types them. */
import { UsageError } from "#kit/errors.ts";
import { type Externals, FILE_EXTERNALS } from "./rule-set.ts";
import { KEYWORDS } from "./tokens.ts";

export type Definition = readonly [name: string, value: Externals[string]];

/** @throws UsageError that begins with the option */
export function parseDefinition(text: string, option: string): Definition {
  const equals = text.indexOf("=");
  if (equals < 1) throw new UsageError(`${option}: '${text}' is not of the form NAME=VALUE`);
  const name = text.slice(0, equals);
  if (!/^[A-Za-z_]\w{0,127}$/.test(name) || KEYWORDS.has(name))
    throw new UsageError(`${option}: '${name}' is no name of a variable`);
  if (FILE_EXTERNALS.some((each) => each === name)) {
    throw new UsageError(`${option}: '${name}' is set for each file that is scanned`);
  }
  return [name, typedValue(text.slice(equals + 1), option)];
}

/** Numbers and booleans are what they look like; anything else is text. */
function typedValue(text: string, option: string): Externals[string] {
  if (text === "true") return true;
  if (text === "false") return false;
  if (/^-?\d+$/.test(text)) {
    const integer = BigInt(text);
    if (BigInt.asIntN(64, integer) === integer) return integer;
    throw new UsageError(`${option}: ${text} does not fit into 64 bits`);
  }
  return /^-?\d+\.\d+$/.test(text) ? Number(text) : text;
}
