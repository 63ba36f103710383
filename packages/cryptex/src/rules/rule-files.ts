/** Reads and parses the files of a rule set, and what they include. Each file is read once, however many ways lead to it. */
import { realpathSync } from "node:fs";
import { basename, relative } from "node:path";
import type { IncludeSyntax, RuleFileSyntax, RuleSyntax } from "./ast.ts";
import { Lines } from "./lines.ts";
import {
  includePlaces,
  type ListedFile,
  readRuleFile,
  statOrUndefined,
  unreadable,
} from "./list-rule-files.ts";
import { parseRuleFile } from "./parser.ts";
import type { Quarantined } from "./rule-info.ts";
import { RuleMemory } from "./rule-memory.ts";

/** Includes within includes, as YARA allows (YR_MAX_INCLUDE_DEPTH). */
const MAX_INCLUDE_DEPTH = 16;
export interface RuleFile extends ListedFile {
  readonly bytes: Uint8Array;
  /** SHA-256, hex. */
  readonly digest: string;
  readonly syntax: RuleFileSyntax;
}

export interface RuleFiles {
  readonly files: readonly RuleFile[];
  /** Rules in the order in which YARA would read them: those of an included file stand where the include does. */
  readonly rules: readonly RuleInFile[];
  readonly quarantined: readonly Quarantined[];
  /** Every path that was read, with the file's digest; another path of the same file stands here, too. */
  readonly digests: ReadonlyMap<string, string>;
  /** Paths at which an include was looked for in vain: a file that appears there changes the set. */
  readonly absent: readonly string[];
}

export interface RuleInFile {
  readonly file: RuleFile;
  readonly syntax: RuleSyntax;
}

/**
 * Reads and parses the listed files and all that they include. What does not fit the memory is lost, with the reason.
 * @param mayWait waits for pipes that were named
 */
export function readRuleFiles(
  listed: readonly ListedFile[],
  includeFolders: readonly string[],
  mayWait = false,
  memory = new RuleMemory(),
): RuleFiles {
  const reading = new Reading(includeFolders, mayWait, memory);
  for (const file of listed) reading.add(file);
  return reading;
}

/** Parses a text that stands alone: what it includes is lost, with the reason. */
export function readRuleText(name: string, bytes: Uint8Array): RuleFiles {
  const reading = new Reading([], false, new RuleMemory(), "a text by itself includes nothing");
  reading.addBytes({ path: name, root: "" }, bytes);
  return reading;
}

class Reading implements RuleFiles {
  readonly files: RuleFile[] = [];
  readonly rules: RuleInFile[] = [];
  readonly quarantined: Quarantined[] = [];
  readonly absent: string[] = [];
  readonly digests = new Map<string, string>();
  /** Digests by real path, of files that are read, or are being read. */
  private readonly seen = new Map<string, string>();
  /** Real paths from a named file down to the present one. */
  private readonly stack: string[] = [];

  constructor(
    private readonly includeFolders: readonly string[],
    private readonly mayWait: boolean,
    private readonly memory: RuleMemory,
    /** Why no file is included; undefined where they are. */
    private readonly noIncludes?: string,
  ) {}

  /** Adds a file's rules unless they are there. */
  add(listed: ListedFile): void {
    let real: string;
    let bytes: Uint8Array;
    try {
      real = realpathSync(listed.path);
      const seen = this.seen.get(real);
      if (seen !== undefined) {
        this.digests.set(listed.path, seen);
        return;
      }
      bytes = readRuleFile(listed.path, this.mayWait && listed.isNamed === true);
      this.memory.take(bytes.length);
    } catch (error) {
      this.quarantined.push(unreadable(listed.path, error));
      return;
    }
    const digest = digestOf(bytes);
    this.seen.set(real, digest);
    this.digests.set(listed.path, digest);
    this.stack.push(real);
    this.addBytes(listed, bytes, digest);
    this.stack.pop();
  }

  addBytes(listed: ListedFile, bytes: Uint8Array, digest = digestOf(bytes)): void {
    const file: RuleFile = { ...listed, bytes, digest, syntax: parseRuleFile(bytes) };
    this.files.push(file);
    for (const { rule, line, message } of file.syntax.faults) {
      const reason = `syntax error: ${message}`;
      this.quarantined.push({ rule: rule ?? null, file: file.path, line, reason, harmless: false });
    }
    const { unclosedComment } = file.syntax;
    if (unclosedComment !== undefined) {
      const line = new Lines(bytes).line(unclosedComment);
      const reason = "a comment is never closed: what follows it is not read";
      this.quarantined.push({ rule: null, file: file.path, line, reason, harmless: false });
    }
    for (const part of inOrder(file.syntax)) {
      if ("condition" in part) this.rules.push({ file, syntax: part });
      else this.include(file, part);
    }
  }

  private include(from: RuleFile, { path, line }: IncludeSyntax): void {
    const lost = (reason: string) =>
      this.quarantined.push({ rule: null, file: from.path, line, reason, harmless: false });
    const shown = JSON.stringify(Buffer.from(path, "latin1").toString());
    if (this.noIncludes !== undefined) return void lost(`include ${shown}: ${this.noIncludes}`);
    const found = includePlaces(from.path, path, this.includeFolders).find((place) => {
      if (statOrUndefined(place)) return true;
      this.absent.push(place);
      return false;
    });
    if (found === undefined) return void lost(`include ${shown}: there is no such file`);
    const real = realPathOrUndefined(found);
    if (real === undefined) return void lost(`include ${shown}: the file went away while it was looked for`);
    if (this.stack.includes(real)) return void lost(`include ${shown}: the file includes itself in a circle`);
    if (this.stack.length >= MAX_INCLUDE_DEPTH) {
      return void lost(`include ${shown}: more than ${MAX_INCLUDE_DEPTH} includes within each other`);
    }
    this.add({ path: found, root: from.root });
  }
}

function digestOf(bytes: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
}

function realPathOrUndefined(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function* inOrder({ rules, includes }: RuleFileSyntax): Generator<RuleSyntax | IncludeSyntax> {
  if (includes.length === 0) return yield* rules;
  yield* [...rules, ...includes].sort((a, b) => a.span.start - b.span.start);
}

/** Names each file by its path below its root, or by its whole path where two would be called the same. */
export function namespacesOf(files: readonly RuleFile[]): Map<RuleFile, string> {
  const short = (file: RuleFile) => relative(file.root, file.path) || basename(file.path);
  const counts = new Map<string, number>();
  for (const file of files) counts.set(short(file), (counts.get(short(file)) ?? 0) + 1);
  return new Map(files.map((file) => [file, counts.get(short(file)) === 1 ? short(file) : file.path]));
}

/** Sorts by files as they were read, then by lines; what is no file that was read comes first. */
export function inOrderOf<Item extends Pick<Quarantined, "file" | "line">>(
  files: readonly RuleFile[],
  items: readonly Item[],
): Item[] {
  const places = new Map(files.map(({ path }, place) => [path, place]));
  const placeOf = ({ file }: Item) => places.get(file) ?? -1;
  return items.toSorted((a, b) => placeOf(a) - placeOf(b) || (a.line ?? 0) - (b.line ?? 0));
}
