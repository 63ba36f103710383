import { uniforms } from "./keystream.ts";

/** Draws `n` independent symbols with these probabilities. */
export function draw(probabilities: readonly number[], n: number, seed: number): Uint8Array {
  return Uint8Array.from(uniforms(n, seed), (u) => {
    let symbol = 0;
    for (let rest = u; symbol < probabilities.length - 1; symbol++) {
      rest -= probabilities[symbol]!;
      if (rest < 0) break;
    }
    return symbol;
  });
}

/** Draws a chain that repeats its last symbol with probability `stay`, else takes one of `k` others evenly. */
export function sticky(stay: number, k: number, n: number, seed: number): Uint8Array {
  let symbol = 0;
  return Uint8Array.from(uniforms(n, seed), (u) => {
    if (u >= stay) symbol = (symbol + 1 + Math.floor(((u - stay) / (1 - stay)) * k)) % (k + 1);
    return symbol;
  });
}

/**
 * Draws the beat of a loop against a clock, as in reading one: 20, or 21 where a phase comes round, which a hit moves to a
 * random place with probability `hit` a symbol. Holds far less than its values seem to.
 */
export function beat(hit: number, n: number, seed: number): Uint8Array {
  let phase = 0;
  return Uint8Array.from(uniforms(n, seed), (u) => {
    phase += 0.381966 + (u < hit ? u / hit : 0);
    const isRound = phase >= 1;
    phase %= 1;
    return isRound ? 21 : 20;
  });
}
