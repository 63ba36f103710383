/** How far a run is, and how fast: for the line that rewrites itself, and for logs. Reports have no times. */
import { formatQuantity } from "#kit/format/numbers.ts";
import { nextDoubling } from "../../deep/budget.ts";
import type { Evaluation } from "../../deep/evaluation.ts";
import { formatP } from "../numbers.ts";
import { deepMark } from "./deep-words.ts";
import type { StreamProgress } from "./test-stream.ts";

const WORDS: Readonly<Record<StreamProgress["phase"], string>> = {
  comparing: "comparing with what was tested before",
  testing: "testing",
  concluding: "judging",
  saving: "saving the state",
};

export class Pace {
  readonly #startMs = performance.now();
  readonly #startCpu = process.cpuUsage();
  #now: StreamProgress = { phase: "testing", bytes: 0 };
  /** Place in the data where this run began to test. */
  #from: number | undefined;
  #savedBytes: number | undefined;

  reached(progress: StreamProgress): void {
    if (progress.phase === "comparing") this.#from = progress.bytes;
    if (progress.phase === "saving") this.#savedBytes = progress.bytes;
    this.#now = progress;
  }

  /** Number of bytes that the run was last saved after. */
  get savedBytes(): number | undefined {
    return this.#savedBytes;
  }

  text(): string {
    const { phase, bytes } = this.#now;
    const next = phase === "testing" ? nextDoubling(bytes) : undefined;
    const goal = next === undefined ? "" : `  next result at ${formatQuantity(next, "B")}`;
    return `${WORDS[phase]}  ${formatQuantity(bytes, "B")}  ${this.#figures(bytes)}${goal}`;
  }

  mark({ bytes, p, verdict }: Evaluation): string {
    const words = p === null ? "no test applies" : `${deepMark(verdict)}, lowest corrected p ${formatP(p)}`;
    return `${formatQuantity(bytes, "B")}: ${words}; ${this.#figures(bytes)}`;
  }

  #figures(bytes: number): string {
    const { user, system } = process.cpuUsage(this.#startCpu);
    const seconds = (performance.now() - this.#startMs) / 1000;
    const rate = Math.max(0, bytes - (this.#from ?? 0)) / seconds;
    return `${formatQuantity(rate, "B/s")}  CPU ${((user + system) / 1e6).toFixed(0)} s`;
  }
}
