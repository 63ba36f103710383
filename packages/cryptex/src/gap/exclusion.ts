/** Files that are no components: tests, generated and vendored ones by rules, others by gap.toml. Each with its reason. */
import type { GapSettings } from "./gap-toml.ts";

/** Folders of tests, wherever they stand. */
const TEST_FOLDER = /(^|\/)(tests?|testing|testdata|test_data|__tests__|specs?|fixtures|testcases)\//i;
/** Names that test programs find tests by. */
const TEST_FILE =
  /(^|\/)(test[_-][^/]*|[^/]*[_-](test|tests|spec)|[^/]*\.(test|tests|spec)|conftest)\.[^./]+$/i;

/** Names under which code of others is kept. */
const VENDOR_FOLDER =
  /(^|\/)(vendor|vendors|vendored|third[_-]?party|3rd[_-]?party|extern|external|externals|site-packages|bower_components)\//i;

/** Names that generators give: protoc, lex and yacc, moc, minifiers. */
const GENERATED_FILE =
  /(^|\/)([^/]*_pb2(_grpc)?\.pyi?|[^/]*\.pb(-c)?\.(c|h|cc|go)|lex\.yy\.c|y\.tab\.[ch]|[^/]*\.tab\.[ch]|moc_[^/]*\.cpp|[^/]*\.min\.js)$/i;

/** Lines at the top of a file that are looked at. */
const HEAD_LINES = 12;
const HEAD_CHARACTERS = 4_096;
/** Words by which generators mark what they write; in a comment, or what looks like one. */
const GENERATED_MARK =
  /^\s*(\/\/|\/\*|\*|#|;|--|<!--|<#).*(@generated\b|\bdo not (edit|modify)\b|\b(auto(matically)?[- ]?generated|(code|file) generated|generated (automatically )?by)\b|\bA Bison parser\b)/i;

export function isTest(path: string): boolean {
  return TEST_FOLDER.test(path) || TEST_FILE.test(path);
}

export class Exclusions {
  readonly #keep: readonly Bun.Glob[];
  readonly #own: readonly { readonly glob: Bun.Glob; readonly reason: string }[];
  /** Paths of folders, with a slash at their ends, and the reasons. */
  readonly folders: readonly { readonly path: string; readonly reason: string }[];

  constructor({ keep, exclude }: Pick<GapSettings, "keep" | "exclude">) {
    this.#keep = keep.map((pattern) => new Bun.Glob(pattern));
    this.#own = exclude
      .filter(({ pattern }) => !pattern.endsWith("/"))
      .map(({ pattern, reason }) => ({ glob: new Bun.Glob(pattern), reason }));
    this.folders = exclude
      .filter(({ pattern }) => pattern.endsWith("/"))
      .map(({ pattern, reason }) => ({ path: pattern, reason }));
  }

  /** Tells folders that are not entered. */
  leavesOut(folder: string): boolean {
    return this.folders.some(({ path }) => path === `${folder}/`);
  }

  /** Says why a file is excluded, by its path; undefined where it is not. */
  byPath(path: string): string | undefined {
    const own = this.#own.find(({ glob }) => glob.match(path));
    if (own) return own.reason;
    if (this.#keep.some((glob) => glob.match(path))) return undefined;
    if (VENDOR_FOLDER.test(path)) return "vendored: a folder for code of others";
    if (TEST_FOLDER.test(path)) return "test: a folder of tests";
    if (TEST_FILE.test(path)) return "test: a name of tests";
    if (GENERATED_FILE.test(path)) return "generated: a name that generators give";
    return undefined;
  }

  /** The same by its first lines. */
  byText(path: string, text: string): string | undefined {
    if (this.#keep.some((glob) => glob.match(path))) return undefined;
    const lines = text.slice(0, HEAD_CHARACTERS).split("\n", HEAD_LINES);
    return lines.some((line) => GENERATED_MARK.test(line)) ? "generated: its first lines say so" : undefined;
  }
}
