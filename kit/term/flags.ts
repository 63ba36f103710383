/**
 * The flags of a command. One object states how a flag is parsed, explained and completed, and the type of its value. The
 * parser, help, manual pages, shell completion and documents all read it.
 *
 *     const FLAGS = { bytes: flag.size({ about: "How many", default: "64" }) };
 *     parseOptions({ flags: FLAGS }, ["--bytes", "4K"])   // { bytes: 4096 }
 */
import { parseArgs } from "node:util";
import { UsageError } from "../errors.ts";
import { ANY_FILE, ANY_FOLDER, type Completer, startingWith } from "./candidates.ts";
import { suggestion } from "./suggestion.ts";

/** A flag or a positional argument with values of type T. Deps is what its completer reads; `unknown` if it reads nothing. */
export interface Flag<T = unknown, Deps = unknown> {
  /** A switch takes no value; a word is a positional argument. */
  readonly kind: "switch" | "value" | "word";
  /** One sentence without its full stop. */
  readonly about: string;
  /** Name on the command line; defaults to the key in kebab case: `maxWait` is `--max-wait`. */
  readonly name?: string | undefined;
  /** One letter that may stand for the name. */
  readonly short?: string | undefined;
  /** The value as help shows it: `N`, `raw|hex`. */
  readonly hint?: string | undefined;
  /** Text that is parsed when none is typed. Help shows it unless it is empty. */
  readonly default?: string | undefined;
  /** A word that must be given. */
  readonly required: boolean;
  /** Takes every value that is typed, not the last one alone; a word of this kind takes all that are left. */
  readonly many?: true | undefined;
  /** `--name ''` is a value. */
  readonly mayBeEmpty?: true | undefined;
  /** Title under which help lists it apart from a command's own options. */
  readonly group?: string | undefined;
  readonly complete?: Completer<Deps> | undefined;
  /** Parses what was typed, in its order. @param name as the user knows it: `--bytes`, `<file>` @throws UsageError that begins with the name */
  readonly parse: (texts: readonly string[], name: string) => T;
  /** Makes the value when none was typed. @throws UsageError where one is required */
  readonly absent: (name: string) => T;
}

/** Flags by the key of their value among the options. */
export type Flags<Deps = never> = Readonly<Record<string, Flag<unknown, Deps>>>;

/** Parsed options, each of the type its flag says. */
export type OptionsOf<F extends Flags> = {
  readonly [Key in keyof F]: F[Key] extends Flag<infer T, never> ? T : never;
};

/** Puts flags that several commands share under a title in help. */
export function group<const F extends Flags>(title: string, flags: F): F {
  const titled = Object.entries(flags).map(([key, flag]) => [key, { ...flag, group: title }]);
  return Object.fromEntries(titled) as F;
}

