/**
 * How rule files are shown to clients: below the name of what was named, so that no path of the machine gets out. `/srv/rules/a/b.yar`
 * of the folder /srv/rules is `rules/a/b.yar`.
 */
import { basename, isAbsolute } from "node:path";
import { openLines } from "../../rules/packed-lines.ts";
import type { RuleInfo } from "../../rules/rule-info.ts";
import type { RuleSet } from "../../rules/rule-set.ts";
import type { RuleTable } from "../../rules/rule-table.ts";

/** Stands for the folder of a file that lies below nothing that was named: an include led there. */
const ELSEWHERE = "…";

export class ShownRuleFiles {
  /** Pairs of what was named and how it is shown, the longest first. */
  readonly #shown: readonly (readonly [path: string, shown: string])[];
  readonly #inText: RegExp;

  /** @param paths absolute: files and folders of the set, and folders of includes */
  constructor(paths: readonly string[]) {
    const taken = new Set<string>();
    const shown = [...new Set(paths)].map(
      (path) => [path, unique(basename(path) || "rules", taken)] as const,
    );
    this.#shown = shown.toSorted(([a], [b]) => b.length - a.length);
    const named = this.#shown.map(([path]) => escaped(path));
    // A whole path that begins with one of them, or that one alone.
    this.#inText = new RegExp(`(?:${named.join("|") || "(?!)"})(?=$|[/"'):,;\\s])`, "g");
  }

  path(file: string): string {
    const found = this.#shown.find(
      ([path]) => file === path || file.startsWith(path.endsWith("/") ? path : `${path}/`),
    );
    if (found) return found[1] + file.slice(found[0].replace(/\/$/, "").length);
    return isAbsolute(file) ? `${ELSEWHERE}/${basename(file)}` : file;
  }

  /** Shows the files that a text names. @param others files that lie below nothing that was named */
  text(text: string, others: readonly string[] = []): string {
    let shown = text;
    for (const file of others) shown = shown.replaceAll(file, this.path(file));
    return shown.replace(this.#inText, (path) => this.path(path));
  }

  /** Shows the files of a set, wherever they stand in it. */
  ruleSet(set: RuleSet): RuleSet {
    const others = set.files.filter((file) => this.path(file).startsWith(`${ELSEWHERE}/`));
    return {
      ...set,
      quarantined: set.quarantined.map((lost) => ({
        ...lost,
        file: this.path(lost.file),
        reason: this.text(lost.reason, others),
      })),
      files: set.files.map((file) => this.path(file)),
      absent: set.absent.map((file) => this.path(file)),
      rules: this.#table(set.rules),
      ...(set.packed && { packed: { ...set.packed, table: this.#packedTable(set.packed.table) } }),
    };
  }

  #table(rules: RuleTable): RuleTable {
    const shown = new Map<number, RuleInfo>();
    const get = (rule: number): RuleInfo => {
      const known = shown.get(rule);
      if (known) return known;
      const info = this.#rule(rules.get(rule));
      shown.set(rule, info);
      return info;
    };
    return { ...rules, get };
  }

  /** The same for the threads that explain, which take facts as lines of JSON. */
  #packedTable(table: Uint8Array): Uint8Array {
    const { count, line } = openLines(table);
    const lines = Array.from({ length: count }, (_, rule) =>
      JSON.stringify(this.#rule(JSON.parse(line(rule)))),
    );
    return Buffer.from(lines.map((each) => `${each}\n`).join(""));
  }

  /** A namespace is a whole path where two files are called the same. */
  #rule<Rule extends Pick<RuleInfo, "file" | "namespace">>(rule: Rule): Rule {
    return { ...rule, file: this.path(rule.file), namespace: this.path(rule.namespace) };
  }
}

/** @param taken names that are given; gets the new one */
function unique(name: string, taken: Set<string>): string {
  let own = name;
  for (let number = 2; taken.has(own); number++) own = `${name}(${number})`;
  taken.add(own);
  return own;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
