/**
 * The faults of the drill: how a source's noise goes on once something has broken. Each continues real noise from its onset
 * on, and says what may still be earned then.
 *
 * A fault is deterministic: the same noise gives the same broken symbols.
 */
import { UsageError } from "../errors.ts";

/** Symbols of a source, whole, with the onset of a fault in them. */
export interface Laid {
  /** Noise up to `onset`, then the fault. One a byte. */
  readonly symbols: Uint8Array;
  readonly onset: number;
  /** For each symbol 1 where it holds no entropy, because it can be foretold from those before it. */
  readonly dead: Uint8Array;
}

/** The noise that a fault is laid over. */
export interface Bed {
  readonly symbols: Uint8Array;
  readonly symbolBits: number;
  /** Symbols of one block (sampling/probation.ts). */
  readonly block: number;
  /** Position at which the fault begins. */
  readonly onset: number;
}

/** A bound on what a source may earn from the onset of a fault on. */
export type Allowance =
  /** Bits for symbols that hold no entropy, however many they are. */
  | { readonly kind: "dead" }
  /** Bits of two blocks for the noise that comes again, and nothing after its second period. */
  | { readonly kind: "replay"; readonly period: number }
  /** The entropy that the estimators of SP 800-90B find: in the faulty symbols, or in the noise between them. */
  | { readonly kind: "left"; readonly in: "faulty" | "noise" }
  /** Nothing can tell it from noise within its period; after it, as a replay. */
  | { readonly kind: "generator"; readonly period: number }
  /** It cannot be seen at all: the period is longer than the memory of the estimate. */
  | { readonly kind: "unseen" };

export interface Fault {
  /** As typed: `stuck`, `period:5000`. */
  readonly name: string;
  readonly about: string;
  readonly allowance: Allowance;
  /** Fewest symbols of noise before the onset. */
  readonly before: number;
  /** Symbols from the onset on that show it, besides some blocks. */
  readonly after: number;
  /** True if the noise goes on below the fault, so that there must be some. */
  readonly usesNoise: boolean;
  /** Claims more than the noise holds, and leaves the noise alone. */
  readonly overclaims?: true;
  /** Lays the fault over the noise, for `length` symbols from the onset on. */
  readonly lay: (bed: Bed, length: number) => Laid;
}

/** Longest period that the estimate sees, symbols: the reach of its memory, less what it needs to be sure (health/match-model.ts). */
export const LONGEST_SEEN_PERIOD = 250_000;

/** Longest period that can be asked for. */
export const LONGEST_PERIOD = 10_000_000;

/** Periods below this are cycles rather than replays: none of their second period is worth anything. */
export const LEAST_REPLAY = 32;

const LFSR_PERIOD = 65_535;
const BURST_EVERY = 16_384;
const BURST = 512;
const RAISED_BY = 0.3;

const PERIODS = [2, 3, 8, 128, 1_000, 5_000, 20_000, 100_000];

/** All faults that symbols can have, in the order of the table. */
export const FAULTS: readonly Fault[] = [
  dead("stuck", "the last symbol for ever", ({ last }) => last),
  ...PERIODS.map(period),
  dead("counter", "one more each time", ({ last, i, mask }) => (last + 1 + i) & mask),
  dead("slow-counter", "one more every 64", ({ last, i, mask }) => (last + (i >> 6)) & mask),
  lfsr16(),
  outages(),
  burst(),
  half(),
  bias(),
  overclaim(),
];

/** Names of the faults that the pool's thread makes, not the symbols (answers.ts). */
export const ANSWER_FAULTS = ["silence", "flood"] as const;
export type AnswerFault = (typeof ANSWER_FAULTS)[number];

export interface FaultList {
  readonly symbols: readonly Fault[];
  readonly answers: readonly AnswerFault[];
}

/** Finds the faults of a list as `stuck,period:5000`; an empty one means all. @throws UsageError */
export function parseFaults(text: string, name: string): FaultList {
  const words = text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
  if (words.length === 0) return { symbols: FAULTS, answers: ANSWER_FAULTS };
  const symbols = new Map<string, Fault>();
  const answers = new Set<AnswerFault>();
  for (const word of words) {
    const answer = ANSWER_FAULTS.find((known) => known === word);
    if (answer) {
      answers.add(answer);
      continue;
    }
    const fault = FAULTS.find((known) => known.name === word) ?? periodNamed(word, name);
    symbols.set(fault.name, fault);
  }
  return { symbols: [...symbols.values()], answers: [...answers] };
}

function periodNamed(word: string, name: string): Fault {
  const [, digits] = /^period:(\d{1,9})$/.exec(word) ?? [];
  const length = Number(digits);
  if (digits !== undefined && length >= 1 && length <= LONGEST_PERIOD) return period(length);
  const known = [
    ...FAULTS.map((fault) => fault.name).filter((each) => !each.startsWith("period")),
    ...ANSWER_FAULTS,
  ];
  throw new UsageError(
    word.startsWith("period")
      ? `${name}: '${word}' is not like period:5000, from 1 to ${LONGEST_PERIOD}`
      : `${name}: there is no fault '${word}'`,
    [`faults: period:N, ${known.join(", ")}`],
  );
}

// ---- Faults without entropy ----

interface At {
  /** Last symbol of the noise. */
  readonly last: number;
  /** Symbols since the onset. */
  readonly i: number;
  readonly mask: number;
}

