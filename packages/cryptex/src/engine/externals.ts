/** Externals: variables of conditions whose values come from outside. They get their types when rules are compiled. */
import { InputError } from "#kit/errors.ts";
import type { ExternalValue } from "./engine.ts";
import { EngineError } from "./engine-error.ts";
import type { Machine } from "./machine.ts";

/** Error numbers of libyara: include/yara/error.h. */
const SUCCESS = 0;
const INVALID_TYPE = 48;

/**
 * Defines a variable for a compiler: text, boolean, integer (a bigint) or float (a number, whole or not).
 * @throws InputError for a value that libyara cannot hold
 */
export function defineExternal(machine: Machine, compiler: number, name: string, value: ExternalValue): void {
  const code = machine.lendText(check(name, name), (nameAt) => {
    if (typeof value === "string") {
      return machine.lendText(check(name, value), (valueAt) =>
        machine.call((engine) => engine.cx_compiler_define_text(compiler, nameAt, valueAt)),
      );
    }
    return machine.call((engine) => {
      if (typeof value === "boolean")
        return engine.cx_compiler_define_boolean(compiler, nameAt, value ? 1 : 0);
      if (typeof value === "number") return engine.cx_compiler_define_float(compiler, nameAt, value);
      return engine.cx_compiler_define_integer(compiler, nameAt, integer(name, value));
    });
  });
  if (code !== SUCCESS)
    throw new EngineError("failed", `the external "${name}" is refused: error ${code} of libyara`);
}

/**
 * Sets a variable for the scans to come.
 * @throws InputError for one that the rules were not compiled with, or one of another type
 */
export function setExternal(machine: Machine, rules: number, name: string, value: ExternalValue): void {
  const code = machine.lendText(check(name, name), (nameAt) => {
    if (typeof value === "string") {
      return machine.lendText(check(name, value), (valueAt) =>
        machine.call((engine) => engine.cx_external_set_text(rules, nameAt, valueAt)),
      );
    }
    return machine.call((engine) => {
      if (typeof value === "number") return engine.cx_external_set_float(rules, nameAt, value);
      return engine.cx_external_set_integer(rules, nameAt, integer(name, value));
    });
  });
  if (code === INVALID_TYPE) throw new InputError(`the external "${name}" has another type`);
  if (code !== SUCCESS) throw new InputError(`the rules know no external "${name}"`);
}

function integer(name: string, value: bigint | boolean): bigint {
  const whole = BigInt(value);
  if (BigInt.asIntN(64, whole) !== whole) {
    throw new InputError(`the external "${name}" is beyond 64 bits: ${whole}`);
  }
  return whole;
}

/** libyara ends a text at its first zero. */
function check(name: string, text: string): string {
  if (text.includes("\0")) throw new InputError(`the external "${name}" has a zero byte in it`);
  return text;
}
