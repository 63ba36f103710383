/** A scan for a message: of bytes, or of paths below a root of the gateway. */
import type { CryptexClient, ScanOrder } from "../../cryptex-client/src/index.ts";
import type { Message } from "./red.ts";

/** A line of a scan's result; members beside the type depend on it. */
export interface Line {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** Fields of the editor. Texts are empty where nothing was filled in. */
export interface ScanFields {
  /** Says that `msg.payload` is bytes, or paths, or either by its type. */
  readonly source?: "any" | "bytes" | "paths";
  readonly root?: string;
  readonly path?: string;
  readonly ruleset?: string;
  readonly archives?: string;
  readonly timeoutMs?: string;
  readonly explain?: boolean;
}

export type Options = NonNullable<ScanOrder["options"]>;

/** Reads the options of the editor, and then those of msg.options, which go before. */
export function optionsOf({ archives, timeoutMs, explain }: ScanFields, message: Message): Options {
  const own = message["options"] ?? {};
  if (typeof own !== "object" || Array.isArray(own)) throw new Error("msg.options must be an object");
  return {
    ...(archives ? { archives: numberOf("archives", archives) } : {}),
    ...(timeoutMs ? { timeoutMs: numberOf("timeout", timeoutMs) } : {}),
    ...(explain ? { explain: true } : {}),
    ...own,
  };
}

/** The editor checks it, too; flows come from elsewhere as well. */
function numberOf(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} must be a whole number, not "${text}"`);
  return Number(text);
}

const WANTED = {
  any: "a buffer to scan, a path below the root, or a list of such paths",
  bytes: "a buffer or a text to scan",
  paths: "a path below the root, or a list of such paths",
};

/** Finds out what is to be scanned. @throws Error for a payload that is something else */
export function targetOf(
  { path, source = "any" }: ScanFields,
  { payload }: Message,
): Uint8Array<ArrayBuffer> | readonly string[] {
  if (path) return [path];
  if (source !== "paths" && payload instanceof Uint8Array) return payload as Uint8Array<ArrayBuffer>;
  if (source === "bytes" && typeof payload === "string") return new TextEncoder().encode(payload);
  if (source !== "bytes") {
    const paths: unknown[] = [payload].flat();
    if (paths.length > 0 && paths.every((each) => typeof each === "string" && each !== ""))
      return paths as string[];
  }
  throw new Error(`msg.payload must be ${WANTED[source]}`);
}

/** Options that a scan of bytes takes, as its query names them. */
const BYTES_OPTIONS: Readonly<Record<string, string>> = {
  explain: "explain",
  timeoutMs: "timeout_ms",
  maxStrings: "max_strings",
  archives: "archives",
};

export interface BytesFacts {
  readonly ruleset: string | undefined;
  readonly filename: string | undefined;
  readonly options: Options;
}

/** Scans bytes. Yields the lines. @throws Error for an option that only scans of paths have */
export async function* bytesLines(
  client: CryptexClient,
  bytes: Uint8Array<ArrayBuffer>,
  { ruleset, filename, options }: BytesFacts,
  signal: AbortSignal,
): AsyncGenerator<Line, void, undefined> {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(BYTES_OPTIONS, name));
  if (unknown !== undefined) throw new Error(`a scan of bytes has no option ${unknown}`);
  const named = Object.entries(options).map(([name, value]) => [BYTES_OPTIONS[name]!, value]);
  const query = { ruleset, filename, ...Object.fromEntries(named) };
  const { start, matches, skips, errors, quarantine, logs, notes, end } = await client.scan(bytes, query, {
    signal,
  });
  const lists = [[start], quarantine, matches, skips, errors, logs, notes, [end]];
  for (const line of lists.flat()) if (line) yield line as unknown as Line;
}

/** Time that the gateway gets, once the flow stops, to say which scan it has begun, so that it can be cancelled. */
const LATE_MS = 5000;

/**
 * Has the gateway scan paths, and yields the lines as they come. When it is ended early, the scan is cancelled.
 * @param begun told the id of the scan
 */
export async function* pathLines(
  client: CryptexClient,
  order: ScanOrder,
  signal: AbortSignal,
  begun: (id: string) => void,
): AsyncGenerator<Line, void, undefined> {
  const late = new AbortController();
  const stop = () => setTimeout(() => late.abort(signal.reason), LATE_MS).unref();
  signal.addEventListener("abort", stop, { once: true });
  const { id } = await client.scans.submit(order, { signal: late.signal });
  let hasEnded = false;
  try {
    begun(id);
    signal.throwIfAborted();
    for await (const line of client.scans.results(id, { signal })) {
      hasEnded ||= line.type === "end";
      yield line;
    }
    hasEnded = true;
  } finally {
    signal.removeEventListener("abort", stop);
    // It may have ended by itself meanwhile, or the gateway is not there: nothing is left to do in either case.
    if (!hasEnded) await client.scans.cancel(id, { signal: AbortSignal.timeout(LATE_MS) }).catch(() => {});
  }
}
