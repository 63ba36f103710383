/**
 * Decides which rules of a set are evaluated, under which names and in which order. A rule names other rules; a name means the
 * rule of the same file, or else the only one of that name in the set.
 *
 * - The same text twice, with the same meaning of the names in it, is one rule: the second copy is reported and nothing is lost.
 * - One name with two texts: both are kept, each in the namespace of its file. Rules that name it from a third file cannot tell
 *   which is meant, and are lost.
 * - A rule that names something lost is lost. A rule that could not be parsed keeps its name from standing for one of another file.
 */
import type { NameUse } from "./ast.ts";
import { namespacesOf, type RuleFile, type RuleFiles, type RuleInFile } from "./rule-files.ts";
import type { Quarantined } from "./rule-info.ts";
import { normalisedText } from "./rule-text.ts";

/** A rule of the set and what its names mean. */
export interface ResolvedRule extends RuleInFile {
  /** "default" where no other rule has its name. */
  readonly namespace: string;
  /** Name that the engine knows it by: its own, or one made up where another rule has that. */
  readonly engineName: string;
  /** Rules that it names, which come before it in the order. */
  readonly uses: readonly ResolvedRule[];
  /** Rules that the names in its condition stand for. */
  readonly meanings: ReadonlyMap<string, ResolvedRule>;
  readonly modules: readonly string[];
}

export interface Resolution {
  /** Each after those that it uses; else in the order of the files. */
  readonly rules: readonly ResolvedRule[];
  readonly quarantined: readonly Quarantined[];
}

/** Who is to evaluate the rules. */
export interface Evaluator {
  /** As messages name it: "this engine". */
  readonly name: string;
  readonly modules: readonly string[];
  /** External variables that a condition may use. */
  readonly externals: ReadonlySet<string>;
  /** Says why it cannot evaluate a rule for what is in it. */
  refuses?(rule: RuleInFile): string | undefined;
}

/** Modules that exist but are in few engines, with the reason. */
const OTHER_MODULES: ReadonlyMap<string, string> = new Map([
  ["cuckoo", "no report of a sandbox is given"],
  ["magic", "it needs the library of file(1)"],
  ["vt", "it exists on VirusTotal only"],
  ["androguard", "it needs a report of Androguard"],
  ["lnk", "it exists in YARA-X only"],
  ["crx", "it exists in YARA-X only"],
]);

/** A rule while it is not yet known whether it stays. */
class Candidate {
  readonly name: string;
  readonly modules: string[] = [];
  /** Meanings of its names: undefined while not resolved. */
  uses: Candidate[] | undefined;
  readonly meanings = new Map<string, Candidate>();
  lost: { readonly reason: string; readonly line: number } | undefined;
  /** Equal for two that are the same rule: a digest of the text and of all that it uses, or the place of one without namesakes. */
  identity = "";
  /** The first candidate that is the same rule. */
  original: Candidate = this;
  namespace = "default";
  engineName: string;

  constructor(
    readonly rule: RuleInFile,
    readonly order: number,
  ) {
    this.name = rule.syntax.name;
    this.engineName = this.name;
  }
}

export function resolveRules(
  { rules, files }: Pick<RuleFiles, "rules" | "files">,
  evaluator: Evaluator,
): Resolution {
  const candidates = rules.map((rule, order) => new Candidate(rule, order));
  const resolver = new Resolver(candidates, files, evaluator);
  for (const candidate of candidates) resolver.resolve(candidate);
  return resolver.result(namespacesOf(files));
}

/** Collects the modules that any file imports: in one namespace an import serves all files. */
function importedModules(files: readonly RuleFile[]): Set<string> {
  return new Set(files.flatMap(({ syntax }) => syntax.imports.map(({ module }) => module)));
}

interface BrokenRule {
  readonly file: RuleFile;
  readonly line: number;
}

