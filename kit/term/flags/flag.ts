/**
 * The definition of a command's flags. One object states how a flag is parsed, explained and completed, and the type of
 * its value. The parser, help, manual pages, shell completion and documents all read it.
 */
import type { Completer } from "./completion.ts";

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
  /** Title under which help lists it apart from a command's own options. */
  readonly group?: string | undefined;
  readonly complete?: Completer<Deps> | undefined;
  /** Parses what was typed. @param name as the user knows it: `--bytes`, `<file>` @throws UsageError that begins with the name */
  readonly parse: (text: string, name: string) => T;
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
