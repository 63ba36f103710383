/** Makes flags: `flag.size({ about: "How many bytes", default: "64" })`. A flag with a default always has a value. */
import { UsageError } from "../../errors.ts";
import { suggestion } from "../suggestion.ts";
import { parseCount, parseRate, parseSeconds, parseSize } from "../units.ts";
import { ANY_FILE, ANY_FOLDER, type Completer, startingWith } from "./completion.ts";
import type { Flag } from "./flag.ts";

/** Parts of a definition besides its type; see `Flag`. */
export interface ValueSpec {
  readonly about: string;
  readonly name?: string;
  readonly short?: string;
  readonly hint?: string;
  readonly default?: string;
  /** Fails without a value. Words are required unless this is false. */
  readonly required?: boolean;
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
  return { ...spec, kind: "value", required, parse, absent } as unknown as ValueFlag<T, S>;
}

function wordFlag<T, S extends ValueSpec>(parse: Parse<T>, spec: S): WordFlag<T, S> {
  const { required = true } = spec;
  const absent = (name: string): undefined => {
    if (required) throw new UsageError(`missing argument ${name}`);
    return undefined;
  };
  return { ...spec, kind: "word", required, parse, absent } as unknown as WordFlag<T, S>;
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
