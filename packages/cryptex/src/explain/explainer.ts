/** Explains why rules match a file, or do not: asks the engine, evaluates, and compares with what the engine says. */
import type { CompiledRules, EngineInstance, EngineScan, ExternalValue } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { RuleTable } from "../rules/rule-table.ts";
import type { RuleTexts } from "../rules/rule-texts.ts";
import { changesFor } from "./changes.ts";
import { evaluateCondition } from "./evaluate.ts";
import type { Evaluated } from "./evaluated.ts";
import { Exhausted, type Facts, type Limits } from "./evaluation.ts";
import type { Explanation, ReasonKind } from "./explanation.ts";
import { closureIn, compileQuestions, type FileFacts, factsOf, type Questions } from "./file-facts.ts";
import { Probes } from "./probes.ts";
import { type ShownLimits, show, showStrings } from "./show.ts";
import { type Subject, subjectOf } from "./subject.ts";
import { integer, stateOf, unknown, type Value } from "./values.ts";

/** The rules of a set, with their texts. */
export interface ExplainableRules {
  readonly table: RuleTable;
  readonly texts: RuleTexts;
  /** All externals that conditions may name, with first values. */
  readonly externals: Readonly<Record<string, ExternalValue>>;
}

/** A file whose content lies in the engine's buffer. */
export interface ExplainedFile {
  readonly length: number;
  /** Values of externals that differ from the first ones. */
  readonly externals: Readonly<Record<string, ExternalValue>>;
  /** Numbers of the rules that match, as a scan with the whole set has found them; undefined where there was none. */
  readonly matching?: ReadonlySet<number>;
}

export interface ExplainOptions {
  readonly shown: ShownLimits;
  /**
   * Milliseconds that are left, 0 is without limit.
   * @throws OutOfTime; anything else ends the explanation, as when it is cancelled
   */
  readonly timeLeft: () => number;
}

/** Half a minute of evaluation, or ten times the parts of the largest condition of public rules. */
const STEPS = 5_000_000;
const IDLE_STEPS = 100_000;
const KEPT = 100_000;
const LEAVES = 20_000;
/** A value that an index or an argument needs is known one round later. */
const ROUNDS = 16;
/** As many as the engine reports of all strings. */
const ALL_MATCHES = 1_000_000;

/** The time for the file is over: thrown by `timeLeft`. */
export class OutOfTime extends Error {
  override name = "OutOfTime";
}

class Unexplained extends Error {
  override name = "Unexplained";
  constructor(
    readonly kind: ReasonKind,
    message: string,
  ) {
    super(message);
  }
}

export class Explainer {
  readonly #subjects = new Map<number, Subject>();
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #globals: readonly number[];

  /** @param evaluate another evaluator, for tests */
  constructor(
    private readonly rules: ExplainableRules,
    private readonly evaluate: typeof evaluateCondition = evaluateCondition,
  ) {
    const numbers = Array.from({ length: rules.table.count }, (_, number) => number);
    this.#numbers = new Map(numbers.map((number) => [rules.texts.get(number).engineName, number]));
    this.#globals = numbers.filter((number) => rules.table.get(number).isGlobal);
  }

  /**
   * Explains rules one by one, for a file that lies in the engine's buffer. The engine may be spent afterwards: see `dead`.
   * @throws what `timeLeft` throws
   */
  explain(
    instance: EngineInstance,
    file: ExplainedFile,
    rules: readonly number[],
    options: ExplainOptions,
  ): Explanation[] {
    const subjects = rules.map((rule) => this.#subject(rule));
    const scan: Scan = (compiled, maxMatches, externals = {}) => {
      const done = compiled.scan(file.length, { externals, timeoutMs: options.timeLeft(), maxMatches });
      if (done.outcome !== "timeout" && done.outcome !== "cancelled") return done;
      options.timeLeft();
      throw new OutOfTime();
    };
    const run = new Run(
      this.rules,
      file,
      instance,
      this.#numbers,
      this.#globals,
      this.evaluate,
      options,
      scan,
    );
    try {
      const facts = run.ask(subjects);
      return subjects.map((subject) => {
        // The engine lists so many matches of a scan. Alone, the rule may have all of its own.
        const isWhole = subjects.length === 1 || facts.strings(subject).every((string) => string.isWhole);
        return run.explain(subject, isWhole ? facts : run.ask([subject]));
      });
    } catch (error) {
      const fault = faultOf(error);
      // One rule may be to blame: each by itself.
      if (subjects.length > 1 && fault.kind === "engine" && !instance.dead)
        return rules.flatMap((rule) => this.explain(instance, file, [rule], options));
      return subjects.map((subject) => run.unavailable(subject, fault));
    }
  }

  #subject(rule: number): Subject {
    let subject = this.#subjects.get(rule);
    if (!subject) {
      subject = subjectOf(rule, this.rules.table.get(rule), this.rules.texts.get(rule));
      this.#subjects.set(rule, subject);
    }
    return subject;
  }
}

