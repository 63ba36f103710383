/**
 * Does an EntropyPool's work: in this process where the runtime can load native code (Bun), or in a child process that runs
 * the program (Node). Both use the same pool.
 */

import type { Snapshot } from "../../pool/snapshot.ts";
import type { RbgMode } from "../../rbg/generator.ts";
import type { Availability } from "../../source.ts";
import type { HealthReport, SourceFailure } from "../stdio/health-report.ts";

export interface EngineOptions {
  /** List of sources, as for `--sources`; already validated. */
  readonly sources: string;
  /** Requests fail after this long without new entropy. */
  readonly timeoutMs: number;
  readonly familyShare: number;
  readonly uncalibrated: boolean;
  readonly requireCalibration: boolean;
  /** Path of the program, for engines that need one; undefined: searched for. */
  readonly program: string | undefined;
  readonly onSourceFailed: (failure: SourceFailure) => void;
}

export interface Engine {
  /** Asks whether this process was copied: bytes from a time when this was another number must not be handed out. */
  readonly epoch: number;
  /** Resolves with exactly `length` bytes. @throws InsufficientEntropyError; PoolClosedError if it is closed meanwhile */
  bytes(length: number, mode: RbgMode): Promise<Uint8Array>;
  /** Fills `out` with DRBG output before it returns. */
  fillNow(out: Uint8Array): void;
  status(): Snapshot;
  healthReport(): HealthReport;
  /** Ends everything and wipes ready bytes; resolves when nothing runs any more. May be called again. */
  close(): Promise<void>;
}

export interface Face {
  /** Resolves once `fillNow` need not wait for entropy. @throws the reason if it never can */
  startEngine(options: EngineOptions): Promise<Engine>;
  /** Returns, by id, the availability of each source on this machine. */
  availabilities(): Promise<ReadonlyMap<string, Availability>>;
}
