/** Bodies of the endpoints that describe the pool and its sources. */
import type { Pool } from "../../pool/pool.ts";
import type { RbgGenerator } from "../../rbg/generator.ts";
import type { SourceInfo } from "../../source.ts";

export interface Health {
  readonly status: "ok" | "unavailable";
  readonly mode: "full" | "drbg";
  readonly healthySources: number;
  /** Why bytes cannot be served; empty when they can. */
  readonly reasons: readonly string[];
}

/**
 * GET /health: ok while the generator is seeded, its self-tests pass and a source is healthy, or in its start-up test: after a
 * pause all are, for some milliseconds.
 */
export function healthOf(pool: Pool, random: RbgGenerator): Health {
  const status = pool.status();
  const healthy = status.sources.filter(({ state }) => state === "healthy").length;
  const isStarting = random.isReady && status.sources.some(({ state }) => state === "starting");
  const reasons: string[] = random.failure === undefined ? [] : [random.failure];
  if (healthy === 0 && !isStarting) {
    reasons.push("no source is healthy");
    for (const { id, state, reason } of status.sources) {
      reasons.push(`${id}: ${state}${reason === undefined ? "" : `, ${reason}`}`);
    }
  }
  if (random.failure === undefined && !random.isReady)
    reasons.push(`the generator is not seeded yet: ${pool.shortage()}`);
  return {
    status: reasons.length === 0 ? "ok" : "unavailable",
    mode: random.mode,
    healthySources: healthy,
    reasons,
  };
}

/** GET /sources: describes the pool's sources and the state of each. */
export function sourcesOf(pool: Pool, infos: readonly SourceInfo[]): object {
  const status = new Map(pool.status().sources.map((source) => [source.id, source]));
  return {
    schema: 1,
    sources: infos.map(({ id, title, mechanism, family, unit, symbolBits, claim, effects }) => ({
      id,
      title,
      mechanism,
      family,
      unit,
      symbolBits,
      claim,
      effects,
      state: status.get(id)?.state,
      reason: status.get(id)?.reason,
    })),
  };
}
