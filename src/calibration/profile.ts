/**
 * The profile of one machine: the entropy that `calibrate` assessed for each source. A profile can only lower a claim, never
 * raise it: whoever tampers with one can take entropy away but not invent any.
 */
import { type Machine, machineDifferences } from "../platform/machine.ts";

export interface Profile {
  /** Version of the program that measured. */
  readonly tool: string;
  readonly machine: Machine;
  /** The counter, for the reader only. It changes with the machine or the program, which are compared. */
  readonly clock: { readonly name: string; readonly periodNs: number };
  /** By source id. */
  readonly sources: ReadonlyMap<string, Calibration>;
}

export interface Calibration {
  /** SP 800-90B non-IID estimate, bits per symbol. */
  readonly assessedH: number;
  readonly symbolBits: number;
  /** Number of symbols assessed. */
  readonly symbols: number;
  readonly rateHz: number;
  /**
   * Largest information of a source of another family about this one, bits per symbol, beyond what chance gives: see
   * recording/between-families.ts. Absent where it was not compared with any.
   */
  readonly sharedH?: number;
  /** Source that has it. */
  readonly sharedWith?: string;
  /** Information below this would not have been seen. */
  readonly sharedBound?: number;
  /** ISO 8601. */
  readonly calibratedAt: string;
}

/** Version of the file format. */
const SCHEMA = 1;
/** Many times the number of existing sources. */
const MAX_SOURCES = 1_000;

export function formatProfile(profile: Profile): string {
  const { sources, ...rest } = profile;
  return `${JSON.stringify({ schema: SCHEMA, ...rest, sources: Object.fromEntries(sources) }, null, 2)}\n`;
}

/** @throws SyntaxError naming the first fault: a profile is used as a whole or not at all */
export function parseProfile(text: string): Profile {
  const root = record(JSON.parse(text), "the profile");
  const schema = root["schema"];
  if (schema !== SCHEMA) {
    const newer = typeof schema === "number" && schema > SCHEMA ? ", a newer program wrote it" : "";
    throw new SyntaxError(`schema ${shown(schema)} is not ${SCHEMA}${newer}`);
  }
  const machine = record(root["machine"], "machine");
  const clock = record(root["clock"], "clock");
  const entries = Object.entries(record(root["sources"], "sources"));
  if (entries.length > MAX_SOURCES) throw new SyntaxError(`${entries.length} sources are too many`);
  const { os, installation } = machine;
  if (os !== "linux" && os !== "darwin") throw new SyntaxError(`machine.os is ${shown(os)}`);
  return {
    tool: word(root["tool"], "tool"),
    machine: {
      os,
      kernel: word(machine["kernel"], "machine.kernel"),
      arch: word(machine["arch"], "machine.arch"),
      cpu: word(machine["cpu"], "machine.cpu"),
      processors: whole(machine["processors"], "machine.processors", 0, 1e6),
      memoryGiB: whole(machine["memoryGiB"], "machine.memoryGiB", 0, 1e9),
      installation: installation === null ? null : word(installation, "machine.installation"),
    },
    clock: {
      name: word(clock["name"], "clock.name"),
      periodNs: within(clock["periodNs"], "clock.periodNs", 0, 1e9),
    },
    sources: new Map(entries.map(([id, entry]) => [sourceId(id), calibration(entry, `sources.${id}`)])),
  };
}

/** Says why the profile does not apply to this machine and version; undefined where it does. */
export function mismatch(profile: Profile, machine: Machine, tool: string): string | undefined {
  if (profile.tool !== tool) return `it was made by version ${JSON.stringify(profile.tool)}, this is ${tool}`;
  const differences = machineDifferences(profile.machine, machine);
  return differences.length === 0 ? undefined : `the machine has changed: ${differences.join("; ")}`;
}

function calibration(value: unknown, path: string): Calibration {
  const entry = record(value, path);
  const symbolBits = whole(entry["symbolBits"], `${path}.symbolBits`, 1, 8);
  const calibratedAt = word(entry["calibratedAt"], `${path}.calibratedAt`);
  if (!Number.isFinite(Date.parse(calibratedAt))) throw new SyntaxError(`${path}.calibratedAt is not a time`);
  return {
    assessedH: within(entry["assessedH"], `${path}.assessedH`, 0, symbolBits),
    symbolBits,
    symbols: whole(entry["symbols"], `${path}.symbols`, 1, 1e12),
    rateHz: within(entry["rateHz"], `${path}.rateHz`, 0, 1e12),
    ...shared(entry, path, symbolBits),
    calibratedAt,
  };
}

/** Profiles of before have none of it. */
function shared(entry: Record<string, unknown>, path: string, symbolBits: number): Partial<Calibration> {
  const { sharedH, sharedWith, sharedBound } = entry;
  if (sharedH === undefined && sharedWith === undefined && sharedBound === undefined) return {};
  return {
    sharedH: within(sharedH, `${path}.sharedH`, 0, symbolBits),
    ...(sharedWith !== undefined && { sharedWith: sourceId(word(sharedWith, `${path}.sharedWith`)) }),
    sharedBound: within(sharedBound, `${path}.sharedBound`, 0, 1e3),
  };
}

function record(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new SyntaxError(`${path} is ${shown(value)}, not an object`);
  return value as Record<string, unknown>;
}

function sourceId(id: string): string {
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(id)) throw new SyntaxError(`${shown(id)} is not a source id`);
  return id;
}

/** Accepts a short text without control characters, because it may be shown in a warning on the terminal. */
function word(value: unknown, path: string): string {
  if (typeof value === "string" && /^[\x20-\x7e\u00a0-\uffff]{1,200}$/.test(value)) return value;
  throw new SyntaxError(`${path} is ${shown(value)}, not a short text`);
}

function within(value: unknown, path: string, least: number, most: number): number {
  if (typeof value === "number" && value >= least && value <= most) return value;
  throw new SyntaxError(`${path} is ${shown(value)}, not a number from ${least} to ${most}`);
}

function whole(value: unknown, path: string, least: number, most: number): number {
  if (!Number.isInteger(value)) throw new SyntaxError(`${path} is ${shown(value)}, not a whole number`);
  return within(value, path, least, most);
}

function shown(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 40);
}
