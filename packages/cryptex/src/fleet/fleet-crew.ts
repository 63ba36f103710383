/** A crew of other machines: has the files of a scan scanned by whoever takes jobs of the queue. Each file gets a result, whatever they do. */
import { FleetError, reasonOf } from "#kit/fleet/fleet-error.ts";
import { makeJob } from "#kit/fleet/job.ts";
import type { Objects } from "#kit/fleet/objects.ts";
import { untilDeadline } from "#kit/fleet/retry.ts";
import type { Answer, Run } from "#kit/fleet/run.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import type { ScanCrew, Task } from "../scan-runner/crew.ts";
import type { FileResult } from "../scan-runner/protocol.ts";
import type { CrewOrder } from "../scan-runner/runner.ts";
import type { StretchLimits } from "../scan-runner/stretch.ts";
import { VERSION } from "../version.ts";
import type { Places } from "./roots.ts";
import type { RuleSetRef } from "./rule-set-object.ts";
import { readAnswer } from "./scan-answer.ts";
import { type JobFile, jobFile, type ScanJob, scanJobBody } from "./scan-job.ts";

export interface FleetCrewSettings extends CrewOrder {
  readonly run: Run;
  /** Name of the run. */
  readonly name: string;
  readonly places: Places;
  readonly set: RuleSet;
  readonly ruleSet: RuleSetRef;
  /** Has answers that are larger than a message. */
  readonly answers: Objects;
  /** Time that a job has, ms. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly say: (level: "info" | "warn", text: string) => void;
}

/** A job takes seconds of scanning, which is what is lost with a worker and costs many times the messages for it. */
const LIMITS: StretchLimits = { files: 200, bytes: 64 * 2 ** 20 };

/** Bytes of the files of a job as JSON: three quarters of a message, the rest is for all besides. Two paths have at most some 33 KB. */
const MOST_FILES_BYTES = 384 * 1024;

/** A file of a task, with its number there. */
interface Sent {
  readonly index: number;
  readonly file: JobFile;
}

export class FleetCrew implements ScanCrew {
  readonly limits = LIMITS;
  #isOver = false;

  constructor(private readonly settings: FleetCrewSettings) {}

  /** Workers get the rules with their first job. */
  warmUp(): void {}

  submit(task: Task): void {
    this.#scan(task).then(
      (results) => {
        if (!this.#isOver) task.done(results);
      },
      (error: unknown) => {
        if (!this.#isOver) this.settings.onFailure(error);
      },
    );
  }

  /** Waits for nothing any more. The run is closed by whoever opened it. */
  [Symbol.dispose](): void {
    this.#isOver = true;
  }

  async #scan({ files, identities: found }: Task): Promise<FileResult[]> {
    const results: FileResult[] = [];
    const identities = found?.() ?? [];
    const byRoot = new Map<string, Sent[]>();
    for (const [index, { path, byLink }] of files.entries()) {
      const place = this.settings.places.of(path, byLink);
      if ("reason" in place) results[index] = { kind: "error", reason: place.reason };
      else {
        const sent = { index, file: jobFile(place.at, path, identities[index]!) };
        const others = byRoot.get(place.root);
        if (others) others.push(sent);
        else byRoot.set(place.root, [sent]);
      }
    }
    const jobs = [...byRoot].flatMap(([root, all]) => pieces(all).map((some) => ({ root, some })));
    await Promise.all(jobs.map(({ root, some }) => this.#have(root, some, results)));
    return results;
  }

  /** Has files scanned, and puts their results in their places. */
  async #have(root: string, sent: readonly Sent[], results: FileResult[]): Promise<void> {
    const { run, deadlineMs } = this.settings;
    const job = makeJob(scanJobBody(this.#jobOf(root, sent)), Date.now() + deadlineMs);
    const answer = await run.submit(job);
    if (answer.outcome === "gave-up" && sent.length > 1) {
      // One of the files has killed all who tried: the others are found by halving.
      const half = Math.ceil(sent.length / 2);
      this.settings.say("warn", `${sent.length} files: ${answer.value}; they are tried by halves`);
      await Promise.all([
        this.#have(root, sent.slice(0, half), results),
        this.#have(root, sent.slice(half), results),
      ]);
      return;
    }
    const files = await this.#resultsOf(answer, sent.length, job.deadlineMs);
    for (const [at, { index }] of sent.entries()) results[index] = files[at]!;
  }

  #jobOf(root: string, sent: readonly Sent[]): ScanJob {
    const { name, ruleSet, set, options } = this.settings;
    const { timeoutMs, maxStrings, maxSize, digestAll, archives, listClean } = options;
    return {
      run: name,
      program: VERSION,
      engine: set.engine.digest,
      ruleSet,
      options: { timeoutMs, maxStrings, maxSize, digestAll, archives, listClean },
      root,
      files: sent.map(({ file }) => file),
    };
  }

  async #resultsOf(answer: Answer, count: number, deadlineMs: number): Promise<FileResult[]> {
    const { outcome, value, node } = answer;
    const all = (reason: string) => Array.from({ length: count }, () => ({ kind: "error", reason }) as const);
    if (outcome === "gave-up") return all(`crashed: ${value}`);
    if (outcome === "refused") return all(`not scanned: ${node} refuses it: ${value}`);
    try {
      return await readAnswer(value, { files: count, rules: this.settings.set.rules }, (digest) =>
        this.#get(digest, deadlineMs),
      );
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      return all(`not scanned: the answer of ${node} is not taken: ${reasonOf(error)}`);
    }
  }

  async #get(digest: string, deadlineMs: number): Promise<Uint8Array> {
    const { answers, signal, say } = this.settings;
    const got = await untilDeadline(
      `answer ${digest.slice(0, 8)}`,
      () =>
        answers.get(digest).catch((error: unknown) => {
          if (error instanceof FleetError) return error; // it is not there, or is another: it stays so
          throw error;
        }),
      { deadlineMs: Math.max(deadlineMs, Date.now()), signal, say: (text) => say("warn", text) },
    );
    if (got instanceof FleetError) throw got;
    return got;
  }
}

/** Cuts what is too much for a message. */
function pieces(all: readonly Sent[]): Sent[][] {
  const some: Sent[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const sent of all) {
    const more = Buffer.byteLength(JSON.stringify(sent.file)) + 1;
    bytes += more;
    if (bytes <= MOST_FILES_BYTES) some.at(-1)!.push(sent);
    else {
      some.push([sent]);
      bytes = more;
    }
  }
  return some;
}
