/** From the options of `scan` to its parts: what is scanned, how the result is written. */
import { join } from "node:path";
import { InputError } from "#kit/errors.ts";
import { cacheFolder } from "#kit/files/user-folders.ts";
import { plural } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import { logPaths } from "#kit/signing/chain.ts";
import type { Io } from "#kit/term/io.ts";
import type { Screen } from "#kit/term/screen.ts";
import type { ArchiveLimits } from "../archives/limits.ts";
import { openSeenFilesIfPossible } from "../cryptex-store/seen-files.ts";
import { storePaths } from "../cryptex-store/store-files.ts";
import type { Deps } from "../deps.ts";
import { openRuleSet } from "../rules/open-rule-set.ts";
import { lossText, type RuleInfo } from "../rules/rule-info.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import type { FormatWriter } from "../scan-runner/formats/format.ts";
import { FORMATS, type FormatName } from "../scan-runner/formats/formats.ts";
import { pathOf } from "../scan-runner/paths.ts";
import { countAhead, type ScanProgress } from "../scan-runner/progress.ts";
import type { ScanRequest } from "../scan-runner/runner.ts";
import { readScanList } from "../scan-runner/scan-list.ts";
import { changesWithTime, seenScopeOf } from "../scan-runner/seen-scope.ts";
import type { OwnFile } from "../scan-runner/walk.ts";
import { VERSION } from "../version.ts";
import { signerFiles } from "./key-flags.ts";
import { type ChosenRules, warnOfOtherDigest } from "./rule-flags.ts";
import type { ScanOptions } from "./scan-flags.ts";

/** Names what is scanned: paths that were typed, then those of lists. Binary strings. @throws InputError; UsageError; the signal's reason */
export async function rootsOf(
  { path, scanList, scanList0 }: ScanOptions,
  signal: AbortSignal,
): Promise<string[]> {
  const lines = scanList === undefined ? [] : await readScanList(scanList, "lines", signal);
  const zeros = scanList0 === undefined ? [] : await readScanList(scanList0, "zeros", signal);
  return path.map(pathOf).concat(lines, zeros);
}

/** Lists files besides the scanned ones that a scan reads or keeps, which its result may not replace. */
export function scanInputs(
  { scanList, scanList0, db, log, logKey, ...keys }: ScanOptions,
  env: Deps["env"],
): string[] {
  const lists = [scanList, scanList0].filter((each) => each !== undefined);
  return [
    ...lists,
    ...(db === undefined ? [] : storePaths(db)),
    ...(log === undefined ? [] : logPaths(log)),
    ...(logKey === undefined ? [] : signerFiles(keys, env)),
  ];
}

/** Makes the part of the request that follows from the options alone. */
export function requestOf(options: ScanOptions, roots: readonly string[], own: readonly OwnFile[]) {
  const { exclude, maxSize, recursive, follow, since, threads, timeout, maxStrings } = options;
  const { listClean, unordered, cache, resume, paranoid, explain } = options;
  return {
    walk: {
      roots,
      exclude,
      maxSize,
      maxDepth: recursive ?? Number.POSITIVE_INFINITY,
      follow,
      own,
      ...(since !== undefined && { since }),
    },
    ...(threads !== undefined && { threads }),
    timeoutMs: timeout,
    maxStrings,
    listClean,
    unordered,
    explain,
    archives: limitsOf(options),
    reuse: paranoid ? "paranoid" : cache || resume,
  } satisfies Partial<ScanRequest>;
}

function limitsOf({ archives, archiveMembers, archiveBytes, archiveRatio }: ScanOptions): ArchiveLimits {
  return { depth: archives, members: archiveMembers, bytes: archiveBytes, ratio: archiveRatio };
}

/** Learns meanwhile how much there is to scan, for those who watch it; ends when it is disposed of. */
export function counting(
  progress: ScanProgress,
  walk: ScanRequest["walk"],
  { errIsTerminal }: Pick<Io, "errIsTerminal">,
): Disposable {
  const ended = new AbortController();
  // It fails when it is ended, and where the scan fails, which says why.
  if (errIsTerminal) countAhead(progress, walk, ended.signal).catch(() => undefined);
  return { [Symbol.dispose]: () => ended.abort() };
}

