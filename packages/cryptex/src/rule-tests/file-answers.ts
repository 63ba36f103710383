/** Answers of a scan by file: which rules match, and what was lost. */
import type { RuleSet } from "../rules/rule-set.ts";
import type { ScanEvent, ShownPath } from "../scan-runner/events.ts";
import { pathBytes } from "../scan-runner/formats/escape.ts";
import { TOO_LARGE } from "../scan-runner/walk.ts";

/** Finds rules by what results say of them. */
export class RuleNumbers {
  readonly #byName = new Map<string, number>();
  readonly #byPlace = new Map<string, number>();

  constructor({ rules }: Pick<RuleSet, "rules">) {
    for (let number = 0; number < rules.count; number++) {
      const { name, namespace, file, line } = rules.get(number);
      this.#byName.set(JSON.stringify([namespace, name]), number);
      this.#byPlace.set(JSON.stringify([file, line, name]), number);
    }
  }

  named(namespace: string, name: string): number | undefined {
    return this.#byName.get(JSON.stringify([namespace, name]));
  }

  at(file: string, line: number | null, name: string | null | undefined): number | undefined {
    return this.#byPlace.get(JSON.stringify([file, line, name]));
  }
}

export interface FileAnswer {
  readonly shown: ShownPath;
  readonly matched: Set<number>;
  /** Rules that the engine gave up on in this file, and why. */
  readonly lost: Map<number, string>;
  /** Why the file was not evaluated. */
  fault?: string;
  /** It is nothing that a scan reads, as a link in a folder: no fault where a folder was named. */
  isSkipped?: true;
}

/** Gathers the events of a scan with --list-clean, file by file. */
export class FileAnswers {
  readonly #answers = new Map<string, FileAnswer>();
  #sorted: readonly string[] | undefined;

  constructor(private readonly numbers: RuleNumbers) {}

  add(event: ScanEvent): void {
    if (event.type === "start" || event.type === "end" || event.type === "log" || event.path === undefined)
      return;
    const answer = this.#of({ ...event, path: event.path });
    switch (event.type) {
      case "match":
        answer.matched.add(this.numbers.named(event.namespace, event.rule)!);
        break;
      case "quarantine": {
        const rule = this.numbers.at(event.file, event.line, event.rule);
        if (rule !== undefined) answer.lost.set(rule, event.reason);
        else answer.fault = event.reason;
        break;
      }
      case "skip":
        answer.fault = event.reason;
        if (!TOO_LARGE.test(event.reason)) answer.isSkipped = true;
        break;
      case "error":
        // Where single rules were lost, the line says so of the file.
        if (answer.lost.size === 0) answer.fault = event.reason;
        break;
    }
  }

  #of({ path, path_bytes }: ShownPath): FileAnswer {
    const shown = { path, ...(path_bytes !== undefined && { path_bytes }) };
    const key = Buffer.from(pathBytes(shown)).toString("latin1");
    let answer = this.#answers.get(key);
    if (!answer) {
      answer = { shown, matched: new Set(), lost: new Map() };
      this.#answers.set(key, answer);
    }
    return answer;
  }

  /** Counts the files that were evaluated. */
  get files(): number {
    return [...this.#answers.values()].filter(({ fault }) => fault === undefined).length;
  }

  /** Finds the answer for a file, or those for all files below a folder. @param path a binary string */
  at(path: string): readonly FileAnswer[] {
    const own = this.#answers.get(path);
    if (own) return [own];
    this.#sorted ??= [...this.#answers.keys()].sort();
    const prefix = path.endsWith("/") ? path : `${path}/`;
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sorted[middle]! < prefix) low = middle + 1;
      else high = middle;
    }
    const below: FileAnswer[] = [];
    for (; this.#sorted[low]?.startsWith(prefix); low++) below.push(this.#answers.get(this.#sorted[low]!)!);
    return below.filter(({ isSkipped }) => !isSkipped);
  }
}
