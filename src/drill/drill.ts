/** Drills one source: every fault at every onset, and for each fault the worst of them against what it may earn. */
import { FULL_ENTROPY_INPUT_BITS } from "../conditioning/sha256.ts";
import { HealthMonitor } from "../health/monitor.ts";
import { blockSymbols } from "../sampling/probation.ts";
import { claimAt } from "../source.ts";
import type { Allowance, Fault, Laid } from "./faults.ts";
import { type Alarm, type Played, play, type Role } from "./play.ts";

/** Where in a block a fault begins. */
export const ONSETS = [0, 1 / 4, 1 / 2, 7 / 8] as const;

/** Most bits that a source without entropy may earn: those of one block of output. */
export const DEAD_BITS = FULL_ENTROPY_INPUT_BITS;

/** Blocks of noise before the onset: more than `SecondTests` learns its reference from; fewer where there is less noise. */
const LEAD_BLOCKS = 18;
const LEAST_LEAD_BLOCKS = 2;

/** Blocks from the onset on, after what the fault itself needs; fewer where there is less noise. */
const TAIL_BLOCKS = 8;
const LEAST_TAIL_BLOCKS = 4;

/** Symbols that are assessed, at most: it takes a second, and fewer are assessed lower. */
const ASSESSED_SYMBOLS = 30_000;

/** Bits of rounding, and of blocks whose estimate is not quite nothing. */
const ROUNDING_BITS = 1;

/** A source and its noise. */
export interface Cast extends Role {
  /** One a byte, without a fault. */
  readonly symbols: Uint8Array;
}

export interface DrillOptions {
  /** Assesses min-entropy after SP 800-90B, bits per symbol. */
  readonly assess: (symbols: Uint8Array, symbolBits: number) => Promise<number>;
  /** Awaited every few milliseconds of work: lets others have their turn, and throws to end the drill. */
  readonly turn: () => Promise<void>;
  readonly onFault?: (name: string) => void;
}

/** Signs by which a fault is noticed: an alarm, or by the scheduler an error or an answer of the wrong length. */
export type Sign = Alarm | "error" | "wrong length";

/** One fault over one source's noise: the worst of its onsets. Plain data, as `--json` writes it. */
export interface FaultResult {
  readonly fault: string;
  /** False where more was earned than is allowed, or something was paid too early or kept too long. */
  readonly holds: boolean;
  /** Symbols of the fault until the first alarm, at the latest of the onsets; null where there was none at one of them. */
  readonly detectedAfter: number | null;
  readonly detectedBy: Sign | null;
  /** Bits paid for samples from the onset on. */
  readonly bits: number;
  /** The same as a share of what the claim says they hold. */
  readonly share: number;
  /** Most bits allowed; null where nothing can tell the fault from noise. */
  readonly allowedBits: number | null;
  /** Why it does not hold. */
  readonly objections: readonly string[];
}

export interface SourceResult {
  readonly id: string;
  readonly samples: number;
  readonly rateHz: number;
  readonly symbolBits: number;
  /** Bits per symbol that may be credited. */
  readonly claim: number;
  /** Symbols of a block. */
  readonly block: number;
  /** Assessed in the noise without a fault, by SP 800-90B; null where no fault needed it. */
  readonly assessedH: number | null;
  /** Share of the claim that was paid before the onset, the lowest of all faults. */
  readonly paidBefore: number;
  readonly faults: readonly FaultResult[];
  /** Faults for which the noise did not suffice. */
  readonly notPlayed: readonly { readonly fault: string; readonly reason: string }[];
}

/** Returns the symbols of noise that all the faults take, for a source of this claim and rate. */
export function noiseNeeded(
  { info, stepNs }: Pick<Role, "info" | "stepNs">,
  faults: readonly Fault[],
): number {
  const { startup, block } = lengths({ info, stepNs });
  const lead = startup + (LEAD_BLOCKS + 1) * block;
  const needs = faults.map(({ before, after, usesNoise }) =>
    usesNoise ? lead + after + TAIL_BLOCKS * block : Math.max(lead, before + 2 * block),
  );
  return Math.max(0, ...needs);
}

/** Returns the least noise with which anything can be played, symbols. */
export function leastNoise(role: Pick<Role, "info" | "stepNs">): number {
  const { startup, block } = lengths(role);
  return startup + (LEAST_LEAD_BLOCKS + 1 + LEAST_TAIL_BLOCKS) * block;
}

