/**
 * An engine whose rules are plain texts to be found, and which does what a file tells it: `@trap`, `@hang`, `@slow`, `@fibers NAME`,
 * `@give-up NAME`, `@damaged FACT`, `@log TEXT`, `@memory`, `@die`. Each stands in a line of its own.
 */
import type {
  CompiledRules,
  EngineInstance,
  EngineMatch,
  EngineScan,
  RuleMatch,
  ScanOptions,
} from "../../../src/engine/engine.ts";
import type { RuleInfo } from "../../../src/rules/rule-info.ts";
import type { RuleSet } from "../../../src/rules/rule-set.ts";

export interface FakeRule {
  readonly name: string;
  /** Matches where this is found; a text `external=value` after a `?` asks for an external. */
  readonly find: string;
  readonly dependsOn?: readonly string[];
  readonly isGlobal?: boolean;
  readonly namespace?: string;
}

export function fakeRuleSet(rules: readonly FakeRule[], more: Partial<RuleSet> = {}): RuleSet {
  const text = Buffer.from(JSON.stringify(rules));
  const compiled = new Uint8Array(new SharedArrayBuffer(text.length));
  compiled.set(text);
  const infos = rules.map(
    ({ name, isGlobal = false, namespace = "default" }, at): RuleInfo => ({
      name,
      namespace,
      isPrivate: false,
      isGlobal,
      tags: ["t"],
      meta: [{ key: "author", value: "n" }],
      strings: [{ id: "$a", isPrivate: false }],
      file: "rules.yar",
      line: at + 1,
    }),
  );
  return {
    digest: `sha256:${new Bun.CryptoHasher("sha256").update(text).digest("hex")}`,
    engine: { name: "libyara", version: "0", digest: "f".repeat(64), modules: [] },
    compiled,
    rules: {
      count: rules.length,
      get: (rule) => infos[rule]!,
      dependants: (rule) =>
        rules.flatMap(({ dependsOn }, at) => (dependsOn?.includes(rules[rule]!.name) ? [at] : [])),
    },
    quarantined: [],
    modules: [],
    files: [],
    absent: [],
    externals: {},
    ...more,
  };
}

export class FakeEngine implements EngineInstance {
  dead = false;
  memoryBytes = 1 << 20;
  #memory = new Uint8Array();

  constructor(readonly cancel: Int32Array) {}

  compile(): never {
    throw new Error("the fake engine compiles nothing");
  }

  load(saved: Uint8Array): CompiledRules {
    return new FakeRules(this, JSON.parse(Buffer.from(saved).toString()) as FakeRule[]);
  }

  buffer(length: number): Uint8Array {
    if (this.dead) throw new Error("the instance is dead");
    if (length > this.#memory.length) this.#memory = new Uint8Array(length);
    this.memoryBytes = Math.max(this.memoryBytes, length);
    return this.#memory.subarray(0, length);
  }
}

class FakeRules implements CompiledRules {
  readonly #off = new Set<number>();

  constructor(
    readonly engine: FakeEngine,
    readonly rules: readonly FakeRule[],
  ) {}

  get count(): number {
    return this.rules.length;
  }

  save(): never {
    throw new Error("the fake engine saves nothing");
  }

  setEnabled(rule: number, enabled: boolean): void {
    if (enabled) this.#off.delete(rule);
    else this.#off.add(rule);
  }

  scan(length: number, options: ScanOptions): EngineScan {
    const content = Buffer.from(this.engine.buffer(length)).toString("latin1");
    const orders = [...content.matchAll(/^@([a-z-]+) ?(.*)$/gm)].map(([, order, rest]) => ({
      order,
      rest: rest!,
    }));
    const numberOf = (name: string) => this.rules.findIndex((rule) => rule.name === name);
    const givenUp: { rule: number; string: number; reason: string }[] = [];
    const notEvaluated: string[] = [];
    const log: string[] = [];
    const not = (outcome: EngineScan["outcome"]): EngineScan => ({
      outcome,
      matches: [],
      log: [],
      givenUp: [],
      notEvaluated: [],
    });
    for (const { order, rest } of orders) {
      if (order === "trap") {
        this.engine.dead = true;
        throw new Error("unreachable");
      }
      if (order === "die") process.exit(3);
      if (order === "hang") return not(this.#wait(options.timeoutMs || 3_600_000));
      if (order === "slow") Bun.sleepSync(20);
      if (order === "memory") return { ...not("out-of-memory"), message: "out of memory" };
      if (order === "fibers" && !this.#off.has(numberOf(rest))) return not("fibers");
      if (order === "give-up") givenUp.push({ rule: numberOf(rest), string: 0, reason: "too many matches" });
      if (order === "damaged") notEvaluated.push(rest);
      if (order === "log") log.push(rest);
    }
    const matches = this.rules.flatMap((rule, at) =>
      this.#off.has(at) ? [] : this.#match(rule, at, content, options),
    );
    return { outcome: "done", matches, log, givenUp, notEvaluated };
  }

  #match(
    { find }: FakeRule,
    rule: number,
    content: string,
    { externals = {}, maxMatches }: ScanOptions,
  ): RuleMatch[] {
    if (find.startsWith("?")) {
      const [name, value] = find.slice(1).split("=");
      return externals[name!] === value ? [{ rule, strings: [] }] : [];
    }
    const matches: EngineMatch[] = [];
    let total = 0;
    for (let at = content.indexOf(find); at >= 0; at = content.indexOf(find, at + 1)) {
      if (total++ < maxMatches) matches.push({ offset: at, length: find.length });
    }
    return total > 0 ? [{ rule, strings: [{ string: 0, total, matches }] }] : [];
  }

  #wait(timeoutMs: number): "timeout" | "cancelled" {
    const until = performance.now() + timeoutMs;
    while (performance.now() < until) {
      if (Atomics.load(this.engine.cancel, 0) !== 0) return "cancelled";
      Bun.sleepSync(1);
    }
    return "timeout";
  }

  free(): void {}
}
