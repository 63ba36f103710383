/**
 * Trying again what a server did not answer. A server that restarts is away for seconds, and a client that gives up then loses what it
 * has computed: so everything that is sent is sent again until the deadline of the job that it belongs to.
 */
import { pause } from "../abort.ts";
import { causesOf, FleetError, reasonOf } from "./fleet-error.ts";

export interface RetryOptions {
  /** Time of this machine after which it is not tried again, ms since 1970. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** Told of the first failure, and of each one with other words than the last. */
  readonly say?: ((text: string) => void) | undefined;
  /** Pause after the first failure, ms; each further one is twice as long. */
  readonly firstMs?: number;
  readonly mostMs?: number;
}

/** A server that is restarted takes about a second to come back, so three or four tries fall into it. */
const FIRST_MS = 100;
/** Longest time for which a server that is back is left alone. */
const MOST_MS = 5_000;

/**
 * Calls `attempt` until it succeeds.
 * @param what begins the messages: "the result of job 1a2b"
 * @throws FleetError after the deadline; the error itself where trying again cannot help; the signal's reason
 */
export async function untilDeadline<T>(
  what: string,
  attempt: () => Promise<T>,
  { deadlineMs, signal, say, firstMs = FIRST_MS, mostMs = MOST_MS }: RetryOptions,
): Promise<T> {
  let said = "";
  for (let pauseMs = firstMs; ; pauseMs = Math.min(mostMs, 2 * pauseMs)) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (isFinal(error)) throw error;
      const reason = reasonOf(error);
      const leftMs = deadlineMs - Date.now();
      if (leftMs <= 0) {
        throw new FleetError(`${what} was not taken before its deadline: ${reason}`, { cause: error });
      }
      if (reason !== said) say?.(`${what} is not taken yet: ${reason}; it is tried again`);
      said = reason;
      await pause(Math.min(pauseMs, leftMs), signal);
    }
  }
}

/** Errors of the client that come again whenever the same is sent. */
const FINAL_NAMES = [
  "PermissionViolationError",
  "InvalidArgumentError",
  "InvalidSubjectError",
  "InvalidNameError",
  "ClosedConnectionError",
  "DrainingConnectionError",
];

/** Codes of the server's JetStream errors, in its errors.json. */
const WRONG_LAST_SEQUENCE: readonly number[] = [10071, 10164];
const MESSAGE_TOO_LARGE = 10054;
const STREAM_NOT_FOUND = 10059;

/** Tells whether the server has no such stream. */
export function isMissing(error: unknown): boolean {
  return causesOf(error).some((each) => codeOf(each) === STREAM_NOT_FOUND);
}

/** Tells whether the key has been written before. */
export function isWrittenAlready(error: unknown): boolean {
  return causesOf(error).some((each) => WRONG_LAST_SEQUENCE.includes(codeOf(each)));
}

function isFinal(error: unknown): boolean {
  return causesOf(error).some(
    (each) =>
      FINAL_NAMES.includes(each.name) || [...WRONG_LAST_SEQUENCE, MESSAGE_TOO_LARGE].includes(codeOf(each)),
  );
}

function codeOf(error: Error): number {
  const code = "code" in error ? error.code : undefined;
  return typeof code === "number" ? code : 0;
}
