/** Random conditions over the strings of a rule, facts about files, externals and rules that stand before. */
import { type Fact, holds, quoted } from "../files/fact.ts";
import type { Random } from "../random.ts";
import type { Pattern } from "./pattern.ts";
import { regexFor } from "./regex.ts";

export interface Surroundings {
  readonly patterns: readonly Pattern[];
  /** Where pieces of them were put. */
  readonly offsets: ReadonlyMap<Pattern, readonly number[]>;
  /** Facts that hold for one of the files at least. */
  readonly facts: readonly Fact[];
  readonly externals: readonly Fact[];
  /** Names of rules that may be referred to. */
  readonly rules: readonly string[];
}

/** Matches numbers that no file changes, such as `(16 << 0x2a)`. */
const CONSTANT = /^[-~()+*\\%&|^<> \dxa-fKMB]+$/;

/** Writes one condition; collects what its rule must be known for. */
export class ConditionWriter {
  readonly #random: Random;
  readonly #around: Surroundings;
  readonly differences = new Set<string>();
  /** Rules that the condition names. */
  readonly uses = new Set<string>();
  readonly #variables: string[] = [];

  constructor(random: Random, around: Surroundings) {
    this.#random = random;
    this.#around = around;
  }

  /** Uses every string, since YARA refuses rules with one that is not used. */
  condition(): string {
    const { patterns } = this.#around;
    const random = this.#random;
    if (patterns.length === 0) return this.boolean(2);
    const all = random.chance(0.6)
      ? "any of them"
      : random.pick(["all of them", "2 of them", "any of them and filesize > 0"]);
    const rest = this.boolean(random.int(0, 2));
    const kind = random.next() % 10;
    if (kind < 4) return all;
    if (kind < 7) return `${all} or (${rest})`;
    if (kind < 9) return `(${rest}) and (${all} or ${this.boolean(1)})`;
    return `not (${all}) and ${this.boolean(0)}`;
  }

  boolean(depth: number): string {
    const random = this.#random;
    if (depth > 0) {
      switch (random.next() % 8) {
        case 0:
          return `(${this.boolean(depth - 1)} and ${this.boolean(depth - 1)})`;
        case 1:
        case 2:
          return `(${this.boolean(depth - 1)} or ${this.boolean(depth - 1)})`;
        case 3:
          return `not (${this.boolean(depth - 1)})`;
        case 4:
          return this.#loop(depth - 1);
        default:
      }
    }
    const hasPatterns = this.#around.patterns.length > 0;
    switch (random.next() % (hasPatterns ? 13 : 5)) {
      case 0:
        return this.#comparison();
      case 1:
      case 2:
        return this.#fact();
      case 3:
        return this.#reference();
      case 4:
        return random.pick([`defined ${this.integer(1)}`, "true", this.#statistic(), this.#external()]);
      case 5:
        return this.#of();
      case 6:
      case 12:
        return this.#at();
      case 7:
        return `${this.#string()} in (${this.#range()})`;
      case 8:
        return this.#forOf();
      case 9:
        return `${this.#count()} ${random.pick([">", ">=", "==", "<", "!="])} ${random.int(0, 4)}`;
      default:
        return this.#string();
    }
  }

  integer(depth: number): string {
    const random = this.#random;
    if (depth > 0 && random.chance(0.5)) {
      const operator = random.pick(["+", "-", "*", "\\", "%", "&", "|", "^", "<<", ">>"]);
      // A constant zero to divide by is refused, and so is a negative shift.
      const right = /[<>]/.test(operator)
        ? `${random.int(0, 40)}`
        : /[\\%]/.test(operator)
          ? random.pick([`${random.int(1, 9)}`, `uint8(${this.#offset()})`])
          : this.integer(depth - 1);
      const left = this.integer(depth - 1);
      // The compiler works constants out, and refuses those that overflow.
      const isConstant = /[-+*]/.test(operator) && CONSTANT.test(left) && CONSTANT.test(right);
      return `(${left} ${operator} ${isConstant ? "filesize" : right})`;
    }
    const choices = [
      () => `${random.pick([0, 1, 2, 16, 255, random.int(0, 5000)])}`,
      () => `0x${random.int(0, 0xffff).toString(16)}`,
      () => random.pick(["1KB", "2KB", "1MB"]),
      () => "filesize",
      () => `${random.pick(["uint8", "uint16", "uint32", "int8", "int16be", "uint32be"])}(${this.#offset()})`,
      () => `~${random.int(0, 99)}`,
      () => `-${random.int(1, 99)}`,
      () => `math.${random.pick(["min", "max"])}(${random.int(0, 9)}, filesize)`,
      () => this.#numberOfModule(),
      ...this.#variables.map((name) => () => name),
    ];
    if (this.#around.patterns.length > 0) {
      choices.push(
        () => this.#count(),
        () => `@${this.#name()}`,
        () => `@${this.#name()}[${random.int(1, 3)}]`,
        () => `!${this.#name()}[${random.int(1, 2)}]`,
      );
    }
    return random.pick(choices)();
  }

  #string(): string {
    return this.#random.pick(this.#around.patterns).id;
  }

  #name(): string {
    return this.#string().slice(1);
  }

