/**
 * Finds the rules that make a set slow on a file, or that the engine gives up on, by halving the set. The measure of work is the engine's
 * own, the same on every machine; times are given beside it.
 */
import type { CompiledRules, EngineInstance, EngineScan, ScanOptions } from "../engine/engine.ts";
import { adviceOn } from "../rules/advice.ts";
import type { StringSyntax } from "../rules/ast.ts";
import { type Compiler, compileSet, withFileExternals } from "../rules/build-rule-set.ts";
import { closureOf } from "../rules/compile.ts";
import type { ResolvedRule } from "../rules/resolve.ts";
import type { Quarantined } from "../rules/rule-info.ts";
import type { Externals, RuleSetRequest } from "../rules/rule-set.ts";

export interface BisectRequest {
  readonly rules: RuleSetRequest;
  /** Content of the file, in shared memory. */
  readonly bytes: Uint8Array;
  readonly externals: Externals;
  /** A scan that takes longer counts as one that does not end. */
  readonly timeoutMs: number;
}

/** A scan with some of the rules. */
export interface Figures {
  /** See `EngineScan.work`. */
  readonly work: number;
  /** Milliseconds of the processor, the fastest of three; null for a scan that did not end. */
  readonly ms: number | null;
}

export interface Culprit extends Figures {
  readonly rule: string;
  readonly namespace: string;
  readonly file: string;
  readonly line: number;
  /** Part of what all rules together take; null where a scan does not end. */
  readonly share: number | null;
  /** Strings by their work, the dearest first; those that the engine gave up have a reason. */
  readonly strings: readonly {
    readonly id: string;
    readonly line: number;
    readonly work: number;
    readonly reason?: string;
  }[];
  /** Work of the condition, and of what the rule uses. */
  readonly condition: number | null;
  readonly advice: readonly string[];
}

export interface BisectReport {
  /** "fails": the engine does not come to an end with them. "gives-up": it leaves strings out. "slow": they take the most. "none": none stands out. */
  readonly kind: "fails" | "gives-up" | "slow" | "none";
  /** How the scan with all rules ends, where it fails. */
  readonly outcome?: string;
  /** Measure that slow rules were found by: "time" where their work does not show it. */
  readonly by: "work" | "time";
  readonly rules: number;
  readonly all: Figures;
  /** Without any rule. */
  readonly floor: Figures;
  /** For "fails" the smallest set that was found, which may have to be together; else the dearest first. */
  readonly culprits: readonly Culprit[];
  /** False where the rules that fail could not be told apart from the others. */
  readonly isWhole: boolean;
  readonly probes: number;
  readonly quarantined: readonly Quarantined[];
}

export interface BisectTools extends Compiler {
  /** Microseconds that this thread has had of the processor. */
  readonly processorTime: () => number;
  /** Called before each scan. */
  readonly onProbe: (count: number) => void;
}

/** A rule with less of the whole than that is not worth a line. */
const LEAST_SHARE = 0.05;
/** Rules that fail together; if it takes more, there is no single culprit. */
const MOST_TOGETHER = 16;
const MOST_SHOWN = 10;
const RUNS = 3;
/** Below that many looks at the time above the floor, nothing is slow: some 10 ms. */
const LEAST_WORK = 64;
/** Times are noisy: less than that, and a smaller part of the whole, says nothing. */
const LEAST_MS = 20;
const LEAST_SHARE_OF_TIME = 0.2;

/** @throws what `onProbe` throws */
export function bisect(request: BisectRequest, tools: BisectTools): BisectReport {
  return new Bisection(request, tools).report();
}

class Bisection {
  readonly #rules: readonly ResolvedRule[];
  readonly #quarantined: readonly Quarantined[];
  readonly #saved: Uint8Array | undefined;
  readonly #numbers: Map<ResolvedRule, number>;
  #engine: { readonly instance: EngineInstance; readonly rules: CompiledRules } | undefined;
  #enabled = new Set<number>();
  #probes = 0;

  constructor(
    private readonly request: BisectRequest,
    private readonly tools: BisectTools,
  ) {
    const { compiled, rules, quarantined } = compileSet(request.rules, tools);
    this.#rules = rules;
    this.#quarantined = quarantined;
    this.#saved = compiled?.save();
    compiled?.free();
    this.#numbers = new Map(rules.map((rule, number) => [rule, number]));
  }

