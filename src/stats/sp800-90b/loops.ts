/** The loops over all symbols, in which nearly all of the time goes by. */

import { type CountSymbols, countSymbols } from "./alphabet.ts";
import { countWaits, type Waits } from "./collision.ts";
import { countDistances } from "./compression.ts";
import type { Sequence } from "./estimate.ts";
import { playLag } from "./lag.ts";
import { playLz78y } from "./lz78y.ts";
import { countSteps, type Steps } from "./markov.ts";
import { playMultiMcw } from "./multi-mcw.ts";
import { playMultiMmc } from "./multi-mmc.ts";
import type { Play } from "./prediction.ts";
import { countRepeats, type Repeats } from "./repeats.ts";

/** Other loops give the same results, to the last bit. */
export interface Loops {
  readonly countSymbols: CountSymbols;
  readonly countWaits: (bits: Sequence) => Waits;
  readonly countSteps: (bits: Sequence) => Steps;
  readonly countDistances: (bits: Sequence) => Int32Array;
  readonly countRepeats: (sequence: Sequence) => Repeats;
  readonly multiMcw: Play;
  readonly lag: Play;
  readonly multiMmc: Play;
  readonly lz78y: Play;
}

/** Those that need nothing but JavaScript. */
export const PLAIN_LOOPS: Loops = {
  countSymbols,
  countWaits,
  countSteps,
  countDistances,
  countRepeats,
  multiMcw: playMultiMcw,
  lag: playLag,
  multiMmc: playMultiMmc,
  lz78y: playLz78y,
};
