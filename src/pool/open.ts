/**
 * The one door for bytes: chooses sources and their claims, the pool and its generators. Every command, face and library
 * opens its pool here.
 *
 *     using open = openPool({ sources: "default" }, deps);
 *     await open.full.fill(out);
 */
import { type ClaimDeps, type ClaimOptions, claimsOf } from "../calibration/claims.ts";
import { systemAround } from "../platform/clone-watch.ts";
import type { Secrets } from "../platform/secrets.ts";
import { DrbgGenerator, FullGenerator, type System } from "../rbg/generator.ts";
import { SelfTests } from "../rbg/self-tests.ts";
import type { SamplingThread } from "../sampling/protocol.ts";
import type { SourceStatus } from "../sampling/source-state.ts";
import type { Source, SourceInfo } from "../source.ts";
import { selectForSampling } from "../sources/selection.ts";
import { Pool, type PoolConfig } from "./pool.ts";

export interface PoolSettings
  extends ClaimOptions,
    Pick<PoolConfig, "capacityBytes" | "countsOnly" | "idleShare" | "familyShare"> {
  /** List of sources, as for `--sources`. */
  readonly sources: string;
}

export interface PoolDeps extends ClaimDeps {
  startThread(): SamplingThread;
  /** Default: the host's. */
  readonly system?: System & { readonly secrets: Secrets };
}

export interface OpenPool extends Disposable {
  readonly pool: Pool;
  /** The pool's sources, with the claims that may be credited. */
  readonly infos: readonly SourceInfo[];
  readonly full: FullGenerator;
  readonly drbg: DrbgGenerator;
  /** Ends sampling, rejects waiting requests, wipes ready bytes. */
  close(): void;
}

/**
 * Opens a pool. Sampling begins with the first request, or with `pool.start`.
 * @throws UsageError for an invalid list of sources or an invalid credit
 * @throws InputError for a profile that is damaged, or that is required and not there
 * @throws InsufficientEntropyError for sources that cannot run for want of the native library
 */
export function openPool(settings: PoolSettings, deps: PoolDeps): OpenPool {
  return openPoolOver(selectForSampling(deps, settings.sources), settings, deps);
}

/** Opens a pool over sources that the thread delivers, whether this machine could or not. @throws UsageError, InputError as `openPool` */
export function openPoolOver(
  chosen: readonly Source[],
  settings: Omit<PoolSettings, "sources">,
  deps: PoolDeps,
): OpenPool {
  const { infos, calibration } = claimsOf(chosen, settings, deps);
  const system = deps.system ?? systemAround(deps.host);
  const selfTests = new SelfTests(() => system.drbgCipher());
  const { secrets } = system;
  const pool = new Pool({
    sources: infos,
    calibration,
    startThread: deps.startThread,
    capacityBytes: settings.capacityBytes,
    countsOnly: settings.countsOnly,
    idleShare: settings.idleShare,
    familyShare: settings.familyShare,
    selfTests,
    secrets,
  });
  const refusal = secrets.takeRefusal();
  if (refusal !== undefined) deps.warn(`secrets are in memory that may be swapped out: ${refusal}`);
  const told = new Set<string>();
  pool.on("one-family", ({ family, purpose }) => {
    if (told.has(purpose)) return;
    told.add(purpose);
    deps.warn(oneFamilyText(family, purpose));
  });
  // The user has named it, so it is missed. It is tried again, which need not be said each time.
  pool.on("source-failed", ({ id, reason }) => {
    const isNamed = infos.some((info) => info.id === id && info.family === "external");
    if (!isNamed || told.has(id)) return;
    told.add(id);
    deps.warn(`${id}: ${reason}`);
  });
  // Before the generators, which then ask a pool that has forgotten, too.
  system.clones.onChange(() => pool.forget());
  const full = new FullGenerator(pool, system, selfTests);
  const drbg = new DrbgGenerator(pool, system, selfTests);
  const close = () => {
    for (const id of missed(pool.status().sources, told)) {
      told.add(id);
      deps.warn(`${id} gave nothing before the end`);
    }
    full.close();
    drbg.close();
    pool.close();
  };
  return { pool, infos, full, drbg, close, [Symbol.dispose]: close };
}

/** Lists sources that the user has named, and that had no part in what others gave; of those told of, the reason is known. */
function missed(sources: readonly SourceStatus[], told: ReadonlySet<string>): string[] {
  if (sources.every(({ samples }) => samples === 0)) return [];
  return sources
    .filter(({ id, family, samples }) => family === "external" && samples === 0 && !told.has(id))
    .map(({ id }) => id);
}

function oneFamilyText(family: string, purpose: "seed" | "output"): string {
  return purpose === "seed"
    ? `the generator's seed rests on ${family} sources for more than half, and took twice the bits: no other family delivered`
    : `output rests on ${family} sources for more than --family-share allows, and takes the more bits for it: no other family delivers as much`;
}
