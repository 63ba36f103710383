/** The work on all symbols of the data, in which nearly all of the time goes by. */

import type { Loops } from "../loops.ts";
import { countRepeats } from "../repeats.ts";
import type { IidData } from "./iid-data.ts";
import { type GeneratorState, shuffle } from "./shuffle.ts";
import { StatisticsMeter } from "./statistics.ts";

/** Other loops give the same results, to the last bit. */
export interface IidLoops extends Pick<Loops, "countRepeats"> {
  readonly shuffle: (symbols: Uint8Array, state: GeneratorState) => void;
  readonly meterFor: (data: IidData) => Pick<StatisticsMeter, "measure">;
}

/** Those that need nothing but JavaScript. */
export const PLAIN_IID_LOOPS: IidLoops = {
  countRepeats,
  shuffle,
  meterFor: (data) => new StatisticsMeter(data),
};
