/** libyara as an engine. */
import { InputError } from "#kit/errors.ts";
import type { Compilation, CompiledRules, Diagnostic, EngineInstance, ExternalValue } from "./engine.ts";
import { defineExternal } from "./externals.ts";
import { LibyaraRules } from "./libyara-rules.ts";
import { type AnswerReader, Machine, type MachineOptions, type ReadSignatures } from "./machine.ts";
import { unpackRules } from "./saved-rules.ts";

/** The engine's code, compiled once for a process and posted to its threads. */
export interface EngineCode {
  readonly module: WebAssembly.Module;
  /** SHA-256 of its file, hex. */
  readonly digest: string;
}

/** The reader of signatures is loaded when the first signed file comes: most scans meet none. */
function readSignatures(file: Uint8Array): ReadSignatures {
  const { readFileSignatures } = require("./authenticode.ts") as typeof import("./authenticode.ts");
  const { encodeSignatures } = require("./signatures/block.ts") as typeof import("./signatures/block.ts");
  const { signatures, notEvaluated } = readFileSignatures(file);
  return { block: signatures && encodeSignatures(signatures), notEvaluated };
}

export class Libyara implements EngineInstance {
  readonly #machine: Machine;
  readonly #digest: string;

  /** @throws EngineError where there is no memory for another instance */
  constructor({ module, digest }: EngineCode, options: MachineOptions = {}) {
    this.#machine = new Machine(module, { readSignatures, ...options });
    this.#digest = digest;
  }

  get dead(): boolean {
    return this.#machine.dead;
  }

  get memoryBytes(): number {
    return this.#machine.memoryBytes;
  }

  /** As libyara states it: "4.5.5". */
  get version(): string {
    return this.#machine.textAt(this.#machine.call((engine) => engine.cx_version()));
  }

  /**
   * Compiles with one compiler, in one pass, with these guarantees and limits (test/engine/compile.test.ts):
   * - Each rule with a fault beyond the lexer is named at least once, by a line within it or, where the parser has looked a word ahead,
   *   at the next word. libyara goes on at the next rule, import or include.
   * - A fault of the lexer ends the pass: an open string or regular expression, an unknown escape, a byte beyond ASCII outside of
   *   strings and comments, a name over 128 bytes, a string over 8 KiB, an integer over 63 bits. So does a nesting that is too deep
   *   ("memory exhausted"). What follows is not looked at.
   * - A syntax error in the first three words behind another fault is not named.
   * - A rule that refers to a faulty one is not named: the name counts as known.
   * - A comment without an end is no fault to libyara, and the rules in it are not there: compare `count`.
   *
   * So a source is free of faults only when it has been compiled without the rules that were named.
   */
  compile(source: Uint8Array, externals: Readonly<Record<string, ExternalValue>>): Compilation {
    const machine = this.#machine;
    const compiler = machine.call((engine) => engine.cx_compiler_create());
    for (const [name, value] of Object.entries(externals)) defineExternal(machine, compiler, name, value);
    const rules = machine.lend(source, (address) =>
      machine.call((engine) => engine.cx_compile(compiler, address, source.length)),
    );
    const diagnostics = readDiagnostics(machine.answer());
    return { rules: rules === 0 ? undefined : this.#hold(rules), diagnostics };
  }

  load(saved: Uint8Array): CompiledRules {
    const body = unpackRules(saved, this.#digest);
    const machine = this.#machine;
    const rules = machine.lend(body, (address) =>
      machine.call((engine) => engine.cx_rules_load(address, body.length)),
    );
    if (rules === 0) throw new InputError("the engine does not take these compiled rules");
    return this.#hold(rules);
  }

  buffer(length: number): Uint8Array {
    return this.#machine.buffer(length);
  }

  #hold(rules: number): CompiledRules {
    return new LibyaraRules(this.#machine, rules, this.#digest);
  }
}

function readDiagnostics(answer: AnswerReader): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  while (!answer.atEnd) {
    const level = answer.word() === 0 ? "error" : "warning";
    diagnostics.push({ level, line: answer.word(), message: answer.text() });
  }
  return diagnostics;
}
