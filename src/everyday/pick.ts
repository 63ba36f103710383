/** Choices from a list: which places of it, in which order, and how many bits that holds where entries are there several times. */
import { setImmediate } from "node:timers/promises";
import type { Draws } from "./draws.ts";

/**
 * Draws places of a list, none of them twice: the first steps of a Fisher–Yates shuffle. All of them are a shuffle of the list.
 * @returns `count` of 0 … `size` − 1, in any order with the same probability
 */
export async function differentPlaces(size: number, count: number, draws: Draws): Promise<Uint32Array> {
  const places = Uint32Array.from({ length: size }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + (await draws.place(size - i));
    [places[i], places[j]] = [places[j]!, places[i]!];
  }
  return places.subarray(0, count);
}

/** Draws places of a list, each of them anew. */
export async function anyPlaces(size: number, count: number, draws: Draws): Promise<Uint32Array> {
  const places = new Uint32Array(count);
  for (let i = 0; i < count; i++) places[i] = await draws.place(size);
  return places;
}

/** Entries that are looked at between two looks for an interrupt: a millisecond or a few. */
export const TURN = 1 << 14;

/** Lets an interrupt through. @throws the signal's reason */
export async function letThrough(signal: AbortSignal): Promise<void> {
  await setImmediate();
  signal.throwIfAborted();
}

/** Counts how often each different entry is there. @throws the signal's reason */
export async function multiplicities(entries: readonly string[], signal: AbortSignal): Promise<number[]> {
  const counts = new Map<string, number>();
  for (const [i, entry] of entries.entries()) {
    if (i % TURN === 0) await letThrough(signal);
    counts.set(entry, (counts.get(entry) ?? 0) + 1);
  }
  return [...counts.values()];
}

/**
 * Min-entropy of `count` draws where each entry may come again: the likeliest one is that which is there most often.
 * @param counts as from `multiplicities`
 */
export function anyBits(counts: readonly number[], count: number): number {
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  return count * Math.log2(sum(counts) / most);
}

/**
 * Min-entropy of `count` draws without repetition. A sequence in which an entry that is there m times comes u times has the
 * probability of one sequence of places times m (m − 1) … (m − u + 1) for each entry. The likeliest one takes the largest of all
 * those factors; they fall for each entry, so the largest are always its first.
 */
export function differentBits(counts: readonly number[], count: number): number {
  const size = sum(counts);
  let bits = 0;
  for (let i = 0; i < count; i++) bits += Math.log2(size - i);
  const entriesWith = new Map<number, number>(); // by the number of times that they are there
  for (const each of counts) entriesWith.set(each, (entriesWith.get(each) ?? 0) + 1);
  let factor = counts.reduce((a, b) => Math.max(a, b), 0);
  let atLeast = 0;
  for (let left = count; left > 0 && factor > 1; factor--) {
    atLeast += entriesWith.get(factor) ?? 0;
    const taken = Math.min(left, atLeast);
    bits -= taken * Math.log2(factor);
    left -= taken;
  }
  return Math.max(0, bits);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((a, b) => a + b, 0);
}
