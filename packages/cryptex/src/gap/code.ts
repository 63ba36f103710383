/** Reads a file of code: which names it defines, what its comments are, and its text without them. */
import type { Tree } from "@vscode/tree-sitter-wasm";
import { type NotParsed, parse } from "../harvest/grammars.ts";
import { type CodeLanguage, languageOf } from "../harvest/languages.ts";
import { mayGiveName, nameGivenBy } from "./defining-nodes.ts";
import { commentIn, definesPlainly, type PlainLanguage, plainLanguageOf } from "./plain-languages.ts";

export interface CommentLine {
  /** Without what makes it a comment. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

export interface Code {
  readonly comments: readonly CommentLine[];
  /** Tells that a name is defined: `name`, or with those of the scopes around it `scope.name`. */
  defines(symbol: string): boolean;
  /** Names of what begins on the first line behind this one that is no comment. */
  definedBelow(line: number): readonly string[];
  /** Tells that these words stand outside comments. */
  says(words: string): boolean;
  /** Tells that something of this form stands outside comments. */
  matches(form: RegExp): boolean;
  /** Tells that a name stands outside comments, as a word of its own. */
  mentions(name: string): boolean;
}

/**
 * Reads code by the parser of its language, else by how its lines begin.
 * @param limitMs time for the parser
 */
export async function readCode(path: string, text: string, limitMs: number): Promise<Code | NotParsed> {
  const language = languageOf(path);
  if (language === undefined) return new PlainCode(text, plainLanguageOf(path));
  const tree = await parse(text, language.grammar, limitMs, new AbortController().signal);
  if ("notParsed" in tree) return tree;
  try {
    return new ParsedCode(text, language, tree);
  } finally {
    tree.delete();
  }
}

