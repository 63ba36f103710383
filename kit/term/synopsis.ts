/** What a command's definition says to people, in parts: help, manual pages and docs/CLI.md each set them in their own way. */
import type { ArgDef } from "citty";
import { CLAIM_ARGS } from "../../src/commands/claims.ts";
import { SOURCES_ARGS } from "../../src/commands/source-args.ts";
import type { Command } from "./command.ts";

/** An option or argument. */
export interface Term {
  /** `--bytes`, `-h, --help` or `<source>`. */
  readonly name: string;
  /** What follows the name: `N`, `raw|hex|base64`. */
  readonly value?: string;
  /** A sentence without its full stop; ends with the default, where there is one. */
  readonly description: string;
}

export interface TermGroup {
  readonly title: string;
  readonly terms: readonly Term[];
}

/** Options that several commands share are told after a command's own, under a title of theirs. */
const SHARED_GROUPS = [
  { title: "Sources", args: SOURCES_ARGS },
  { title: "Credit", args: CLAIM_ARGS },
] as const;

const HELP: Term = { name: "-h, --help", description: "Explain this command" };

/** `stream [options]`, `probe <source> [options]`. */
export function synopsisOf({ name, args }: Command): string {
  return [name, ...positionals(args).map(wordOf), "[options]"].join(" ");
}

export function argumentsOf({ args }: Command): Term[] {
  return positionals(args).map((entry) => ({ name: wordOf(entry), description: describe(entry[1]) }));
}

/** Its own options first, `--help` the last of them; groups without any are left out. */
export function optionGroupsOf({ args }: Command): TermGroup[] {
  const options = Object.entries(args).filter(([, def]) => def.type !== "positional");
  const isShared = (name: string) => SHARED_GROUPS.some((group) => Object.hasOwn(group.args, name));
  const own = options.filter(([name]) => !isShared(name)).map(termOf);
  const shared = SHARED_GROUPS.map(({ title, args: members }) => ({
    title,
    terms: options.filter(([name]) => Object.hasOwn(members, name)).map(termOf),
  }));
  return [{ title: "Options", terms: [...own, HELP] }, ...shared].filter(({ terms }) => terms.length > 0);
}

function positionals(args: Command["args"]): [name: string, def: ArgDef][] {
  return Object.entries(args).filter(([, def]) => def.type === "positional");
}

function wordOf([name, def]: [name: string, def: ArgDef]): string {
  return def.required === false ? `[${name}]` : `<${name}>`;
}

function termOf([name, def]: [name: string, def: ArgDef]): Term {
  const value = def.type === "enum" ? def.options?.join("|") : def.valueHint;
  const aliases = [("alias" in def ? def.alias : undefined) ?? []].flat();
  return {
    name: [...aliases.map((alias) => `-${alias}`), `--${name}`].join(", "),
    ...(def.type === "boolean" || value === undefined ? {} : { value }),
    description: describe(def),
  };
}

function describe({ description = "", default: byDefault }: ArgDef): string {
  return byDefault === undefined || typeof byDefault === "boolean"
    ? description
    : `${description}; default: ${byDefault}`;
}
