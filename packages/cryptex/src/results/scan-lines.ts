/** The lines of a scan, as the journal has them. */
import { setImmediate } from "node:timers/promises";
import type { ScanEvent } from "../scan-runner/events.ts";
import { type Journal, JournalError, type Results, type ScanRecord } from "./journal.ts";

/** Lines that are read at a time, and the characters in them: some milliseconds, in which nothing else happens. */
const PAGE = { limit: 1_000, most: 4 * 2 ** 20 };

/**
 * Yields the lines of a scan's result, in their order: exactly what its scanner printed.
 * @param types that are wanted; by default all
 * @throws JournalError "not-found", also where the scan is removed meanwhile; the signal's reason
 */
export async function* linesOfScan(
  results: Results,
  scan: string,
  signal: AbortSignal,
  types?: readonly ScanEvent["type"][],
): AsyncGenerator<ScanEvent, void> {
  for (let after = 0; ; ) {
    const page = await results.read({ scan, after, ...PAGE, ...(types && { types }) });
    // Changes of its state are lines of the journal, and not of the result.
    for (const { type, data } of page) if (type !== "scan") yield { type, ...data } as unknown as ScanEvent;
    if (page.length === 0) break;
    after = page.at(-1)!.seq;
    await setImmediate();
    signal.throwIfAborted();
  }
  await recordIn(results, scan);
}

/** @throws JournalError "not-found" */
export async function recordIn(results: Results, scan: string): Promise<ScanRecord> {
  return found(await results.scan(scan));
}

/** @throws JournalError "not-found" */
export function recordOf(journal: Journal, scan: string): ScanRecord {
  return found(journal.scan(scan));
}

function found(record: ScanRecord | undefined): ScanRecord {
  if (!record) throw new JournalError("not-found", "there is no such result, or it was removed");
  return record;
}

/** Tells that everything was evaluated that was asked for. */
export function isComplete({ state, end }: ScanRecord): boolean {
  return state === "done" && end?.complete === true;
}