/** Parts of a name with its scopes: `a::b.c` has three. */
export function partsOf(symbol: string): string[] {
  return symbol.split(/::|[.#]/).filter((part) => part !== "");
}

function isWordIn(text: string, name: string): boolean {
  return new RegExp(`(?<![\\p{L}\\p{N}_$])${RegExp.escape(name)}(?![\\p{L}\\p{N}_$])`, "u").test(text);
}

interface Name {
  /** With the scopes around it. */
  readonly parts: readonly string[];
  readonly line: number;
}

/** Functions: what is inside their bodies is theirs alone. */
const FUNCTION = /function|method|arrow|lambda|closure|constructor_declaration/;

class ParsedCode implements Code {
  readonly comments: CommentLine[] = [];
  readonly #names: Name[] = [];
  /** Index of the first character of each comment, and of the first behind it. */
  readonly #ranges: [start: number, end: number][] = [];
  #text: string | undefined;

  constructor(
    private readonly text: string,
    language: CodeLanguage,
    tree: Tree,
  ) {
    this.#read(tree, language);
  }

  #read(tree: Tree, language: CodeLanguage): void {
    const cursor = tree.walk();
    const types: string[] = [];
    const scopes: { readonly depth: number; readonly parts: readonly string[] }[] = [];
    /** Depth of the function's body that the walk is in. */
    let bodyDepth = Number.POSITIVE_INFINITY;
    const onward = () => {
      while (!cursor.gotoNextSibling()) if (!cursor.gotoParent()) return false;
      return true;
    };
    for (let goes = true; goes; ) {
      const { nodeType: type, currentDepth: depth } = cursor;
      types[depth] = type;
      while (scopes.length > 0 && scopes.at(-1)!.depth >= depth) scopes.pop();
      if (depth <= bodyDepth) bodyDepth = Number.POSITIVE_INFINITY;
      if (type.endsWith("comment")) {
        this.#addComment(cursor.startIndex, cursor.endIndex, cursor.startPosition.row + 1);
        goes = onward();
        continue;
      }
      const isOutside = bodyDepth === Number.POSITIVE_INFINITY;
      if (isOutside && isBodyOfFunction(type, types[depth - 1] ?? "", cursor.currentFieldName))
        bodyDepth = depth;
      else if (isOutside && mayGiveName(type, language)) {
        const name = nameGivenBy(cursor.currentNode, language);
        if (name !== undefined) {
          const parts = [...(scopes.at(-1)?.parts ?? []), ...partsOf(name)];
          this.#names.push({ parts, line: cursor.startPosition.row + 1 });
          scopes.push({ depth, parts });
        }
      }
      goes = cursor.gotoFirstChild() || onward();
    }
    cursor.delete();
  }

  #addComment(start: number, end: number, line: number): void {
    this.#ranges.push([start, end]);
    const lines = withoutEnd(this.text.slice(start, end).replace(/^<#/, "")).split("\n");
    for (const [i, each] of lines.entries()) {
      const text = each.replace(/^\s*(\/\/[/!]?|\/\*+!?|\*+|#+)?\s*/, "").trimEnd();
      this.comments.push({ text, line: line + i });
    }
  }

  defines(symbol: string): boolean {
    const wanted = partsOf(symbol);
    this.#byLast ??= Map.groupBy(this.#names, ({ parts }) => parts.at(-1)!);
    const candidates = this.#byLast.get(wanted.at(-1) ?? "") ?? [];
    return candidates.some(({ parts }) => wanted.every((part, i) => parts.at(i - wanted.length) === part));
  }
  #byLast: ReadonlyMap<string, readonly Name[]> | undefined;

  definedBelow(line: number): readonly string[] {
    this.#lines ??= this.text.split("\n");
    this.#commentLines ??= new Set(this.comments.map((each) => each.line));
    let next = line + 1;
    // Attributes and decorators belong to what they stand above.
    while (this.#commentLines.has(next) || /^[ \t]*(#\[|@\w)/.test(this.#lines[next - 1] ?? "")) next++;
    return this.#names.filter((name) => name.line === next).map(({ parts }) => parts.join("."));
  }
  #lines: readonly string[] | undefined;
  #commentLines: ReadonlySet<number> | undefined;

  says(words: string): boolean {
    return this.text.includes(words) && this.#withoutComments().includes(words);
  }

  matches(form: RegExp): boolean {
    return form.test(this.#withoutComments());
  }

  mentions(name: string): boolean {
    return this.text.includes(name) && isWordIn(this.#withoutComments(), name);
  }

  #withoutComments(): string {
    if (this.#text !== undefined) return this.#text;
    let text = "";
    let from = 0;
    for (const [start, end] of this.#ranges) {
      text += `${this.text.slice(from, start)} `;
      from = end;
    }
    this.#text = text + this.text.slice(from);
    return this.#text;
  }
}

/** Cuts off what closes a comment. A regular expression would look at each of a million asterisks as a beginning. */
function withoutEnd(comment: string): string {
  const text = comment.trimEnd();
  const mark = ["*/", "#>", "-->"].find((each) => text.endsWith(each));
  if (mark === undefined) return text;
  let end = text.length - mark.length;
  while (mark === "*/" && text[end - 1] === "*") end--;
  return text.slice(0, end);
}

function isBodyOfFunction(type: string, around: string, field: string | null): boolean {
  if (around === "function_statement" || around === "class_method_definition") return type === "script_block";
  return field === "body" && FUNCTION.test(around);
}

class PlainCode implements Code {
  readonly comments: CommentLine[] = [];
  readonly #lines: readonly string[];
  readonly #code: string;

  constructor(text: string, language: PlainLanguage | undefined) {
    this.#lines = text.split("\n");
    const code: string[] = [];
    for (const [i, line] of this.#lines.entries()) {
      const comment = language && commentIn(line, language);
      if (comment === undefined) code.push(line);
      else this.comments.push({ text: withoutEnd(comment).trim(), line: i + 1 });
    }
    this.#code = code.join("\n");
  }

  defines(symbol: string): boolean {
    return definesPlainly(this.#code, symbol);
  }

  definedBelow(line: number): readonly string[] {
    const commentLines = new Set(this.comments.map((each) => each.line));
    let next = line + 1;
    while (commentLines.has(next)) next++;
    const [, name] = /^\s*(?:\w+\s+)*?([\w.-]+)\s*(?:\(|\{|=|:|$)/.exec(this.#lines[next - 1] ?? "") ?? [];
    return name !== undefined && definesPlainly(this.#lines[next - 1]!, name) ? [name] : [];
  }

  says(words: string): boolean {
    return this.#code.includes(words);
  }

  matches(form: RegExp): boolean {
    return form.test(this.#code);
  }

  mentions(name: string): boolean {
    return isWordIn(this.#code, name);
  }
}
