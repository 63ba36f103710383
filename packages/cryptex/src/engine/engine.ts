/** Contract of an engine: compiles rules, scans bytes. An instance serves one thread. */

/** A number is a float, a bigint an integer of 64 bits. */
export type ExternalValue = string | number | bigint | boolean;

/** An error or a warning of the compiler. */
export interface Diagnostic {
  readonly level: "error" | "warning";
  /** Line of the source, 1 is the first. */
  readonly line: number;
  readonly message: string;
}

export interface Compilation {
  /** Undefined where an error stands among the diagnostics. */
  readonly rules: CompiledRules | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Rules that an instance holds. They are numbered from 0 in the order of the source. */
export interface CompiledRules {
  readonly count: number;
  /** Form that `load` takes; depends on the engine's digest. */
  save(): Uint8Array;
  /** Leaves a rule out of the scans to come, or takes it in again. A rule that refers to it sees "undefined". */
  setEnabled(rule: number, enabled: boolean): void;
  /** Scans bytes that lie in the engine's own memory: see `buffer`. */
  scan(length: number, options: ScanOptions): EngineScan;
  free(): void;
}

export interface ScanOptions {
  /** Values of externals that differ from those at compile time; text is UTF-8. */
  readonly externals?: Readonly<Record<string, ExternalValue>>;
  /** 0 is without limit. */
  readonly timeoutMs: number;
  /** Matches reported for a string; `total` counts the others. Of all strings a million are reported. */
  readonly maxMatches: number;
}

export interface EngineMatch {
  readonly offset: number;
  readonly length: number;
  /** XOR key, where the string has the modifier. */
  readonly xorKey?: number;
}

export interface StringMatches {
  /** Number of the string within the rule, from 0. */
  readonly string: number;
  readonly total: number;
  /** By offset. */
  readonly matches: readonly EngineMatch[];
}

export interface RuleMatch {
  readonly rule: number;
  /** Private strings and strings without a match are left out. */
  readonly strings: readonly StringMatches[];
}

/**
 * Outcome of a scan. Anything but "done" means that no rule's answer can be relied on. For "fibers" and "stack" the condition of
 * a rule is at fault, which the engine does not name: a regular expression in it, or the number of its operands.
 */
export interface EngineScan {
  readonly outcome: "done" | "timeout" | "cancelled" | "fibers" | "stack" | "out-of-memory" | "failed";
  /** The engine's words on a scan that is not done. */
  readonly message?: string;
  /**
   * How often the engine has looked at the time: once for 4,096 bytes, for 100 instructions of conditions, and for 16 places or bytes at
   * which strings are tried. A measure of work that is the same on every machine, but for one or two.
   */
  readonly work?: number;
  /** Matching rules that are not private, by number. */
  readonly matches: readonly RuleMatch[];
  /** Text of console.log, in order. Where there is very much, the last one says how many were left out. */
  readonly log: readonly string[];
  /**
   * Strings that the engine gave up on in this scan (more matches than it counts, or a regular expression that it cannot follow), so
   * that their rules, and those that refer to them, were not wholly evaluated. By rule and string.
   */
  readonly givenUp: readonly { readonly rule: number; readonly string: number; readonly reason: string }[];
  /** Facts that a module could not work out, by which rules may have been judged wrongly: `pe.signatures` on damaged data. */
  readonly notEvaluated: readonly string[];
}

/** An instance that has trapped is spent: `dead` is true, every call throws. */
export interface EngineInstance {
  readonly dead: boolean;
  /** Bytes of memory that the instance holds. It never shrinks. */
  readonly memoryBytes: number;
  /** Compiles a whole source; imports stand in it. The externals are those that the rules may name, with their first values. */
  compile(source: Uint8Array, externals: Readonly<Record<string, ExternalValue>>): Compilation;
  /** @throws InputError for bytes that were not saved by this engine */
  load(saved: Uint8Array): CompiledRules;
  /**
   * Memory for what is scanned next. Valid until the next call on this instance, since memory may move; asked again for as
   * many bytes or fewer, also after a scan, it gives them with what they held.
   * @throws EngineError with outcome "out-of-memory" where it cannot grow
   */
  buffer(length: number): Uint8Array;
}

/** Identity of an engine, for results and caches. */
export interface EngineFacts {
  readonly name: "libyara";
  readonly version: string;
  /** SHA-256 of its file, hex. */
  readonly digest: string;
  readonly modules: readonly string[];
}
