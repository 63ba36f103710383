/**
 * Measures what sources of different families know of each other: they are sampled in short turns, a few milliseconds apart, and
 * the symbols of a round are compared with each other and, as a control, with those of neighbouring rounds.
 *
 * It sees what shows in pairs of symbols, at the same index of two turns of the same round: the moment's load, an interrupt, a
 * change of the processor's frequency. It does not see a slow drift of the whole machine, which neighbouring rounds share;
 * dependence on several symbols at once; or on symbols at other indices. One thread samples in turns here as in a pool, so
 * nothing is ever measured twice at the same instant.
 *
 * The measure is Shannon's, which exceeds min-entropy, and counts what two whole turns share once for each symbol: it is too
 * high rather than too low. A busy machine shows more of it than a quiet one.
 */
import { setImmediate } from "node:timers/promises";
import { EntropyError } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import type { Sampler, Source, SourceInfo } from "../source.ts";
import { toSymbols } from "../trace.ts";
import { mutualInformation, Uniform } from "./dependence.ts";

/** 400 rounds of 64 symbols take the default sources some six seconds. */
export const ROUNDS = 400;
const LEAST_ROUNDS = 128;
export const TURN_SYMBOLS = 64;
/** First samples of a turn, which are dropped: they begin with caches that the other sources have filled. */
const DROPPED = 32;
/** With slower sources the rounds would take minutes. */
const LEAST_RATE_HZ = 5_000;
/** Longest time for all rounds; what is there by then is compared. */
const LIMIT_MS = 20_000;
/** A turn takes some 20 ms at most; a source that takes this long is left out. */
const TURN_LIMIT_MS = 5_000;

export interface InTurns {
  readonly info: SourceInfo;
  /** `TURN_SYMBOLS` of each round. */
  readonly symbols: Uint8Array;
}

/**
 * Samples the sources in turns. Leaves out those that claim nothing, are slow or fail; the others are as long as each other.
 * @param rateHz measured rates, samples a second
 * @throws the signal's reason
 */
export async function sampleInTurns(
  sources: readonly { readonly source: Source; readonly rateHz: number }[],
  host: Host,
  signal: AbortSignal,
  onRound: (round: number) => void = () => {},
): Promise<readonly InTurns[]> {
  const quick = sources
    .filter(({ source, rateHz }) => rateHz >= LEAST_RATE_HZ && source.info.claim > 0)
    .map(({ source }) => source);
  const live: (InTurns & { readonly sampler: Sampler })[] = [];
  await using samplers = new AsyncDisposableStack();
  for (const source of quick) {
    const sampler = await unlessItFails(source.open(host), signal);
    if (!sampler) continue;
    samplers.use(sampler);
    live.push({ info: source.info, sampler, symbols: new Uint8Array(ROUNDS * TURN_SYMBOLS) });
  }
  const startedNs = host.nowNs();
  let rounds = 0;
  while (rounds < ROUNDS && host.nowNs() - startedNs < LIMIT_MS * 1e6) {
    onRound(rounds);
    for (const each of [...live]) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(TURN_LIMIT_MS)]);
      const trace = await unlessItFails(each.sampler.sample(DROPPED + TURN_SYMBOLS, limited), signal);
      if (trace) {
        const symbols = toSymbols(trace, each.info.symbolBits).subarray(DROPPED);
        each.symbols.set(symbols, rounds * TURN_SYMBOLS);
      } else {
        live.splice(live.indexOf(each), 1);
      }
    }
    rounds++;
    await setImmediate(); // lets an abort through
    signal.throwIfAborted();
  }
  if (rounds < LEAST_ROUNDS) return [];
  return live.map(({ info, symbols }) => ({ info, symbols: symbols.subarray(0, rounds * TURN_SYMBOLS) }));
}

/** Resolves with undefined where the source fails on purpose or is too slow. @throws the signal's reason; defects */
async function unlessItFails<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    signal.throwIfAborted();
    const tooSlow = error instanceof DOMException && error.name === "TimeoutError";
    if (error instanceof EntropyError || tooSlow) return undefined;
    throw error;
  }
}

