/**
 * How a job is computed: in a thread or a process of its own, never in the thread that beats. With work in that thread for longer than the
 * time that a job is waited for, jobs go to a second worker while the first still computes.
 */
import { onAbort } from "../abort.ts";
import { ProgramError } from "../errors.ts";
import { inThread } from "../thread.ts";
import type { Job, JobBody } from "./job.ts";
import { MOST_JOB_BYTES } from "./job.ts";

export interface ExecutorTools {
  /** Aborted where the worker stops, and at the job's deadline. */
  readonly signal: AbortSignal;
  readonly progress: (detail: unknown) => void;
}

/**
 * Computes the answer of a job, as text. Makes no answer by throwing: a ProgramError, which another attempt would only repeat, becomes
 * the job's result; after any other error the job is tried again.
 */
export type Executor = (job: Job, tools: ExecutorTools) => Promise<string>;

/** @param entry file of a thread that calls `serve` with a function from a job's body to a text @param work see `inThread` */
export function inThreads(entry: URL, work?: string): Executor {
  return ({ body }, { signal, progress }) =>
    inThread<JobBody, string, unknown>(entry, body, {
      signal,
      onProgress: progress,
      failure: "the job failed",
      ...(work !== undefined && { work }),
    });
}

/** Bytes of what a process says on stderr that go into a message. */
const LAST_WORDS = 500;

/**
 * Starts a process for each job, which reads the job's body from stdin, writes the answer to stdout and exits with 0. With exit code 2 it
 * refuses the job, for the reason on stderr.
 */
export function inProcesses(command: readonly string[]): Executor {
  return async ({ text }, { signal }) => {
    signal.throwIfAborted();
    const child = Bun.spawn([...command], {
      stdin: new TextEncoder().encode(text),
      stdout: "pipe",
      stderr: "pipe",
      detached: true, // a group of its own, which ends as a whole, and which Ctrl-C does not reach before the worker
    });
    const tooMuch = () => endGroup(child.pid);
    using _ = onAbort(signal, tooMuch);
    const [answer, said] = await Promise.all([
      readUpTo(child.stdout, MOST_JOB_BYTES, tooMuch),
      readUpTo(child.stderr, MOST_JOB_BYTES, tooMuch),
    ]);
    await child.exited;
    signal.throwIfAborted();
    const words = said.text.trim().slice(-LAST_WORDS);
    if (answer.isCut) throw new ProgramError("job", `the answer has more than ${MOST_JOB_BYTES} bytes`);
    if (child.signalCode) throw new Error(`its process was ended by ${child.signalCode}: ${words}`);
    if (child.exitCode === REFUSES) throw new ProgramError("job", words || "the job is refused");
    if (child.exitCode !== 0) throw new Error(`its process ended with ${child.exitCode}: ${words}`);
    return answer.text;
  };
}

/** Exit code of wrong use. */
const REFUSES = 2;

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // ESRCH: it has ended by itself. EPERM, on macOS: nothing but zombies is left of it.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}

async function readUpTo(
  stream: ReadableStream<Uint8Array>,
  most: number,
  tooMuch: () => void,
): Promise<{ readonly text: string; readonly isCut: boolean }> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of stream) {
    if (length <= most) pieces.push(piece);
    length += piece.length;
    if (length > most) tooMuch();
  }
  return { text: Buffer.concat(pieces).toString("utf8"), isCut: length > most };
}
