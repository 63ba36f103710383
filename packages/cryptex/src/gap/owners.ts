/** Who is responsible for a file, by CODEOWNERS: https://docs.github.com/articles/about-code-owners */
import ignore, { type Ignore } from "ignore";
import { fromUtf8 } from "#kit/format/visible.ts";
import type { Problem } from "./gap-report.ts";
import { NOT_THERE, readBelow } from "./tree.ts";

/** The first that is there counts. */
const PLACES = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];
/** GitHub's own limit. */
const MAX_BYTES = 3 * 2 ** 20;

interface Rule {
  readonly pattern: string;
  readonly matches: Ignore;
  /** Null where the line names nobody. */
  readonly owners: string | null;
}

export class Owners {
  private constructor(
    private readonly rules: readonly Rule[],
    readonly problems: readonly Problem[],
  ) {}

  /** @param root its real path */
  static of(root: string): Owners {
    for (const place of PLACES) {
      const file = readBelow(root, place, MAX_BYTES);
      const text = "bytes" in file ? fromUtf8(file.bytes) : undefined;
      if (text !== undefined) return Owners.parse(text, place);
      const reason = "reason" in file ? file.reason : "is no UTF-8";
      if (reason !== NOT_THERE) {
        return new Owners([], [{ kind: "owners", component: null, place, reason }]);
      }
    }
    return new Owners([], []);
  }

  static parse(text: string, place: string): Owners {
    const rules: Rule[] = [];
    const problems: Problem[] = [];
    for (const [i, line] of text.split(/\r?\n/).entries()) {
      const [, pattern, rest] = /^\s*((?:\\.|[^\s#\\])(?:\\.|[^\s\\])*)(.*)$/.exec(line) ?? [];
      if (pattern === undefined) continue;
      const reason = patternFault(pattern);
      if (reason !== undefined) {
        problems.push({ kind: "owners", component: null, place: `${place}:${i + 1}`, reason });
        continue;
      }
      const names = rest!
        .replace(/(^|\s)#.*$/, "")
        .trim()
        .split(/\s+/)
        .join(" ");
      rules.push({ pattern, matches: ignore().add(pattern), owners: names || null });
    }
    return new Owners(rules, problems);
  }

  /** The last rule that matches says it. Null where none does, or it names nobody. */
  ownersOf(path: string): string | null {
    return this.rules.findLast((rule) => isMatch(rule, path))?.owners ?? null;
  }
}

const MAX_PATTERN = 1_000;
/** Each of them may stand for any number of folders: with four, a path of a hundred levels can be divided in millions of ways. */
const MAX_ANY_FOLDERS = 3;

function patternFault(pattern: string): string | undefined {
  if (pattern.length > MAX_PATTERN) return `the pattern has more than ${MAX_PATTERN} characters`;
  if (pattern.startsWith("!")) return "a pattern that begins with ! means nothing in CODEOWNERS";
  if (/(^|[^\\])\[/.test(pattern)) return "a range of characters means nothing in CODEOWNERS";
  if ((pattern.match(/\*\*/g) ?? []).length > MAX_ANY_FOLDERS) {
    return `the pattern has more than ${MAX_ANY_FOLDERS} times **`;
  }
  return undefined;
}

function isMatch({ pattern, matches }: Rule, path: string): boolean {
  if (!matches.ignores(path)) return false;
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  // Of a folder, `docs/*` means the files alone, not those in folders below.
  return !(pattern.endsWith("/*") && folder !== "" && matches.ignores(folder));
}
