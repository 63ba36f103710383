/** The scan service. */
import type { ScanRecord } from "../../results/journal.ts";
import type { ScanEvent } from "../../scan-runner/events.ts";

export interface ScanOrder {
  readonly root: string;
  readonly paths: readonly string[];
  readonly ruleset?: string;
  readonly options?: ScanOptions;
}

export interface ScanOptions {
  readonly exclude?: readonly string[];
  readonly maxSize?: number;
  readonly recursive?: number;
  readonly since?: string;
  readonly timeoutMs?: number;
  readonly maxStrings?: number;
  readonly listClean?: boolean;
  readonly archives?: number;
  readonly explain?: boolean;
  readonly cache?: boolean;
  readonly threads?: number;
}

export interface Scans {
  submit(order: ScanOrder, by: { readonly origin: "gateway" | "mcp"; readonly key?: string }): ScanRecord;
  cancel(id: string): ScanRecord;
  scanBytes(bytes: Uint8Array, options: object, signal: AbortSignal): Promise<ScanEvent[]>;
  ended(id: string, signal?: AbortSignal): Promise<ScanRecord>;
  stop(): Promise<void>;
}