/** Name of a flag without dashes: `bytes`, `max-wait`. */
export function nameOf(key: string, flag: Pick<Flag, "name">): string {
  return flag.name ?? key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Lists flags with their names, in the order of their definition, without positional arguments. */
export function namedFlags<Deps>(flags: Flags<Deps>): [name: string, flag: Flag<unknown, Deps>][] {
  return Object.entries(flags)
    .filter(([, { kind }]) => kind !== "word")
    .map(([key, flag]) => [nameOf(key, flag), flag]);
}

/** Lists positional arguments with their names, in their order. */
export function namedWords<Deps>(flags: Flags<Deps>): [name: string, flag: Flag<unknown, Deps>][] {
  return Object.entries(flags)
    .filter(([, { kind }]) => kind === "word")
    .map(([key, flag]) => [nameOf(key, flag), flag]);
}

// ---- Definitions ----

/** Parts of a definition besides its type; see `Flag`. */
export interface ValueSpec {
  readonly about: string;
  readonly name?: string;
  readonly short?: string;
  readonly hint?: string;
  readonly default?: string;
  /** Fails without a value. Words are required unless this is false. */
  readonly required?: boolean;
  readonly mayBeEmpty?: true;
  readonly complete?: Completer<never>;
}

type Parse<T> = (text: string, name: string) => T;

type HintOf<S> = S extends { readonly complete: Completer<infer Deps> } ? Deps : unknown;

type ValueFlag<T, S> = Flag<
  S extends { readonly default: string } | { readonly required: true } ? T : T | undefined,
  HintOf<S>
>;

type WordFlag<T, S> = Flag<S extends { readonly required: false } ? T | undefined : T, HintOf<S>>;

/** The one cast: gives a flag the type that its spec states. */
function valueFlag<T, S extends ValueSpec>(parse: Parse<T>, spec: S): ValueFlag<T, S> {
  const { default: byDefault, required = false } = spec;
  const absent = (name: string): T | undefined => {
    if (byDefault !== undefined) return parse(byDefault, name);
    if (required) throw new UsageError(`${name} is missing`, spec.hint ? [`${name} ${spec.hint}`] : []);
    return undefined;
  };
  return { ...spec, kind: "value", required, parse: last(parse), absent } as unknown as ValueFlag<T, S>;
}

function wordFlag<T, S extends ValueSpec>(parse: Parse<T>, spec: S): WordFlag<T, S> {
  const { required = true } = spec;
  const absent = (name: string): undefined => {
    if (required) throw new UsageError(`missing argument ${name}`);
    return undefined;
  };
  return { ...spec, kind: "word", required, parse: last(parse), absent } as unknown as WordFlag<T, S>;
}

/** Lets the last one count of what was typed. */
function last<T>(parse: Parse<T>): Flag<T>["parse"] {
  return (texts, name) => parse(texts.at(-1)!, name);
}

/**
 * Makes a list of a flag or word that would take one value: `--define a=1 --define b=2`, `<path>…`. Empty where none is given
 * and none is required.
 */
export function many<T, Deps>(one: Flag<T, Deps>): Flag<readonly NonNullable<T>[], Deps> {
  const list = (values: readonly T[]) => values.filter((value) => value !== undefined) as NonNullable<T>[];
  return {
    ...one,
    many: true,
    parse: (texts, name) => list(texts.map((text) => one.parse([text], name))),
    absent: (name) => list([one.absent(name)]),
  };
}

function choiceOf<const Choices extends readonly string[]>(choices: Choices): Parse<Choices[number]> {
  return (text, name) => {
    const chosen = choices.find((choice) => choice === text);
    if (chosen !== undefined) return chosen;
    throw new UsageError(`${name}: '${text}' is not one of ${choices.join(", ")}`, suggestion(text, choices));
  };
}

function choiceSpec<S extends ValueSpec>(choices: readonly string[], spec: S) {
  const candidates = choices.map((value) => ({ value, description: "" }));
  return { hint: choices.join("|"), complete: (typed: string) => startingWith(typed, candidates), ...spec };
}

const anyFile = () => ANY_FILE;
const anyFolder = () => ANY_FOLDER;
const asTyped = (text: string) => text;

/** Makes flags. A flag with a default always has a value. */
export const flag = {
  /** On or off. */
  switch(spec: Pick<ValueSpec, "about" | "name" | "short">): Flag<boolean> {
    return { ...spec, kind: "switch", required: false, parse: () => true, absent: () => false };
  },

  /** One of a few words. */
  choice<const Choices extends readonly string[], const S extends ValueSpec>(choices: Choices, spec: S) {
    return valueFlag<Choices[number], S & { complete: Completer<unknown> }>(
      choiceOf(choices),
      choiceSpec(choices, spec),
    );
  },

  /** A whole number within limits. */
  count<const S extends ValueSpec>(least: number, most: number, spec: S) {
    return valueFlag((text, name) => parseCount(text, name, least, most), { hint: "N", ...spec });
  },

  /** Bytes. @param spec limits as they would be typed: `4K` */
  size<const S extends ValueSpec & { readonly least?: string; readonly most?: string }>(spec: S) {
    const { least = "0", most, ...rest } = spec;
    const parse = (text: string, name: string) => {
      const bytes = parseSize(text, name);
      if (bytes < parseSize(least, name) || (most !== undefined && bytes > parseSize(most, name))) {
        throw new UsageError(
          `${name}: '${text}' is not ${most === undefined ? `at least ${least}` : `from ${least} to ${most}`}`,
        );
      }
      return bytes;
    };
    return valueFlag(parse, { hint: "N", ...rest } as unknown as S);
  },

  /** A duration, typed in seconds and parsed to milliseconds. */
  seconds<const S extends ValueSpec & { readonly leastMs?: number; readonly mostMs?: number }>(spec: S) {
    const { leastMs = 0, mostMs = Number.POSITIVE_INFINITY, ...rest } = spec;
    const parse = (text: string, name: string) => {
      const ms = parseSeconds(text, name);
      if (ms < leastMs || ms > mostMs) {
        const limit = mostMs === Number.POSITIVE_INFINITY ? "" : ` to ${mostMs / 1000}`;
        throw new UsageError(`${name}: '${text}' is not within ${leastMs / 1000}${limit} seconds`);
      }
      return ms;
    };
    return valueFlag(parse, { hint: "S", ...rest } as unknown as S);
  },

  /** Bytes a second, at least 1. */
  rate<const S extends ValueSpec>(spec: S) {
    return valueFlag(parseRate, { hint: "B/s", ...spec });
  },

  text<const S extends ValueSpec>(spec: S) {
    return valueFlag(asTyped, spec);
  },

  /** A path; shells complete files. */
  file<const S extends ValueSpec>(spec: S) {
    return valueFlag<string, S>(asTyped, { hint: "FILE", complete: anyFile, ...spec });
  },

  /** A path; shells complete folders. */
  folder<const S extends ValueSpec>(spec: S) {
    return valueFlag<string, S>(asTyped, { hint: "DIR", complete: anyFolder, ...spec });
  },

  /** Anything else, with its own parser. */
  value<T, const S extends ValueSpec>(parse: Parse<T>, spec: S) {
    return valueFlag<T, S>(parse, spec);
  },
};

/** Positional arguments. */
export const positional = {
  text<const S extends ValueSpec>(spec: S) {
    return wordFlag<string, S>(asTyped, spec);
  },

  file<const S extends ValueSpec>(spec: S) {
    return wordFlag<string, S>(asTyped, { complete: anyFile, ...spec });
  },

  choice<const Choices extends readonly string[], const S extends ValueSpec>(choices: Choices, spec: S) {
    return wordFlag<Choices[number], S & { complete: Completer<unknown> }>(
      choiceOf(choices),
      choiceSpec(choices, spec),
    );
  },
};

// ---- Parsing ----

/** Flags, and rules that concern several of them. */
export interface FlagRules<F extends Flags> {
  readonly flags: F;
  /** Checks options against each other. @param given keys of the flags that were typed @throws UsageError */
  check?(options: OptionsOf<F>, given: ReadonlySet<string>): void;
}

/**
 * Gives every flag of the definition a value. If a flag is given twice, the last one counts, unless it takes many.
 * @throws UsageError for unknown flags, missing, unwanted or invalid values, and surplus or missing words
 */
export function parseOptions<F extends Flags>(rules: FlagRules<F>, argv: readonly string[]): OptionsOf<F> {
  const { flags } = rules;
  const texts = textsOf(argv, flags);
  const options = Object.entries(flags).map(([key, flag]) => {
    const name = flag.kind === "word" ? `<${nameOf(key, flag)}>` : `--${nameOf(key, flag)}`;
    const typed = texts.get(flag);
    return [key, typed === undefined ? flag.absent(name) : flag.parse(typed, name)];
  });
  const parsed = Object.fromEntries(options) as OptionsOf<F>;
  const given = Object.keys(flags).filter((key) => texts.has(flags[key]!));
  rules.check?.(parsed, new Set(given));
  return parsed;
}

/** Finds the texts of each flag that was typed; for a switch, empty ones. */
function textsOf(argv: readonly string[], flags: Flags): Map<Flag<unknown, never>, string[]> {
  const texts = new Map<Flag<unknown, never>, string[]>();
  const add = (flag: Flag<unknown, never>, text: string) => {
    const before = texts.get(flag);
    if (before) before.push(text);
    else texts.set(flag, [text]);
  };
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
      add(flag, "");
    } else if (!token.value && !(flag.mayBeEmpty && token.value === "")) {
      throw new UsageError(
        `${token.rawName} needs a value`,
        flag.hint ? [`${token.rawName} ${flag.hint}`] : [],
      );
    } else {
      add(flag, token.value);
    }
  }
  for (const [i, word] of words.entries()) {
    const place = wordAt(i, flags);
    if (!place) throw new UsageError(`unexpected argument '${word}'`);
    add(place, word);
  }
  return texts;
}

