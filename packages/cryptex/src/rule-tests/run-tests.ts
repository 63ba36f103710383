/** Runs the tests of rules: scans the files that they name with the whole set, and holds the answers against the comments. */
import type { Quarantined } from "../rules/rule-info.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import type { ScanEvent } from "../scan-runner/events.ts";
import { shownPath } from "../scan-runner/paths.ts";
import type { ScanProgress } from "../scan-runner/progress.ts";
import { runScan, type ScanRequest } from "../scan-runner/runner.ts";
import { TOO_LARGE } from "../scan-runner/walk.ts";
import type { TestEndEvent, TestErrorEvent, TestEvent, TestRunEvent } from "./events.ts";
import { type FileAnswer, FileAnswers, RuleNumbers } from "./file-answers.ts";
import type { FoundTests, RuleTest } from "./find-tests.ts";

export interface TestRequest {
  /** Compiled with `showPrivate`. */
  readonly ruleSet: RuleSet;
  readonly found: FoundTests;
  /** Files and folders in which no rule may match but a private one; binary strings. */
  readonly goodware: readonly string[];
  readonly timeoutMs: number;
  readonly maxSize: number;
  readonly threads?: number;
  readonly signal: AbortSignal;
  readonly progress?: ScanProgress;
}

/** Matching files that are listed of a rule. */
const LISTED_FILES = 10;

/** Yields start, what the rule set lost, faults, tests by file and line, those of goodware by rule, and end. @throws the signal's reason */
export async function* runTests(request: TestRequest): AsyncGenerator<TestRunEvent, void> {
  yield* new TestRun(request).run();
}

class TestRun {
  readonly #numbers: RuleNumbers;
  readonly #counts = { tests: 0, passed: 0, failed: 0, error: 0, faults: 0 };
  #complete = true;
  #samples = 0;
  #goodware = 0;

  constructor(private readonly request: TestRequest) {
    this.#numbers = new RuleNumbers(request.ruleSet);
  }

  async *run(): AsyncGenerator<TestRunEvent, void> {
    const { ruleSet, found, goodware } = this.request;
    const answers = new FileAnswers(this.#numbers);
    const samples = [...new Set(found.tests.flatMap(({ sample }) => sample ?? []))];
    // The first lines are those of a scan.
    for await (const event of this.#scan(samples)) {
      if (event.type === "start") yield event;
      else if (event.type === "quarantine" && event.path === undefined) {
        if (!event.harmless) this.#complete = false;
        yield event;
      } else answers.add(event);
    }
    this.#samples = answers.files;
    for (const { file, line, reason } of found.faults)
      yield this.#error({ type: "error", file, line, reason });
    for (const test of found.tests) yield* this.#test(test, answers);
    if (goodware.length > 0 && ruleSet.rules.count > 0) yield* this.#judgeGoodware(goodware);
    yield this.#end();
  }

  #scan(roots: readonly string[]): AsyncGenerator<ScanEvent, void> {
    const { ruleSet, timeoutMs, maxSize, threads, signal, progress } = this.request;
    const request: ScanRequest = {
      ruleSet,
      walk: { roots, exclude: [], maxSize, maxDepth: Number.POSITIVE_INFINITY, follow: false },
      timeoutMs,
      maxStrings: 0,
      listClean: true,
      signal,
      ...(threads !== undefined && { threads }),
      ...(progress && { progress }),
    };
    return runScan(request);
  }

