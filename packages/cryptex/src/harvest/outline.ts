/** From the syntax tree of a file to what it defines. */
import type { Node } from "@vscode/tree-sitter-wasm";
import type { CodeLanguage, DefinitionRule } from "./languages.ts";

export interface Definition {
  /** With the names of the scopes around it. */
  readonly symbol: string;
  readonly kind: string;
  /** In one line. */
  readonly signature: string;
  /** First sentence of its documentation, if it is short. */
  readonly summary: string;
  /** From 1. */
  readonly line: number;
  readonly endLine: number;
}

export interface Outline {
  readonly definitions: readonly Definition[];
  /** Characters of the file that the parser made nothing of. */
  readonly unreadChars: number;
  /** Lines with such characters, and with names that are too long, in order, of which a file may have very many. */
  readonly unreadLines: readonly number[];
}

/** Longer names are not taken, and their lines said to be not understood. */
const MOST_NAME = 500;
const MOST_SIGNATURE = 500;
const MOST_UNREAD_LINES = 1_000;

interface Place {
  readonly node: Node;
  /** Names around it. */
  readonly scope: readonly string[];
  readonly isInType: boolean;
}

export function outlineOf(root: Node, text: string, language: CodeLanguage): Outline {
  const definitions: Definition[] = [];
  const unnamed: number[] = [];
  // A stack of our own, since a hostile file may nest as deep as it likes.
  const open: Place[] = [{ node: root, scope: [], isInType: false }];
  for (let place = open.pop(); place; place = open.pop()) {
    const { node } = place;
    const rule = Object.hasOwn(language.definitions, node.type) ? language.definitions[node.type] : undefined;
    const name = rule?.name(node)?.trim();
    if (rule && name && name.length <= MOST_NAME) {
      definitions.push(definitionOf(place, rule, name, text, language));
      if (rule.isScope) open.push(...inner(node, { scope: [...place.scope, name], isInType: true }));
      continue;
    }
    if (name && unnamed.length < MOST_UNREAD_LINES) unnamed.push(node.startPosition.row + 1);
    const around = Object.hasOwn(language.scopes, node.type) ? language.scopes[node.type]?.(node) : undefined;
    if (around !== undefined) {
      const isInType = node.type === "impl_item";
      open.push(...inner(node, { scope: [...place.scope, oneLine(around)], isInType }));
    } else if (node.type === "ERROR" || language.containers.includes(node.type)) {
      open.push(...inner(node, place));
    } else if (rule || Object.hasOwn(language.scopes, node.type)) {
      // Nameless: what is inside belongs to the scope around it.
      open.push(...inner(node, place));
    }
  }
  definitions.sort((a, b) => a.line - b.line);
  const unread = unreadIn(root);
  const unreadLines = [...new Set([...unread.unreadLines, ...unnamed])].sort((a, b) => a - b);
  return { definitions, ...unread, unreadLines };
}

/** Children in which to go on: those of the body, where there is one. In reverse, as a stack takes them. */
function inner(node: Node, { scope, isInType }: Pick<Place, "scope" | "isInType">): Place[] {
  const body = node.childForFieldName("body") ?? node;
  const type =
    node.type === "declaration" || node.type === "field_declaration" ? node.childForFieldName("type") : null;
  const children = type ? [type] : body.namedChildren;
  return children.flatMap((child) => (child ? [{ node: child, scope, isInType }] : [])).reverse();
}

