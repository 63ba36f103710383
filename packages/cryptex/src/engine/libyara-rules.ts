/** Compiled rules that an instance of libyara holds, and what a scan with them comes to. */
import type {
  CompiledRules,
  EngineMatch,
  EngineScan,
  ExternalValue,
  RuleMatch,
  ScanOptions,
  StringMatches,
} from "./engine.ts";
import { EngineError } from "./engine-error.ts";
import { setExternal } from "./externals.ts";
import { type AnswerReader, type Machine, NO_LIMIT_NS } from "./machine.ts";
import { packRules } from "./saved-rules.ts";

/** Error numbers of libyara: include/yara/error.h. */
const SUCCESS = 0;
const STACK_OVERFLOW = 25;
const TIMEOUT = 26;
const TOO_MANY_FIBERS = 46;

export class LibyaraRules implements CompiledRules {
  readonly count: number;
  readonly #machine: Machine;
  /** Their address; 0 once they are freed. */
  #rules: number;
  readonly #engine: string;
  readonly #disabled = new Set<number>();
  /** Tells that the last scan had externals of its own, which are to be set back. */
  #externalsSet = false;

  /** @param engine SHA-256 of the engine's file, hex */
  constructor(machine: Machine, rules: number, engine: string) {
    this.#machine = machine;
    this.#rules = rules;
    this.#engine = engine;
    this.count = machine.call(({ cx_rules_count }) => cx_rules_count(rules));
  }

  save(): Uint8Array {
    const rules = this.#held();
    const disabled = [...this.#disabled];
    for (const rule of disabled) this.setEnabled(rule, true);
    const code = this.#machine.call((engine) => engine.cx_rules_save(rules));
    if (code !== SUCCESS)
      throw new EngineError("failed", `the rules cannot be saved: error ${code} of libyara`);
    const saved = packRules(this.#machine.answer().bytes, this.#engine);
    for (const rule of disabled) this.setEnabled(rule, false);
    return saved;
  }

  setEnabled(rule: number, enabled: boolean): void {
    const rules = this.#held();
    if (!Number.isInteger(rule) || rule < 0 || rule >= this.count) {
      throw new RangeError(`there is no rule ${rule}: there are ${this.count}`);
    }
    if (this.#disabled.has(rule) !== enabled) return;
    this.#machine.call((engine) => engine.cx_rule_enable(rules, rule, enabled ? 1 : 0));
    if (enabled) this.#disabled.delete(rule);
    else this.#disabled.add(rule);
  }

  scan(length: number, options: ScanOptions): EngineScan {
    const scan = this.#scan(length, options);
    return { ...scan, work: this.#machine.looks };
  }

  #scan(length: number, { externals = {}, timeoutMs, maxMatches }: ScanOptions): EngineScan {
    const rules = this.#held();
    const machine = this.#machine;
    this.#setExternals(rules, Object.entries(externals));
    if (machine.isToCancel) return unfinished("cancelled");
    const limit = timeoutMs === 0 ? NO_LIMIT_NS : Math.ceil(timeoutMs * 1e6);
    try {
      const code = machine.scan(rules, length, limit, maxMatches);
      if (code === SUCCESS) return readScan(machine.answer(), machine.signatureFaults);
      if (code === TIMEOUT) return unfinished(machine.wasCancelled ? "cancelled" : "timeout");
      if (code === TOO_MANY_FIBERS) {
        return unfinished("fibers", "a regular expression of a condition needs too many fibers");
      }
      if (code === STACK_OVERFLOW) return unfinished("stack", "a condition has too many operands");
      return unfinished("failed", `error ${code} of libyara`);
    } catch (error) {
      if (error instanceof EngineError) return unfinished(error.outcome, error.message);
      throw error;
    }
  }

  #setExternals(rules: number, externals: readonly (readonly [string, ExternalValue])[]): void {
    if (this.#externalsSet) this.#machine.call((engine) => engine.cx_externals_reset(rules));
    this.#externalsSet = externals.length > 0;
    for (const [name, value] of externals) setExternal(this.#machine, rules, name, value);
  }

  free(): void {
    const rules = this.#rules;
    this.#rules = 0;
    if (rules !== 0 && !this.#machine.dead) this.#machine.call((engine) => engine.cx_rules_free(rules));
  }

  #held(): number {
    if (this.#rules === 0) throw new Error("these rules have been freed");
    return this.#rules;
  }
}

function unfinished(outcome: Exclude<EngineScan["outcome"], "done">, message?: string): EngineScan {
  return {
    outcome,
    ...(message === undefined ? {} : { message }),
    matches: [],
    log: [],
    givenUp: [],
    notEvaluated: [],
  };
}

/** Records of a scan's answer: `enum record` of c/shim.c. */
const RULE_MATCHES = 1;
const STRING_MATCHES = 2;
const LOG = 3;
const GIVEN_UP = 4;
const SIGNATURES_UNKNOWN = 5;
const LOG_CUT = 6;

/** `enum reason` of c/shim.c. */
const REASONS: Record<number, string> = {
  1: "it has more than 1,000,000 matches",
  2: "its regular expression needs too many fibers",
};

interface MutableRuleMatch extends RuleMatch {
  readonly strings: StringMatches[];
}

/** @param signatureFaults reasons why signatures may be wrong; without one they are still unknown where the answer says so */
function readScan(answer: AnswerReader, signatureFaults: readonly string[]): EngineScan {
  const matches: MutableRuleMatch[] = [];
  const log: string[] = [];
  /** By rule and string: parts of a chain may be given up one after the other. */
  const givenUp = new Map<string, EngineScan["givenUp"][number]>();
  const notEvaluated = signatureFaults.map((fault) => `pe.signatures: ${fault}`);
  while (!answer.atEnd) {
    const record = answer.word();
    switch (record) {
      case RULE_MATCHES:
        matches.push({ rule: answer.word(), strings: [] });
        break;
      case STRING_MATCHES:
        matches.at(-1)!.strings.push(readString(answer));
        break;
      case LOG:
        log.push(answer.text());
        break;
      case GIVEN_UP: {
        const [rule, string, reason] = [answer.word(), answer.word(), REASONS[answer.word()]!];
        givenUp.set(`${rule} ${string}`, { rule, string, reason });
        break;
      }
      case LOG_CUT:
        log.push(`and ${answer.word()} more, which are left out`);
        break;
      case SIGNATURES_UNKNOWN:
        if (notEvaluated.length === 0) notEvaluated.push("pe.signatures: they could not be read");
        break;
      default:
        throw new Error(`the engine's answer has a record ${record}`);
    }
  }
  const sorted = [...givenUp.values()].sort((a, b) => a.rule - b.rule || a.string - b.string);
  return { outcome: "done", matches, log, givenUp: sorted, notEvaluated };
}

function readString(answer: AnswerReader): StringMatches {
  const string = answer.word();
  const total = answer.word();
  const hasKeys = answer.word() !== 0;
  const matches = new Array<EngineMatch>(answer.word());
  for (let i = 0; i < matches.length; i++) {
    const offset = answer.word();
    const length = answer.word();
    matches[i] = hasKeys ? { offset, length, xorKey: answer.word() } : { offset, length };
  }
  return { string, total, matches };
}
