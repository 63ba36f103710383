/** Scans that clients order: they wait, run, are interrupted and go on, and write what they find to the journal. */
import type { ScanRecord } from "../../results/journal.ts";
import type { ScanEvent } from "../../scan-runner/events.ts";
import type { RuleTime } from "../rule-sets.ts";

/** Names what to scan, as clients do: paths below a root. */
export interface ScanOrder {
  readonly root: string;
  readonly paths: readonly string[];
  /** Name or digest; by default the default. */
  readonly ruleset?: string;
  readonly options?: ScanOptions;
}

/** As the flags of `scan`. */
export interface ScanOptions {
  readonly exclude?: readonly string[];
  /** Bytes. */
  readonly maxSize?: number;
  /** Levels of folders that are entered; by default all. */
  readonly recursive?: number;
  /** ISO 8601. */
  readonly since?: string;
  /** For a file; 0 is without limit. */
  readonly timeoutMs?: number;
  readonly maxStrings?: number;
  readonly listClean?: boolean;
  /** Levels of archives that are opened; by default none. */
  readonly archives?: number;
  readonly explain?: boolean;
  readonly cache?: boolean;
  /** Measures the rules afterwards, on a sample, for figures. */
  readonly profile?: boolean;
  readonly threads?: number;
}

/** How bytes are scanned that a client sends. */
export interface BytesOptions {
  readonly ruleset?: string | undefined;
  /** Name that rules see. */
  readonly filename?: string | undefined;
  readonly explain?: boolean | undefined;
  readonly timeoutMs?: number | undefined;
  readonly maxStrings?: number | undefined;
  readonly archives?: number | undefined;
}

export interface Orderer {
  readonly origin: "gateway" | "mcp";
  /** Tells a repeated order from a second one. */
  readonly key?: string;
}

export interface Scans {
  /** Takes an order; it is written down when this returns. @throws ServiceError "invalid", "not-found", "busy"; JournalError "duplicate" */
  submit(order: ScanOrder, by: Orderer): ScanRecord;
  /** @throws ServiceError "not-found"; "conflict" if it has ended */
  cancel(id: string): ScanRecord;
  /** @throws ServiceError "not-found", "busy"; the signal's reason */
  scanBytes(bytes: Uint8Array, options: BytesOptions, signal: AbortSignal): Promise<ScanEvent[]>;
  /** Resolves when the scan has ended. @throws ServiceError "not-found"; the signal's reason */
  ended(id: string, signal?: AbortSignal): Promise<ScanRecord>;
  /** Counts the files whose lines are there, of a scan that runs in this program; undefined for any other. */
  filesDone(id: string): number | undefined;
  /** Goes on with scans that wait or run, of whatever start of the program. */
  resumeAll(): void;
  /** Interrupts what runs; it goes on after the next start. */
  stop(): Promise<void>;
  stats(): ScanStats;
  /** Lists what rules took that were measured last, by name. */
  ruleTimes(): readonly RuleTime[];
}

/** Work of the scans of this program, since it was started. */
export interface ScanStats {
  readonly running: number;
  readonly waiting: number;
  /** Files and bytes that have been scanned, also of scans that have not ended. */
  readonly files: number;
  readonly bytes: number;
  /** Seconds that scans have run, added up. */
  readonly seconds: number;
}
