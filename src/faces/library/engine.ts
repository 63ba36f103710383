/**
 * What does an EntropyPool's work: in this very process where the runtime can load native code (Bun), or in a child process
 * that runs the program (Node). Both are made of the same pool.
 */

import type { Snapshot } from "../../pool/snapshot.ts";
import type { RbgMode } from "../../rbg/generator.ts";
import type { Availability } from "../../source.ts";
import type { HealthReport, SourceFailure } from "../stdio/health-report.ts";

export interface EngineOptions {
  /** As `--sources`; known to name something. */
  readonly sources: string;
  /** Bytes are given up after so long without entropy. */
  readonly timeoutMs: number;
  /** Path of the program, where one is needed; undefined: found. */
  readonly program: string | undefined;
  readonly onSourceFailed: (failure: SourceFailure) => void;
}

export interface Engine {
  /** Exactly `length` bytes. @throws InsufficientEntropyError; PoolClosedError when it is closed meanwhile */
  bytes(length: number, mode: RbgMode): Promise<Uint8Array>;
  /** Fills `out` with DRBG output before it returns. */
  fillNow(out: Uint8Array): void;
  status(): Snapshot;
  healthReport(): HealthReport;
  /** Ends everything and wipes what was ready; resolves when nothing is left running. May be called again. */
  close(): Promise<void>;
}

export interface Face {
  /** Resolves when `fillNow` will not have to wait for entropy. @throws what keeps it from that */
  startEngine(options: EngineOptions): Promise<Engine>;
  /** Whether this machine can run each source, by id. */
  availabilities(): Promise<ReadonlyMap<string, Availability>>;
}
