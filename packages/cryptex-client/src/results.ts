/** The lines of a scan, page by page, as they are written down. */
import type { EventFrame, ScanState } from "./gateway-types.ts";
import type { CallOptions, Http } from "./http.ts";
import { linesOf, parseObject } from "./lines.ts";
import { backoffMs, pause } from "./pause.ts";
import { CryptexError } from "./problem.ts";

export interface ResultsOptions extends CallOptions {
  /** Lines with a greater `seq`. */
  readonly after?: number | undefined;
  /** Only lines of these types. */
  readonly types?: readonly string[] | undefined;
  /** Lines that are asked for at once, 1 to 1,000, which is the default. */
  readonly limit?: number | undefined;
  /** False for the lines that are there now. Otherwise, until the scan has ended. */
  readonly follow?: boolean | undefined;
  /** Called after each page with the state of the scan. */
  readonly onState?: ((state: ScanState) => void) | undefined;
}

/** Lines that are asked for at once: the most that a gateway gives. */
const PAGE = 1000;

/** While a scan runs and nothing new is there, the gateway is asked again after a while, which grows from one to the other. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2000;

const GOES_ON: ReadonlySet<string> = new Set(["waiting", "running"]);

/**
 * Yields the lines in order, each once, though connections break.
 * @throws CryptexError, also for a scan that was cancelled or failed: what has come is then not all of it
 */
export async function* scanResults(
  http: Http,
  id: string,
  { after, types, limit = PAGE, follow = true, onState, signal }: ResultsOptions = {},
): AsyncGenerator<EventFrame, void, undefined> {
  const path = `/scans/${encodeURIComponent(id)}/results`;
  let next = after;
  let waitMs = FIRST_WAIT_MS;
  let breaks = 0; // in a row, without a line between
  for (;;) {
    const query = { after: next, limit, type: types?.join(",") };
    const response = await http.send({ method: "GET", path, query, ...(signal && { signal }) });
    const state = response.headers.get("cryptex-state") as ScanState;
    const cursor = cursorOf(response);
    let count = 0;
    try {
      for await (const line of response.body ? linesOf(response.body) : []) {
        const frame = parseObject<EventFrame>(line);
        next = frame.seq;
        count++;
        yield frame;
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof CryptexError) || error.kind !== "unreachable") throw error;
      breaks = count > 0 ? 1 : breaks + 1;
      if (breaks > http.retries) throw error;
      await pause(backoffMs(breaks - 1), signal);
      continue; // from the last line
    }
    breaks = 0;
    next = cursor ?? next;
    onState?.(state);
    if (count > 0) {
      waitMs = FIRST_WAIT_MS;
      continue;
    }
    if (!follow) return;
    if (GOES_ON.has(state)) {
      await pause(waitMs, signal);
      waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
    } else if (state === "done") return;
    else throw new CryptexError("conflict", `the scan ${id} has not come to its end: it is ${state}`);
  }
}

/** Reads where the next page begins. Behind the last line of a page that was filtered there may be others, which need not be read again. */
function cursorOf({ headers }: Response): number | undefined {
  const value = headers.get("cryptex-next");
  return value !== null && /^\d+$/.test(value) ? Number(value) : undefined;
}
