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