function definitionOf(
  { node, scope, isInType }: Place,
  rule: DefinitionRule,
  name: string,
  text: string,
  { separator, documentation }: CodeLanguage,
): Definition {
  const kind = typeof rule.kind === "string" ? rule.kind : rule.kind(node);
  const body = rule.body ? rule.body(node) : node.childForFieldName("body");
  return {
    symbol: [...scope, oneLine(name)].join(separator),
    kind: kind === "function" && isInType ? "method" : kind,
    signature: signatureOf(node, body, text, rule),
    summary: documentation === "string-inside" ? summaryInside(body) : summaryAbove(node),
    line: node.startPosition.row + 1,
    endLine: node.endPosition.row + 1,
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/** The text before the body, without what opens it. */
function signatureOf(node: Node, body: Node | null, text: string, rule: DefinitionRule): string {
  const [start, end] = [node.startIndex, node.endIndex];
  const [from, to] = body ? [body.startIndex, body.endIndex] : [end, end];
  const before = text.slice(start, Math.min(from, start + 10 * MOST_SIGNATURE));
  const after = rule.endsWithName ? text.slice(to, Math.min(end, to + MOST_SIGNATURE)) : "";
  const words = oneLine(`${rule.opening ?? ""}${before} ${after}`)
    .replace(/\s*(\{|=>|:|=)\s*\}?\s*;?$/, "")
    .replace(/\s*[;\\]$/, "");
  return words.length > MOST_SIGNATURE ? `${words.slice(0, MOST_SIGNATURE - 1)}…`.toWellFormed() : words;
}

// ---- Documentation ----

const MOST_SUMMARY = 160;

/** The first sentence, if it is short. */
function summaryFrom(text: string): string {
  const paragraph = text.trim().split(/\n\s*\n/)[0] ?? "";
  const sentence = /^.*?[.!?](?=\s|$)/s.exec(paragraph)?.[0] ?? paragraph;
  const line = oneLine(sentence).replaceAll("\0", "");
  return [...line].length <= MOST_SUMMARY && line.isWellFormed() && !/^[@\\]/.test(line) ? line : "";
}

/** Nodes around a definition that begin with words of their own: a comment stands above those. */
const WRAPPERS = [
  "export_statement",
  "ambient_declaration",
  "lexical_declaration",
  "variable_declaration",
  "expression_statement",
  "template_declaration",
  "decorated_definition",
  "declaration",
  "type_declaration",
  "statement_list",
];
const MOST_COMMENTS = 50;
/** Characters of a comment that are looked at: a first sentence that is short ends before. */
const MOST_COMMENT = 1_000;

/** Comments that end in the line before; several of one line each belong together. */
function summaryAbove(node: Node): string {
  let outer = node;
  for (let around = outer.parent; around && WRAPPERS.includes(around.type); around = outer.parent) {
    if (around.startPosition.row !== outer.startPosition.row) break;
    outer = around;
  }
  const lines: string[] = [];
  let row = outer.startPosition.row;
  for (let above = outer.previousNamedSibling; above; above = above.previousNamedSibling) {
    // Rust's comments end at the beginning of the next line.
    const end = above.endPosition.column === 0 ? above.endPosition.row - 1 : above.endPosition.row;
    const isComment = above.type.includes("comment");
    if ((!isComment && above.type !== "attribute_item") || end !== row - 1 || lines.length >= MOST_COMMENTS)
      break;
    if (isComment) lines.unshift(commentText(above.text.slice(0, MOST_COMMENT)));
    row = above.startPosition.row;
  }
  return summaryFrom(lines.join("\n"));
}

function commentText(comment: string): string {
  return (
    comment
      .replace(/^(\/\*+!?|<#)/, "")
      .replace(/(\*+\/|#>)\s*$/, "")
      .split("\n")
      .map((line) => line.replace(/^\s*(\/\/[/!]?|\*|#+)\s?/, "").trim())
      // A line of signs alone is an ornament.
      .map((line) => (/^[^\p{L}\p{N}]*$/u.test(line) ? "" : line))
      .join("\n")
  );
}

/** A string that is the first statement of a body. */
function summaryInside(body: Node | null): string {
  const first = body?.namedChildren[0];
  const string = first?.type === "expression_statement" ? first.namedChildren[0] : null;
  if (string?.type !== "string") return "";
  return summaryFrom(
    string.text
      .slice(0, MOST_COMMENT)
      .replace(/^[a-zA-Z]*("""|'''|"|')/, "")
      .replace(/("""|'''|"|')$/, ""),
  );
}

// ---- Gaps ----

/** Nodes that the parser skipped, and where it had to suppose something that is not there. */
function unreadIn(root: Node): Pick<Outline, "unreadChars" | "unreadLines"> {
  let unreadChars = 0;
  const lines = new Set<number>();
  const open: Node[] = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    if (!node.hasError && !node.isMissing) continue;
    if (node.isError || node.isMissing) {
      unreadChars += node.endIndex - node.startIndex;
      const last = Math.min(node.endPosition.row, node.startPosition.row + MOST_UNREAD_LINES);
      for (let row = node.startPosition.row; row <= last && lines.size < MOST_UNREAD_LINES; row++)
        lines.add(row + 1);
    } else {
      for (const child of node.children) if (child) open.push(child);
    }
  }
  return { unreadChars, unreadLines: [...lines].sort((a, b) => a - b) };
}