/** @throws an error that is no reason why something cannot be explained */
function faultOf(error: unknown): { readonly kind: ReasonKind; readonly reason: string } {
  if (error instanceof Unexplained) return { kind: error.kind, reason: error.message };
  if (error instanceof OutOfTime) return { kind: "time", reason: "the time for the file was over" };
  if (error instanceof EngineError) return { kind: "engine", reason: error.message };
  if (error instanceof Exhausted)
    return { kind: "size", reason: "the condition has too many parts to evaluate" };
  // JavaScript's stack.
  if (error instanceof RangeError && /call stack/i.test(error.message))
    return { kind: "size", reason: "the condition is nested too deeply to evaluate" };
  throw error;
}

type Scan = (
  compiled: CompiledRules,
  maxMatches: number,
  externals?: Readonly<Record<string, ExternalValue>>,
) => EngineScan;

/** One file. */
class Run {
  readonly #probes: Probes;

  constructor(
    private readonly rules: ExplainableRules,
    private readonly file: ExplainedFile,
    private readonly instance: EngineInstance,
    private readonly numbers: ReadonlyMap<string, number>,
    private readonly globals: readonly number[],
    private readonly evaluate: typeof evaluateCondition,
    private readonly options: ExplainOptions,
    private readonly scan: Scan,
  ) {
    this.#probes = new Probes(instance, (compiled) => scan(compiled, 0));
  }

  ask(subjects: readonly Subject[]): FileFacts {
    const { texts, externals } = this.rules;
    const closure = closureIn(texts, [...subjects.map(({ number }) => number), ...this.globals]);
    const questions = compileQuestions(this.instance, texts, closure, subjects, externals);
    if (!questions)
      throw new Unexplained("engine", "the engine does not compile the rule beside its strings");
    try {
      return factsOf(questions, this.#done(questions), this.rules);
    } finally {
      if (!this.instance.dead) questions.compiled.free();
    }
  }

  #done({ compiled }: Questions): EngineScan {
    const scan = this.scan(compiled, ALL_MATCHES, this.file.externals);
    if (scan.outcome === "done") return scan;
    throw new Unexplained("engine", `the engine gave up: ${scan.message ?? scan.outcome}`);
  }

  explain(subject: Subject, facts: FileFacts): Explanation {
    try {
      return this.#explain(subject, facts);
    } catch (error) {
      return this.unavailable(subject, faultOf(error), facts);
    }
  }

  unavailable(
    subject: Subject,
    { kind, reason }: { readonly kind: ReasonKind; readonly reason: string },
    facts?: FileFacts,
  ): Explanation {
    return {
      ...this.#head(subject),
      verdict: this.#verdict(subject, facts),
      unavailable: { kind, reason },
      strings: facts ? this.#strings(subject, facts) : [],
    };
  }

