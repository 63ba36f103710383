/**
 * Command lines of NIST's programs (github.com/usnistgov/SP800-90B_EntropyAssessment, 1.1.7) that make the same figures. They read files
 * of one symbol a byte; where the data were given in another way, a word stands for such a file.
 */
import { shellWord } from "#kit/format/shell-word.ts";
import type { Component } from "../conditioning/output-entropy.ts";
import type { TrackName } from "../stats/sp800-90b/index.ts";
import type { SymbolLayout, SymbolRange } from "./symbol-file.ts";

/** Stands for a file of one symbol a byte. */
const SYMBOLS = "SYMBOLS";

export const SYMBOLS_NOTE = `NIST's programs read one symbol a byte from a file: ${SYMBOLS} stands for one with these data`;

/** Data as they were given. */
export interface GivenData {
  /** As typed. */
  readonly path: string;
  /** False for pipes: NIST's programs look for the end of a file first. */
  readonly isRegular: boolean;
  readonly format: SymbolLayout["format"];
  readonly range?: SymbolRange | undefined;
}

/** Tells if NIST's programs can read the data as they were given. */
export function isPlain({ path, format, isRegular }: GivenData): boolean {
  return path !== "-" && format === "bytes" && isRegular;
}

function fileWord(data: GivenData): string {
  return isPlain(data) ? pathWord(data.path) : SYMBOLS;
}

/** A name that begins with a dash would be taken for a flag. */
function pathWord(path: string): string {
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

/** Tells if a file takes the place of the range that `ea_restart` cannot read. */
export function isWhole(data: GivenData): boolean {
  return isPlain(data) && data.range === undefined;
}

/** `ea_restart -i restarts.bin 8 7.9`: of a whole file. */
export function restartCommand(
  data: GivenData,
  track: TrackName,
  bitsPerSymbol: number,
  hInitial: number,
): string {
  const file = isWhole(data) ? fileWord(data) : SYMBOLS;
  return ["ea_restart", ...(track === "iid" ? ["-i"] : []), file, bitsPerSymbol, hInitial].join(" ");
}

/** `ea_conditioning -v 512 256 256 300`, or -n with h′ at the end. */
export function conditioningCommand({ nIn, nOut, nw, hIn }: Component, hPrime: number | undefined): string {
  const flag = hPrime === undefined ? "-v" : "-n";
  return ["ea_conditioning", flag, nIn, nOut, nw, hIn, ...(hPrime === undefined ? [] : [hPrime])].join(" ");
}

/** `ea_transpose -l 2 restarts.bin columns.bin`: a range of a million symbols is a block to it. */
export function transposeCommand(data: GivenData, output: string | undefined): string {
  return [
    "ea_transpose",
    ...(data.range && isPlain(data) ? ["-l", data.range.index] : []),
    fileWord(data),
    output === undefined ? "COLUMNS" : pathWord(output),
  ].join(" ");
}
