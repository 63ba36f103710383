/** Reads from its flags how `report` works. */
import { availableParallelism } from "node:os";
import type { Deps } from "../deps.ts";
import type { DeepOptions } from "../report/deep/write-deep.ts";
import type { DataOrigin } from "../report/input-data.ts";
import type { ReportFormat } from "../report/render.ts";
import type { ReportOptions } from "../report/write-report.ts";
import { sourceNamed } from "../sources/selection.ts";
import { DEEP, formatOfSuffix, type ReportFlags } from "./report-flags.ts";

/** Bits of a sequence of endless data: the reference length of SP 800-22. */
const DEFAULT_BITS = 1_000_000;

/** @param options that `check` accepts @throws UsageError for an unknown source */
export function reportOptions(options: ReportFlags, deps: Pick<Deps, "sources">): ReportOptions {
  const { suites, constants, sequences, output, bitmap } = options;
  const origin = originOf(options, deps);
  const isEndless = origin.kind === "source" || origin.kind === "pool";
  return {
    origin,
    bytes: bytesOf(options, origin) ?? (isEndless ? (sequences * DEFAULT_BITS) / 8 : undefined),
    suites: suites === DEEP ? [] : suites,
    constants,
    sequences,
    format: formatOf(options),
    output,
    bitmap,
    threads: availableParallelism(),
  };
}

/** Those of the battery for large data. @throws as `reportOptions` */
export function deepOptions(options: ReportFlags, deps: Pick<Deps, "sources">): DeepOptions {
  const { keepGoing: keepsGoing, output, state, inputGoesOn } = options;
  const origin = originOf(options, deps);
  return {
    origin,
    bytes: bytesOf(options, origin),
    keepsGoing,
    statePath: state,
    inputGoesOn,
    format: formatOf(options),
    output,
    threads: availableParallelism(),
  };
}

function originOf(options: ReportFlags, deps: Pick<Deps, "sources">): DataOrigin {
  const { stdin, input, source, inputFormat: format } = options;
  if (stdin) return { kind: "stdin", format };
  if (input !== undefined) return { kind: "file", path: input, format };
  if (source !== undefined) return { kind: "source", source: sourceNamed(deps.sources, source) };
  return { kind: "pool", ...options };
}

/** Number of bytes to test, where one is given. */
function bytesOf({ bytes, samples }: ReportFlags, origin: DataOrigin): number | undefined {
  if (bytes !== undefined) return bytes;
  if (samples !== undefined) {
    const symbolBits = origin.kind === "source" ? origin.source.info.symbolBits : 8;
    return Math.ceil((samples * symbolBits) / 8);
  }
  return undefined;
}

function formatOf({ format, json, output }: ReportFlags): ReportFormat {
  if (json) return "json";
  return format ?? (output === undefined ? "text" : formatOfSuffix(output));
}
