/** Messages from the server: the events of `GET /events`, and the list of `GET /sources`. */
import type { Snapshot } from "../../../pool/snapshot.ts";
import type { CreditSample } from "./credit-history.ts";

export type Message =
  | { readonly kind: "status"; readonly snapshot: Snapshot }
  /** Raw samples of the requested source; the pool does not credit them. */
  | { readonly kind: "noise"; readonly id: string; readonly samples: readonly number[] }
  /** Output to look at, which the server hands to nobody else. */
  | { readonly kind: "output"; readonly bytes: Uint8Array }
  | { readonly kind: "source-failed"; readonly id: string; readonly reason: string }
  /** Tells what others were sent before: credit, the oldest first, and failures, the newest first. */
  | {
      readonly kind: "history";
      readonly credit: readonly CreditSample[];
      readonly failures: readonly Failure[];
    }
  | { readonly kind: "catalogue"; readonly sources: readonly CatalogueEntry[] };

/** A failure, and the pool's uptime when it was reported. */
export interface Failure {
  readonly id: string;
  readonly reason: string;
  readonly atMs: number;
}

/** The description of a source, without its state. */
export interface CatalogueEntry {
  readonly id: string;
  readonly title: string;
  readonly family: string;
  readonly mechanism: string;
  readonly unit: string;
}

/** Returns undefined for unknown events, which a newer server may send. @throws TypeError for data of the wrong shape */
export function decodeEvent(event: string | undefined, data: string): Message | undefined {
  switch (event) {
    case "status":
      return { kind: "status", snapshot: snapshotIn(parse(event, data)) };
    case "noise": {
      const { id, samples } = parse(event, data);
      if (typeof id !== "string" || !isArrayOf(samples, Number.isFinite)) throw misshapen(event);
      return { kind: "noise", id, samples: samples as number[] };
    }
    case "output": {
      const { hex } = parse(event, data);
      if (typeof hex !== "string" || !/^(?:[0-9a-f]{2})+$/.test(hex)) throw misshapen(event);
      return {
        kind: "output",
        bytes: Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16)),
      };
    }
    case "source-failed": {
      const { id, reason } = parse(event, data);
      if (typeof id !== "string" || typeof reason !== "string") throw misshapen(event);
      return { kind: "source-failed", id, reason };
    }
    case "history":
      return historyIn(parse(event, data));
    default:
      return undefined;
  }
}

/** @throws TypeError */
export function decodeCatalogue(body: unknown): Message {
  const isEntry = (entry: unknown) =>
    isRecord(entry) &&
    ["id", "title", "family", "mechanism", "unit"].every((key) => typeof entry[key] === "string");
  const sources = isRecord(body) ? body["sources"] : body;
  if (!isArrayOf(sources, isEntry)) throw misshapen("sources");
  return { kind: "catalogue", sources: sources as CatalogueEntry[] };
}

function snapshotIn(body: Record<string, unknown>): Snapshot {
  const isSource = (source: unknown) => isRecord(source) && typeof source["id"] === "string";
  const { schema, sources, ledger, calibration, families, seed } = body;
  const isStatus =
    schema === 1 &&
    isArrayOf(sources, isSource) &&
    isRecord(ledger) &&
    isListIn(calibration, "assessedElsewhere") &&
    isArrayOf(families, isFamily) &&
    isListIn(seed, "families");
  if (!isStatus) throw misshapen("status");
  return body as unknown as Snapshot;
}

function historyIn({ sources, credit, failures }: Record<string, unknown>): Message {
  const isId = (id: unknown) => typeof id === "string";
  if (!isArrayOf(sources, isId)) throw misshapen("history");
  const isSample = (sample: unknown) =>
    isArrayOf(sample, Number.isFinite) && sample.length === 1 + sources.length;
  if (!isArrayOf(credit, isSample) || !isArrayOf(failures, isFailure)) throw misshapen("history");
  return {
    kind: "history",
    credit: (credit as readonly number[][]).map(([atMs, ...bits]) => ({
      atMs: atMs!,
      bitsPerSecond: new Map(
        bits.flatMap((each, i) => (each > 0 ? [[sources[i] as string, each] as const] : [])),
      ),
    })),
    failures: failures as readonly Failure[],
  };
}

function isFailure(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value["id"] === "string" &&
    typeof value["reason"] === "string" &&
    Number.isFinite(value["atMs"])
  );
}

function isListIn(value: unknown, key: string): boolean {
  return isRecord(value) && isArrayOf(value[key], (item) => typeof item === "string");
}

function isFamily(value: unknown): boolean {
  return isRecord(value) && typeof value["family"] === "string" && typeof value["spentBits"] === "number";
}

function parse(event: string, data: string): Record<string, unknown> {
  let body: unknown;
  try {
    body = JSON.parse(data);
  } catch (error) {
    throw misshapen(event, error);
  }
  if (!isRecord(body)) throw misshapen(event);
  return body;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isArrayOf(value: unknown, is: (item: unknown) => boolean): value is readonly unknown[] {
  return Array.isArray(value) && value.every(is);
}

function misshapen(event: string, cause?: unknown): TypeError {
  return new TypeError(`the server's "${event}" is not what this page understands; reload it`, { cause });
}
