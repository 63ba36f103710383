/** The code of a code base: each file is read once, as long as memory allows. */
import { parse } from "../harvest/grammars.ts";
import { languageOf } from "../harvest/languages.ts";
import { outlineOf } from "../harvest/outline.ts";
import { decoded, type FileBytes, type SourceText } from "../harvest/source-files.ts";
import { type Code, readCode } from "./code.ts";
import { readBelow, type Tree } from "./tree.ts";

export interface ReadLimits {
  /** Largest file that is read. */
  readonly maxBytes: number;
  /** Time for the parser, a file. */
  readonly timeoutMs: number;
}

type Failed = { readonly reason: string };

/** Characters of code that is kept for the next one who asks. */
const MOST_KEPT = 64 * 2 ** 20;

export class CodeBase {
  readonly #files: ReadonlySet<string>;
  readonly #kept = new Map<string, Code | Failed>();
  #keptCharacters = 0;

  constructor(
    /** Real path. */
    private readonly root: string,
    readonly tree: Tree,
    private readonly limits: ReadLimits,
  ) {
    this.#files = new Set(tree.files);
  }

  /** Tells files that were found. */
  has(path: string): boolean {
    return this.#files.has(path);
  }

  bytes(path: string): FileBytes {
    return readBelow(this.root, path, this.limits.maxBytes);
  }

  text(path: string): SourceText {
    const file = this.bytes(path);
    return "bytes" in file ? decoded(file.bytes) : file;
  }

  /** Reads a file by a path that anybody may have written. */
  async code(path: string): Promise<Code | Failed> {
    const kept = this.#kept.get(path);
    if (kept) return kept;
    const file = this.text(path);
    if ("reason" in file) return file;
    const read = await readCode(path, file.text, this.limits.timeoutMs);
    const code = "notParsed" in read ? { reason: `was ${read.notParsed}` } : read;
    if (this.#keptCharacters > MOST_KEPT) {
      this.#kept.clear();
      this.#keptCharacters = 0;
    }
    this.#kept.set(path, code);
    this.#keptCharacters += file.text.length;
    return code;
  }

  /** Lists the symbols of what a file defines that would be entries of a dictionary. Undefined where no parser reads its language. */
  async outline(path: string): Promise<readonly string[] | Failed | undefined> {
    const language = languageOf(path);
    if (language === undefined) return undefined;
    const file = this.text(path);
    if ("reason" in file) return file;
    const { signal } = new AbortController();
    const tree = await parse(file.text, language.grammar, this.limits.timeoutMs, signal);
    if ("notParsed" in tree) return { reason: `was ${tree.notParsed}` };
    try {
      return outlineOf(tree.rootNode, file.text, language).definitions.map(({ symbol }) => symbol);
    } finally {
      tree.delete();
    }
  }
}
