/**
 * Completes a command line that is being typed. The scripts that `completion` prints call `complete -- stream --fo`.
 * The answer has the format of `@bomb.sh/tab` and Cobra: one line for each candidate, with a tab and its description; then
 * a line with a colon and the directives for the shell.
 */
import { UsageError } from "../errors.ts";
import { type Candidate, type Completion, NOTHING, startingWith } from "./candidates.ts";
import { findCommand, firstWords, secondWords } from "./command-name.ts";
import {
  type Flag,
  type Flags,
  flagNamed,
  namedFlags,
  nameOf,
  type OptionsOf,
  tokensOf,
  wordAt,
} from "./flags.ts";
import type { Io } from "./io.ts";
import type { Product, ProgramFacts } from "./product.ts";

/** @param words the words after the program's name; the last one is being typed, and may be empty */
export async function completionOf<Deps, Settings extends Flags>(
  words: readonly string[],
  product: Pick<Product<Deps, Settings>, "commands" | "deps" | "settings">,
  io: Io,
): Promise<Completion> {
  const name = nameBegun(words, product, BESIDES_COMMANDS);
  if (name) return name;
  if (words[0] === "help") return nameBegun(words.slice(1), product) ?? NOTHING;
  const found = findCommand(product.commands, words.slice(0, -1));
  if (!found || found.entry.hidden) return NOTHING;

  const { flags } = await found.entry.load();
  const typed = words.at(-1)!;
  const before = read(found.rest, flags);
  const completed = (flag: Flag<unknown, Deps> | undefined, begun: string) =>
    flag?.complete?.(begun, depsAfter(found.rest, flags, product, io)) ?? NOTHING;
  if (before.awaiting) return completed(before.awaiting, typed);
  if (!before.ended && typed.startsWith("-")) {
    const equals = typed.indexOf("=");
    if (equals < 0) return startingWith(typed, flagsLeft(flags, before.given));
    return completed(flagNamed(typed.slice(0, equals), flags), typed.slice(equals + 1));
  }
  return completed(wordAt(before.words, flags), typed);
}

/** Formats the answer for the shells' scripts. */
export function completionText({ candidates, directive }: Completion): string {
  const lines = candidates.map(({ value, description }) => `${value}\t${description}\n`);
  return `${lines.join("")}:${directive}\n`;
}

/** Completes the name of a command, word by word; undefined once it is whole. @param besides what may stand in its place */
function nameBegun(
  words: readonly string[],
  { commands }: Pick<ProgramFacts, "commands">,
  besides: readonly Candidate[] = [],
): Completion | undefined {
  const [first = "", second] = words;
  if (second === undefined) {
    const describe = (word: string) => commands[word]?.summary ?? secondWords({ commands }, word).join(", ");
    const listed = firstWords({ commands }).map((value) => ({ value, description: describe(value) }));
    return startingWith(first, [...listed, ...besides]);
  }
  const seconds = words.length === 2 ? secondWords({ commands }, first) : [];
  if (seconds.length === 0) return undefined;
  const summary = (value: string) => commands[`${first} ${value}`]!.summary;
  const begun = startingWith(
    second,
    seconds.map((value) => ({ value, description: summary(value) })),
  );
  // A group that is a command too may have any word of its own there.
  return Object.hasOwn(commands, first) && begun.candidates.length === 0 ? undefined : begun;
}

/** Words that may stand in place of a command. */
const BESIDES_COMMANDS: readonly Candidate[] = [
  { value: "help", description: "Explain a command" },
  { value: "--help", description: "List the commands" },
  { value: "--version", description: "Print the version" },
  { value: "--licences", description: "Print the licences of everything inside" },
];

interface Before<Deps> {
  /** Flag that waits for its value. */
  readonly awaiting: Flag<unknown, Deps> | undefined;
  /** As typed: `--bytes`. */
  readonly given: ReadonlySet<string>;
  /** Number of positional words. */
  readonly words: number;
  /** True after a `--`, which ends the flags. */
  readonly ended: boolean;
}

/** Reads the words before the one being typed, like the parser but tolerating mistakes. */
function read<Deps>(argv: readonly string[], flags: Flags<Deps>): Before<Deps> {
  const tokens = tokensOf(argv, flags);
  const last = tokens.at(-1);
  const lastFlag =
    last?.kind === "option" && last.value === undefined ? flagNamed(last.rawName, flags) : undefined;
  return {
    awaiting: lastFlag?.kind === "value" ? lastFlag : undefined,
    given: new Set(tokens.flatMap((token) => (token.kind === "option" ? [token.rawName] : []))),
    words: tokens.filter(({ kind }) => kind === "positional").length,
    ended: tokens.some(({ kind }) => kind === "option-terminator"),
  };
}

/** Makes what completers read, with the settings that were typed before; without any where one of them is wrong. */
function depsAfter<Deps, Settings extends Flags>(
  argv: readonly string[],
  flags: Flags<Deps>,
  { settings, deps }: Pick<Product<Deps, Settings>, "settings" | "deps">,
  io: Io,
): Deps {
  const typed = tokensOf(argv, flags).flatMap((token) => (token.kind === "option" ? [token] : []));
  const textsOf = (flag: Flag<unknown, never>) =>
    typed.filter(({ rawName }) => flagNamed(rawName, flags) === flag).map(({ value }) => value ?? "");
  try {
    const given = Object.entries(settings)
      .filter(([, flag]) => textsOf(flag).length > 0)
      .map(([key, flag]) => [key, flag.parse(textsOf(flag), `--${nameOf(key, flag)}`)]);
    return deps(Object.fromEntries(given) as Partial<OptionsOf<Settings>>, io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return deps({}, io);
  }
}

function flagsLeft<Deps>(flags: Flags<Deps>, given: ReadonlySet<string>): Candidate[] {
  const left = namedFlags(flags).filter(([name, { many }]) => many || !given.has(`--${name}`));
  const all = left.map(([name, { about }]) => ({ value: `--${name}`, description: about }));
  return given.has("--help") ? all : [...all, { value: "--help", description: "Explain this command" }];
}