function brokenRules(files: readonly RuleFile[]): Map<string, BrokenRule[]> {
  const broken = new Map<string, BrokenRule[]>();
  for (const file of files) {
    for (const { rule, line } of file.syntax.faults) {
      if (rule !== undefined) broken.set(rule, [...(broken.get(rule) ?? []), { file, line }]);
    }
  }
  return broken;
}

class Resolver {
  private readonly byName: Map<string, Candidate[]>;
  /** Rules that could not be parsed, by name. */
  private readonly broken: ReadonlyMap<string, readonly BrokenRule[]>;
  /** Candidates whose names are being resolved. */
  private readonly open = new Set<Candidate>();
  private readonly duplicates: Candidate[] = [];
  private readonly order: Candidate[] = [];
  private readonly byIdentity = new Map<string, Candidate>();
  private names: readonly string[] | undefined;
  private readonly imported: ReadonlySet<string>;

  constructor(
    candidates: readonly Candidate[],
    files: readonly RuleFile[],
    private readonly evaluator: Evaluator,
  ) {
    this.imported = importedModules(files);
    this.broken = brokenRules(files);
    this.byName = Map.groupBy(candidates, ({ name }) => name);
  }

  /** Resolves the names of a candidate, and first those of what it names. */
  resolve(start: Candidate): void {
    // A stack of its own: a chain of rules may be longer than the engine's.
    const stack = [start];
    while (stack.length > 0) {
      const candidate = stack.at(-1)!;
      if (candidate.uses) {
        stack.pop();
        continue;
      }
      const waiting = this.named(candidate).filter((each) => !each.uses);
      if (waiting.length > 0 && !this.open.has(candidate)) {
        this.open.add(candidate);
        // Not spread: a call takes some hundred thousand arguments at most.
        for (const each of waiting.reverse()) stack.push(each);
        continue;
      }
      this.open.delete(candidate);
      stack.pop();
      // All that it names was on the stack above it; what is still not resolved stands below it, and waits for it.
      this.close(candidate, waiting[0]);
    }
  }

  /** Lists all candidates that a candidate's condition may mean. */
  private named(candidate: Candidate): Candidate[] {
    const { rule } = candidate;
    const { names, ruleWildcards } = rule.syntax;
    return [
      ...names.flatMap(({ name }) => this.inReach(rule.file, name)),
      ...ruleWildcards.flatMap(({ name }) => this.matching(name, candidate.name)),
    ];
  }

  /** Lists the rules that a name stands for in a file: the file's own, else all. */
  private inReach(file: RuleFile, name: string): Candidate[] {
    const all = this.byName.get(name) ?? [];
    const own = all.filter((each) => each.rule.file === file);
    return own.length > 0 ? own : all;
  }

  /** Finds a rule that could not be parsed and that a name stands for: one of the same file, or where there is no other. */
  private brokenInReach(file: RuleFile, name: string, reach: readonly Candidate[]): BrokenRule | undefined {
    const broken = this.broken.get(name) ?? [];
    const isOwn = reach.some((each) => each.rule.file === file);
    if (isOwn) return undefined;
    return broken.find((each) => each.file === file) ?? (reach.length === 0 ? broken[0] : undefined);
  }

  /** Lists the rules that a wildcard in a rule stands for: all but those of the rule's own name, which would wait for each other. */
  private matching(prefix: string, own: string): Candidate[] {
    this.names ??= [...this.byName.keys()];
    return this.names
      .filter((name) => name !== own && name.startsWith(prefix))
      .flatMap((name) => this.byName.get(name)!);
  }

  /** Settles a candidate when all that it names is settled, but for what names it in a circle. */
  private close(candidate: Candidate, circle: Candidate | undefined): void {
    candidate.uses = [];
    const { syntax } = candidate.rule;
    const fault = circle
      ? { reason: `"${candidate.name}" and "${circle.name}" depend on each other`, line: syntax.line }
      : (this.settleContent(candidate) ??
        this.settleModules(candidate) ??
        this.settleNames(candidate) ??
        this.settleWildcards(candidate));
    if (fault) candidate.lost = fault;
    // A lost rule has no equal: each copy may be lost for a reason of its own.
    const original = fault ? undefined : this.equalOf(candidate);
    if (original) {
      candidate.original = original;
      this.duplicates.push(candidate);
    } else this.order.push(candidate);
  }