/** @throws whatever `turn` and `assess` throw */
export async function drillSource(
  cast: Cast,
  faults: readonly Fault[],
  options: DrillOptions,
): Promise<SourceResult> {
  const { info, rateHz, symbols } = cast;
  const needsH = faults.some(({ allowance }) => allowance.kind === "left");
  // Goes on beside the plays, where it is done in another thread.
  const noiseH = needsH ? options.assess(symbols.slice(0, ASSESSED_SYMBOLS), info.symbolBits) : undefined;
  noiseH?.catch(() => {}); // a play may end with an error before it is awaited
  const results: FaultResult[] = [];
  const notPlayed: { fault: string; reason: string }[] = [];
  let paidBefore = 1;
  for (const fault of faults) {
    options.onFault?.(fault.name);
    const stage = staging(cast, fault);
    if ("reason" in stage) {
      notPlayed.push({ fault: fault.name, reason: stage.reason });
      continue;
    }
    const acts = await perform(cast, fault, stage, (await noiseH) ?? 0, options);
    results.push(judged(fault, acts));
    if (!fault.overclaims) paidBefore = Math.min(paidBefore, ...acts.map(shareBefore));
  }
  const { block, claim } = lengths(cast);
  return {
    id: info.id,
    samples: symbols.length,
    rateHz,
    symbolBits: info.symbolBits,
    claim,
    block,
    assessedH: (await noiseH) ?? null,
    paidBefore,
    faults: results,
    notPlayed,
  };
}

/** Plays a fault at each onset. @param noiseH entropy assessed in the noise, bits per symbol */
async function perform(
  cast: Cast,
  fault: Fault,
  { onset, length }: Stage,
  noiseH: number,
  { assess, turn }: DrillOptions,
): Promise<Act[]> {
  const { symbols, info } = cast;
  const { block } = lengths(cast);
  const { allowance, overclaims } = fault;
  const all = ONSETS.map((phase) =>
    fault.lay(
      { symbols, symbolBits: info.symbolBits, block, onset: onset + Math.floor(phase * block) },
      length,
    ),
  );
  const faulty = all[0]!.symbols.slice(all[0]!.onset).subarray(0, ASSESSED_SYMBOLS);
  const isReassessed = allowance.kind === "left" && allowance.in === "faulty";
  const leftH = isReassessed ? assess(faulty, info.symbolBits) : Promise.resolve(noiseH);
  leftH.catch(() => {});
  const played: [Laid, Played][] = [];
  const role = overclaims ? overclaiming(cast, noiseH) : cast;
  for (const laid of all) played.push([laid, await play(laid, role, turn)]);
  const left = await leftH;
  return played.map(([laid, result]) => ({ laid, played: result, block, leftH: left }));
}

function lengths({ info, stepNs }: Pick<Role, "info" | "stepNs">) {
  const claim = claimAt(info, stepNs);
  const { startupSymbols } = new HealthMonitor(claim, info.symbolBits);
  return { claim, startup: startupSymbols, block: blockSymbols(info.rateHz) };
}

interface Stage {
  readonly onset: number;
  readonly length: number;
}

/** Finds the first onset and the length of a fault, in whole blocks. @returns the reason where the noise is too short */
function staging(cast: Cast, fault: Fault): Stage | { readonly reason: string } {
  const { startup, block } = lengths(cast);
  const available = cast.symbols.length;
  const needed = Math.max(LEAST_LEAD_BLOCKS, Math.ceil((fault.before - startup) / block));
  // One block is for the later onsets.
  const room = Math.floor((available - startup) / block) - 1;
  const wanted = fault.after + TAIL_BLOCKS * block;
  if (!fault.usesNoise) {
    if (room < needed) return tooShort(startup + (needed + 1) * block, available);
    const lead = Math.max(needed, Math.min(LEAD_BLOCKS, room));
    return { onset: startup + lead * block, length: wanted };
  }
  const least = fault.after + LEAST_TAIL_BLOCKS * block;
  const lead = Math.max(needed, Math.min(LEAD_BLOCKS, Math.floor(room / 2)));
  const onset = startup + lead * block;
  const length = Math.min(wanted, available - onset - block);
  return length < least ? tooShort(onset + block + least, available) : { onset, length };
}

function tooShort(needed: number, available: number): { reason: string } {
  return { reason: `takes ${needed} samples, and there are ${available}` };
}

function overclaiming(cast: Cast, assessedH: number): Cast {
  const claim = Math.min(cast.info.symbolBits, 1.5 * assessedH);
  const { calibratedH: _, ...info } = cast.info;
  return { ...cast, info: { ...info, claim, coarseClaim: claim } };
}