/** Finds the positional argument that a word is. @param index of the word, from 0 */
export function wordAt<Deps>(index: number, flags: Flags<Deps>): Flag<unknown, Deps> | undefined {
  const places = namedWords(flags).map(([, place]) => place);
  const final = places.at(-1);
  return places[index] ?? (final?.many ? final : undefined);
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

// ---- Amounts as people type them ----

const SIZE_UNITS: Record<string, number> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** Parses `64`, `4K`, `1.5M`, `2GiB`, `10kb` to bytes, in powers of 1024. @throws UsageError that names the flag */
export function parseSize(text: string, flag: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$/i.exec(text.trim());
  const unit = match ? SIZE_UNITS[match[2]!.toUpperCase()] : undefined;
  const bytes = match && unit ? Number(match[1]) * unit : Number.NaN;
  if (!Number.isSafeInteger(bytes)) {
    throw new UsageError(`${flag}: '${text}' ${sizeFault(text, bytes)}`, ["sizes are like 64, 4K, 1M or 2G"]);
  }
  return bytes;
}

function sizeFault(text: string, bytes: number): string {
  if (isNegative(text)) return "is below 0";
  if (Number.isNaN(bytes)) return "is not a size";
  return bytes > Number.MAX_SAFE_INTEGER ? "is too large" : "is not a whole number of bytes";
}

function isNegative(text: string): boolean {
  return /^\s*-\s*\.?\d/.test(text);
}

/** Parses `1000`, `64K`, `1M/s` to bytes a second, at least 1. @throws UsageError */
export function parseRate(text: string, flag: string): number {
  const rate = parseSize(text.replace(/\/s(ec)?$/i, ""), flag);
  if (rate < 1) throw new UsageError(`${flag}: the rate must be at least 1 byte a second`);
  return rate;
}

/** Parses a whole number within limits. @throws UsageError */
export function parseCount(text: string, flag: string, least: number, most: number): number {
  const count = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(count) || count < least || count > most) {
    throw new UsageError(`${flag}: '${text}' is not a whole number from ${least} to ${most}`);
  }
  return count;
}

/** Parses seconds, `2`, `0.5` or `500ms`, to milliseconds above 0. @throws UsageError */
export function parseSeconds(text: string, flag: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s)?$/.exec(text.trim());
  const ms = match ? Number(match[1]) * (match[2] === "ms" ? 1 : 1000) : Number.NaN;
  if (!(ms > 0) || ms > MAX_SECONDS * 1000) {
    throw new UsageError(`${flag}: '${text}' ${timeFault(text, ms)}`, ["times are like 2, 0.5 or 500ms"]);
  }
  return ms;
}

function timeFault(text: string, ms: number): string {
  if (isNegative(text) || ms === 0) return "is not above 0";
  return Number.isNaN(ms) ? "is not a time" : `is longer than ${MAX_SECONDS} seconds`;
}

/** Timers hold 31 bits of milliseconds: 2,147,483 s. */
const MAX_SECONDS = 2_000_000;