  /** Finds an earlier rule of the same text and meaning. */
  private equalOf(candidate: Candidate): Candidate | undefined {
    if (this.byName.get(candidate.name)!.length === 1) {
      candidate.identity = `${candidate.order}`;
      return undefined;
    }
    const { file, syntax } = candidate.rule;
    const meaning = [normalisedText(file.bytes, syntax), ...candidate.uses!.map(({ identity }) => identity)];
    candidate.identity = new Bun.CryptoHasher("sha256").update(meaning.join("\0"), "latin1").digest("base64");
    const equal = this.byIdentity.get(candidate.identity);
    if (!equal) this.byIdentity.set(candidate.identity, candidate);
    return equal;
  }

  private settleContent({ rule }: Candidate) {
    const reason = this.evaluator.refuses?.(rule);
    return reason === undefined ? undefined : { reason, line: rule.syntax.line };
  }

  private settleModules(candidate: Candidate) {
    const { modules, line } = candidate.rule.syntax;
    for (const module of modules) {
      if (!this.imported.has(module)) return { reason: notImported(module), line };
      if (!this.evaluator.modules.includes(module)) return { reason: this.missingModule(module), line };
      candidate.modules.push(module);
    }
    return undefined;
  }

  private settleNames(candidate: Candidate) {
    for (const use of candidate.rule.syntax.names) {
      const line = lineOfUse(candidate, use);
      const { file } = candidate.rule;
      const reach = this.inReach(file, use.name);
      const broken = this.brokenInReach(file, use.name, reach);
      if (broken) return { reason: dependsOn(use.name, `${broken.file.path}:${broken.line}`), line };
      const meanings = new Set(reach.map(({ original }) => original));
      const [meaning, other] = meanings;
      if (other) {
        const places = [...meanings].map(({ rule }) => placeOf(rule)).join(", ");
        return { reason: `"${use.name}" may mean any of several rules: ${places}`, line };
      }
      if (meaning?.lost) return { reason: dependsOn(use.name, placeOf(meaning.rule)), line };
      if (meaning) {
        candidate.uses!.push(meaning);
        candidate.meanings.set(use.name, meaning);
      } else if (this.imported.has(use.name)) {
        if (!this.evaluator.modules.includes(use.name)) return { reason: this.missingModule(use.name), line };
        candidate.modules.push(use.name);
      } else if (!this.evaluator.externals.has(use.name))
        return { reason: this.undefinedName(use.name), line };
    }
    return undefined;
  }

  private settleWildcards(candidate: Candidate) {
    for (const use of candidate.rule.syntax.ruleWildcards) {
      const line = lineOfUse(candidate, use);
      for (const [name, [first]] of this.broken) {
        if (!name.startsWith(use.name)) continue;
        return { reason: dependsOn(name, `${first!.file.path}:${first!.line}`), line };
      }
      for (const { original } of this.matching(use.name, candidate.name)) {
        if (original.lost) return { reason: dependsOn(original.name, placeOf(original.rule)), line };
        candidate.uses!.push(original);
      }
    }
    return undefined;
  }

  private undefinedName(name: string): string {
    const isModule = this.evaluator.modules.includes(name) || OTHER_MODULES.has(name);
    return isModule
      ? notImported(name)
      : `undefined name "${name}": no rule, module or external variable is called so (--define ${name}=VALUE defines a variable)`;
  }

  private missingModule(module: string): string {
    const why = OTHER_MODULES.get(module);
    return `needs module "${module}", which ${this.evaluator.name} does not have${why ? `: ${why}` : ""}`;
  }

