/** Command lines of NIST's programs beside those that assess: of restarts and conditioning components. */
import type { Component } from "../conditioning/output-entropy.ts";
import { fileWord, type GivenData, isPlain, pathWord, SYMBOLS } from "../report/nist-commands.ts";
import type { TrackName } from "../stats/sp800-90b/index.ts";

/** Tells if `ea_restart` can read the data as they were given: it has no flag for a range. */
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
