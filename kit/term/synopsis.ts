/** Splits a command's definition into pieces of text, which help, manual pages and docs/CLI.md each lay out. */
import type { Command } from "./command.ts";
import { type Flag, namedFlags, namedWords } from "./flags.ts";

/** An option or argument. */
export interface Term {
  /** `--bytes`, `-h, --help` or `<source>`. */
  readonly name: string;
  /** Placeholder after the name: `N`, `raw|hex|base64`. */
  readonly value?: string;
  /** A sentence without full stop, with the default at its end. */
  readonly description: string;
}

export interface TermGroup {
  readonly title: string;
  readonly terms: readonly Term[];
}

const OWN = "Options";
const HELP: Term = { name: "-h, --help", description: "Explain this command" };

type Defined = Pick<Command, "flags">;

/** Formats `stream [options]`, `probe <source> [options]`. */
export function synopsisOf({ name, flags }: Pick<Command, "name" | "flags">): string {
  return [name, ...namedWords(flags).map(wordOf), "[options]"].join(" ");
}

export function argumentsOf({ flags }: Defined): Term[] {
  return namedWords(flags).map((entry) => ({ name: wordOf(entry), description: describe(entry[1]) }));
}

/** Groups the options: the command's own first, ending with `--help`; then shared groups in their order. */
export function optionGroupsOf({ flags }: Defined): TermGroup[] {
  const named = namedFlags(flags);
  const titles = new Set([OWN, ...named.map(([, { group }]) => group ?? OWN)]);
  return [...titles].map((title) => ({
    title,
    terms: [
      ...named.filter(([, { group }]) => (group ?? OWN) === title).map(termOf),
      ...(title === OWN ? [HELP] : []),
    ],
  }));
}

function wordOf([name, { required, many }]: [name: string, flag: Flag<unknown, never>]): string {
  return `${required ? `<${name}>` : `[${name}]`}${many ? "..." : ""}`;
}

function termOf([name, flag]: [name: string, flag: Flag<unknown, never>]): Term {
  const { short, hint } = flag;
  return {
    name: short ? `-${short}, --${name}` : `--${name}`,
    ...(hint === undefined ? {} : { value: hint }),
    description: describe(flag),
  };
}

function describe({ kind, about, default: byDefault, many }: Flag<unknown, never>): string {
  const repeats = many && kind === "value" ? "; may be given several times" : "";
  return `${about}${repeats}${byDefault ? `; default: ${byDefault}` : ""}`;
}
