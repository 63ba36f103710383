/** Shares batches out to threads. Whatever a thread does, each batch is answered, and each fault costs one file. */
import { ProgramError } from "#kit/errors.ts";
import { endTurn } from "./large-files.ts";
import {
  type BatchFile,
  type ExplainData,
  type FileResult,
  POSITION,
  type ScanFileOptions,
  type ThreadReply,
} from "./protocol.ts";
import { timedOut } from "./scan-file.ts";
import type { FileIdentity } from "./seen-files.ts";
import { SHORT, type StretchLimits } from "./stretch.ts";
import type { ScanThread, StartThread } from "./thread.ts";

/** Files to be scanned in one go, in one thread. */
export interface Task {
  readonly files: readonly BatchFile[];
  /** One a file, as they were found; a crew of this machine has no need of them. */
  identities?(): readonly FileIdentity[];
  /** Is called once, with a result for each file. */
  done(results: readonly FileResult[]): void;
}

/** Whoever scans tasks: threads of this machine, or others. */
export interface ScanCrew extends Disposable {
  /** Limits of a task. */
  readonly limits: StretchLimits;
  /** Makes ready before there is work. */
  warmUp(): void;
  submit(task: Task): void;
}

export interface CrewOptions {
  readonly threads: number;
  readonly compiled: Uint8Array;
  /** See `ThreadData.cancel`. */
  readonly cancel: Int32Array;
  readonly options: ScanFileOptions;
  readonly explain?: ExplainData;
  readonly startThread: StartThread;
  /** The scan cannot go on. */
  onFailure(error: Error): void;
}

/** Tasks that a thread is given: one is worked on, the next lies ready, so that the thread never waits for us. */
const TASKS_A_THREAD = 2;
/** Time beyond the limit of a file after which the thread is given up: the engine ends by itself unless it hangs. */
const GRACE_MS = 5000;
const WATCH_MS = 500;
/** Threads that die one after the other before they scan anything. */
const MOST_STILLBORN = 3;

interface Job {
  readonly task: Task;
  readonly results: (FileResult | undefined)[];
  /** Numbers of the files that were posted, of those in the task. */
  posted: readonly number[];
}

interface Member {
  readonly thread: ScanThread;
  readonly number: number;
  readonly position: Int32Array;
  readonly jobs: Job[];
  alive: boolean;
  /** Count of files when it was last looked at, and the time when it had just changed. */
  lastCount: number;
  lastMoveMs: number;
}

export class Crew implements ScanCrew {
  readonly limits = SHORT;
  readonly #waiting: Job[] = [];
  readonly #members = new Set<Member>();
  #stillborn = 0;
  #nextId = 0;
  #started = 0;
  readonly #turn = new Int32Array(new SharedArrayBuffer(4));
  readonly #watch: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly options: CrewOptions) {
    if (options.options.timeoutMs > 0) this.#watch = setInterval(() => this.#endHung(), WATCH_MS);
  }

  /** Starts a first thread before there is work for it, since loading the rules takes its time. */
  warmUp(): void {
    if (this.#members.size === 0) this.#start();
  }

  submit(task: Task): void {
    const results = new Array<FileResult | undefined>(task.files.length).fill(undefined);
    this.#waiting.push({ task, results, posted: task.files.map((_, index) => index) });
    this.#assign();
  }

  /** Ends the threads, whatever they do. */
  [Symbol.dispose](): void {
    clearInterval(this.#watch);
    Atomics.store(this.options.cancel, 0, 1);
    for (const member of this.#members) {
      member.alive = false;
      member.thread.terminate();
    }
    this.#members.clear();
    this.#waiting.length = 0;
  }

  #assign(): void {
    for (const depth of Array.from({ length: TASKS_A_THREAD }, (_, index) => index)) {
      for (const member of this.#members) if (member.jobs.length <= depth) this.#give(member);
      // A thread more is started rather than that a task waits behind another.
      while (this.#waiting.length > 0 && this.#members.size < this.options.threads) this.#give(this.#start());
    }
  }

  #give(member: Member): void {
    const job = this.#waiting.shift();
    if (!job) return;
    if (member.jobs.length === 0) {
      member.lastCount = Atomics.load(member.position, POSITION.count);
      member.lastMoveMs = performance.now();
    }
    member.jobs.push(job);
    member.thread.post({ id: this.#nextId++, files: job.posted.map((index) => job.task.files[index]!) });
  }

  #start(): Member {
    const { compiled, cancel, threads, options, explain, startThread } = this.options;
    const position = new Int32Array(new SharedArrayBuffer(4 * POSITION.length));
    position[POSITION.file] = -1;
    const number = ++this.#started;
    const turns = { turn: this.#turn, number, threads };
    let member: Member | undefined;
    const thread = startThread(
      { compiled, cancel, position, turns, options, ...(explain && { explain }) },
      {
        onReply: (reply) => member?.alive && this.#reply(member, reply),
        onDeath: (reason) =>
          member?.alive && this.#bury(member, `engine error: the scanning thread died: ${reason}`),
      },
    );
    member = { thread, number, position, jobs: [], alive: true, lastCount: 0, lastMoveMs: performance.now() };
    this.#members.add(member);
    return member;
  }

  #reply(member: Member, reply: ThreadReply): void {
    if (reply.kind === "unable") {
      this.options.onFailure(new ProgramError("engine", `the rules cannot be loaded: ${reply.reason}`));
      return;
    }
    this.#stillborn = 0;
    const job = member.jobs.shift()!;
    for (const [at, result] of reply.results.entries()) job.results[job.posted[at]!] = result;
    this.#assign();
    job.task.done(job.results as readonly FileResult[]);
  }

  /** Takes a thread out. The file that it was at has the reason for its result; all others go to other threads. */
  #bury(member: Member, reason: string): void {
    member.alive = false;
    member.thread.terminate();
    endTurn(this.#turn, member.number);
    this.#members.delete(member);
    const at = Atomics.load(member.position, POSITION.file);
    const [job, ...others] = member.jobs;
    this.#waiting.unshift(...others);
    if (job) {
      if (at >= 0) {
        const culprit = job.posted[at]!;
        job.results[culprit] = { kind: "error", reason };
        job.posted = job.posted.filter((index) => index !== culprit);
        this.#stillborn = 0;
      }
      if (job.posted.length === 0) job.task.done(job.results as readonly FileResult[]);
      else this.#waiting.unshift(job);
    }
    if (at < 0 && ++this.#stillborn === MOST_STILLBORN) {
      this.options.onFailure(new ProgramError("engine", reason));
      return;
    }
    this.#assign();
  }

  /** Gives up threads that do not come back from a file, long after its time was over. */
  #endHung(): void {
    const { timeoutMs } = this.options.options;
    for (const member of [...this.#members]) {
      const count = Atomics.load(member.position, POSITION.count);
      const now = performance.now();
      if (count !== member.lastCount || Atomics.load(member.position, POSITION.file) < 0) {
        member.lastCount = count;
        member.lastMoveMs = now;
      } else if (member.jobs.length > 0 && now - member.lastMoveMs > timeoutMs + GRACE_MS) {
        this.#bury(member, timedOut(timeoutMs));
      }
    }
  }
}
