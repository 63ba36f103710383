/**
 * Takes results of scans into the journal, each as a whole or not at all: first all of its lines are read and held against each other, then
 * they are written a few at a time, so that others can write meanwhile. Until the last one is, the scan is `running`; what a program that
 * was killed has left so is taken away by the next one that comes.
 */
import { setImmediate } from "node:timers/promises";
import { InputError } from "#kit/errors.ts";
import { visible } from "#kit/format/visible.ts";
import { type Journal, JournalError, type ScanRecord } from "../results/journal.ts";
import type { ScanEvent } from "../scan-runner/events.ts";
import { MOST_BYTES, type ReadResult, resultsIn, TooMuch } from "./read-results.ts";

export interface Incoming {
  /** Names the sender: see `refuseOrigin`. */
  readonly origin: string;
  /** Tells this result from others of its origin. By default the digest of its lines does. */
  readonly key?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the stream that are taken at most. */
  readonly mostBytes?: number | undefined;
  /** Tells the time, milliseconds since 1970. */
  readonly now?: () => number;
}

/** Kept beside a scan whose lines are being taken in. */
interface Hidden {
  readonly kind: "collected";
  readonly digest: string;
}

/**
 * Takes in the one result of a stream.
 * @returns its record, whose `reason` says why it is not whole, if it is not
 * @throws InputError for anything that is no result, or too much; JournalError "duplicate"; StoreError; the signal's reason; what the
 * stream throws. Nothing is taken in then.
 */
export async function takeIn(
  journal: Journal,
  stream: AsyncIterable<Uint8Array>,
  incoming: Incoming,
): Promise<ScanRecord> {
  refuseOrigin(incoming.origin);
  try {
    return await takeOnly(journal, resultsIn(stream, incoming.mostBytes ?? MOST_BYTES), incoming);
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    throw new InputError(`the result has ${error.message}`);
  }
}

async function takeOnly(
  journal: Journal,
  results: ReturnType<typeof resultsIn>,
  incoming: Incoming,
): Promise<ScanRecord> {
  const first = (await results.next()).value ?? undefined;
  if (!first) throw new InputError("there is no result in it: it is empty");
  using _ = first;
  const second = (await results.next()).value ?? undefined;
  using __ = second;
  if (first.kind === "refused") throw new InputError(first.fault);
  if (second) throw new InputError(`line ${second.line}: a second result begins; each is sent by itself`);
  return await takeResult(journal, first, incoming);
}

/** Lines of one transaction, and the characters of what they hold: a few milliseconds of writing. */
const BATCH_LINES = 500;
const BATCH_CHARACTERS = 2 ** 20;

/** @throws as `takeIn` */
export async function takeResult(
  journal: Journal,
  result: ReadResult,
  { origin, key = result.digest, signal, now = Date.now }: Incoming,
): Promise<ScanRecord> {
  signal?.throwIfAborted();
  const hidden: Hidden = { kind: "collected", digest: result.digest };
  const { id } = created(journal, { origin, key, hidden }, now);
  try {
    for (const batch of batchesOf(result.events())) {
      journal.append(id, batch, { state: "running", checkpoint: { at: now() } });
      await setImmediate();
      signal?.throwIfAborted();
    }
    journal.append(id, [], { state: "done", ...(result.doubt !== undefined && { reason: result.doubt }) });
    return journal.scan(id)!;
  } catch (error) {
    journal.remove(id);
    throw error;
  }
}

function* batchesOf(events: Iterable<ScanEvent>): Generator<readonly ScanEvent[], void> {
  let batch: ScanEvent[] = [];
  let characters = 0;
  for (const event of events) {
    batch.push(event);
    if (event.type === "match") characters += event.strings.reduce((sum, { data }) => sum + data.length, 0);
    if (batch.length < BATCH_LINES && characters < BATCH_CHARACTERS) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}

/** Time without a line after which whoever was taking a result in has gone. Between two batches are milliseconds. */
const ABANDONED_MS = 60_000;

function created(
  journal: Journal,
  scan: { readonly origin: string; readonly key: string; readonly hidden: Hidden },
  now: () => number,
): ScanRecord {
  const create = () => journal.create({ ...scan, hidden: { ...scan.hidden }, state: "running" });
  try {
    return create();
  } catch (error) {
    if (!(error instanceof JournalError) || error.kind !== "duplicate") throw error;
    if (!isAbandoned(journal, error.scan!, now())) throw error;
    journal.remove(error.scan!);
    return create();
  }
}

function isAbandoned(journal: Journal, id: string, now: number): boolean {
  const record = journal.scan(id);
  const { hidden, checkpoint } = journal.hidden(id) ?? {};
  if (record?.state !== "running" || (hidden as Hidden | null)?.kind !== "collected") return false;
  const at = (checkpoint as { readonly at: number } | null)?.at ?? Date.parse(record.createdAt);
  return at + ABANDONED_MS < now;
}

/** Takes away what programs that were killed had begun to take in. @returns how many results there were */
export function removeAbandoned(journal: Journal, now: number = Date.now()): number {
  const running = journal.scans({ states: ["running"], limit: Number.MAX_SAFE_INTEGER });
  return running.filter(({ id }) => isAbandoned(journal, id, now) && journal.remove(id)).length;
}

/** Tells that a scan is there whose lines were the same. */
export function isSame(journal: Journal, id: string, digest: string): boolean {
  return (journal.hidden(id)?.hidden as Hidden | null)?.digest === digest;
}

const OWN_ORIGINS: readonly string[] = ["gateway", "mcp"];
const MOST_ORIGIN = 200;

/** @throws InputError for a name that is empty, long, hard to read, or the gateway's own */
export function refuseOrigin(origin: string): void {
  const fault = OWN_ORIGINS.includes(origin)
    ? "is what the gateway calls its own scans"
    : origin.trim() === ""
      ? "says nothing"
      : origin.length > MOST_ORIGIN
        ? `has more than ${MOST_ORIGIN} characters`
        : visible(origin) !== origin
          ? "has characters that cannot be seen"
          : undefined;
  if (fault !== undefined)
    throw new InputError(`the origin ${visible(JSON.stringify(origin).slice(0, 60))} ${fault}`);
}
