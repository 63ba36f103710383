/** Finds the English in a file: comments, messages, documents. Code keeps its own spelling. */
import { type AST, parse } from "svelte/compiler";
import ts from "typescript";

/** A stretch of English and the number of its first line. */
export interface Prose {
  readonly line: number;
  readonly text: string;
}

/** Blanks the matches of a pattern without moving a line. */
function blank(text: string, pattern: RegExp): string {
  return text.replace(pattern, (match) => match.replace(/[^\n]/g, " "));
}

/** Returns the English of a file by the end of its name; nothing for files that hold none. */
export function proseOf(path: string, text: string): Prose[] {
  if (/\.(ts|mjs)$/.test(path)) return scriptProse(path, text);
  if (/\.svelte$/.test(path)) return componentProse(path, text);
  if (/\.[ch]$/.test(path)) return matches(text, /\/\*[\s\S]*?\*\/|\/\/.*/g);
  if (/\.py$/.test(path)) return pythonProse(text);
  if (/\.(sh|toml|yml)$/.test(path)) return matches(text, /(?:^|\s)#(?!!).*/gm);
  if (/\.md$/.test(path)) return [{ line: 1, text: withoutCode(text) }];
  return [];
}

/** Comments and docstrings; other strings in three quotes hold code. */
function pythonProse(text: string): Prose[] {
  const strings = /^.*?"""[\s\S]*?"""/gm;
  const documentation = matches(text, strings).filter((each) => /^\s*"""[\p{Lu}`]/u.test(each.text));
  const comments = matches(blank(text, strings), /(?:^|\s)#(?!!| noqa| type: ).*/gm);
  return [...documentation, ...comments];
}

/** Leaves out what Markdown shows as code, and addresses of links. */
function withoutCode(markdown: string): string {
  const withoutBlocks = blank(markdown, /^ *```[\s\S]*?^ *```/gm);
  return blank(withoutBlocks, /\]\([^)]*\)|<[a-z/!][^>]*>/g);
}

/**
 * Comments, and messages: string literals with a space between words. Strings with brackets of code (HTML, CSS, shell) are left
 * out; so are the data of tests, of which only the names are read.
 */
function scriptProse(path: string, text: string): Prose[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false);
  const found: Prose[] = [];
  let comments = "";
  let end = 0;
  const visit = (node: ts.Node, isRead: boolean): void => {
    if (isText(node)) {
      const start = node.getStart(source);
      comments += text.slice(end, start) + blank(text.slice(start, node.end), /./g);
      end = node.end;
      const isMessage = /\w[,:;.]? \w/.test(node.text) && !/[<>{}=\\]/.test(node.text);
      if (isRead && isMessage) found.push({ line: lineAt(text, start), text: text.slice(start, node.end) });
    }
    const name = isTest(node, source) ? node.arguments[0] : undefined;
    ts.forEachChild(node, (child) => visit(child, isRead || child === name));
  };
  visit(source, !/^(packages\/[^/]+\/)?test\//.test(path));
  comments = blank(comments + text.slice(end), /@param \w+/g);
  return [...found, ...matches(comments, /\/\*[\s\S]*?\*\/|\/\/.*/g)];
}

/** A component has a script, and text between its tags and in attributes that people read or hear. */
function componentProse(path: string, text: string): Prose[] {
  let script = blank(text, /./g);
  for (const { 1: tag = "", 2: code = "", index } of text.matchAll(/(<script[^>]*>)([\s\S]*?)<\/script>/g)) {
    const at = index + tag.length;
    script = script.slice(0, at) + code + script.slice(at + code.length);
  }
  const found: Prose[] = [];
  const visit = (node: unknown, isRead: boolean): void => {
    if (Array.isArray(node)) for (const each of node) visit(each, isRead);
    if (typeof node !== "object" || node === null || Array.isArray(node)) return;
    const { type, start, name, data } = node as {
      type?: string;
      start?: number;
      name?: string;
      data?: string;
    };
    if ((type === "Text" || type === "Comment") && data !== undefined && isRead)
      found.push({ line: lineAt(text, start ?? 0), text: data });
    const reads = type === "Attribute" ? READ_ATTRIBUTES.has(name ?? "") : !CODE_ELEMENTS.has(name ?? "");
    for (const value of Object.values(node)) visit(value, isRead && reads);
  };
  const { fragment }: AST.Root = parse(text, { modern: true });
  visit(fragment, true);
  return [...scriptProse(path, script), ...found];
}

const READ_ATTRIBUTES = new Set([
  "aria-label",
  "placeholder",
  "title",
  "what",
  "label",
  "caption",
  "placeName",
]);
const CODE_ELEMENTS = new Set(["code", "kbd", "pre"]);

type TextNode = ts.StringLiteralLike | ts.TemplateHead | ts.TemplateMiddle | ts.TemplateTail;

function isText(node: ts.Node): node is TextNode {
  return (
    ts.isStringLiteralLike(node) ||
    ts.isTemplateHead(node) ||
    ts.isTemplateMiddle(node) ||
    ts.isTemplateTail(node)
  );
}

function isTest(node: ts.Node, source: ts.SourceFile): node is ts.CallExpression {
  return ts.isCallExpression(node) && /^(test|describe)\b/.test(node.expression.getText(source));
}

function matches(text: string, pattern: RegExp): Prose[] {
  return [...text.matchAll(pattern)].map((match) => ({ line: lineAt(text, match.index), text: match[0] }));
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
