import type { BitString } from "../bits.ts";
import { WALK_END } from "../math/walk-tables.ts";

/** Farthest state of the variant test, and of the random excursions test itself. */
export const FARTHEST = 9;
const FARTHEST_PER_CYCLE = 4;

/** Counts of SP 800-22 §2.14 and §2.15 in the random walk of the bits, which starts at 0 and goes up for a 1. */
export interface Cycles {
  /** J: excursions from 0; the end of the bits ends the last. */
  readonly cycles: number;
  /** Visits to state x at [x + 9], x = −9 … 9; the entry of 0 is not used. */
  readonly visits: Uint32Array;
  /** Cycles with k visits to state x, 5 standing for 5 or more, at [x + 4][k], x = −4 … 4. */
  readonly cyclesByVisits: readonly Uint32Array[];
}

/** Two tests look at the cycles of the same bits, one after the other. */
const counted = new WeakMap<BitString, Cycles>();

export function cyclesOf(bits: BitString): Cycles {
  const cycles = counted.get(bits) ?? countCycles(bits);
  counted.set(bits, cycles);
  return cycles;
}

function countCycles({ bytes, length }: BitString): Cycles {
  const visits = new Uint32Array(2 * FARTHEST + 1);
  const visitsBefore = new Uint32Array(visits.length);
  const cyclesByVisits = Array.from({ length: 2 * FARTHEST_PER_CYCLE + 1 }, () => new Uint32Array(6));
  let cycles = 0;
  const endCycle = (): void => {
    cycles++;
    for (let x = -FARTHEST_PER_CYCLE; x <= FARTHEST_PER_CYCLE; x++) {
      const count = visits[x + FARTHEST]! - visitsBefore[x + FARTHEST]!;
      cyclesByVisits[x + FARTHEST_PER_CYCLE]![Math.min(count, 5)]!++;
      visitsBefore[x + FARTHEST] = visits[x + FARTHEST]!;
    }
  };

  let at = 0;
  for (let start = 0; start < length; start += 8) {
    const byte = bytes[start >>> 3]!;
    const steps = Math.min(8, length - start);
    // More than eight steps away from the farthest state, none of the byte's can matter.
    if (steps === 8 && (at > FARTHEST + 8 || at < -FARTHEST - 8)) {
      at += WALK_END[byte]!;
      continue;
    }
    for (let i = 0; i < steps; i++) {
      at += ((byte >> (7 - i)) & 1) * 2 - 1;
      if (at === 0) endCycle();
      else if (at <= FARTHEST && at >= -FARTHEST) visits[at + FARTHEST]!++;
    }
  }
  if (at !== 0) endCycle();
  return { cycles, visits, cyclesByVisits };
}

/** §2.14.4 (6): the smallest number of cycles for which the tests' distributions hold. */
export function leastCycles(n: number): number {
  return Math.max(500, 0.005 * Math.sqrt(n));
}
