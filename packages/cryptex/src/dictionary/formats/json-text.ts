/** JSON of others: parsed at the runtime's speed. Lines are worked out when something has to be said about them. */
import {
  type JSONVisitor,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
  visit,
} from "jsonc-parser";
import { InputError } from "#kit/errors.ts";

export class JsonText {
  #tree: Node | undefined;
  #lineStarts: number[] | undefined;

  private constructor(
    readonly text: string,
    readonly value: unknown,
    private readonly name: string,
  ) {}

  /** @param name of the file, for messages @throws InputError that names the line of the first fault */
  static parse(text: string, name: string): JsonText {
    try {
      return notTooDeep(name, () => new JsonText(text, JSON.parse(text), name));
    } catch (error) {
      if (error instanceof InputError) throw error;
      throw new InputError(`${name}:${firstFault(text, name)}`, { cause: error });
    }
  }

  /**
   * Line of a value, from 1.
   * @param path keys and indexes that lead to it; for a property, its key's line
   * @throws InputError for what is nested too deep
   */
  lineOf(path: readonly (string | number)[]): number {
    let node = this.#root();
    let offset = node?.offset ?? 0;
    for (const step of path) {
      const next = childOf(node, step);
      if (!next) break;
      offset = next.parent?.type === "property" ? next.parent.offset : next.offset;
      node = next;
    }
    return this.#line(offset);
  }

  /** Lists keys that an object has twice, of which the parser would keep the last. Empty for most files, and found out quickly. */
  keysTwice(): { readonly key: string; readonly line: number }[] {
    if (structuralColons(this.text) === keysIn(this.value)) return [];
    const twice: { key: string; line: number }[] = [];
    const open: Set<string>[] = [];
    const visitor: JSONVisitor = {
      onObjectBegin: () => void open.push(new Set()),
      onObjectEnd: () => void open.pop(),
      onObjectProperty: (key, _offset, _length, line) => {
        const keys = open.at(-1)!;
        if (keys.has(key)) twice.push({ key, line: line + 1 });
        keys.add(key);
      },
    };
    notTooDeep(this.name, () => visit(this.text, visitor));
    return twice;
  }

  #root(): Node | undefined {
    this.#tree ??= notTooDeep(this.name, () => parseTree(this.text));
    return this.#tree;
  }

  #line(offset: number): number {
    this.#lineStarts ??= lineStarts(this.text);
    let [low, high] = [0, this.#lineStarts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#lineStarts[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function childOf(node: Node | undefined, step: string | number): Node | undefined {
  if (typeof step === "number") return node?.type === "array" ? node.children?.[step] : undefined;
  // The last of equal keys is the one that counts.
  return node?.type === "object"
    ? node.children?.findLast(({ children }) => children?.[0]?.value === step)?.children?.[1]
    : undefined;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** Says where a text stops being JSON, and how. */
function firstFault(text: string, name: string): string {
  const faults: ParseError[] = [];
  let line = 1;
  const onError: JSONVisitor["onError"] = (error, offset, length, startLine) => {
    if (faults.length === 0) line = startLine + 1;
    faults.push({ error, offset, length });
  };
  notTooDeep(name, () => visit(text, { onError }, { disallowComments: true }));
  const [fault] = faults;
  if (fault === undefined) return "1: this is no JSON";
  const words = printParseErrorCode(fault.error)
    .replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase();
  return `${line}: this is no JSON: ${words}`;
}

/** Parsers call themselves for what is inside. @throws InputError where that goes too deep */
function notTooDeep<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError)
      throw new InputError(`${name}: the JSON is nested too deep`, { cause: error });
    throw error;
  }
}

/** Counts colons outside of strings: as many as there are keys. The text is JSON. */
function structuralColons(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const quote = text.indexOf('"', at);
    for (let colon = text.indexOf(":", at); colon >= 0 && (quote < 0 || colon < quote); ) {
      count++;
      colon = text.indexOf(":", colon + 1);
    }
    if (quote < 0) break;
    at = endOfString(text, quote);
  }
  return count;
}

/** @returns the place of the closing quote */
function endOfString(text: string, quote: number): number {
  for (let at = quote; ; ) {
    at = text.indexOf('"', at + 1);
    if (at < 0) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
}

function keysIn(value: unknown): number {
  let count = 0;
  const open = [value];
  for (let each = open.pop(); open.length > 0 || each !== undefined; each = open.pop()) {
    if (typeof each !== "object" || each === null) continue;
    const inner = Array.isArray(each) ? each : Object.values(each);
    if (!Array.isArray(each)) count += inner.length;
    for (const item of inner) if (typeof item === "object" && item !== null) open.push(item);
  }
  return count;
}
