/** The flags of `scan`. */
import { UsageError } from "#kit/errors.ts";
import { flag, group, many, type OptionsOf, positional } from "#kit/term/flags.ts";
import { DEFAULT_LIMITS } from "../archives/limits.ts";
import { FORMATS, type FormatName } from "../scan-runner/formats/formats.ts";
import { MAX_SIZE } from "../scan-runner/walk.ts";
import { PASSPHRASE_FLAG } from "./key-flags.ts";
import { RULE_FLAGS } from "./rule-flags.ts";
import { checkFleetOptions, FLEET_FLAGS } from "./scan-fleet.ts";
import { parseTime } from "./times.ts";

const FORMAT_NAMES = Object.keys(FORMATS) as FormatName[];

export const SCAN_FLAGS = {
  path: many(positional.file({ required: false, about: "File or folder to scan" })),
  format: flag.choice(FORMAT_NAMES, {
    short: "f",
    about: "Form of the result; default: text on a terminal, else ndjson",
  }),
  json: flag.switch({ about: "Write one JSON object: --format json" }),
  output: flag.file({ short: "o", about: "Write the result to this file, which is replaced at the end" }),
  failOn: many(flag.choice(["match"], { about: "Exit with 4 if a rule matches" })),
  strict: flag.switch({ about: "Scan nothing if a rule or a rule file is at fault" }),
  timeout: flag.seconds({ default: "60", about: "Give a file up after this long" }),
  threads: flag.count(1, 256, { about: "Files scanned at the same time; default: one a core" }),
  maxStrings: flag.count(0, 1_000_000, { default: "100", about: "Matches that are listed of a string" }),
  explain: flag.switch({ about: "Explain each match; for text, ndjson and json" }),
  listClean: flag.switch({ about: "List clean files, too, with their digests" }),
  unordered: flag.switch({ about: "Write lines as they come, not by path" }),
  profile: flag.switch({
    about: "Measure each rule on a sample of the files afterwards; the dearest go to stderr",
  }),
  ...group("Files", {
    scanList: flag.file({ about: "Scan the paths of this file as well, one a line; - reads standard input" }),
    scanList0: flag.file({ about: "The same, with paths that end with NUL" }),
    exclude: many(flag.text({ hint: "GLOB", about: "Leave out names, or paths below the root, that match" })),
    maxSize: flag.size({
      default: `${MAX_SIZE / 2 ** 20}M`,
      about: "Leave out larger files, and larger members of archives",
    }),
    recursive: flag.count(0, 1_000_000, { about: "Enter folders this deep; 0: none. Default: all" }),
    follow: flag.switch({ about: "Follow symbolic links" }),
    since: flag.value(parseTime, {
      hint: "TIME",
      about: "Leave out files last changed before, as 2026-01-31",
    }),
  }),
  ...group("Archives", {
    archives: flag.count(0, 100, {
      default: "0",
      about:
        "Scan what is in archives, this many levels deep: zip, tar, 7z, gz, bz2, xz, zst, and what is made of them",
    }),
    archiveMembers: flag.count(1, 100_000_000, {
      default: `${DEFAULT_LIMITS.members}`,
      about: "Most members of all archives in one file",
    }),
    archiveBytes: flag.size({
      default: `${DEFAULT_LIMITS.bytes / 2 ** 30}G`,
      about: "Most bytes that are unpacked of one file",
    }),
    archiveRatio: flag.count(1, 1_000_000, {
      default: `${DEFAULT_LIMITS.ratio}`,
      about: "Most unpacked bytes for each byte of an archive, beyond the first 16 MiB",
    }),
  }),
  ...RULE_FLAGS,
  ...group("Log", {
    log: flag.file({
      about: "Add a record of this scan to this log, in which each holds the hash of the one before",
    }),
    logKey: flag.text({ hint: "NAME", about: "Key that signs where the log ends then, in FILE.head" }),
    ...PASSPHRASE_FLAG,
  }),
  ...group("Cache", {
    cache: flag.switch({ about: "Do not read files again that have not changed since an earlier scan" }),
    paranoid: flag.switch({ about: "With --cache: read them, and trust the content alone" }),
    resume: flag.switch({ about: "Go on where this scan was stopped; keeps results as --cache does" }),
    db: flag.file({ about: "Store of the cache; default: in the folder of this user's data" }),
  }),
  ...FLEET_FLAGS,
  ...group("Lines of --format yara, as the program yara has them", {
    printStrings: flag.switch({ short: "s", about: "Print strings" }),
    printStringLength: flag.switch({ short: "L", about: "Print lengths of strings" }),
    printMeta: flag.switch({ short: "m", about: "Print metadata" }),
    printTags: flag.switch({ short: "g", about: "Print tags" }),
    printNamespace: flag.switch({ short: "e", about: "Print namespaces" }),
  }),
};

const EXPLAINED_FORMATS: readonly FormatName[] = ["text", "ndjson", "json"];

export type ScanOptions = OptionsOf<typeof SCAN_FLAGS>;

const ARCHIVE_KEYS = ["archiveMembers", "archiveBytes", "archiveRatio"] as const;
const YARA_KEYS = ["printStrings", "printStringLength", "printMeta", "printTags", "printNamespace"] as const;

/** @throws UsageError */
export function checkScanOptions(options: ScanOptions, given: ReadonlySet<string>): void {
  const { path, scanList, scanList0, format, cache, paranoid, resume, db } = options;
  if (path.length === 0 && scanList === undefined && scanList0 === undefined) {
    throw new UsageError("nothing to scan is named", [
      "name files or folders, or a list of them with --scan-list",
    ]);
  }
  if (scanList === "-" && scanList0 === "-") throw new UsageError("standard input holds one list, not two");
  checkForm(options);
  checkFleetOptions(options, given);
  if (paranoid && !cache && !resume) throw new UsageError("--paranoid needs --cache or --resume");
  if (db !== undefined && !cache && !resume) throw new UsageError("--db needs --cache or --resume");
  if (options.logKey !== undefined && options.log === undefined)
    throw new UsageError("--log-key needs --log");
  if (options.passphraseFile !== undefined && options.logKey === undefined) {
    throw new UsageError("--passphrase-file needs --log-key");
  }
  const archiveKey = ARCHIVE_KEYS.find((key) => given.has(key));
  if (archiveKey && options.archives === 0) throw new UsageError(`--${kebab(archiveKey)} needs --archives`);
  const yaraKey = YARA_KEYS.find((key) => given.has(key));
  if (yaraKey && format !== "yara") {
    throw new UsageError(`--${kebab(yaraKey)} needs --format yara`);
  }
}

/** @throws UsageError */
export function checkForm({ json, format, explain }: Pick<ScanOptions, "json" | "format" | "explain">): void {
  if (json && format !== undefined && format !== "json") {
    throw new UsageError(`--json and --format ${format} contradict each other`);
  }
  if (explain && format !== undefined && !EXPLAINED_FORMATS.includes(format)) {
    throw new UsageError(`--explain and --format ${format} contradict each other`, [
      "explanations are in text, ndjson and json",
    ]);
  }
}

function kebab(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