/** Holds the knowledge that sources of other families have of one source. */
export interface Shared {
  /** Largest information of one of them about it, bits per symbol; 0 where none exceeds the bound. */
  readonly sharedH: number;
  /** Whose that is. */
  readonly sharedWith?: string;
  /** Information below this would not have been seen, bits per symbol. */
  readonly sharedBound: number;
}

/** Rounds among which a turn is exchanged for another's, as a control. */
const WINDOW_ROUNDS = 16;
const CONTROLS = 20;
/**
 * Deviations above the controls from which on information counts. With 20 controls, t = 6/√(1 + 1/20) = 5.86 at 19 degrees of
 * freedom is exceeded by chance once in 160,000 pairs.
 */
const LEAST_DEVIATIONS = 6;

/**
 * Compares sources of different families, each two. Sources for which there is none of another family are not in the result.
 * @throws the signal's reason
 */
export async function sharedBetweenFamilies(
  inTurns: readonly InTurns[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Shared>> {
  const shared = new Map<string, Shared>();
  const raise = (id: string, other: string, bits: number, bound: number) => {
    const { sharedH, sharedWith, sharedBound } = shared.get(id) ?? { sharedH: 0, sharedBound: 0 };
    const isMore = bits > bound && bits > sharedH;
    const partner = isMore ? other : sharedWith;
    shared.set(id, {
      sharedH: isMore ? bits : sharedH,
      ...(partner !== undefined && { sharedWith: partner }),
      sharedBound: Math.max(bound, sharedBound),
    });
  };
  for (const [i, a] of inTurns.entries()) {
    const controls = controlsOf(a.symbols);
    for (const b of inTurns.slice(0, i)) {
      if (a.info.family === b.info.family) continue;
      for (const part of PARTS) {
        const { bits, deviation } = informationBeyond(
          a.symbols.map(part),
          b.symbols.map(part),
          controls.map((control) => control.map(part)),
        );
        const bound = LEAST_DEVIATIONS * deviation;
        raise(a.info.id, b.info.id, bits, bound);
        raise(b.info.id, a.info.id, bits, bound);
        await setImmediate(); // some 30 ms each: lets an abort through
        signal.throwIfAborted();
      }
    }
  }
  return shared;
}

/**
 * Parts of symbols that are compared: no part holds more information than the whole, but of 256 × 256 pairs of values most are
 * never seen in 25,600, and what is taken off for chance then hides part of a strong dependence.
 */
const PARTS: readonly ((symbol: number) => number)[] = [
  (symbol) => symbol,
  (symbol) => symbol & 15,
  (symbol) => symbol >> 4,
];

/** Copies whose turns have changed places with others of the same window. No turn stays where it was. */
function controlsOf(symbols: Uint8Array): Uint8Array[] {
  const uniform = new Uniform();
  const windowSymbols = WINDOW_ROUNDS * TURN_SYMBOLS;
  return Array.from({ length: CONTROLS }, () => {
    const copy = symbols.slice();
    for (let from = 0; from < symbols.length; from += windowSymbols) {
      const window = symbols.subarray(from, from + windowSymbols);
      const turns = window.length / TURN_SYMBOLS;
      if (turns < 2) continue;
      const by = TURN_SYMBOLS * (1 + Math.floor(uniform.next() * (turns - 1)));
      copy.set(window.subarray(by), from);
      copy.set(window.subarray(0, by), from + window.length - by);
    }
    return copy;
  });
}

/** Information of `b` about `a`, less that about the copies of `a`, and the latter's standard deviation; bits per symbol. */
function informationBeyond(
  a: Uint8Array,
  b: Uint8Array,
  controls: readonly Uint8Array[],
): { readonly bits: number; readonly deviation: number } {
  const chance = controls.map((copy) => mutualInformation(copy, b));
  const mean = chance.reduce((sum, value) => sum + value, 0) / chance.length;
  const squares = chance.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { bits: mutualInformation(a, b) - mean, deviation: Math.sqrt(squares / (chance.length - 1)) };
}
