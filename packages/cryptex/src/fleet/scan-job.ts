/** A job of a scan: files below a root, and all that their results depend on. */
import { ProgramError } from "#kit/errors.ts";
import type { JobBody } from "#kit/fleet/job.ts";
import {
  countOf,
  hexOf,
  type Json,
  type JsonObject,
  membersOf,
  textOf,
} from "#kit/signing/canonical-json.ts";
import { SignatureError } from "#kit/signing/signature-error.ts";
import type { ScanFileOptions } from "../scan-runner/protocol.ts";
import type { FileIdentity } from "../scan-runner/seen-files.ts";
import type { RuleSetRef } from "./rule-set-object.ts";

/** Kind of such jobs. */
export const SCAN = "scan";

export interface ScanJob {
  /** Name of the run. Files are named and not held by a digest: another run reads them anew, and has jobs of its own. */
  readonly run: string;
  /** Version of the program. */
  readonly program: string;
  /** Digest of the engine. */
  readonly engine: string;
  readonly ruleSet: RuleSetRef;
  readonly options: Omit<ScanFileOptions, "within">;
  /** Name of the folder that each worker has somewhere. */
  readonly root: string;
  readonly files: readonly JobFile[];
}

export interface JobFile {
  /** Path below the root; binary string. */
  readonly at: string;
  /** Path that rules see, as in a scan of this file where the job was made; binary string. */
  readonly path: string;
  /** Bytes when it was found. */
  readonly size: number;
  /** When it was changed last before it was found, as its number of milliseconds is written: a file that changed makes another job. */
  readonly changed: string;
}

export function jobFile(at: string, path: string, { size, mtimeMs }: FileIdentity): JobFile {
  return { at, path, size, changed: String(mtimeMs) };
}

export function scanJobBody({ options, ruleSet, files, ...rest }: ScanJob): JobBody {
  const { archives, ...others } = options;
  return {
    ...rest,
    kind: SCAN,
    ruleSet: { ...ruleSet },
    options: { ...others, archives: { ...archives } },
    files: files.map((file) => ({ ...file })),
  };
}

const MEMBERS = ["kind", "run", "program", "engine", "ruleSet", "options", "root", "files"] as const;
const OPTIONS = ["timeoutMs", "maxStrings", "maxSize", "digestAll", "archives", "listClean"] as const;
const LIMITS = ["depth", "members", "bytes", "ratio"] as const;

/** @throws ProgramError for what is no such job, or leads out of its root */
export function readScanJob(body: JobBody): ScanJob {
  try {
    const { kind, run, program, engine, ruleSet, options, root, files } = membersOf(body, MEMBERS);
    if (kind !== SCAN) throw new SignatureError("it is of another kind");
    return {
      run: textOf(run, "run"),
      program: textOf(program, "program"),
      engine: textOf(engine, "engine"),
      ruleSet: ruleSetOf(ruleSet),
      options: optionsOf(options),
      root: textOf(root, "root"),
      files: listOf(files).map(fileOf),
    };
  } catch (cause) {
    if (!(cause instanceof SignatureError)) throw cause;
    throw new ProgramError("job", `the job is no scan that is known here: ${cause.message}`, { cause });
  }
}

function ruleSetOf(value: Json): RuleSetRef {
  const { object, digest } = membersOf(objectOf(value), ["object", "digest"]);
  return { object: hexOf(object, "object"), digest: textOf(digest, "digest") };
}

function optionsOf(value: Json): ScanJob["options"] {
  const { timeoutMs, maxStrings, maxSize, digestAll, archives, listClean } = membersOf(
    objectOf(value),
    OPTIONS,
  );
  const limits = membersOf(objectOf(archives), LIMITS);
  return {
    timeoutMs: countOf(timeoutMs, "timeoutMs"),
    maxStrings: countOf(maxStrings, "maxStrings"),
    maxSize: countOf(maxSize, "maxSize"),
    digestAll: flagOf(digestAll, "digestAll"),
    archives: {
      depth: countOf(limits.depth, "depth"),
      members: countOf(limits.members, "members"),
      bytes: countOf(limits.bytes, "bytes"),
      ratio: countOf(limits.ratio, "ratio"),
    },
    listClean: flagOf(listClean, "listClean"),
  };
}

function fileOf(value: Json): JobFile {
  const { at, path, size, changed } = membersOf(objectOf(value), ["at", "path", "size", "changed"]);
  const place = binaryOf(at, "at");
  if (!isInside(place)) throw new SignatureError(`${JSON.stringify(place)} leads out of its root`);
  return {
    at: place,
    path: binaryOf(path, "path"),
    size: countOf(size, "size"),
    changed: textOf(changed, "changed"),
  };
}

/** Tells whether a path goes down alone, by names of entries. Links on the way are found when the file is open. */
export function isInside(path: string): boolean {
  return (
    !path.includes("\0") && path.split("/").every((part) => part !== "" && part !== "." && part !== "..")
  );
}

function binaryOf(value: Json, name: string): string {
  const text = textOf(value, name);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of a byte
  if (/[^\x00-\xff]/.test(text)) throw new SignatureError(`"${name}" is no path, one character a byte`);
  return text;
}

function flagOf(value: Json, name: string): boolean {
  if (typeof value !== "boolean") throw new SignatureError(`"${name}" is neither true nor false`);
  return value;
}

function listOf(value: Json): readonly Json[] {
  if (!Array.isArray(value) || value.length === 0) throw new SignatureError("it names no files");
  return value as readonly Json[];
}

function objectOf(value: Json): JsonObject {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject) throw new SignatureError("a part of it is no object");
  return value as JsonObject;
}
