/** Nodes of syntax trees that give something its name, beside those that a dictionary has entries for: constants, members, keys. */
import type { Node } from "@vscode/tree-sitter-wasm";
import type { Grammar } from "../harvest/grammars.ts";
import type { CodeLanguage } from "../harvest/languages.ts";

type NameOf = (node: Node) => string | undefined;

const field =
  (name: string): NameOf =>
  (node) =>
    node.childForFieldName(name)?.text;

/** A key of an object or a dictionary may be in quotation marks. */
const key: NameOf = (node) => {
  const child = node.childForFieldName("key");
  return child?.type === "string" ? child.text.replace(/^["'`]|["'`]$/g, "") : child?.text;
};

/** Follows pointers and arrays to the name; a function that is only declared defines nothing. */
const declared: NameOf = (node) => {
  let declarator = node.childForFieldName("declarator");
  for (let steps = 0; declarator && steps < 100; steps++) {
    if (declarator.type === "function_declarator" || declarator.type === "init_declarator") return undefined;
    const inner = declarator.childForFieldName("declarator");
    if (!inner) return declarator.text;
    declarator = inner;
  }
  return undefined;
};

/** `x = …` and `self.x = …`. */
const assigned: NameOf = (node) => {
  const left = node.childForFieldName("left");
  return left && /^(identifier|attribute|member_expression)$/.test(left.type) ? left.text : undefined;
};

const named = (...types: string[]) => Object.fromEntries(types.map((type) => [type, field("name")]));

const SCRIPT: Readonly<Record<string, NameOf>> = {
  ...named(
    "variable_declarator",
    "property_signature",
    "method_signature",
    "function_signature",
    "public_field_definition",
    "enum_assignment",
    "internal_module",
  ),
  field_definition: field("property"),
  pair: key,
  shorthand_property_identifier: (node) => node.text,
  property_identifier: (node) => (node.parent?.type === "enum_body" ? node.text : undefined),
  assignment_expression: assigned,
};

const DEFINING: Readonly<Record<Grammar, Readonly<Record<string, NameOf>>>> = {
  typescript: SCRIPT,
  tsx: SCRIPT,
  javascript: SCRIPT,
  python: { assignment: assigned, pair: key },
  rust: named("const_item", "static_item", "enum_variant", "field_declaration"),
  cpp: {
    ...named("preproc_def", "enumerator"),
    field_declaration: declared,
    declaration: declared,
    init_declarator: declared,
  },
  go: named("const_spec", "var_spec", "field_declaration"),
  java: named("variable_declarator", "enum_constant"),
  powershell: {
    assignment_expression: (node) => /^\$(?:\w+:)?(\w+)/.exec(node.text)?.[1],
  },
};

/** Longer names are not taken. */
const MOST_NAME = 500;

/** Reads the name that a node gives: that of a definition, of a scope, of a value. */
export function nameGivenBy(node: Node, { grammar, definitions, scopes }: CodeLanguage): string | undefined {
  const { type } = node;
  const own = (table: Readonly<Record<string, unknown>>) => Object.hasOwn(table, type);
  const name =
    (own(definitions) ? definitions[type]!.name(node) : undefined) ??
    (own(scopes) ? scopes[type]!(node) : undefined) ??
    (own(DEFINING[grammar]) ? DEFINING[grammar][type]!(node) : undefined);
  return name !== undefined && name.length <= MOST_NAME ? name.trim() : undefined;
}

/** Tells nodes worth asking, by their type alone. */
export function mayGiveName(type: string, { grammar, definitions, scopes }: CodeLanguage): boolean {
  return [definitions, scopes, DEFINING[grammar]].some((table) => Object.hasOwn(table, type));
}
