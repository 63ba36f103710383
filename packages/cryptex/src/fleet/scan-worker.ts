/** Executes jobs of scans: with threads of its own, which keep the compiled rules from job to job. The thread that beats scans nothing. */
import { orAborted } from "#kit/abort.ts";
import { ProgramError } from "#kit/errors.ts";
import type { Executor, ExecutorTools } from "#kit/fleet/executor.ts";
import type { Job } from "#kit/fleet/job.ts";
import type { Objects } from "#kit/fleet/objects.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import { Crew } from "../scan-runner/crew.ts";
import type { FileResult, ScanFileOptions } from "../scan-runner/protocol.ts";
import { defaultThreads } from "../scan-runner/runner.ts";
import { SHORT } from "../scan-runner/stretch.ts";
import { type StartThread, startScanThread } from "../scan-runner/thread.ts";
import { VERSION } from "../version.ts";
import { folderOfRoot, type Roots } from "./roots.ts";
import type { RuleSets } from "./rule-set-object.ts";
import { answerText } from "./scan-answer.ts";
import { type JobFile, readScanJob, type ScanJob } from "./scan-job.ts";

export interface ScanWorkerSettings {
  readonly sets: RuleSets;
  readonly roots: Roots;
  /** Takes answers that are larger than a message. */
  readonly answers: () => Promise<Objects>;
  /** Default is one a core. */
  readonly threads?: number;
  readonly startThread?: StartThread;
}

/** Crews that wait for more of their jobs: that of the scan, and that of another beside it. Each has threads with the rules in memory. */
const MOST_CREWS = 2;

export class ScanWorker implements Disposable {
  /** By all that their results depend on, the one that was used last at the end. */
  readonly #crews = new Map<string, ReadyCrew>();

  constructor(private readonly settings: ScanWorkerSettings) {}

  readonly execute: Executor = async (job, tools) => {
    try {
      return await this.#answer(job, tools);
    } catch (cause) {
      if (!(cause instanceof Error && cause.name === "PermissionViolationError")) throw cause;
      throw new ProgramError("job", `the server's rules keep this worker from it: ${cause.message}`, {
        cause,
      });
    }
  };

  async #answer({ body }: Job, { signal }: ExecutorTools): Promise<string> {
    const job = readScanJob(body);
    refuseOtherProgram(job);
    const { sets, roots, answers } = this.settings;
    const within = folderOfRoot(roots, job.root);
    const set = await orAborted(sets.use(job.ruleSet), signal);
    refuseOtherEngine(job, set);
    const crew = this.#crewFor(job, set, { ...job.options, within });
    return answerText(await orAborted(crew.scan(job.files), signal), answers);
  }

  [Symbol.dispose](): void {
    for (const crew of this.#crews.values()) crew[Symbol.dispose]();
    this.#crews.clear();
  }

  #crewFor({ ruleSet }: ScanJob, set: RuleSet, options: ScanFileOptions): ReadyCrew {
    const key = JSON.stringify([ruleSet.object, options]);
    const { threads = defaultThreads(), startThread = startScanThread } = this.settings;
    const drop = () => void this.#crews.delete(key);
    const crew = this.#crews.get(key) ?? new ReadyCrew(set, options, { threads, startThread, drop });
    this.#crews.delete(key);
    this.#crews.set(key, crew);
    this.#endIdle(crew);
    return crew;
  }

  /** Ends crews that are too many, the oldest first; none that has work. */
  #endIdle(used: ReadyCrew): void {
    for (const [key, crew] of this.#crews) {
      if (this.#crews.size <= MOST_CREWS) return;
      if (crew === used || !crew.isIdle) continue;
      this.#crews.delete(key);
      crew[Symbol.dispose]();
    }
  }
}

interface CrewTools {
  readonly threads: number;
  readonly startThread: StartThread;
  /** Called where it can scan nothing more. */
  readonly drop: () => void;
}

/** A crew that answers jobs. */
class ReadyCrew implements Disposable {
  readonly #crew: Crew;
  readonly #waiting = new Set<(reason: unknown) => void>();

  constructor(
    { compiled }: RuleSet,
    options: ScanFileOptions,
    private readonly tools: CrewTools,
  ) {
    const { threads, startThread } = tools;
    const cancel = new Int32Array(new SharedArrayBuffer(4));
    const onFailure = (error: Error) => this.#end(error);
    this.#crew = new Crew({ threads, compiled, cancel, options, startThread, onFailure });
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0;
  }

  /** Scans files as a scan of this machine does, in short stretches, so that all threads have some. @throws ProgramError where rules do not load */
  async scan(files: readonly JobFile[]): Promise<FileResult[]> {
    const { promise: failed, reject } = Promise.withResolvers<never>();
    this.#waiting.add(reject);
    try {
      const results = stretches(files).map((some) => Promise.race([this.#scan(some), failed]));
      return (await Promise.all(results)).flat();
    } finally {
      this.#waiting.delete(reject);
    }
  }

  #scan(files: readonly JobFile[]): Promise<readonly FileResult[]> {
    const { promise, resolve } = Promise.withResolvers<readonly FileResult[]>();
    this.#crew.submit({
      files: files.map(({ at, path }) => ({ path: at, shownPath: path, byLink: false })),
      done: resolve,
    });
    return promise;
  }

  #end(reason: unknown): void {
    this.tools.drop();
    this.#crew[Symbol.dispose]();
    for (const reject of this.#waiting) reject(reason);
  }

  [Symbol.dispose](): void {
    this.#end(new Error("the worker stops"));
  }
}

function stretches(files: readonly JobFile[]): JobFile[][] {
  const all: JobFile[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const file of files) {
    const last = all.at(-1);
    bytes += file.size;
    if (last && last.length < SHORT.files && bytes <= SHORT.bytes) last.push(file);
    else {
      all.push([file]);
      bytes = file.size;
    }
  }
  return all;
}

/** Other versions may read files and rules otherwise, so their answers are not those of the scan that asks. */
function refuseOtherProgram({ program }: ScanJob): void {
  if (program === VERSION) return;
  throw new ProgramError("job", `the job is for version ${program} of cryptex, and this is ${VERSION}`);
}

function refuseOtherEngine(job: ScanJob, { engine }: RuleSet): void {
  if (job.engine === engine.digest) return;
  throw new ProgramError("job", `the job is for the engine ${job.engine}, and this is ${engine.digest}`);
}