/**
 * Opens the records of files that need not be read again, if they are asked for. A failure is a warning, and the scan reads all files; so
 * are rules that ask for the time, since what they say of a file changes with it.
 */
export function seenFilesOf(
  options: ScanOptions,
  ruleSet: RuleSet,
  warn: (text: string) => void,
): ReturnType<typeof openSeenFilesIfPossible> | undefined {
  const { cache, resume, db } = options;
  if (!cache && !resume) return undefined;
  if (changesWithTime(ruleSet)) {
    warn('a rule uses the module "time": every file is read, and no result is kept');
    return undefined;
  }
  const scope = seenScopeOf(ruleSet, { ...options, archives: limitsOf(options) }, VERSION);
  return openSeenFilesIfPossible(db, scope, warn);
}

/** Says how much an earlier scan has saved. */
export function cacheText({ reused }: ScanProgress): string {
  return `${plural(reused.files, "result")} of ${plural(reused.of, "file")} came from an earlier scan`;
}

/** Says what is left of a scan that was stopped. @param path of its result, which was not replaced @param isKept by file, in a store */
export function stoppedText(path: string | undefined, isKept: boolean): string {
  const result = path === undefined ? "" : `stopped: ${visible(path)} was not written; `;
  return isKept
    ? `${result}what has been scanned is kept: the same command with --resume goes on`
    : `${result}a scan with --cache can be gone on with`;
}

/** Opens the set that is meant, from the cache where it can; says where a packed one has become another. @throws the signal's reason */
export async function openScanRules(
  rules: ChosenRules,
  { explain }: Pick<ScanOptions, "explain">,
  io: Io,
  env: Deps["env"],
): Promise<RuleSet> {
  const ruleSet = await openRuleSet({
    ...rules,
    withTexts: explain,
    cacheFolder: join(cacheFolder("cryptex", env), "rules"),
    warn: (text) => io.log.warn(text),
    signal: io.signal,
  });
  warnOfOtherDigest(rules, ruleSet, io);
  return ruleSet;
}

/** Names the form of the result. @param screen where it goes */
export function formatOf({ json, format }: ScanOptions, screen: Pick<Screen, "outIsTerminal">): FormatName {
  return json ? "json" : (format ?? (screen.outIsTerminal ? "text" : "ndjson"));
}

/** @param screen where the result goes */
export function openFormat(options: ScanOptions, { rules }: RuleSet, screen: Screen): FormatWriter {
  const format = formatOf(options, screen);
  const yara = {
    strings: options.printStrings,
    length: options.printStringLength,
    meta: options.printMeta,
    tags: options.printTags,
    namespace: options.printNamespace,
  };
  const lookup = format === "yara" && { ruleOf: byName(rules) };
  return FORMATS[format].open({ version: VERSION, screen, yara: { ...yara, ...lookup } });
}

function byName({ count, get }: RuleSet["rules"]) {
  const rules = new Map<string, RuleInfo>();
  for (let number = 0; number < count; number++) {
    const rule = get(number);
    rules.set(JSON.stringify([rule.namespace, rule.name]), rule);
  }
  return (namespace: string, rule: string) => rules.get(JSON.stringify([namespace, rule]));
}

/** Losses that an error lists. */
const MOST_NAMED = 5;

/** @throws InputError if anything of the rules is not evaluated */
export function refuseLosses({ quarantined }: RuleSet): void {
  const lost = quarantined.filter(({ harmless }) => !harmless);
  if (lost.length === 0) return;
  const hints = lost.slice(0, MOST_NAMED).map(lossText);
  const rest = lost.length - hints.length;
  throw new InputError(`${plural(lost.length, "fault")} in the rules, and --strict was given`, {
    hints: [...hints, ...(rest > 0 ? [`and ${plural(rest, "other")}`] : [])],
  });
}