  result(namespaces: ReadonlyMap<RuleFile, string>): Resolution {
    const kept = this.order.filter(({ lost }) => !lost);
    nameApart(kept, namespaces);
    const resolved = new Map<Candidate, ResolvedRule>();
    for (const candidate of stableOrder(kept)) {
      const { rule, namespace, engineName, uses, meanings, modules } = candidate;
      resolved.set(candidate, {
        ...rule,
        namespace,
        engineName,
        uses: [...new Set(uses)].map((use) => resolved.get(use)!),
        meanings: new Map([...meanings].map(([name, meaning]) => [name, resolved.get(meaning)!])),
        modules: [...new Set(modules)],
      });
    }
    return { rules: [...resolved.values()], quarantined: this.quarantined() };
  }

  private quarantined(): Quarantined[] {
    const lost = this.order.filter((candidate) => candidate.lost);
    return [
      ...lost.map(({ rule, lost }) => quarantinedRule(rule, lost!.reason, lost!.line)),
      ...this.duplicates.map(({ rule, original }) => ({
        ...quarantinedRule(rule, `duplicate of the rule in ${placeOf(original.rule)}`),
        harmless: true,
      })),
    ];
  }
}

/** Length of a rule's own name within a made one, so that the whole stays below the 128 characters that YARA allows. */
const MADE_NAME_STEM = 100;

/** Gives rules of one name a namespace each and a name of its own in the engine. */
function nameApart(kept: readonly Candidate[], namespaces: ReadonlyMap<RuleFile, string>): void {
  const taken = new Set(kept.map(({ name }) => name));
  for (const [name, same] of Map.groupBy(kept, (candidate) => candidate.name)) {
    if (same.length === 1) continue;
    const inFiles = new Set<RuleFile>();
    for (const [index, candidate] of same.entries()) {
      const { file, syntax } = candidate.rule;
      const namespace = namespaces.get(file)!;
      candidate.namespace = inFiles.has(file) ? `${namespace}:${syntax.line}` : namespace;
      inFiles.add(file);
      if (index === 0) continue;
      let number = index + 1;
      const made = () => `${name.slice(0, MADE_NAME_STEM)}__${number}_made_apart`;
      while (taken.has(made())) number += same.length;
      candidate.engineName = made();
      taken.add(candidate.engineName);
    }
  }
}

/** Orders by the files, moving a rule that is used further up only as far as it must. */
function stableOrder(kept: readonly Candidate[]): Set<Candidate> {
  const ordered = new Set<Candidate>();
  for (const start of [...kept].sort((a, b) => a.order - b.order)) {
    const stack = [start];
    while (stack.length > 0) {
      const candidate = stack.at(-1)!;
      const waiting = candidate.uses!.filter((use) => !ordered.has(use));
      if (waiting.length === 0 || ordered.has(candidate)) ordered.add(stack.pop()!);
      else for (const each of waiting.reverse()) stack.push(each);
    }
  }
  return ordered;
}

function notImported(module: string): string {
  return `the module "${module}" is not imported; add: import "${module}"`;
}

function quarantinedRule({ file, syntax }: RuleInFile, reason: string, line = syntax.line): Quarantined {
  return { rule: syntax.name, file: file.path, line, reason, harmless: false };
}

/** The reason of what is lost is not repeated along a chain: it stands at the rule that is named. */
function dependsOn(name: string, place: string): string {
  return `depends on "${name}" (${place}), which is not evaluated`;
}

function placeOf({ file, syntax }: RuleInFile): string {
  return `${file.path}:${syntax.line}`;
}

function lineOfUse({ rule }: Candidate, { spans }: NameUse): number {
  const from = rule.syntax.span.start;
  const before = rule.file.bytes.subarray(from, spans[0]!.start);
  let line = rule.syntax.line;
  for (const byte of before) if (byte === 0x0a) line++;
  return line;
}
