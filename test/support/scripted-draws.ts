/** Draws of a script of bytes, which end with it: for looking at every stream of a length. */
import { Draws } from "../../src/everyday/draws.ts";

export class Exhausted extends Error {}

export class ScriptedDraws extends Draws {
  #used = 0;

  constructor(private readonly script: Uint8Array) {
    super(() => Promise.reject(new Exhausted()));
  }

  override async bytes(count: number): Promise<Uint8Array> {
    const from = this.#used;
    this.#used += count;
    if (this.#used > this.script.length) throw new Exhausted();
    return this.script.slice(from, this.#used);
  }
}

/**
 * Counts the results over all streams of `length` bytes with values below `values`. Streams that end before the result are
 * counted as "": they have nothing to say about it.
 */
export async function countResults(
  length: number,
  values: number,
  make: (draws: Draws) => Promise<unknown>,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (let stream = 0; stream < values ** length; stream++) {
    const script = Uint8Array.from({ length }, (_, i) => Math.floor(stream / values ** i) % values);
    const result = await make(new ScriptedDraws(script)).then(String, (error: unknown) => {
      if (error instanceof Exhausted) return "";
      throw error;
    });
    counts.set(result, (counts.get(result) ?? 0) + 1);
  }
  return counts;
}

/** Splits the counts into those of results, all of which should be one, and how many results there are. */
export function spreadOf(counts: ReadonlyMap<string, number>): { results: number; each: number[] } {
  const results = [...counts].filter(([result]) => result !== "");
  return { results: results.length, each: [...new Set(results.map(([, count]) => count))] };
}
