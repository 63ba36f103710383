/** Turns what comes of a hunt into lines: those of each host's scan, with the host's name, and those that say who has answered and who has not. */
import { CLOCK_LIMIT_MS } from "#kit/fleet/collector.ts";
import { type Followed, follow } from "#kit/fleet/follow.ts";
import type { KeptResult, Queue } from "#kit/fleet/queue.ts";
import type { Outcome } from "#kit/fleet/result.ts";
import { AnswerLines, isLine, isWhole, readHuntAnswer } from "./hunt-answer.ts";

export interface FollowHuntSettings {
  readonly queue: Queue;
  /** Ids of the hunt's jobs, one a rule set. */
  readonly jobs: readonly string[];
  /** Ends it. */
  readonly stop: AbortSignal;
  readonly say: (level: "info" | "warn", text: string) => void;
  /** Takes a line of NDJSON without its end. */
  readonly write: (line: string) => Promise<void>;
  /** Keeps an answer. */
  readonly onAnswer: (kept: KeptResult) => Promise<void>;
  /** Told after each step. */
  readonly onStep: () => void;
  /** Told once what was kept before has been read, of all jobs. */
  readonly onCurrent: () => void;
}

/** How far a host is with one job. */
interface HostJob {
  readonly lines: AnswerLines;
  /** Undefined before its end. */
  outcome?: Outcome;
  complete?: boolean;
  isLate?: boolean;
}

/** Keeps what is known of the hosts of a hunt. */
export class HuntHosts {
  readonly #hosts = new Map<string, Map<string, HostJob>>();

  constructor(private readonly jobs: readonly string[]) {}

  of(host: string, job: string): HostJob {
    const jobs = this.#hosts.get(host) ?? new Map<string, HostJob>();
    this.#hosts.set(host, jobs);
    const known = jobs.get(job) ?? { lines: new AnswerLines() };
    jobs.set(job, known);
    return known;
  }

  /** Lists those who have answered all, whatever they said. */
  get answered(): string[] {
    return [...this.#hosts.keys()].filter((host) => this.hasAnswered(host)).sort();
  }

  hasAnswered(host: string): boolean {
    return this.jobs.every((job) => this.#hosts.get(host)?.get(job)?.outcome !== undefined);
  }

  /** Lists those of whom not everything was evaluated: a file, a rule, or the hunt itself. */
  get incomplete(): string[] {
    return this.answered.filter((host) =>
      [...this.#hosts.get(host)!.values()].some(({ complete }) => complete !== true),
    );
  }

  /** Says why a host has not answered. */
  whyMissing(host: string): "late" | "begun" | "silent" {
    const known = [...(this.#hosts.get(host)?.values() ?? [])].filter(({ outcome }) => outcome === undefined);
    if (known.some(({ isLate }) => isLate)) return "late";
    return this.#hosts.has(host) ? "begun" : "silent";
  }
}

/** Follows all jobs of a hunt at once until `stop`. @returns what is known then */
export async function followHunt(settings: FollowHuntSettings, hosts: HuntHosts): Promise<void> {
  let writing = Promise.resolve();
  const failed = new AbortController();
  const stop = AbortSignal.any([settings.stop, failed.signal]);
  const behind = new Set(settings.jobs);
  const followJob = async (job: string) => {
    for await (const step of follow({ ...settings, job, stop })) {
      if (step.kind === "current") {
        if (behind.delete(job) && behind.size === 0) settings.onCurrent();
        continue;
      }
      // Lines of two jobs never mix.
      writing = writing.then(() => take(settings, hosts, job, step));
      await writing;
      settings.onStep();
    }
  };
  try {
    await Promise.all(settings.jobs.map(followJob));
  } finally {
    failed.abort(new Error("another job cannot be followed"));
  }
}

async function take(
  { write, say, onAnswer }: FollowHuntSettings,
  hosts: HuntHosts,
  job: string,
  step: Exclude<Followed, { kind: "current" }>,
): Promise<void> {
  const { node: host } = step;
  const known = hosts.of(host, job);
  if (step.kind === "text") {
    for (const line of linesOf(known, step.text)) {
      if (isLine(line)) await write(withHost(line, host, job));
      else say("warn", `${host}: a line of its answer is no line of a scan, and is left out`);
    }
  } else if (step.kind === "late") {
    known.isLate = true;
    const facts = { host, job, ...clock(step.nodeMs, step.serverMs) };
    await write(JSON.stringify({ type: "late", ...facts }));
  } else {
    await onAnswer(step.kept);
    await write(JSON.stringify(answerLine(known, job, step)));
  }
}

/** Adds the host and the job in front: the rest of the line stays as it was printed. */
function withHost(line: string, host: string, job: string): string {
  return `{"host":${JSON.stringify(host)},"job":"${job}",${line.slice(1)}`;
}

function linesOf({ lines }: HostJob, text: string): string[] {
  try {
    return lines.take(text);
  } catch (error) {
    return [messageOf(error)]; // which is no line, and is said
  }
}

function answerLine(
  known: HostJob,
  job: string,
  { kept, given, node: host }: Extract<Followed, { kind: "answer" }>,
) {
  const { result, serverMs } = kept;
  const facts = { host, job, attempts: result.attempts, ...clock(result.nodeMs, serverMs) };
  known.outcome = result.outcome;
  known.complete = false;
  if (result.outcome !== "done") {
    return { type: "answer", outcome: result.outcome, complete: false, reason: result.value, ...facts };
  }
  try {
    const answer = readHuntAnswer(result.value);
    if (!isWhole(answer, given) || known.lines.isOpen) throw new Error("parts of its answer are missing");
    known.complete = answer.complete;
    return { type: "answer", outcome: "done", complete: answer.complete, lines: answer.lines, ...facts };
  } catch (error) {
    return { type: "answer", outcome: "done", complete: false, reason: messageOf(error), ...facts };
  }
}

/** Puts the host's clock beside the server's. Order comes from the server's numbers. */
function clock(hostMs: number, serverMs: number) {
  const isOff = Math.abs(hostMs - serverMs) > CLOCK_LIMIT_MS;
  return {
    host_time: timeText(hostMs),
    server_time: timeText(serverMs),
    ...(isOff && { clock_off_s: Math.round((hostMs - serverMs) / 1_000) }),
  };
}

function timeText(ms: number): string {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? "none" : time.toISOString();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
