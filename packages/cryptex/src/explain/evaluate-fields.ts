/** Evaluates names, and fields and functions of modules: their indices and arguments, and then what the engine says. */
import type { Expression } from "../rules/ast.ts";
import type { Evaluated } from "./evaluated.ts";
import { Evaluation, leafOf, PENDING, wrongType } from "./evaluation.ts";
import type { Leaf } from "./probe-rules.ts";
import {
  integer,
  literalOf,
  type Unknown,
  undefinedOf,
  unknown,
  type Value,
  type ValueType,
} from "./values.ts";

export type Binding =
  | { readonly kind: "value"; readonly value: Value }
  /** A field of a module; `value` where it is known already. */
  | { readonly kind: "object"; readonly path: Path; readonly value?: Value | undefined };

/** A field or function with all values put in. */
export interface Path {
  readonly text: string;
  readonly shape: string;
  readonly module: string;
  /** An index or an argument is undefined, and so is all of it; or it is not known. */
  readonly lack?: "undefined" | Unknown;
  /** The indices and arguments. */
  readonly parts: readonly Evaluated[];
}

export abstract class FieldEvaluation extends Evaluation {
  /** Variables of the loops around. */
  protected readonly variables = new Map<string, Binding>();

  protected name(expression: Extract<Expression, { kind: "name" }>): Evaluated {
    const { name } = expression;
    const binding = this.variables.get(name);
    if (binding) {
      const value = binding.kind === "value" ? binding.value : (binding.value ?? this.read(binding.path));
      return {
        ...leafOf(expression, value),
        stands: "variable",
        ...(binding.kind === "object" && { leaf: binding.path }),
      };
    }
    const external = this.facts.external(name);
    if (external) return leafOf(expression, external);
    const rule = this.facts.rule(name) ?? unknown(`what ${name} stands for is not known`);
    return { ...leafOf(expression, rule), stands: "rule" };
  }

  protected field(expression: Extract<Expression, { kind: "member" | "index" | "call" }>): Evaluated {
    const path = this.path(expression);
    if (path.module === "console") {
      // Logging again would say nothing: it is true.
      const value = path.lack ? this.lacking(path, "integer") : integer(1n);
      return { expression, value, parts: path.parts };
    }
    return { expression, value: this.read(path), parts: path.parts, leaf: path };
  }

  /** Writes a field or a call with the values of its indices and arguments. */
  protected path(expression: Expression): Path {
    switch (expression.kind) {
      case "name": {
        const { name } = expression;
        const binding = this.variables.get(name);
        if (binding?.kind === "object") return { ...binding.path, parts: [] };
        return { text: name, shape: name, module: name, parts: [] };
      }
      case "member": {
        const object = this.path(expression.object);
        const field = `.${expression.field}`;
        return { ...object, text: object.text + field, shape: object.shape + field };
      }
      case "index":
        return this.withArguments(this.path(expression.object), [expression.index], "[", "]");
      case "call":
        return this.withArguments(this.path(expression.callee), expression.arguments, "(", ")");
      default:
        return { text: "", shape: "", module: "", lack: unknown("it is no field of a module"), parts: [] };
    }
  }

  protected withArguments(object: Path, given: readonly Expression[], open: string, close: string): Path {
    let { lack } = object;
    const parts = [...object.parts];
    const texts: string[] = [];
    const shapes: string[] = [];
    for (const argument of given) {
      if (argument.kind === "regex") {
        texts.push(regexText(argument));
        shapes.push(regexText(argument));
        continue;
      }
      const part = this.evaluate(argument);
      parts.push(part);
      const { value } = part;
      if (value.type === "unknown") {
        lack = lack === "undefined" ? lack : value;
        continue;
      }
      const isTruth = isStatement(argument) || (argument.kind === "name" && this.isRule(argument.name));
      shapes.push(isTruth ? "true" : SHAPES[value.type]);
      if (value.value === undefined) lack = "undefined";
      const text = isTruth ? `${value.value !== 0n}` : literalOf(value);
      texts.push(text ?? "");
      if (text === undefined) lack ??= unknown("an argument cannot be written as the engine reads it");
    }
    const put = (words: readonly string[]) => `${open}${words.join(", ")}${close}`;
    return {
      text: object.text + put(texts),
      shape: object.shape + put(shapes),
      module: object.module,
      ...(lack !== undefined && { lack }),
      parts,
    };
  }

  protected isRule(name: string): boolean {
    return !this.variables.has(name) && this.facts.external(name) === undefined;
  }

  /** The value of a path. */
  protected read(path: Path): Value {
    const leaf = leafFor(path, "value");
    if (path.lack === undefined) return this.ask(leaf);
    if (path.lack !== "undefined") return path.lack;
    const type = this.facts.typeOf(path.shape);
    if (typeof type === "string") return undefinedOf(type);
    if (type === undefined) this.untyped.set(path.shape, leaf);
    return type ?? PENDING;
  }

  protected lacking({ lack }: Path, type: ValueType): Value {
    return lack === "undefined" || lack === undefined ? undefinedOf(type) : lack;
  }

  protected matches(expression: Extract<Expression, { kind: "binary" }>): Evaluated {
    const left = this.evaluate(expression.left);
    const parts = [left];
    if (left.value.type !== "text") return { expression, value: wrongType(left.value), parts };
    if (left.value.value === undefined) return { expression, value: integer(undefined), parts };
    if (expression.right.kind !== "regex") return { expression, value: wrongType(left.value), parts };
    const text = left.leaf?.text ?? literalOf(left.value);
    if (text === undefined)
      return { expression, value: unknown("the text is too long to be asked about"), parts };
    const question = `${text} matches ${regexText(expression.right)}`;
    const module = left.leaf?.module;
    return { expression, value: this.ask({ text: question, shape: "", module, asks: "truth" }), parts };
  }
}

const SHAPES: Readonly<Record<ValueType, string>> = { integer: "0", float: "0.5", text: '"a"' };

export function leafFor({ text, shape, module }: Path, asks: Leaf["asks"]): Leaf {
  return { text, shape, module: module === "" ? undefined : module, asks };
}

function isStatement(expression: Expression): boolean {
  switch (expression.kind) {
    case "boolean":
    case "string":
    case "not":
    case "defined":
    case "for-of":
    case "for-in":
      return true;
    case "of":
      // To the engine, a share has the type of its number.
      return expression.quantifier.kind !== "percent";
    case "binary":
      return !ARITHMETIC_ALL.has(expression.operator);
    default:
      return false;
  }
}

const ARITHMETIC_ALL: ReadonlySet<string> = new Set(["+", "-", "*", "\\", "%", "&", "|", "^", "<<", ">>"]);

function regexText({ regex }: Extract<Expression, { kind: "regex" }>): string {
  return `/${regex.source}/${regex.nocase ? "i" : ""}${regex.dotAll ? "s" : ""}`;
}
