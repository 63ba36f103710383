/** A round of the differential test: a set of random rules, and random files in which many of their strings occur. */
import type { Fact, WrittenFile } from "../files/fact.ts";
import { FILE_KINDS, type FileKind, randomFile } from "../files/samples.ts";
import type { Random } from "../random.ts";
import { classicCondition } from "./classic.ts";
import { ConditionWriter } from "./condition.ts";
import { type Pattern, randomPattern } from "./pattern.ts";

export interface GeneratedRule {
  readonly name: string;
  readonly text: string;
  /** In the words of YARA 4.2.3. */
  readonly classicText: string;
  readonly isPrivate: boolean;
  /** Their names, in order. */
  readonly strings: readonly string[];
  /** Known differences between versions that it can run into, by itself or by a rule that it names. */
  readonly differences: ReadonlySet<string>;
}

export interface GeneratedFile extends WrittenFile {
  readonly name: string;
  readonly kind: FileKind;
}

export interface Round {
  readonly rules: readonly GeneratedRule[];
  readonly files: readonly GeneratedFile[];
  /** With their values: text, integers, floats, booleans. */
  readonly externals: readonly Fact[];
}

const MODULES = ["pe", "elf", "macho", "dotnet", "dex", "math", "hash"];
const IMPORTS = MODULES.map((module) => `import "${module}"\n`).join("");

/** The source of a round, for an engine of today or for YARA 4.2.3. */
export function sourceOf(round: Round, dialect: "today" | "classic"): string {
  return IMPORTS + round.rules.map((rule) => (dialect === "today" ? rule.text : rule.classicText)).join("");
}

export function randomRound(
  random: Random,
  counts: { readonly rules: number; readonly files: number },
): Round {
  const patterns = Array.from({ length: counts.rules }, () => randomPatterns(random));
  const offsets = new Map<Pattern, number[]>();
  const files = Array.from({ length: counts.files }, (_, index) => {
    const kind = FILE_KINDS[index % FILE_KINDS.length] ?? "text";
    const favourites = random.some(patterns.flat(), 0.8);
    const planted = new Map<Pattern, Uint8Array>();
    const file = randomFile(random, kind, () => fill(random, favourites, planted));
    for (const [pattern, piece] of planted) {
      const offset = Buffer.from(file.bytes).indexOf(piece);
      if (offset >= 0) offsets.set(pattern, [...(offsets.get(pattern) ?? []), offset]);
    }
    return { ...file, kind, name: `f${index}.bin` };
  });
  const externals: Fact[] = [
    { expression: "ext_text", value: random.text(8, "abcDEF.") },
    { expression: "ext_number", value: random.int(0, 500) },
    { expression: "ext_flag", value: random.chance(0.5) },
    { expression: "ext_ratio", value: random.int(1, 99) / 4 + 0.125 },
  ];
  const facts = files.flatMap((file) => file.facts).filter((fact) => fact.since === undefined);
  const rules: GeneratedRule[] = [];
  for (const [index, own] of patterns.entries()) {
    rules.push(randomRule(random, `r${index}`, own, { facts, externals, rules, offsets }));
  }
  return { rules, files, externals };
}

function randomPatterns(random: Random): Pattern[] {
  const count = random.pick([0, 1, 1, 2, 2, 3, 4, 6]);
  return Array.from({ length: count }, (_, index) =>
    randomPattern(random, `$${random.pick(["a", "b"])}${index}`),
  );
}

function randomRule(
  random: Random,
  name: string,
  patterns: readonly Pattern[],
  around: {
    readonly facts: readonly Fact[];
    readonly externals: readonly Fact[];
    readonly rules: readonly GeneratedRule[];
    readonly offsets: ReadonlyMap<Pattern, readonly number[]>;
  },
): GeneratedRule {
  const writer = new ConditionWriter(random, {
    ...around,
    patterns,
    rules: around.rules.map((rule) => rule.name),
  });
  const isPrivate = random.chance(0.08);
  // One that does not hold takes every other rule with it, so it is one that versions do not differ about.
  const isGlobal =
    around.rules.length === 3 &&
    patterns.length > 0 &&
    patterns.every(({ differences }) => differences.length === 0) &&
    random.chance(0.5);
  const condition = isGlobal ? `filesize > ${random.int(0, 900)} or any of them` : writer.condition();
  const text = (dialect: "today" | "classic") => {
    const strings = patterns.map((pattern) => {
      const value = dialect === "today" ? pattern.text : (pattern.classicText ?? pattern.text);
      return `    ${pattern.id} = ${value}\n`;
    });
    const section = strings.length === 0 ? "" : `  strings:\n${strings.join("")}`;
    const words = `${isGlobal ? "global " : ""}${isPrivate ? "private " : ""}`;
    const said = dialect === "today" ? condition : classicCondition(condition);
    return `${words}rule ${name} : tag${name} {\n  meta:\n    number = 1\n${section}  condition:\n    ${said}\n}\n`;
  };
  const used = around.rules.filter((rule) => writer.uses.has(rule.name));
  return {
    name,
    text: text("today"),
    classicText: text("classic"),
    isPrivate,
    strings: patterns.map(({ id }) => id),
    differences: new Set([
      ...writer.differences,
      ...patterns.flatMap((pattern) => pattern.differences),
      ...used.flatMap((rule) => [...rule.differences]),
    ]),
  };
}

/** Noise with pieces of strings in it, which are noted. */
function fill(random: Random, patterns: readonly Pattern[], planted: Map<Pattern, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let piece = random.int(2, 36); piece > 0; piece--) {
    parts.push(noise(random));
    if (patterns.length === 0) continue;
    const pattern = random.pick(patterns);
    const piece = pattern.plant();
    planted.set(pattern, piece);
    parts.push(piece);
  }
  if (random.chance(0.3)) parts.reverse();
  return Buffer.concat(parts);
}

function noise(random: Random): Uint8Array {
  const length = random.int(0, 60);
  switch (random.next() % 4) {
    case 0:
      return new Uint8Array(length);
    case 1:
      return random.bytes(length);
    case 2:
      return Buffer.from(random.text(length, "abc xyz\nABC019_"));
    default:
      return Buffer.from(random.text(length, "ABCDEFGH"));
  }
}
