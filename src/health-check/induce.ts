/** Faults on purpose: lays them over noise, and shows that the tests fire, and after how many symbols. */
import type { Fault } from "../drill/faults.ts";
import { CONTINUOUS_ALPHA_EXPONENT, rctCutoff } from "../health/health-tests.ts";
import { testedH } from "../health/monitor.ts";
import { REFERENCE_BLOCKS } from "../health/second-tests.ts";
import { HealthTally, type Tested } from "./tally.ts";

/** One test that fired, and how many symbols of the fault it had seen by then. */
export interface Fired {
  readonly by: string;
  readonly after: number;
}

/** Tells what became of one fault. Plain data. */
export interface Induced {
  readonly fault: string;
  readonly about: string;
  /**
   * *must*: it leaves no entropy, and the tests reach far enough. *may*: it leaves some, perhaps as much as is claimed, or comes
   * from a generator that looks like noise for long. *cannot*: it repeats itself after longer than they remember.
   */
  readonly expected: "must" | "may" | "cannot";
  /** In the order in which they fired; empty where none did. */
  readonly fired: readonly Fired[];
  /** True unless a fault that must be seen was not. Null where the noise was too short to lay it over. */
  readonly passed: boolean | null;
  readonly reason?: string;
}

/** Blocks of noise before a fault: what the second tests learn from, and one; fewer where there is less noise. */
const LEAD_BLOCKS = REFERENCE_BLOCKS + 1;
const LEAST_LEAD_BLOCKS = 1;
/** Blocks of the fault, after what it needs itself: two for the estimate, and as many again for each of the others. */
const TAIL_BLOCKS = 8;

/** Symbols tested until others have their turn: some 20 ms. */
export const TURN_SYMBOLS = 1 << 18;

/** Returns the noise that all these faults take, symbols. */
export function noiseFor(tested: Tested, faults: readonly Fault[]): number {
  const lead = new HealthTally(tested).startupSymbols + LEAD_BLOCKS * tested.block;
  return Math.max(
    0,
    ...faults.map((fault) => Math.max(lead, fault.before) + (fault.usesNoise ? tail(tested, fault) : 0)),
  );
}

/** Symbols of a fault that are tested. */
function tail({ claim, block }: Tested, { after }: Fault): number {
  return after + TAIL_BLOCKS * block + rctCutoff(testedH(claim), CONTINUOUS_ALPHA_EXPONENT);
}

/**
 * Tests every fault, each over the same noise.
 * @param turn awaited every few milliseconds of work @throws whatever it throws
 */
export async function induce(
  noise: Uint8Array,
  tested: Tested,
  faults: readonly Fault[],
  turn: () => Promise<void>,
): Promise<Induced[]> {
  const results: Induced[] = [];
  for (const fault of faults) results.push(await induceOne(noise, tested, fault, turn));
  return results;
}

async function induceOne(
  noise: Uint8Array,
  tested: Tested,
  fault: Fault,
  turn: () => Promise<void>,
): Promise<Induced> {
  const { name, about, usesNoise, before } = fault;
  const told = { fault: name, about, expected: expectedOf(fault) };
  const length = tail(tested, fault);
  const { startupSymbols } = new HealthTally(tested);
  const room = noise.length - (usesNoise ? length : 0);
  const least = Math.max(startupSymbols + LEAST_LEAD_BLOCKS * tested.block, before);
  if (room < least) {
    const needed = least + (usesNoise ? length : 0);
    return {
      ...told,
      fired: [],
      passed: null,
      reason: `it takes ${needed} symbols, and there are ${noise.length}`,
    };
  }
  const onset = Math.min(room, Math.max(startupSymbols + LEAD_BLOCKS * tested.block, before));
  const { symbolBits, block } = tested;
  const { symbols } = fault.lay({ symbols: noise, symbolBits, block, onset }, length);
  const tally = new HealthTally(tested);
  for (const part of [symbols.subarray(0, onset), symbols.subarray(onset)]) {
    // The noise may have raised alarms of its own.
    tally.forgetAlarms();
    for (let at = 0; at < part.length; at += TURN_SYMBOLS) {
      await turn();
      tally.add(part.subarray(at, at + TURN_SYMBOLS));
    }
  }
  const fired = firedAfter(tally, onset);
  return { ...told, fired, passed: told.expected !== "must" || fired.length > 0 };
}

function expectedOf({ allowance: { kind } }: Fault): Induced["expected"] {
  if (kind === "unseen") return "cannot";
  return kind === "dead" || kind === "replay" ? "must" : "may";
}

function firedAfter(tally: HealthTally, onset: number): Fired[] {
  const fired: Fired[] = [];
  for (const { phase, test, places } of tally.outcome().tests) {
    const [place] = places;
    if (place) fired.push({ by: `${phase} ${test}`, after: place.at + 1 - onset });
  }
  const { worthlessFrom } = tally;
  if (worthlessFrom !== undefined) fired.push({ by: "estimate", after: worthlessFrom - onset });
  return fired.sort((a, b) => a.after - b.after);
}
