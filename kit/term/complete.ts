/**
 * What may come next on a command line that is being typed: `complete -- stream --fo`, which the scripts that `completion`
 * prints ask for. The answer is in the form that `@bomb.sh/tab` and Cobra agree on: a candidate a line, a tab, what it is;
 * at last a colon and directives for the shell.
 */
import type { ArgDef, ArgsDef } from "citty";
import { FAMILIES, type Source } from "../../src/source.ts";
import type { CommandEntry } from "./app.ts";

/** Bits; with none the shell offers files where there is no candidate. */
export const DIRECTIVE = { files: 0, noSpace: 2, noFiles: 4, folders: 16 } as const;

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly directive: number;
}

const NOTHING: Completion = { candidates: [], directive: DIRECTIVE.noFiles };

/** @param words what follows the program's name; the last is the one being typed, empty if it is not begun */
export async function completionOf(
  words: readonly string[],
  commands: Readonly<Record<string, CommandEntry>>,
  sources: readonly Source[],
): Promise<Completion> {
  const [name = "", ...rest] = words;
  if (rest.length === 0) return startingWith(name, [...listed(commands), ...BESIDES_COMMANDS]);
  if (name === "help") return rest.length === 1 ? startingWith(rest[0]!, listed(commands)) : NOTHING;
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!entry || entry.hidden) return NOTHING;

  const { args } = await entry.load();
  const typed = rest.pop()!;
  const before = read(rest, args);
  if (before.awaiting) return valueCompletion(before.awaiting, typed, sources);
  if (!before.ended && typed.startsWith("-")) {
    const equals = typed.indexOf("=");
    const option = equals < 0 ? undefined : optionNamed(typed.slice(0, equals), args);
    if (equals >= 0) return option ? valueCompletion(option, typed.slice(equals + 1), sources) : NOTHING;
    return startingWith(typed, flags(args, before.given));
  }
  const positional = Object.entries(args).filter(([, def]) => def.type === "positional")[before.words];
  if (!positional) return NOTHING;
  const [word, def] = positional;
  return valueCompletion({ ...def, valueHint: def.valueHint ?? word.toUpperCase() }, typed, sources);
}

/** The lines that the shells' scripts read. */
export function completionText({ candidates, directive }: Completion): string {
  const lines = candidates.map(({ value, description }) => `${value}\t${description}\n`);
  return `${lines.join("")}:${directive}\n`;
}

/** What else the first word may be. */
const BESIDES_COMMANDS: readonly Candidate[] = [
  { value: "help", description: "Explain a command" },
  { value: "--help", description: "List the commands" },
  { value: "--version", description: "Print the version" },
];

function listed(commands: Readonly<Record<string, CommandEntry>>): Candidate[] {
  return Object.entries(commands)
    .filter(([, { hidden }]) => !hidden)
    .map(([value, { summary }]) => ({ value, description: summary }));
}

interface Before {
  /** The option whose value comes next. */
  readonly awaiting: ArgDef | undefined;
  readonly given: ReadonlySet<string>;
  /** How many words that are neither options nor values of options. */
  readonly words: number;
  /** Whether `--` has ended the options. */
  readonly ended: boolean;
}

/** Reads finished words as `checkedArgs` does, but takes no offence. */
function read(words: readonly string[], args: ArgsDef): Before {
  let awaiting: ArgDef | undefined;
  let plain = 0;
  let ended = false;
  const given = new Set<string>();
  for (const word of words) {
    if (awaiting) awaiting = undefined;
    else if (ended || !word.startsWith("-") || word === "-") plain += 1;
    else if (word === "--") ended = true;
    else {
      const [flag = ""] = word.split("=");
      given.add(flag);
      const option = optionNamed(flag, args);
      if (option && option.type !== "boolean" && !word.includes("=")) awaiting = option;
    }
  }
  return { awaiting, given, words: plain, ended };
}

function optionNamed(flag: string, args: ArgsDef): ArgDef | undefined {
  const name = flag.replace(/^--/, "");
  const def = Object.hasOwn(args, name) ? args[name] : undefined;
  return def?.type === "positional" ? undefined : def;
}

function flags(args: ArgsDef, given: ReadonlySet<string>): Candidate[] {
  return Object.entries({ ...args, help: { type: "boolean", description: "Explain this command" } as ArgDef })
    .filter(([name, def]) => def.type !== "positional" && !given.has(`--${name}`))
    .map(([name, def]) => ({ value: `--${name}`, description: def.description ?? "" }));
}

/** What a value is can be told by its hint, or by the name of the argument. */
function valueCompletion(def: ArgDef, typed: string, sources: readonly Source[]): Completion {
  const hint = def.valueHint ?? "";
  const choices =
    def.type === "enum" ? (def.options ?? []) : hint.includes("|") ? hint.split("|") : undefined;
  if (choices) {
    return startingWith(
      typed,
      choices.map((value) => ({ value, description: "" })),
    );
  }
  switch (hint) {
    case "FILE":
    case "PATH":
      return { candidates: [], directive: DIRECTIVE.files };
    case "DIR":
    case "FOLDER":
      return { candidates: [], directive: DIRECTIVE.folders };
    case "SOURCE":
      return startingWith(typed, ids(sources));
    case "LIST":
      return listCompletion(typed, (begun) => {
        const names = [...ids(sources), ...sets(sources)];
        return begun.startsWith("-")
          ? names.map(({ value, description }) => ({ value: `-${value}`, description: `not ${description}` }))
          : names;
      });
    case "ID=H,…":
      return listCompletion(typed, () =>
        ids(sources).map(({ value, description }) => ({ value: `${value}=`, description })),
      );
    default:
      return NOTHING;
  }
}

/** The last part of a comma-separated list; parts that are there are not offered again. */
function listCompletion(typed: string, partsFor: (begun: string) => readonly Candidate[]): Completion {
  const done = typed.slice(0, typed.lastIndexOf(",") + 1);
  const begun = typed.slice(done.length);
  const there = done.split(",");
  const { candidates } = startingWith(begun, partsFor(begun));
  return {
    candidates: candidates
      .filter(
        ({ value }) =>
          !there.some((part) => part === value || (value.endsWith("=") && part.startsWith(value))),
      )
      .map(({ value, description }) => ({ value: done + value, description })),
    directive: DIRECTIVE.noFiles | DIRECTIVE.noSpace,
  };
}

function ids(sources: readonly Source[]): Candidate[] {
  return sources.map(({ info }) => ({ value: info.id, description: info.title }));
}

function sets(sources: readonly Source[]): Candidate[] {
  const families = FAMILIES.filter((family) => sources.some(({ info }) => info.family === family));
  return [
    { value: "default", description: "what is used unless told otherwise" },
    { value: "fast", description: "those of 100,000 samples a second or more" },
    { value: "all", description: "every source" },
    ...families.map((family) => ({ value: family, description: "a family of sources" })),
  ];
}

function startingWith(typed: string, candidates: readonly Candidate[]): Completion {
  return {
    candidates: candidates.filter(({ value }) => value.startsWith(typed)),
    directive: DIRECTIVE.noFiles,
  };
}