function dead(name: string, about: string, next: (at: At) => number): Fault {
  return {
    name,
    about,
    allowance: { kind: "dead" },
    before: 1,
    after: 0,
    usesNoise: false,
    lay: (bed, length) => {
      const laid = begun(bed, length);
      const at = { last: bed.symbols[bed.onset - 1]!, i: 0, mask: maskOf(bed) };
      for (; at.i < length; at.i++) laid.symbols[bed.onset + at.i] = next(at);
      laid.dead.fill(1, bed.onset);
      return laid;
    },
  };
}

/** Repeats the last `length` symbols of the noise for ever: the onset is where they come for the second time. */
function period(length: number): Fault {
  const isSeen = length <= LONGEST_SEEN_PERIOD;
  const kind = length < LEAST_REPLAY ? "dead" : isSeen ? "replay" : "unseen";
  return {
    name: `period:${length}`,
    about: `the last ${length} ${length === 1 ? "symbol" : "symbols"} again and again`,
    allowance: kind === "replay" ? { kind, period: length } : { kind },
    before: length,
    after: length,
    usesNoise: false,
    lay: (bed, count) => {
      const laid = begun(bed, count);
      const { symbols, onset } = laid;
      for (let i = onset; i < symbols.length; i++) symbols[i] = symbols[i - length]!;
      laid.dead.fill(1, onset);
      return laid;
    },
  };
}

/** The low bits of a shift register of 16 bits, x¹⁶ + x¹⁴ + x¹³ + x¹¹ + 1, eight steps a symbol. */
function lfsr16(): Fault {
  return {
    name: "lfsr16",
    about: "a shift register of 16 bits, whose period is 65,535",
    allowance: { kind: "generator", period: LFSR_PERIOD },
    before: 1,
    after: LFSR_PERIOD,
    usesNoise: false,
    lay: (bed, length) => {
      const laid = begun(bed, length);
      const mask = maskOf(bed);
      let state = 0xace1;
      for (let i = bed.onset; i < laid.symbols.length; i++) {
        for (let step = 0; step < 8; step++) state = (state >> 1) ^ (-(state & 1) & 0xb400);
        laid.symbols[i] = state & mask;
      }
      laid.dead.fill(1, bed.onset);
      return laid;
    },
  };
}

// ---- Faults that leave some noise ----

/** Period 2 for three blocks of every four; the fourth is noise. A verdict on the end of a slice must not pay for the rest. */
function outages(): Fault {
  return {
    ...overNoise("outages", "period 2 for three blocks of every four", { kind: "dead" }, (laid, bed) => {
      const { symbols, onset } = laid;
      for (let i = onset; i < symbols.length; i++) {
        if (Math.floor((i - onset) / bed.block) % 4 === 3) continue;
        symbols[i] = symbols[onset - 2 + ((i - onset) & 1)]!;
        laid.dead[i] = 1;
      }
    }),
    before: 2,
  };
}

function burst(): Fault {
  const about = `${BURST} equal symbols in every 16,384`;
  return {
    ...overNoise("burst", about, { kind: "left", in: "noise" }, ({ symbols, dead, onset }) => {
      for (let from = onset; from < symbols.length; from += BURST_EVERY) {
        symbols.fill(symbols[from - 1]!, from, from + BURST);
        dead.fill(1, from, from + BURST);
      }
    }),
    after: BURST_EVERY,
  };
}

function half(): Fault {
  return overNoise(
    "half",
    "the top half of the symbol's bits constant",
    { kind: "left", in: "faulty" },
    (laid, bed) => {
      const low = (1 << Math.floor(bed.symbolBits / 2)) - 1;
      const top = laid.symbols[laid.onset - 1]! & ~low;
      for (let i = laid.onset; i < laid.symbols.length; i++) laid.symbols[i] = top | (laid.symbols[i]! & low);
    },
  );
}

/** Replaces so many symbols by the most common one that its probability grows by 0.3, or to 1. */
function bias(): Fault {
  const about = "the probability of the most common symbol + 0.3";
  return overNoise("bias", about, { kind: "left", in: "faulty" }, ({ symbols, onset }) => {
    const counts = new Uint32Array(256);
    for (let i = onset; i < symbols.length; i++) counts[symbols[i]!]!++;
    const most = counts.indexOf(Math.max(...counts));
    const others = 1 - counts[most]! / Math.max(1, symbols.length - onset);
    const share = Math.min(1, RAISED_BY / others);
    const random = xorshift(0x9e3779b9);
    for (let i = onset; i < symbols.length; i++) if (random() < share) symbols[i] = most;
  });
}

/** Leaves the noise as it is, of a source that claims half as much again as was assessed: the estimate alone must hold. */
function overclaim(): Fault {
  return {
    ...overNoise(
      "overclaim",
      "a claim half as high again as what is assessed",
      { kind: "left", in: "noise" },
      () => {},
    ),
    overclaims: true,
  };
}

function overNoise(
  name: string,
  about: string,
  allowance: Allowance,
  spoil: (laid: Laid, bed: Bed) => void,
): Fault {
  return {
    name,
    about,
    allowance,
    before: 1,
    after: 0,
    usesNoise: true,
    lay: (bed, length) => {
      const laid = begun(bed, length);
      laid.symbols.set(bed.symbols.subarray(bed.onset, bed.onset + length), bed.onset);
      spoil(laid, bed);
      return laid;
    },
  };
}

/** The noise before the onset, and room for what follows. */
function begun({ symbols, onset }: Bed, length: number): Laid {
  const laid = new Uint8Array(onset + length);
  laid.set(symbols.subarray(0, onset));
  return { symbols: laid, onset, dead: new Uint8Array(onset + length) };
}

function maskOf({ symbolBits }: Bed): number {
  return 2 ** symbolBits - 1;
}

/** Makes numbers from 0 to below 1 (Marsaglia's xorshift, 32 bits), the same for the same seed. */
function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
