/**
 * Asks the engine what a module's field or function is for a file, by small rules that log it. The engine is the only one who knows
 * modules and regular expressions; each answer is kept for the file.
 */
import type { CompiledRules, EngineInstance, EngineScan } from "../engine/engine.ts";
import {
  type Answer,
  answerOf,
  keyOf,
  type Leaf,
  logsByProbe,
  PROBE_MODULES,
  probeOf,
} from "./probe-rules.ts";
import { type Unknown, unknown, type ValueType } from "./values.ts";

/** Scans a file in the engine's buffer, within the time that is left. */
export type ScanFile = (rules: CompiledRules) => EngineScan;

/** Types of shapes: they depend on the engine alone. Undefined for what is neither a number nor a text. */
const types = new Map<string, ValueType | undefined>();
/** A shape has the names of a rule in it, so there is no end to them. */
const MOST_TYPES = 50_000;

/** Probes in one scan: the log of a scan ends at 1 MiB. */
const CHUNK = 1000;

/** Facts of a signed file that the engine may not have been able to work out. */
const ABOUT_SIGNATURES = /^pe\.(signatures|number_of_signatures|is_signed)\b/;

export class Probes {
  readonly #answers = new Map<string, Answer>();

  constructor(
    private readonly instance: EngineInstance,
    private readonly scan: ScanFile,
  ) {}

  /** Undefined where it has not been asked yet. */
  get(leaf: Leaf): Answer | undefined {
    return this.#answers.get(keyOf(leaf));
  }

  /** Undefined where the type has not been asked yet. */
  typeOf(shape: string): ValueType | Unknown | undefined {
    if (!types.has(shape)) return undefined;
    return types.get(shape) ?? unknown("it is neither a number nor a text");
  }

  ask(leaves: readonly Leaf[]): void {
    const typed = leaves.filter(({ asks }) => asks === "value" || asks === "entries");
    learnTypes(this.instance, typed);
    for (let at = 0; at < leaves.length; at += CHUNK) this.#askSome(leaves.slice(at, at + CHUNK));
  }

  learn(leaves: readonly Leaf[]): void {
    learnTypes(this.instance, leaves);
  }

  #askSome(leaves: readonly Leaf[]): void {
    const answers = this.#answersTo(leaves);
    if (answers) {
      for (const [index, leaf] of leaves.entries()) this.#answers.set(keyOf(leaf), answers[index]!);
      return;
    }
    const middle = leaves.length >> 1;
    this.#askSome(leaves.slice(0, middle));
    this.#askSome(leaves.slice(middle));
  }

  /** Undefined where one of several is to blame that nothing can be had; alone it is unknown. */
  #answersTo(leaves: readonly Leaf[]): readonly Answer[] | undefined {
    const blamed = (reason: string) => (leaves.length > 1 ? undefined : [unknown(reason)]);
    const source = sourceOf(leaves, (leaf, index) => probeOf(leaf, types.get(typedShape(leaf)), index));
    const { rules } = this.instance.compile(source, {});
    if (!rules) return blamed("the engine does not compile it by itself");
    let scan: EngineScan;
    try {
      scan = this.scan(rules);
    } finally {
      rules.free();
    }
    if (scan.outcome !== "done") return blamed(`the engine gave up: ${scan.message ?? scan.outcome}`);
    const logs = logsByProbe(scan.log, leaves.length);
    if (!logs) return blamed("it is too long to be shown by the engine");
    const doubtful = scan.notEvaluated[0];
    return leaves.map((leaf, index) => {
      if (doubtful !== undefined && ABOUT_SIGNATURES.test(leaf.text)) return unknown(doubtful);
      return answerOf(leaf, types.get(typedShape(leaf)), logs[index]!);
    });
  }
}

/** One line a rule, behind those of the imports. */
function sourceOf(leaves: readonly Leaf[], rule: (leaf: Leaf, index: number) => string): Uint8Array {
  const imports = importsOf(leaves).map((module) => `import "${module}"\n`);
  const rules = leaves.map((leaf, index) => `rule p${index} { condition: ${rule(leaf, index)} }\n`);
  return Buffer.from([...imports, ...rules].join(""), "latin1");
}

function importsOf(leaves: readonly Leaf[]): string[] {
  return [...new Set([...PROBE_MODULES, ...leaves.flatMap(({ module }) => module ?? [])])];
}

// ---- Types

/** Conditions that compile for one type alone. */
const TYPE_TESTS: readonly (readonly [ValueType, string])[] = [
  ["integer", "| 0 == 0"],
  ["text", '== ""'],
  ["float", "== 0.5"],
];

function learnTypes(instance: EngineInstance, leaves: readonly Leaf[]): void {
  if (types.size > MOST_TYPES) types.clear();
  let open = [...new Map(leaves.map((leaf) => [typedShape(leaf), leaf])).values()].filter(
    (leaf) => !types.has(typedShape(leaf)),
  );
  for (const [type, test] of TYPE_TESTS) {
    if (open.length === 0) return;
    const refused = refusedOf(instance, open, (leaf) => `${typedShape(leaf)} ${test}`);
    for (const leaf of open) if (!refused.has(leaf)) types.set(typedShape(leaf), type);
    open = open.filter((leaf) => refused.has(leaf));
  }
  for (const leaf of open) types.set(typedShape(leaf), undefined);
}

/** Shape whose type is asked; for entries that of a value. */
function typedShape({ shape, asks }: Leaf): string {
  return asks === "entries" ? `${shape}["a"]` : shape;
}

/** Leaves whose rules the engine names as faulty. */
function refusedOf(
  instance: EngineInstance,
  leaves: readonly Leaf[],
  rule: (leaf: Leaf) => string,
): Set<Leaf> {
  const before = importsOf(leaves).length;
  const { rules, diagnostics } = instance.compile(sourceOf(leaves, rule), {});
  rules?.free();
  const errors = diagnostics.filter(({ level }) => level === "error");
  return new Set(errors.flatMap(({ line }) => leaves[line - 1 - before] ?? []));
}
