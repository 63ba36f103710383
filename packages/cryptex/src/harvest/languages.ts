/** The languages whose code is read: their files, and which nodes of their syntax trees define something. */
import type { Node } from "@vscode/tree-sitter-wasm";
import type { Grammar } from "./grammars.ts";

export interface CodeLanguage {
  readonly name: string;
  /** Endings of files, in lower case. */
  readonly endings: readonly string[];
  readonly grammar: Grammar;
  /** Stands between the names of a scope and of what is in it. */
  readonly separator: string;
  /** Definitions by the type of their node. */
  readonly definitions: Readonly<Record<string, DefinitionRule>>;
  /** Nodes that name a scope and define nothing. */
  readonly scopes: Readonly<Record<string, NameOf>>;
  /** Nodes in which definitions are looked for. */
  readonly containers: readonly string[];
  /** Text of a comment, or of a string that documents what it stands in. */
  readonly documentation: Documentation;
}

/** @returns undefined where the node defines nothing */
type NameOf = (node: Node) => string | undefined;

export interface DefinitionRule {
  readonly kind: string | ((node: Node) => string);
  readonly name: NameOf;
  /** Definitions inside are named after this one; functions among them are methods. */
  readonly isScope?: boolean;
  /** Where its body begins, before which is its signature; by default its field of this name. */
  readonly body?: (node: Node) => Node | null;
  /** Says that its name follows the body. */
  readonly endsWithName?: true;
  /** Stands before the signature, where several definitions share it. */
  readonly opening?: string;
}

type Documentation = "comment-above" | "string-inside";

const field =
  (name: string): NameOf =>
  (node) =>
    node.childForFieldName(name)?.text;

const child =
  (...types: string[]): NameOf =>
  (node) =>
    node.namedChildren.find((each) => each !== null && types.includes(each.type))?.text;

const named = (kind: string, more: Partial<DefinitionRule> = {}): DefinitionRule => ({
  kind,
  name: field("name"),
  ...more,
});
const scope = (kind: string): DefinitionRule => named(kind, { isScope: true });

// ---- C and C++ ----

/** Follows pointers, references and parentheses to the name that is declared. */
function declaredName(node: Node): string | undefined {
  let declarator = node.childForFieldName("declarator");
  for (let steps = 0; declarator && steps < 100; steps++) {
    const inner: Node | null =
      declarator.childForFieldName("declarator") ??
      (/_declarator$/.test(declarator.type)
        ? (declarator.namedChildren.find((each) => each !== null) ?? null)
        : null);
    if (!inner) return declarator.text;
    declarator = inner;
  }
  return undefined;
}