  #head({ info }: Subject) {
    const { name, namespace, file, line } = info;
    return { rule: name, namespace, file, line };
  }

  /** Takes what the scan has said, or else what the conditions come to in the engine. */
  #verdict({ number, info }: Subject, facts: FileFacts | undefined): Explanation["verdict"] {
    const { matching } = this.file;
    if (matching && !info.isPrivate) return matching.has(number) ? "match" : "no match";
    if (!facts) return null;
    const matches = facts.hold.has(number) && this.#unsatisfied(facts).length === 0;
    return matches ? "match" : "no match";
  }

  #unsatisfied({ hold }: FileFacts): readonly number[] {
    return this.globals.filter((rule) => !hold.has(rule));
  }

  #strings(subject: Subject, facts: FileFacts) {
    const content = this.instance.dead ? new Uint8Array() : this.instance.buffer(this.file.length);
    return showStrings(facts.strings(subject), content, this.options.shown);
  }

  #explain(subject: Subject, facts: FileFacts): Explanation {
    for (const rule of this.globals) {
      const doubt = rule === subject.number ? undefined : facts.doubts.get(rule);
      if (doubt !== undefined) throw new Unexplained("engine", doubt);
    }
    const tree = this.#evaluate(subject, facts);
    const state = stateOf(tree.value);
    const verdict = this.#verdict(subject, facts);
    const held = this.#unsatisfied(facts).filter((rule) => rule !== subject.number);
    const head = { ...this.#head(subject), verdict };
    const rest = {
      ...(held.length > 0 && { held_back_by: held.map((rule) => ruleOf(this.rules.table.get(rule))) }),
      strings: this.#strings(subject, facts),
    };
    const shown = show(tree, subject, facts.strings(subject), this.options.shown);
    if (state === "unknown") {
      const reason = tree.value.type === "unknown" ? tree.value.reason : "a fact is not known";
      const kind = facts.doubts.has(subject.number) ? "engine" : "unknown";
      return { ...head, unavailable: { kind, reason }, condition: shown.node, ...rest };
    }
    const own = state === "true" && held.length === 0 ? "match" : "no match";
    if ((state === "true") !== facts.hold.has(subject.number) || own !== verdict) {
      const reason = `the condition comes to ${state}, and the engine says: ${verdict}`;
      return { ...head, unavailable: { kind: "disagreement", reason }, ...rest };
    }
    const missing = held.map((rule) => this.rules.table.get(rule).name);
    const changes = own === "no match" && changesFor(tree, subject, missing, shown.ids);
    return { ...head, condition: shown.node, ...rest, ...(changes && { changes }) };
  }

  #evaluate(subject: Subject, facts: FileFacts): Evaluated {
    const strings = facts.strings(subject);
    for (let round = 1; ; round++) {
      const { condition } = subject.syntax;
      const { tree, missing, untyped } = this.evaluate(
        condition,
        this.#facts(strings, facts),
        this.#limits(),
      );
      if ((missing.length === 0 && untyped.length === 0) || round === ROUNDS) return tree;
      this.#probes.learn(untyped);
      this.#probes.ask(missing);
    }
  }

  #limits(): Limits {
    const check = () => void this.options.timeLeft();
    return { steps: STEPS, idleSteps: IDLE_STEPS, kept: KEPT, leaves: LEAVES, check };
  }

  #facts(strings: Facts["strings"], { hold, doubts }: FileFacts): Facts {
    const { externals } = this.rules;
    const values = { ...externals, ...this.file.externals };
    return {
      bytes: this.instance.buffer(this.file.length),
      strings,
      rule: (name) => {
        const number = this.numbers.get(name);
        if (number === undefined) return undefined;
        const doubt = doubts.get(number);
        return doubt === undefined ? integer(hold.has(number) ? 1n : 0n) : unknown(doubt);
      },
      external: (name) => (Object.hasOwn(values, name) ? externalOf(values[name]!) : undefined),
      get: (leaf) => this.#probes.get(leaf),
      typeOf: (shape) => this.#probes.typeOf(shape),
    };
  }
}

function ruleOf({ name, namespace }: { readonly name: string; readonly namespace: string }) {
  return { rule: name, namespace };
}

function externalOf(value: ExternalValue): Value {
  switch (typeof value) {
    case "string":
      return { type: "text", value: Buffer.from(value).toString("latin1") };
    case "bigint":
      return integer(BigInt.asIntN(64, value));
    case "boolean":
      return integer(value ? 1n : 0n);
    case "number":
      return { type: "float", value };
    default:
      return unknown("an external without a value");
  }
}
