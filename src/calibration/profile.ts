/**
 * The profile of one machine: the entropy that `calibrate` assessed for each source. A profile can only lower a claim, never
 * raise it: whoever tampers with one can take entropy away but not invent any.
 */
import {
  type Fields,
  fieldsOf,
  numberWithin,
  shortText,
  shownValue,
  timeText,
  wholeWithin,
} from "#kit/format/fields.ts";
import { type Machine, machineDifferences } from "../platform/machine.ts";
import { machineOf, sourceId } from "../recording/manifest-file.ts";

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
  const root = fieldsOf(JSON.parse(text), "the profile");
  const schema = root["schema"];
  if (schema !== SCHEMA) {
    const newer = typeof schema === "number" && schema > SCHEMA ? ", a newer program wrote it" : "";
    throw new SyntaxError(`schema ${shownValue(schema)} is not ${SCHEMA}${newer}`);
  }
  const clock = fieldsOf(root["clock"], "clock");
  const entries = Object.entries(fieldsOf(root["sources"], "sources"));
  if (entries.length > MAX_SOURCES) throw new SyntaxError(`${entries.length} sources are too many`);
  return {
    tool: shortText(root["tool"], "tool"),
    machine: machineOf(root["machine"]),
    clock: {
      name: shortText(clock["name"], "clock.name"),
      periodNs: numberWithin(clock["periodNs"], "clock.periodNs", 0, 1e9),
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
  const entry = fieldsOf(value, path);
  const symbolBits = wholeWithin(entry["symbolBits"], `${path}.symbolBits`, 1, 8);
  return {
    assessedH: numberWithin(entry["assessedH"], `${path}.assessedH`, 0, symbolBits),
    symbolBits,
    symbols: wholeWithin(entry["symbols"], `${path}.symbols`, 1, 1e12),
    rateHz: numberWithin(entry["rateHz"], `${path}.rateHz`, 0, 1e12),
    ...shared(entry, path, symbolBits),
    calibratedAt: timeText(entry["calibratedAt"], `${path}.calibratedAt`),
  };
}

/** Profiles of before have none of it. */
function shared(entry: Fields, path: string, symbolBits: number): Partial<Calibration> {
  const { sharedH, sharedWith, sharedBound } = entry;
  if (sharedH === undefined && sharedWith === undefined && sharedBound === undefined) return {};
  return {
    sharedH: numberWithin(sharedH, `${path}.sharedH`, 0, symbolBits),
    ...(sharedWith !== undefined && { sharedWith: sourceId(shortText(sharedWith, `${path}.sharedWith`)) }),
    sharedBound: numberWithin(sharedBound, `${path}.sharedBound`, 0, 1e3),
  };
}
