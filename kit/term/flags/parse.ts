/** Parses a command line to typed options. */
import { parseArgs } from "node:util";
import { UsageError } from "../../errors.ts";
import { suggestion } from "../suggestion.ts";
import { type Flag, type Flags, namedFlags, namedWords, nameOf, type OptionsOf } from "./flag.ts";

/** Flags, and rules that concern several of them. */
export interface FlagRules<F extends Flags> {
  readonly flags: F;
  /** Checks options against each other. @param given keys of the flags that were typed @throws UsageError */
  check?(options: OptionsOf<F>, given: ReadonlySet<string>): void;
}

/**
 * Gives every flag of the definition a value. If a flag is given twice, the last one counts.
 * @throws UsageError for unknown flags, missing, unwanted or invalid values, and surplus or missing words
 */
export function parseOptions<F extends Flags>(rules: FlagRules<F>, argv: readonly string[]): OptionsOf<F> {
  const { flags } = rules;
  const texts = textsOf(argv, flags);
  const options = Object.entries(flags).map(([key, flag]) => {
    const name = flag.kind === "word" ? `<${nameOf(key, flag)}>` : `--${nameOf(key, flag)}`;
    const text = texts.get(flag);
    return [key, text === undefined ? flag.absent(name) : flag.parse(text, name)];
  });
  const parsed = Object.fromEntries(options) as OptionsOf<F>;
  const given = Object.keys(flags).filter((key) => texts.has(flags[key]!));
  rules.check?.(parsed, new Set(given));
  return parsed;
}

/** Finds the text of each flag that was typed; for a switch, the empty text. */
function textsOf(argv: readonly string[], flags: Flags): Map<Flag<unknown, never>, string> {
  const texts = new Map<Flag<unknown, never>, string>();
  const words: string[] = [];
  for (const token of tokensOf(argv, flags)) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    const flag = flagNamed(token.rawName, flags);
    if (flag === undefined) {
      const names = namedFlags(flags).map(([name]) => `--${name}`);
      throw new UsageError(`unknown option '${token.rawName}'`, suggestion(token.rawName, names));
    }
    if (flag.kind === "switch") {
      if (token.inlineValue) throw new UsageError(`${token.rawName} takes no value`);
      texts.set(flag, "");
    } else if (!token.value) {
      throw new UsageError(
        `${token.rawName} needs a value`,
        flag.hint ? [`${token.rawName} ${flag.hint}`] : [],
      );
    } else {
      texts.set(flag, token.value);
    }
  }
  const places = namedWords(flags);
  if (words.length > places.length) throw new UsageError(`unexpected argument '${words[places.length]}'`);
  for (const [i, word] of words.entries()) texts.set(places[i]![1], word);
  return texts;
}

/** Splits a command line with Node's parser. A value may begin with a dash: `--sources -x`. */
export function tokensOf(argv: readonly string[], flags: Flags) {
  const options = namedFlags(flags).map(([name, { kind, short }]) => [
    name,
    { type: kind === "switch" ? "boolean" : "string", ...(short && { short }) } as const,
  ]);
  return parseArgs({
    args: [...argv],
    options: Object.fromEntries(options),
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}

/** @param rawName as typed: `--bytes`, `-n` */
export function flagNamed<Deps>(rawName: string, flags: Flags<Deps>): Flag<unknown, Deps> | undefined {
  const found = namedFlags(flags).find(
    ([name, { short }]) => rawName === `--${name}` || (short !== undefined && rawName === `-${short}`),
  );
  return found?.[1];
}
