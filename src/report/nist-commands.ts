/**
 * Command lines of NIST's programs (github.com/usnistgov/SP800-90B_EntropyAssessment, 1.1.7) that make the same figures. They read files
 * of one symbol a byte; where the data were given in another way, a word stands for such a file.
 */
import { shellWord } from "#kit/format/shell-word.ts";
import { visible } from "#kit/format/visible.ts";
import type { TrackName } from "../stats/sp800-90b/index.ts";
import type { InputFormat } from "./input-format.ts";
import type { ReportData } from "./run-options.ts";

/** Stands for a file of one symbol a byte. */
export const SYMBOLS = "SYMBOLS";

export const SYMBOLS_NOTE = `NIST's programs read one symbol a byte from a file: ${SYMBOLS} stands for one with these data`;

/** A part of a file: `count` symbols from symbol `index` · `count` on, as `-l` of NIST's programs takes them. */
export interface SymbolRange {
  readonly index: number;
  readonly count: number;
}

/** Data as they were given. */
export interface GivenData {
  /** As typed. */
  readonly path: string;
  /** False for pipes: NIST's programs look for the end of a file first. */
  readonly isRegular: boolean;
  readonly format: InputFormat;
  readonly range?: SymbolRange | undefined;
}

/** Tells if NIST's programs can read the data as they were given. */
export function isPlain({ path, format, isRegular }: GivenData): boolean {
  return path !== "-" && format === "bytes" && isRegular;
}

/** The file on a command line. */
export function fileWord(data: GivenData): string {
  return isPlain(data) ? pathWord(data.path) : SYMBOLS;
}

/** A name that begins with a dash would be taken for a flag. */
export function pathWord(path: string): string {
  return shellWord(path.startsWith("-") ? `./${path}` : path);
}

export interface AssessmentFlags {
  readonly track: TrackName;
  readonly conditioned: boolean;
  readonly truncate: boolean;
  readonly bitsPerSymbol: number;
}

/** `ea_non_iid -c -l 2,1000000 noise.bin 8` and the like. */
export function assessmentCommand(
  data: GivenData,
  { track, conditioned, truncate, bitsPerSymbol }: AssessmentFlags,
): string {
  return [
    track === "iid" ? "ea_iid" : "ea_non_iid",
    ...(conditioned ? ["-c"] : []),
    ...(truncate ? ["-t"] : []),
    ...(data.range && isPlain(data) ? ["-l", `${data.range.index},${data.range.count}`] : []),
    fileWord(data),
    bitsPerSymbol,
  ].join(" ");
}

/** Names in a note of a report the command line for its figures of SP 800-90B. @param symbols the first of the data, so many, were assessed */
export function nistNote(
  { kind, name, format, bitsPerSymbol }: ReportData,
  symbols: number,
  bytes: number,
): string {
  const isFile = kind === "file" && bitsPerSymbol === 8;
  const given: GivenData = {
    path: name,
    isRegular: isFile,
    format: format ?? "bytes",
    range: symbols < bytes ? { index: 0, count: symbols } : undefined,
  };
  const flags = { track: "non-iid", conditioned: false, truncate: false, bitsPerSymbol } as const;
  const line = visible(assessmentCommand(given, flags));
  return `sp800-90b: NIST's program makes the same figures with ${line}${isPlain(given) ? "" : `, where ${SYMBOLS} is a file of one symbol a byte`}`;
}