  *#test(test: RuleTest, answers: FileAnswers): Generator<TestEvent> {
    const { sample } = test;
    const place = placeOf(test);
    const failed = (reason: string, status: "failed" | "error" = "failed") =>
      this.#count({ ...place, status, ...(sample !== undefined && shownPath(sample)), reason });
    const number = this.#ruleOf(test);
    if (typeof number === "string") yield failed(number);
    else if (test.kind === "cost") yield this.#cost(test);
    else {
      const files = answers.at(sample!);
      if (files.length === 0) yield failed("there is no file in the folder", "error");
      for (const answer of files) yield this.#judge(place, number, answer);
    }
  }

  /** Finds the rule that a test is of; a text says why it is not evaluated. */
  #ruleOf({ file, rule, ruleLine }: RuleTest): number | string {
    const number = this.#numbers.at(file, ruleLine, rule);
    if (number !== undefined) return number;
    const { quarantined } = this.request.ruleSet;
    const isOwn = (each: Quarantined) =>
      each.file === file && (each.rule ?? undefined) === rule && (each.line ?? 0) >= ruleLine;
    const own = quarantined.find(isOwn);
    const original = own?.harmless ? this.#originalOf(own) : undefined;
    return original ?? `the rule is not evaluated: ${own?.reason ?? "it is at fault"}`;
  }

  /** A second copy of a rule is not compiled: the first one answers. */
  #originalOf({ rule, reason }: Quarantined): number | undefined {
    const { rules } = this.request.ruleSet;
    for (let number = 0; number < rules.count; number++) {
      const { name, file, line } = rules.get(number);
      if (name === rule && reason.endsWith(` ${file}:${line}`)) return number;
    }
    return undefined;
  }

  #cost(test: RuleTest & { readonly kind: "cost" }): TestEvent {
    const place = placeOf(test);
    const { limit, cost: figure = 0 } = test;
    if (figure <= limit) return this.#count({ ...place, status: "passed", limit, cost: figure });
    const reason = `it costs ${figureText(figure)} tries in a MiB, and the limit is ${limit}`;
    return this.#count({ ...place, status: "failed", limit, cost: figure, reason });
  }

  #judge(
    { kind, ...place }: Pick<TestEvent, "type" | "kind" | "rule" | "file" | "line">,
    rule: number,
    { shown, matched, lost, fault }: FileAnswer,
  ): TestEvent {
    const test = { ...place, kind, ...shown };
    const wanted = kind === "match";
    const matches = matched.has(rule);
    const lostBy = fault ?? lost.get(rule);
    // A match that was found counts, whatever else the engine gave up on.
    if (!matches && lostBy !== undefined)
      return this.#count({ ...test, status: "error", reason: `not evaluated: ${lostBy}` });
    if (matches === wanted) return this.#count({ ...test, status: "passed" });
    return this.#count({ ...test, status: "failed", reason: matches ? "it matches" : "it does not match" });
  }

  async *#judgeGoodware(roots: readonly string[]): AsyncGenerator<TestEvent | TestErrorEvent, void> {
    const { rules } = this.request.ruleSet;
    const matched = new Map<
      number,
      { count: number; readonly first: { path: string; path_bytes?: string }[] }
    >();
    const unsure = new Map<number, string>();
    for await (const event of this.#scan(roots)) {
      if (event.type === "match") {
        const rule = this.#numbers.named(event.namespace, event.rule)!;
        const entry = matched.get(rule) ?? { count: 0, first: [] };
        matched.set(rule, entry);
        const { path, path_bytes } = event;
        if (entry.count++ < LISTED_FILES)
          entry.first.push({ path, ...(path_bytes !== undefined && { path_bytes }) });
      } else if (event.type === "quarantine" && event.path !== undefined) {
        const rule = this.#numbers.at(event.file, event.line, event.rule);
        if (rule !== undefined) unsure.set(rule, `not evaluated in ${event.path}: ${event.reason}`);
      } else if (event.type === "error" || (event.type === "skip" && TOO_LARGE.test(event.reason))) {
        const { path, path_bytes, reason } = event;
        yield this.#error({ type: "error", path, ...(path_bytes !== undefined && { path_bytes }), reason });
      } else if (event.type === "end") this.#goodware = event.scanned;
    }
    if (this.#goodware === 0) {
      this.#complete = false;
      for (const root of roots)
        yield this.#error({ type: "error", ...shownPath(root), reason: "there is no goodware in it" });
      return;
    }
    for (let rule = 0; rule < rules.count; rule++) {
      const { name, file, line, isPrivate } = rules.get(rule);
      if (isPrivate) continue;
      const test = { type: "test", kind: "goodware", rule: name, file, line } as const;
      const found = matched.get(rule);
      const reason = unsure.get(rule);
      if (found)
        yield this.#count({
          ...test,
          status: "failed",
          reason: `it matches ${found.count} of ${this.#goodware} files of goodware`,
          matches: found.count,
          matched: found.first,
        });
      else if (reason !== undefined) yield this.#count({ ...test, status: "error", reason });
      else yield this.#count({ ...test, status: "passed", matches: 0 });
    }
  }

  #count(test: TestEvent): TestEvent {
    this.#counts.tests++;
    this.#counts[test.status]++;
    if (test.status === "error") this.#complete = false;
    const { type, kind, status, rule, file, line, ...rest } = test;
    return { type, kind, status, rule, file, line, ...rest };
  }

  #error(error: TestErrorEvent): TestErrorEvent {
    this.#counts.faults++;
    this.#complete = false;
    return error;
  }

  #end(): TestEndEvent {
    const { tests, passed, failed, error, faults } = this.#counts;
    const { ruleSet, found } = this.request;
    const tested = new Set(
      found.tests.map((test) => this.#ruleOf(test)).filter((rule) => typeof rule === "number"),
    );
    return {
      type: "end",
      complete: this.#complete && tests > 0,
      tests,
      passed,
      failed,
      errors: error,
      faults,
      rules: ruleSet.rules.count,
      tested_rules: tested.size,
      samples: this.#samples,
      goodware: this.#goodware,
    };
  }
}

function placeOf({ kind, rule, file, line }: RuleTest) {
  return { type: "test", kind, rule: rule ?? null, file, line } as const;
}

function figureText(figure: number): string {
  return String(Number(figure.toPrecision(4)));
}
