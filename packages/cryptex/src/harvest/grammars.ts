/**
 * The parsers of programming languages: tree-sitter and its grammars, as WebAssembly. Loaded when a file of their language is
 * read. A hostile file meets them in a sandbox.
 */
import { setImmediate } from "node:timers/promises";
import { Language, Parser, type Tree } from "@vscode/tree-sitter-wasm";
import core from "@vscode/tree-sitter-wasm/wasm/tree-sitter.wasm" with { type: "file" };
import cpp from "@vscode/tree-sitter-wasm/wasm/tree-sitter-cpp.wasm" with { type: "file" };
import go from "@vscode/tree-sitter-wasm/wasm/tree-sitter-go.wasm" with { type: "file" };
import java from "@vscode/tree-sitter-wasm/wasm/tree-sitter-java.wasm" with { type: "file" };
import javascript from "@vscode/tree-sitter-wasm/wasm/tree-sitter-javascript.wasm" with { type: "file" };
import powershell from "@vscode/tree-sitter-wasm/wasm/tree-sitter-powershell.wasm" with { type: "file" };
import python from "@vscode/tree-sitter-wasm/wasm/tree-sitter-python.wasm" with { type: "file" };
import rust from "@vscode/tree-sitter-wasm/wasm/tree-sitter-rust.wasm" with { type: "file" };
import tsx from "@vscode/tree-sitter-wasm/wasm/tree-sitter-tsx.wasm" with { type: "file" };
import typescript from "@vscode/tree-sitter-wasm/wasm/tree-sitter-typescript.wasm" with { type: "file" };
import { readCarried } from "#kit/files/carried-file.ts";
import { type MemoryRoom, memoryRoom, shortage } from "#kit/memory.ts";

const FILES = { cpp, go, java, javascript, powershell, python, rust, tsx, typescript };

export type Grammar = keyof typeof FILES;

const loaded = new Map<Grammar, Promise<Language>>();
let started: Promise<Parser> | undefined;

async function start(): Promise<Parser> {
  // The library takes more options of its loader than its types tell.
  await Parser.init({ wasmBinary: readCarried(core) } as never);
  return new Parser();
}

function languageOf(grammar: Grammar): Promise<Language> {
  const known = loaded.get(grammar) ?? Language.load(readCarried(FILES[grammar]));
  loaded.set(grammar, known);
  return known;
}

/** Time after which others get a turn, so that an interrupt is heard. */
const SLICE_MS = 100;

/** Memory of a parser and its tree for each character of a text; measured with code of many short functions: 140. */
const CHARACTER_BYTES = 150;

/** A text that was not parsed, and why: the words behind "was". */
export interface NotParsed {
  readonly notParsed: string;
}

/** Memory of a parser: it never shrinks, and is used again. */
export class ParserMemory {
  /** Most that has been asked for. */
  #bytes = 0;

  /** @param room as `memoryRoom`; not asked while there is enough of what was taken before @returns why the text takes more memory than there is */
  shortageFor(text: string, room: () => MemoryRoom | undefined): string | undefined {
    const bytes = text.length * CHARACTER_BYTES;
    if (bytes <= this.#bytes) return undefined;
    const short = shortage(bytes - this.#bytes, room());
    if (short === undefined) this.#bytes = bytes;
    return short;
  }
}

const memory = new ParserMemory();

/**
 * Parses a text. Whoever gets the tree deletes it.
 * @param limitMs time after which it is given up
 * @param room as `memoryRoom`
 * @throws the signal's reason
 */
export async function parse(
  text: string,
  grammar: Grammar,
  limitMs: number,
  signal: AbortSignal,
  room: () => MemoryRoom | undefined = memoryRoom,
): Promise<Tree | NotParsed> {
  const short = memory.shortageFor(text, room);
  if (short !== undefined) return { notParsed: `not parsed: it ${short}` };
  started ??= start();
  const parser = await started;
  parser.setLanguage(await languageOf(grammar));
  try {
    for (let spentMs = 0; spentMs < limitMs; ) {
      signal.throwIfAborted();
      const sliceStart = performance.now();
      const progressCallback = () => performance.now() - sliceStart > SLICE_MS;
      // Goes on where the last slice ended.
      const tree = parser.parse(text, null, { progressCallback });
      if (tree) return tree;
      spentMs += performance.now() - sliceStart;
      await setImmediate();
    }
    return { notParsed: `not parsed within ${limitMs / 1000} s` };
  } finally {
    parser.reset();
  }
}