/** A function without a type that is given names alone is made by a macro: `define_function(exports)`. */
const functionName: NameOf = (node) => {
  const name = declaredName(node);
  const declarator = node.childForFieldName("declarator");
  const isCall = declarator?.type === "function_declarator" && /\(\s*\w/.test(declarator.text);
  const isInClass = node.parent?.type === "field_declaration_list" || /::/.test(name ?? "");
  const isMacro = node.childForFieldName("type") === null && isCall && !isInClass && /^\w+$/.test(name ?? "");
  return isMacro ? declarator.text : name;
};

const bodied = (kind: string, isScope = false): DefinitionRule => ({
  kind,
  // Without a body it only names a type.
  name: (node) => (node.childForFieldName("body") ? field("name")(node) : undefined),
  isScope,
});

const C_DEFINITIONS: CodeLanguage["definitions"] = {
  function_definition: { kind: "function", name: functionName },
  struct_specifier: bodied("struct", true),
  union_specifier: bodied("union", true),
  class_specifier: bodied("class", true),
  enum_specifier: bodied("enum"),
  type_definition: {
    kind: (node) => {
      const type = node.childForFieldName("type");
      const [, kind] = /^(struct|union|enum|class)_specifier$/.exec(type?.type ?? "") ?? [];
      return kind && type?.childForFieldName("body") ? kind : "type";
    },
    name: declaredName,
    body: (node) => node.childForFieldName("type")?.childForFieldName("body") ?? null,
    endsWithName: true,
  },
  preproc_function_def: named("macro", { body: (node) => node.childForFieldName("value") }),
  alias_declaration: named("type"),
};

const C_CONTAINERS = [
  "translation_unit",
  "declaration",
  "field_declaration",
  "field_declaration_list",
  "declaration_list",
  "linkage_specification",
  "template_declaration",
  "preproc_if",
  "preproc_ifdef",
  "preproc_else",
  "preproc_elif",
  "preproc_elifdef",
];

const C_FAMILY = {
  // There is a grammar of C alone, which reads no more of it: both trip over the same macros.
  grammar: "cpp",
  separator: "::",
  definitions: C_DEFINITIONS,
  scopes: { namespace_definition: field("name") },
  containers: C_CONTAINERS,
  documentation: "comment-above",
} as const;

// ---- JavaScript and TypeScript ----

const FUNCTIONS = ["arrow_function", "function_expression", "generator_function"];

function assignedTo(node: Node): Node | null {
  return node.childForFieldName("value") ?? node.childForFieldName("right");
}

/** A variable or member whose value is a function. */
function namedFunction(name: NameOf): DefinitionRule {
  return {
    kind: "function",
    name: (node) => (FUNCTIONS.includes(assignedTo(node)?.type ?? "") ? name(node) : undefined),
    body: (node) => assignedTo(node)?.childForFieldName("body") ?? null,
  };
}

const identifier: NameOf = (node) => {
  const name = node.childForFieldName("name") ?? node.childForFieldName("property");
  return name && /identifier$/.test(name.type) ? name.text : undefined;
};

/** `exports.x`, `C.prototype.x`. */
const member: NameOf = (node) => {
  const left = node.childForFieldName("left");
  if (left?.type !== "member_expression" || !/^[\w$.#]+$/.test(left.text)) return undefined;
  return left.text.replace(/^(module\.)?exports\./, "").replace(".prototype.", ".");
};

const SCRIPT_DEFINITIONS: CodeLanguage["definitions"] = {
  function_declaration: named("function"),
  generator_function_declaration: named("function"),
  class_declaration: scope("class"),
  abstract_class_declaration: scope("class"),
  interface_declaration: named("interface"),
  type_alias_declaration: named("type"),
  enum_declaration: named("enum"),
  method_definition: named("method"),
  abstract_method_signature: named("method"),
  variable_declarator: namedFunction(identifier),
  field_definition: namedFunction(identifier),
  public_field_definition: namedFunction(identifier),
  assignment_expression: namedFunction(member),
};

const SCRIPT = {
  separator: ".",
  definitions: SCRIPT_DEFINITIONS,
  scopes: { internal_module: field("name") },
  containers: [
    "program",
    "export_statement",
    "expression_statement",
    "lexical_declaration",
    "variable_declaration",
    "ambient_declaration",
    "module",
    "class_body",
    "statement_block",
  ],
  documentation: "comment-above",
} as const;

// ---- Rust, Go, Java, PowerShell ----

/** The type that an `impl` is for, without what it is generic over. */
const implemented: NameOf = (node) => field("type")(node)?.replace(/<.*$/s, "").trim();

/** Characters of a receiver that are looked at. */
const MOST_RECEIVER = 500;

/** The type that a method of Go belongs to stands before its name. */
const goMethod: NameOf = (node) => {
  const [, receiver] =
    /([\p{L}_][\p{L}\p{N}_]*)\s*(?:\[[^\]]*\])?\s*\)$/u.exec(
      (field("receiver")(node) ?? "").slice(-MOST_RECEIVER),
    ) ?? [];
  const name = field("name")(node);
  return receiver && name ? `${receiver}.${name}` : name;
};

const goKind = (node: Node) => {
  const [, kind] = /^(struct|interface)_type$/.exec(node.childForFieldName("type")?.type ?? "") ?? [];
  return kind ?? "type";
};

const goBody = (node: Node) => {
  const parts = node.childForFieldName("type")?.children ?? [];
  return parts.find((each) => each?.type === "field_declaration_list" || each?.type === "{") ?? null;
};

const block = (node: Node) =>
  node.namedChildren.find((each) => each !== null && /^(script_block|statement_block)$/.test(each.type)) ??
  null;

const brace = (node: Node) => node.children.find((each) => each?.type === "{") ?? null;

export const LANGUAGES: readonly CodeLanguage[] = [
  { name: "C", endings: [".c", ".h"], ...C_FAMILY },
  { name: "C++", endings: [".cc", ".cpp", ".cxx", ".hh", ".hpp", ".hxx", ".ipp"], ...C_FAMILY },
  {
    name: "Python",
    endings: [".py", ".pyi", ".pyw"],
    grammar: "python",
    separator: ".",
    definitions: { function_definition: named("function"), class_definition: scope("class") },
    scopes: {},
    containers: [
      "module",
      "block",
      "decorated_definition",
      "if_statement",
      "elif_clause",
      "else_clause",
      "try_statement",
      "except_clause",
      "finally_clause",
      "with_statement",
    ],
    documentation: "string-inside",
  },
  {
    name: "PowerShell",
    endings: [".ps1", ".psm1"],
    grammar: "powershell",
    separator: ".",
    definitions: {
      function_statement: {
        kind: "function",
        name: (node) => child("function_name")(node)?.replace(/^(global|script|local|private):/i, ""),
        body: block,
      },
      class_statement: { kind: "class", name: child("simple_name"), isScope: true, body: brace },
      class_method_definition: { kind: "method", name: child("simple_name"), body: block },
      enum_statement: { kind: "enum", name: child("simple_name"), body: brace },
    },
    scopes: {},
    containers: [
      "program",
      "statement_list",
      "if_statement",
      "else_clause",
      "elseif_clauses",
      "elseif_clause",
      "statement_block",
      "try_statement",
      "catch_clauses",
      "catch_clause",
    ],
    documentation: "comment-above",
  },
  {
    name: "Rust",
    endings: [".rs"],
    grammar: "rust",
    separator: "::",
    definitions: {
      function_item: named("function"),
      function_signature_item: named("function"),
      struct_item: named("struct"),
      enum_item: named("enum"),
      union_item: named("union"),
      trait_item: scope("trait"),
      type_item: named("type"),
      macro_definition: named("macro", { body: (node) => node.namedChildren[1] ?? null }),
    },
    scopes: { impl_item: implemented, mod_item: field("name") },
    containers: ["source_file", "declaration_list", "foreign_mod_item"],
    documentation: "comment-above",
  },
  {
    name: "Go",
    endings: [".go"],
    grammar: "go",
    separator: ".",
    definitions: {
      function_declaration: named("function"),
      method_declaration: { kind: "method", name: goMethod },
      type_spec: { kind: goKind, name: field("name"), body: goBody, opening: "type " },
      type_alias: named("type", { opening: "type " }),
    },
    scopes: {},
    containers: ["source_file", "type_declaration"],
    documentation: "comment-above",
  },
  { name: "TypeScript", endings: [".ts", ".mts", ".cts"], grammar: "typescript", ...SCRIPT },
  { name: "TypeScript", endings: [".tsx"], grammar: "tsx", ...SCRIPT },
  { name: "JavaScript", endings: [".js", ".mjs", ".cjs", ".jsx"], grammar: "javascript", ...SCRIPT },
  {
    name: "Java",
    endings: [".java"],
    grammar: "java",
    separator: ".",
    definitions: {
      class_declaration: scope("class"),
      interface_declaration: scope("interface"),
      enum_declaration: scope("enum"),
      record_declaration: scope("class"),
      annotation_type_declaration: scope("interface"),
      method_declaration: named("method"),
      constructor_declaration: named("method"),
    },
    scopes: {},
    containers: ["program", "class_body", "interface_body", "enum_body", "enum_body_declarations"],
    documentation: "comment-above",
  },
];

/** Finds the language of a file by its name; undefined where it is none that is read. */
export function languageOf(path: string): CodeLanguage | undefined {
  const name = path.toLowerCase();
  return LANGUAGES.find(({ endings }) => endings.some((ending) => name.endsWith(ending)));
}
