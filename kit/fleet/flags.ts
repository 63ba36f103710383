/** Flags of commands that have work done by a fleet, the same in each program. Loads nothing of a fleet. */
import { resolve } from "node:path";
import { UsageError } from "../errors.ts";
import { flag, nameOf } from "../term/flags.ts";

const NATS = {
  about: "Servers of a fleet, as tls://host:4222 with commas between, or a file of context with certificates",
  hint: "URL|FILE",
} as const;

const queueFlag = (queue: string) =>
  flag.text({ about: "Name of the fleet's queue", hint: "NAME", default: queue });

const LEDGER = {
  ledger: flag.text({
    about:
      "Record of the fleet's jobs, sqlite:PATH or postgres://…; default: fleet.db in the program's folder",
    hint: "PLACE",
  }),
  // An hour: the largest jobs of either program take minutes, and those before them in the queue take their time too.
  deadline: flag.seconds({ about: "Time that a job of the fleet has, seconds", default: "3600" }),
  // The server keeps five copies at most.
  copies: flag.count(1, 5, {
    about: "Servers that each keep a copy of jobs and results, where the queue is not there yet",
    default: "1",
  }),
};

/** Makes the flags of whoever takes jobs. @param queue name of the program's own */
export function workerFlags(queue: string) {
  return { nats: flag.text({ ...NATS, required: true }), queue: queueFlag(queue) };
}

/** Makes the flags of whoever answers for itself, where there is a fleet. @param queue name of the program's own */
export function memberFlags(queue: string) {
  return {
    nats: flag.text({ ...NATS, about: `Answer fleet status there: ${lower(NATS.about)}` }),
    queue: queueFlag(queue),
  };
}

/** Makes the flags of whoever gives out jobs, where there is a fleet. @param queue name of the program's own */
export function runFlags(queue: string) {
  return {
    nats: flag.text({ ...NATS, about: `Have it done by other machines: ${lower(NATS.about)}` }),
    queue: queueFlag(queue),
    ...LEDGER,
    run: flag.text({ about: "Name of the fleet's run; default: made of the time", hint: "NAME" }),
  };
}

/** Makes the flags of `fleet resume`. @param queue name of the program's own */
export function resumeFlags(queue: string) {
  return { ...workerFlags(queue), ...LEDGER };
}

/** Refuses flags of a fleet where there is none. @param own those of the command itself that need one @throws UsageError */
export function requireFleet(
  { nats }: { readonly nats: string | undefined },
  given: ReadonlySet<string>,
  own: readonly string[] = [],
): void {
  if (nats !== undefined) return;
  const needy = ["queue", "run", ...Object.keys(LEDGER), ...own].find((name) => given.has(name));
  if (needy !== undefined) throw new UsageError(`--${nameOf(needy, {})} is for --nats`);
}

/** A folder of this machine by the name that the fleet knows: the name, and the whole path. */
export type Root = readonly [name: string, folder: string];

/** Reads `NAME=DIR`. @throws UsageError */
export function parseRoot(text: string, option: string): Root {
  const [, name, folder] = /^([A-Za-z0-9_-]{1,64})=(.+)$/s.exec(text) ?? [];
  if (name !== undefined && folder !== undefined) return [name, resolve(folder)];
  throw new UsageError(`${option} takes a name and a folder: '${text}' is not like corpus=/mnt/corpus`);
}

/** @throws UsageError for a name that stands twice */
export function refuseTwice(roots: readonly Root[]): void {
  const names = roots.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) throw new UsageError(`the root ${twice} is named twice`);
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

/** The options that `resumeFlags` make, and `runFlags` with a server. */
export interface FleetOptions {
  readonly nats: string;
  readonly queue: string;
  readonly ledger: string | undefined;
  /** Milliseconds. */
  readonly deadline: number;
  /** Servers that each keep a copy of what is made on them; by default one. */
  readonly copies?: number;
}
