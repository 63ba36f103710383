/** The cost of rules: by their atoms, and measured on a sample. */
import type { EngineInstance } from "../engine/engine.ts";
import { adviceOn } from "./advice.ts";
import type { RuleSyntax } from "./ast.ts";
import { type Atom, atomsOf } from "./atoms.ts";
import { type Compiler, compileSet, withFileExternals } from "./build-rule-set.ts";
import { closureOf } from "./compile.ts";
import type { ResolvedRule } from "./resolve.ts";
import type { Quarantined } from "./rule-info.ts";
import type { Externals, RuleSetRequest } from "./rule-set.ts";
import { writeSource } from "./source.ts";

/** See `StringAtoms`. */
export interface StringCost {
  readonly id: string;
  readonly line: number;
  readonly quality: number;
  readonly atoms: readonly Atom[];
  readonly entries: number;
  readonly candidates: number;
}

export interface RuleCost {
  readonly rule: string;
  readonly namespace: string;
  readonly file: string;
  readonly line: number;
  /** The poorest first. Those of rules that it uses are not among them. */
  readonly strings: readonly StringCost[];
  /** Quality of the poorest string; null for a rule without strings. */
  readonly quality: number | null;
  readonly entries: number;
  readonly candidates: number;
  readonly measured?: Measurement;
  /** Says why it is dear, and what to do, a sentence each. Holds text of the rule. */
  readonly advice: readonly string[];
}

export interface Measurement {
  /** Microseconds for a mebibyte of the sample, of the processor; null where the rule did not come to an end. */
  readonly usPerMib: number | null;
  /** Files of the sample that match; null for a private rule, of which the engine does not tell. */
  readonly matches: number | null;
  /** Why the rule was not wholly evaluated. */
  readonly reason?: string;
}

/** A file of the sample, held in memory. */
export interface SampleFile {
  readonly bytes: Uint8Array;
  readonly externals: Externals;
}

export interface CostRequest {
  readonly rules: RuleSetRequest;
  /** Nothing is measured without one. */
  readonly sample: readonly SampleFile[];
  /** Scans of each file by each rule; the fastest counts. */
  readonly runs: number;
  /** For a rule and a file; 0 is without limit. */
  readonly timeoutMs: number;
}

export interface CostReport {
  /** The dearest first. */
  readonly rules: readonly RuleCost[];
  readonly quarantined: readonly Quarantined[];
  /** Cost of a rule that asks for nothing; undefined without a sample. */
  readonly floor?: Measurement;
}

export interface CostTools extends Compiler {
  /** Microseconds that this thread has had of the processor: what other programs take is not in it. */
  readonly processorTime: () => number;
  /** Called with each rule that is measured. */
  readonly onProgress: (done: number, all: number) => void;
}

/** @throws what `onProgress` throws */
export function costOfRules(
  { rules: request, sample, runs, timeoutMs }: CostRequest,
  tools: CostTools,
): CostReport {
  const { compiled, rules, quarantined } = compileSet(request, tools);
  compiled?.free();
  if (sample.length === 0) return { rules: rules.map(costByAtoms).sort(byAtoms), quarantined };
  const meter = new Meter(sample, runs, timeoutMs, withFileExternals(request.externals), tools);
  const floor = meter.measure(Buffer.from("rule nothing { condition: false }"), false);
  const costs = rules.map((rule, index) => {
    tools.onProgress(index, rules.length);
    const source = writeSource([...closureOf(rule)]).text;
    return { ...costByAtoms(rule), measured: meter.measure(source, rule.syntax.isPrivate) };
  });
  return { rules: costs.sort(byMeasurement), quarantined, floor };
}

function costOfStrings({ strings }: Pick<RuleSyntax, "strings">): StringCost[] {
  return strings.map((string) => ({ id: string.id, line: string.line, ...atomsOf(string) }));
}

/** Works out the places in a mebibyte of random bytes at which a rule's strings would be tried. */
export function triesPerMib(syntax: Pick<RuleSyntax, "strings">): number {
  return costOfStrings(syntax).reduce((sum, { candidates }) => sum + candidates, 0);
}

function costByAtoms({ syntax, namespace, file }: ResolvedRule): RuleCost {
  const strings = costOfStrings(syntax).sort((a, b) => a.quality - b.quality);
  const sum = (of: (string: StringCost) => number) => strings.reduce((total, each) => total + of(each), 0);
  return {
    rule: syntax.name,
    namespace,
    file: file.path,
    line: syntax.line,
    strings,
    quality: strings[0]?.quality ?? null,
    entries: sum(({ entries }) => entries),
    candidates: sum(({ candidates }) => candidates),
    advice: adviceOn(syntax),
  };
}

/** Sorting is stable: equals stay in the order of evaluation. */
function byAtoms(a: RuleCost, b: RuleCost): number {
  return b.candidates - a.candidates || b.entries - a.entries;
}

/** A rule that did not come to an end is dearer than any that did. */
function byMeasurement(a: RuleCost, b: RuleCost): number {
  const time = ({ measured }: RuleCost) => measured?.usPerMib ?? Number.MAX_VALUE;
  return time(b) - time(a) || byAtoms(a, b);
}

const MEBIBYTE = 1 << 20;

/** Runs rules over a sample. */
class Meter {
  #instance: EngineInstance | undefined;

  constructor(
    private readonly sample: readonly SampleFile[],
    private readonly runs: number,
    private readonly timeoutMs: number,
    private readonly externals: Externals,
    private readonly tools: CostTools,
  ) {}

  /** Adds up the fastest scan of each file. The rule that is measured is the last of the source. */
  measure(source: Uint8Array, isPrivate: boolean): Measurement {
    if (this.#instance?.dead) this.#instance = undefined;
    this.#instance ??= this.tools.newInstance();
    const instance = this.#instance;
    const { rules } = instance.compile(source, this.externals);
    if (!rules) return { usPerMib: null, matches: null, reason: "it does not compile by itself" };
    let [time, bytes, matches] = [0, 0, 0];
    let reason: string | undefined;
    try {
      for (const file of this.sample) {
        let fastest = Number.POSITIVE_INFINITY;
        for (let run = 0; run < this.runs; run++) {
          instance.buffer(file.bytes.length).set(file.bytes);
          const start = this.tools.processorTime();
          const scan = rules.scan(file.bytes.length, {
            externals: file.externals,
            timeoutMs: this.timeoutMs,
            maxMatches: 0,
          });
          fastest = Math.min(fastest, this.tools.processorTime() - start);
          if (scan.outcome !== "done") {
            return {
              usPerMib: null,
              matches: null,
              reason: REASONS[scan.outcome] ?? scan.message ?? scan.outcome,
            };
          }
          reason ??= scan.givenUp[0]?.reason;
          if (run === 0 && scan.matches.some(({ rule }) => rule === rules.count - 1)) matches++;
        }
        time += fastest;
        bytes += file.bytes.length;
      }
    } finally {
      rules.free();
    }
    return {
      usPerMib: (time / bytes) * MEBIBYTE,
      matches: isPrivate ? null : matches,
      ...(reason !== undefined && { reason: `a string was given up: ${reason}` }),
    };
  }
}

const REASONS: Readonly<Record<string, string>> = { timeout: "it took longer than the time limit" };