/** One onset of a fault. */
interface Act {
  readonly laid: Laid;
  readonly played: Played;
  readonly block: number;
  /** Entropy that is left, bits per symbol that is not dead. */
  readonly leftH: number;
}

function judged(fault: Fault, acts: readonly Act[]): FaultResult {
  const verdicts = acts.map((act) => verdictOf(fault.allowance, act));
  const bits = Math.max(...verdicts.map((verdict) => verdict.bits));
  const worst = verdicts.reduce((a, b) => (excess(b) > excess(a) ? b : a));
  const alarms = acts.map(({ played }) => played.alarm);
  const latest = alarms.reduce((a, b) => (a && b ? (b.after > a.after ? b : a) : undefined));
  const objections = [...new Set(verdicts.flatMap((verdict) => verdict.objections))];
  return {
    fault: fault.name,
    holds: objections.length === 0,
    detectedAfter: latest?.after ?? null,
    detectedBy: latest?.by ?? null,
    bits,
    share: Math.max(...acts.map(shareAfter)),
    allowedBits: worst.allowedBits,
    objections,
  };
}

interface Verdict {
  readonly bits: number;
  readonly allowedBits: number | null;
  readonly objections: readonly string[];
}

function excess({ bits, allowedBits }: Verdict): number {
  return allowedBits === null ? 0 : bits / allowedBits;
}

function verdictOf(allowance: Allowance, act: Act): Verdict {
  const { laid, played, block } = act;
  const { onset } = laid;
  const bits = bitsFrom(played, onset);
  const objections: string[] = [];
  const twoBlocks = 2 * block * played.claim;
  const allow = (earned: number, allowed: number, what: string) => {
    if (earned > allowed + ROUNDING_BITS) {
      objections.push(`${earned.toFixed(1)} bits ${what}, and ${allowed.toFixed(1)} are allowed`);
    }
  };
  let allowedBits: number | null = null;
  switch (allowance.kind) {
    case "dead":
      allowedBits = DEAD_BITS;
      allow(deadBits(act), DEAD_BITS, "for samples without entropy");
      break;
    case "replay":
      allowedBits = twoBlocks;
      allow(bits, twoBlocks, "for a replay");
      allow(bitsFrom(played, onset + Math.max(allowance.period, 2 * block)), 0, "after the second period");
      break;
    case "generator":
      allow(bitsFrom(played, onset + allowance.period + 2 * block), 0, "after the first period");
      break;
    case "left": {
      const alive = laid.dead.subarray(onset).reduce((sum, dead) => sum + 1 - dead, 0);
      allowedBits = Math.max(DEAD_BITS, act.leftH * alive);
      allow(bits, allowedBits, "for what is left");
      break;
    }
    case "unseen":
      break;
  }
  if (played.paidEarly) objections.push("paid before the block after it had passed");
  if (played.keptBits > 0)
    objections.push(`kept ${played.keptBits.toFixed(1)} bits of credit after an alarm`);
  return { bits: allowance.kind === "dead" ? deadBits(act) : bits, allowedBits, objections };
}

/** Bits paid for samples from a position on. A stretch that lies on both sides counts by its part. */
function bitsFrom({ payments }: Played, position: number): number {
  let sum = 0;
  for (const { from, until, bits } of payments) {
    if (until > position) sum += (bits * (until - Math.max(from, position))) / (until - from);
  }
  return sum;
}

/** Bits paid for samples that hold no entropy. */
function deadBits({ laid, played }: Act): number {
  let sum = 0;
  for (const { from, until, bits } of played.payments) {
    if (until <= laid.onset) continue;
    let count = 0;
    for (let i = from; i < until; i++) count += laid.dead[i]!;
    sum += (bits * count) / (until - from);
  }
  return sum;
}

/** Share of the claim that was paid from the onset on, without the last two blocks, which still wait at the end. */
function shareAfter({ laid, played, block }: Act): number {
  const samples = laid.symbols.length - laid.onset - 2 * block;
  return Math.min(1, bitsFrom(played, laid.onset) / (played.claim * samples));
}

/** Share of the claim paid between the start-up test and the two blocks before the onset, which an alarm may forfeit. */
function shareBefore({ laid, played, block }: Act): number {
  const end = laid.onset - 2 * block;
  const first = played.payments[0];
  if (!first || first.from >= end) return first ? 1 : 0;
  return (bitsFrom(played, first.from) - bitsFrom(played, end)) / (played.claim * (end - first.from));
}