  report(): BisectReport {
    const every = this.#rules.map((_, number) => number);
    const scan = this.#probe(every);
    const floor = this.#figures([]);
    const common = {
      rules: every.length,
      floor,
      by: "work",
      isWhole: true,
      quarantined: this.#quarantined,
    } as const;
    if (every.length === 0)
      return { ...common, kind: "none", all: floor, culprits: [], probes: this.#probes };
    if (scan.outcome !== "done") {
      const { found, isWhole } = this.#together();
      const culprits = found.map((rule) => this.#culprit(rule, floor, null));
      const all = { work: scan.work ?? 0, ms: null };
      const outcome = scan.message ?? scan.outcome;
      return { ...common, kind: "fails", outcome, all, culprits, isWhole, probes: this.#probes };
    }
    const all = this.#figures(every);
    const excess = all.work - floor.work;
    const givenUp = Map.groupBy(scan.givenUp, ({ rule }) => rule);
    let slow = this.#byWork(every, floor.work, excess);
    const by = slow.length === 0 && givenUp.size === 0 ? "time" : "work";
    if (by === "time") slow = this.#byTime(every, floor, all);
    const found = [...new Set([...givenUp.keys(), ...slow.slice(0, MOST_SHOWN)])];
    const culprits = found.map((rule) => this.#culprit(rule, floor, excess, givenUp.get(rule)));
    const kind = givenUp.size > 0 ? "gives-up" : culprits.length > 0 ? "slow" : "none";
    return { ...common, kind, by, all, culprits, probes: this.#probes };
  }

  // ---- Scans ----

  #held() {
    if (this.#engine && !this.#engine.instance.dead) return this.#engine;
    const instance = this.tools.newInstance();
    const rules = instance.load(this.#saved!);
    this.#engine = { instance, rules };
    this.#enabled = new Set(this.#rules.keys());
    return this.#engine;
  }

  /** Scans with some rules and what they use. */
  #probe(chosen: Iterable<number>): EngineScan {
    this.tools.onProbe(++this.#probes);
    if (this.#saved === undefined) return NOTHING;
    const { instance, rules } = this.#held();
    const wanted = new Set<number>();
    for (const number of chosen)
      for (const rule of closureOf(this.#rules[number]!)) wanted.add(this.#numbers.get(rule)!);
    for (const number of this.#rules.keys()) {
      if (wanted.has(number) === this.#enabled.has(number)) continue;
      rules.setEnabled(number, wanted.has(number));
      if (wanted.has(number)) this.#enabled.add(number);
      else this.#enabled.delete(number);
    }
    return this.#scan(instance, rules);
  }

  #scan(instance: EngineInstance, rules: CompiledRules): EngineScan {
    const { bytes, externals, timeoutMs } = this.request;
    instance.buffer(bytes.length).set(bytes);
    const options: ScanOptions = { externals, timeoutMs, maxMatches: 0 };
    return rules.scan(bytes.length, options);
  }

  #fails(chosen: Iterable<number>): boolean {
    return this.#probe(chosen).outcome !== "done";
  }

  #figures(chosen: readonly number[]): Figures {
    let [work, fastest] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let run = 0; run < RUNS; run++) {
      const start = this.tools.processorTime();
      const scan = this.#probe(chosen);
      if (scan.outcome !== "done") return { work: scan.work ?? 0, ms: null };
      fastest = Math.min(fastest, this.tools.processorTime() - start);
      work = Math.min(work, scan.work ?? 0);
    }
    return { work, ms: fastest / 1000 };
  }

  // ---- Halving ----

  /**
   * Finds a smallest set with which the engine fails: the last rule of the shortest stretch from the beginning that fails is one of them;
   * then the same with it in front, until they fail without any other.
   */
  #together(): { readonly found: readonly number[]; readonly isWhole: boolean } {
    const found: number[] = [];
    let end = this.#rules.length;
    while (found.length < MOST_TOGETHER) {
      // The first `high` fail with what was found, the first `low` do not.
      let [low, high] = [0, end];
      while (high - low > 1) {
        const middle = (low + high) >>> 1;
        if (this.#fails([...found, ...Array(middle).keys()])) high = middle;
        else low = middle;
      }
      found.unshift(high - 1);
      if (this.#fails(found)) return { found, isWhole: true };
      end = high - 1;
      if (end === 0) break;
    }
    return { found, isWhole: false };
  }

  #byWork(all: readonly number[], floor: number, excess: number): number[] {
    if (excess < LEAST_WORK) return [];
    const work = (part: readonly number[]) => (this.#probe(part).work ?? 0) - floor;
    return this.#dearest(all, work, Math.max(LEAST_SHARE * excess, LEAST_WORK / 2));
  }

  /** Finds those whose time is that of modules, or of digests: it is no work that is counted. */
  #byTime(all: readonly number[], floor: Figures, { ms }: Figures): number[] {
    const excess = (ms ?? 0) - (floor.ms ?? 0);
    if (excess < LEAST_MS) return [];
    const time = (part: readonly number[]) => (this.#figures(part).ms ?? 0) - (floor.ms ?? 0);
    return this.#dearest(all, time, Math.max(LEAST_SHARE_OF_TIME * excess, LEAST_MS / 2));
  }

  /** Goes into each half that takes at least so much. Returns the rules, the dearest first. */
  #dearest(all: readonly number[], measure: (part: readonly number[]) => number, least: number): number[] {
    const found: { readonly rule: number; readonly figure: number }[] = [];
    const stack = [all];
    for (let part = stack.pop(); part; part = stack.pop()) {
      const figure = measure(part);
      if (figure < least) continue;
      if (part.length === 1) found.push({ rule: part[0]!, figure });
      else stack.push(part.slice(part.length >>> 1), part.slice(0, part.length >>> 1));
    }
    return found.sort((a, b) => b.figure - a.figure || a.rule - b.rule).map(({ rule }) => rule);
  }

  // ---- One rule ----

  #culprit(
    number: number,
    floor: Figures,
    excess: number | null,
    givenUp: EngineScan["givenUp"] = [],
  ): Culprit {
    const rule = this.#rules[number]!;
    const { syntax, namespace, file } = rule;
    const figures = this.#figures([number]);
    const own = figures.work - floor.work;
    const strings = syntax.strings
      .map((string, index) => {
        const reason = givenUp.find((each) => each.string === index)?.reason;
        const { id, line } = string;
        return {
          id,
          line,
          ...this.#stringWork(rule, string, floor.work),
          ...(reason !== undefined && { reason }),
        };
      })
      .sort((a, b) => Number(b.reason !== undefined) - Number(a.reason !== undefined) || b.work - a.work);
    const ended = figures.ms !== null;
    const condition = ended ? Math.max(0, own - strings.reduce((sum, { work }) => sum + work, 0)) : null;
    return {
      rule: syntax.name,
      namespace,
      file: file.path,
      line: syntax.line,
      work: own,
      ms: figures.ms === null || floor.ms === null ? null : Math.max(0, figures.ms - floor.ms),
      share: excess === null || excess <= 0 ? null : own / excess,
      strings,
      condition,
      advice: adviceOn(syntax),
    };
  }

  /** Searches for a string alone, by a rule of its own. */
  #stringWork(
    { file }: ResolvedRule,
    { span }: StringSyntax,
    floor: number,
  ): { work: number; reason?: string } {
    this.tools.onProbe(++this.#probes);
    const text = file.bytes.subarray(span.start, span.end);
    const source = Buffer.concat([
      Buffer.from("rule string { strings: "),
      text,
      Buffer.from("\ncondition: any of them }"),
    ]);
    const instance = this.tools.newInstance();
    const { rules } = instance.compile(source, withFileExternals({}));
    if (!rules) return { work: 0 };
    const scan = this.#scan(instance, rules);
    const work = Math.max(0, (scan.work ?? 0) - floor);
    const reason =
      scan.outcome === "done"
        ? scan.givenUp[0]?.reason
        : (scan.message ?? "the search for it does not end in time");
    return { work, ...(reason !== undefined && { reason }) };
  }
}

const NOTHING: EngineScan = { outcome: "done", matches: [], log: [], givenUp: [], notEvaluated: [], work: 0 };
