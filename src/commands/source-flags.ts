/** Flags about sources that several commands share. */

import { type Candidate, type Completion, completeList, startingWith } from "#kit/term/candidates.ts";
import { flag, group, many, positional } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import type { Settings } from "../platform/host.ts";
import { FAMILIES, type Source } from "../source.ts";
import {
  namedCommandText,
  namedFileText,
  parseNamedCommand,
  parseNamedFile,
} from "../sources/named/definitions.ts";

type Known = Pick<Deps, "sources">;

/** Settings of sources, for commands that name one source. The keys are those of `Settings`. */
export const SETTINGS_FLAGS = group("Sources", {
  offline: flag.switch({ about: "Use no source that touches the network, even if named" }),
  resolver: flag.text({ hint: "ADDR", about: "DNS server for dns_timing; default: the system's" }),
  connectTo: flag.text({ name: "connect", hint: "HOST:PORT", about: "Target of tcp_connect" }),
  scratchFolder: flag.folder({
    name: "scratch",
    hint: "FOLDER",
    about: "Folder for files that disk sources measure with",
  }),
  sourceFiles: many(
    flag.value(parseNamedFile, {
      name: "source-file",
      hint: "NAME=PATH",
      about: "Name a device, FIFO or file as a source: my_stick=/dev/ttyACM0, with :BAUD for a serial line",
    }),
  ),
  sourceCommands: many(
    flag.value(parseNamedCommand, {
      name: "source-exec",
      hint: "NAME=COMMAND",
      about: "Name a command as a source, by the bytes it writes; no shell runs it",
    }),
  ),
});

/** The settings as flags, for another process of this program. */
export function settingsArgs(settings: Settings): string[] {
  const { resolver, connectTo, scratchFolder, sourceFiles, sourceCommands } = settings;
  const given = Object.entries({ resolver, connect: connectTo, scratch: scratchFolder })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `--${name}=${value}`);
  return [
    ...given,
    ...sourceFiles.map((file) => `--source-file=${namedFileText(file)}`),
    ...sourceCommands.map((command) => `--source-exec=${namedCommandText(command)}`),
  ];
}

/** For commands that use several sources. */
export const SOURCES_FLAGS = {
  ...group("Sources", {
    sources: flag.text({
      hint: "LIST",
      default: "default",
      about: "Ids, families, default, fast, all; -id leaves one out",
      complete: completeSources,
    }),
  }),
  ...SETTINGS_FLAGS,
};

/** The source that a command is about. */
export const SOURCE_WORD = positional.text({
  about: "Id of the source, as listed by scan",
  complete: completeSource,
});

export function completeSource(typed: string, { sources }: Known): Completion {
  return startingWith(typed, ids(sources));
}

function completeSources(typed: string, { sources }: Known): Completion {
  const names = [...ids(sources), ...sets(sources)];
  return completeList(typed, (begun) =>
    begun.startsWith("-")
      ? names.map(({ value, description }) => ({ value: `-${value}`, description: `not ${description}` }))
      : names,
  );
}

/** Completes `--credit`: ids, each with the equals sign before its claim. */
export function completeCredit(typed: string, { sources }: Known): Completion {
  return completeList(typed, () =>
    ids(sources).map(({ value, description }) => ({ value: `${value}=`, description })),
  );
}

function ids(sources: readonly Source[]): Candidate[] {
  return sources.map(({ info }) => ({ value: info.id, description: info.title }));
}

function sets(sources: readonly Source[]): Candidate[] {
  const families = FAMILIES.filter((family) => sources.some(({ info }) => info.family === family));
  return [
    { value: "default", description: "the sources used by default" },
    { value: "fast", description: "sources of 100,000 samples a second or more" },
    { value: "all", description: "every source" },
    ...families.map((family) => ({ value: family, description: "a family of sources" })),
  ];
}