  #count(): string {
    const count = `#${this.#name()}`;
    if (this.#random.chance(0.8)) return count;
    // The upper end is never below the lower one: see classic.ts.
    const low = this.#random.int(1, 60);
    return `${count} in (${this.#random.pick([`0..${low}`, `${low}..filesize + ${low}`, "filesize \\ 2..filesize"])})`;
  }

  #at(): string {
    const random = this.#random;
    const pattern = random.pick(this.#around.patterns);
    const known = this.#around.offsets.get(pattern) ?? [];
    if (known.length === 0 || random.chance(0.3)) return `${pattern.id} at ${this.#offset()}`;
    return `${pattern.id} at ${Math.max(0, random.pick(known) + random.pick([0, 0, 0, 0, 1, -1]))}`;
  }

  #offset(): string {
    const random = this.#random;
    const name = this.#around.patterns.length > 0 ? this.#name() : undefined;
    return random.pick([
      "0",
      `${random.int(0, 64)}`,
      "filesize - 8",
      `filesize - ${random.int(1, 99)}`,
      ...(name === undefined
        ? []
        : [`@${name}`, `@${name}[${random.int(1, 3)}]`, `@${name} + ${random.int(0, 4)}`]),
    ]);
  }

  #range(): string {
    const random = this.#random;
    return random.pick([
      "0..filesize",
      `0..${random.int(1, 2000)}`,
      `${random.int(0, 60)}..filesize - 1`,
      `filesize \\ 2..filesize`,
    ]);
  }

  #set(): string {
    const random = this.#random;
    const { patterns } = this.#around;
    const some = random.some(patterns, 0.6).map(({ id }) => id);
    return random.pick([
      "them",
      "($*)",
      some.length > 0 ? `(${some.join(", ")})` : "them",
      `(${patterns[0]?.id.slice(0, 2)}*)`,
    ]);
  }

  /** Shares are for `of` alone, and not with `in`. */
  #quantifier(withShares: boolean): string {
    const random = this.#random;
    if (withShares && random.chance(0.15)) return `${random.pick([10, 50, 67, 100])}%`;
    return random.pick(["any", "all", "none", "1", "2", "any", `${random.int(1, 3)}`]);
  }

  #of(): string {
    const random = this.#random;
    if (random.chance(0.15)) return `${this.#quantifier(false)} of ${this.#set()} at ${random.int(0, 60)}`;
    const inRange = random.chance(0.25);
    const of = `${this.#quantifier(!inRange)} of ${this.#set()}`;
    return inRange ? `${of} in (${this.#range()})` : of;
  }

  #forOf(): string {
    const random = this.#random;
    const body = random.pick([
      "$",
      "# > 1",
      `$ at ${random.int(0, 40)}`,
      "$ in (0..filesize \\ 2)",
      "@ < 500",
      "! > 3",
      "@[1] % 2 == 0",
      "# == 1 and $",
      "not $",
    ]);
    return `for ${this.#quantifier(false)} of ${this.#set()} : ( ${body} )`;
  }

  #loop(depth: number): string {
    const random = this.#random;
    const { patterns } = this.#around;
    const variable = `i${this.#variables.length}`;
    const inside = (write: () => string) => {
      this.#variables.push(variable);
      const text = write();
      this.#variables.pop();
      return text;
    };
    const quantifier = random.pick(["any", "all", "none", "1", "2", "3"]);
    if (patterns.length > 0 && random.chance(0.6)) {
      const name = this.#name();
      const body = random.pick([
        `@${name}[${variable}] < ${random.int(0, 2000)}`,
        `!${name}[${variable}] == !${name}[1]`,
        `uint8(@${name}[${variable}]) < 0x60`,
      ]);
      return `for ${quantifier} ${variable} in (1..#${name}) : ( ${body} )`;
    }
    if (random.chance(0.3)) {
      const section = random.pick([
        { from: "pe.sections", is: [`s.name == ".text"`, "s.raw_data_size > 512", 's.name contains "a"'] },
        { from: "elf.sections", is: [`s.name == ".text"`, "s.size > 300", 's.name startswith ".s"'] },
        { from: "pe.import_details", is: ["s.number_of_functions > 2", 's.library_name icontains "user"'] },
        { from: "macho.segments", is: ['s.segname == "__TEXT"', "s.nsects > 1"] },
        { from: "dex.field", is: ['s.name == "count"', 's.class_name contains "acme"'] },
        { from: "dotnet.streams", is: ['s.name == "#US"', "s.size > 40"] },
      ]);
      if (section.from === "pe.import_details") this.differences.add("pe-import-details");
      return `for ${quantifier} s in ${section.from} : ( ${random.pick(section.is)} )`;
    }
    if (random.chance(0.2)) {
      const body = random.pick([
        'v == "Acme"',
        'k startswith "File"',
        'k == "CompanyName" and v contains "O"',
      ]);
      return `for ${quantifier} k, v in pe.version_info : ( ${body} )`;
    }
    const range = random.chance(0.5)
      ? `0..${random.int(1, 6)}`
      : [1, random.int(0, 9), random.int(0, 99)].join(", ");
    return inside(
      () =>
        `for ${quantifier} ${variable} in (${range}) : ( ${this.boolean(depth > 0 ? 1 : 0)} or ${this.#comparison()} )`,
    );
  }

  #comparison(): string {
    return `${this.integer(1)} ${this.#random.pick(["<", "<=", ">", ">=", "==", "!="])} ${this.integer(2)}`;
  }

  /** A fact, or something that follows from it, or its contrary. */
  #fact(): string {
    const random = this.#random;
    const fact = random.pick(this.#around.facts);
    if (fact.differs !== undefined) this.differences.add(fact.differs);
    const { expression, value } = fact;
    if (typeof value === "string") return this.#aboutText(fact.expression, value);
    if (typeof value !== "number" || random.chance(0.5)) return holds(fact);
    return random.pick([
      `${expression} >= ${value}`,
      `${expression} > ${value - random.int(0, 1)}`,
      `${expression} < ${value + random.int(0, 2)}`,
      `${expression} != ${value}`,
      `${expression} & 0xff == ${value & 0xff}`,
    ]);
  }

  #aboutText(expression: string, value: string): string {
    const random = this.#random;
    const from = random.int(0, Math.max(0, value.length - 1));
    const part = value.slice(from, from + random.int(1, 8));
    const upper = (text: string) => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
    return random.pick([
      `${expression} == ${quoted(value)}`,
      `${expression} != ${quoted(value)}`,
      `${expression} contains ${quoted(part)}`,
      `${expression} icontains ${quoted(upper(part))}`,
      `${expression} startswith ${quoted(value.slice(0, 3))}`,
      `${expression} istartswith ${quoted(upper(value.slice(0, 3)))}`,
      `${expression} endswith ${quoted(value.slice(-3))}`,
      `${expression} iendswith ${quoted(upper(value.slice(-2)))}`,
      `${expression} iequals ${quoted(upper(value))}`,
      ...(part === "" ? [] : [`${expression} matches ${regexFor(random, part)}`]),
      `${expression} >= ${quoted(value.slice(0, 2))}`,
    ]);
  }

  #numberOfModule(): string {
    const fitting = this.#around.facts.filter(
      ({ value, differs }) => typeof value === "number" && differs === undefined,
    );
    return this.#random.pick(fitting).expression;
  }

  #external(): string {
    const external = this.#random.pick(this.#around.externals);
    if (typeof external.value === "string") return this.#aboutText(external.expression, external.value);
    if (typeof external.value === "boolean")
      return this.#random.pick([external.expression, `not ${external.expression}`]);
    return `${external.expression} ${this.#random.pick(["==", ">", "<=", "!="])} ${external.value}`;
  }

  /** Statistics of the module `math`, compared with values that lie apart from theirs by far. */
  #statistic(): string {
    const random = this.#random;
    return random.pick([
      `math.entropy(0, filesize) > ${random.int(1, 7)}.3`,
      `math.mean(0, filesize) < ${random.int(60, 140)}.7`,
      `math.deviation(0, filesize, 127.5) > ${random.int(40, 80)}.1`,
      `math.in_range(math.entropy(0, 64), 2.0, ${random.int(3, 6)}.9)`,
      `math.monte_carlo_pi(0, filesize) < 0.${random.int(1, 9)}`,
      `math.mode(0, filesize) == 0`,
      `math.percentage(0) > 0.${random.int(1, 5)}`,
      `math.abs(${random.int(-5, 5)} - 2) > 1`,
      `math.to_number(filesize > 900) == 1`,
    ]);
  }

  #reference(): string {
    const random = this.#random;
    const { rules } = this.#around;
    if (rules.length === 0) return this.#comparison();
    const rule = random.pick(rules);
    const others = [rule, random.pick(rules)];
    if (random.chance(0.7)) {
      this.uses.add(rule);
      return random.pick([rule, `not ${rule}`]);
    }
    for (const name of others) this.uses.add(name);
    return `${random.pick(["any", "all", "1"])} of (${[...new Set(others)].join(", ")})`;
  }
}
