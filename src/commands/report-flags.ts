/** The flags of `report`. */

import { requireFleet } from "#kit/fleet/flags.ts";
import { completeList } from "#kit/term/candidates.ts";
import { flag, type OptionsOf } from "#kit/term/flags.ts";
import { UsageError } from "../errors.ts";
import { INPUT_FORMATS } from "../report/input-format.ts";
import { REPORT_FORMATS, type ReportFormat } from "../report/render.ts";
import type { SuiteId } from "../stats/result.ts";
import { SUITE_IDS } from "../stats/suites.ts";
import { POOL_FLAGS } from "./claims.ts";
import { FLEET_FLAGS } from "./fleet-flags.ts";
import { completeSource, SOURCES_FLAGS } from "./source-flags.ts";

const MAX_SEQUENCES = 100_000;
const MAX_SAMPLES = 2 ** 50;

export const REPORT_FLAGS = {
  input: flag.file({ about: "Test this file instead of the pool's output" }),
  stdin: flag.switch({ about: "Test standard input" }),
  inputFormat: flag.choice(INPUT_FORMATS, {
    default: "bytes",
    about: "How the data of --input or --stdin are written: as bytes, bits, text of 0 and 1, numbers",
  }),
  source: flag.text({
    hint: "SOURCE",
    about: "Test this source's raw symbols",
    complete: completeSource,
  }),
  bytes: flag.size({ least: "1", about: "Number of bytes: 125000, 4K, 1M" }),
  samples: flag.count(1, MAX_SAMPLES, {
    about: "Number of symbols; bytes where the data are not a source's",
  }),
  suites: {
    ...flag.value(parseSuites, {
      name: "suite",
      hint: "LIST",
      default: "battery",
      about: `Which tests, with commas between: ${SUITE_IDS.join(", ")}, or all of these; or deep alone, for large data`,
      complete: (typed: string) =>
        completeList(typed, () => [...SUITE_IDS, "all", DEEP].map((value) => ({ value, description: "" }))),
    }),
    parse: (texts: readonly string[], name: string) => parseSuites(texts.join(","), name),
  },
  sequences: flag.count(1, MAX_SEQUENCES, {
    hint: "K",
    default: "1",
    about: "Cut into K sequences and analyse them as SP 800-22 §4.2 does",
  }),
  constants: flag.choice(["nist", "exact"], {
    default: "nist",
    about: "sp800-22: the standard's constants, or exact ones",
  }),
  format: flag.choice(REPORT_FORMATS, { about: "Output format; default text" }),
  json: flag.switch({ about: "The same as --format json" }),
  output: flag.file({ hint: "PATH", about: "Write to this file; its suffix may give the format" }),
  bitmap: flag.file({
    hint: "PATH",
    about: "Draw the first bits as a picture in PNG, too: the largest square they fill, up to 1024 × 1024",
  }),
  keepGoing: flag.switch({ about: "deep: go on after a result that fails" }),
  state: flag.file({
    about: "deep: save the run in this file now and then, and go on from there if it has one",
  }),
  inputGoesOn: flag.switch({
    about:
      "deep: the data go on where the run in --state has ended, as those of hardware, and do not begin again",
  }),
  mode: flag.choice(["full", "drbg"], {
    default: "full",
    about: "The pool's output: 320 credited bits for each 32 bytes, or its DRBG",
  }),
  ...SOURCES_FLAGS,
  timeoutMs: flag.seconds({
    name: "timeout",
    default: "10",
    about: "Give up after this many seconds without new entropy",
  }),
  ...POOL_FLAGS,
  ...FLEET_FLAGS,
};

/** The battery for large data. It reads data in another way than the other suites, and has a report of its own. */
export const DEEP = "deep";

function parseSuites(text: string, name: string): readonly SuiteId[] | typeof DEEP {
  const names = text.split(",").map((part) => part.trim());
  for (const part of names) {
    if (part !== "all" && part !== DEEP && !SUITE_IDS.some((suite) => suite === part)) {
      throw new UsageError(`${name}: '${part}' is not one of ${SUITE_IDS.join(", ")}, all, ${DEEP}`);
    }
  }
  if (names.every((part) => part === DEEP)) return DEEP;
  if (names.includes(DEEP))
    throw new UsageError(`${name}: ${DEEP} runs alone`, [
      "its report is of data of any length, and of another form: run the other suites apart",
    ]);
  return SUITE_IDS.filter((suite) => names.includes(suite) || names.includes("all"));
}

export type ReportFlags = OptionsOf<typeof REPORT_FLAGS>;

/** Formats by the suffix of a file. */
const SUFFIXES: Readonly<Record<string, ReportFormat>> = {
  txt: "text",
  text: "text",
  json: "json",
  md: "md",
  markdown: "md",
  html: "html",
  htm: "html",
};

/** Picks the format that a path's suffix stands for; text where it has none. @throws UsageError for another suffix */
export function formatOfSuffix(path: string): ReportFormat {
  const [, suffix] = /[^/\\]\.([a-z][a-z0-9]*)$/i.exec(path) ?? [];
  if (suffix === undefined) return "text";
  const name = suffix.toLowerCase();
  if (Object.hasOwn(SUFFIXES, name)) return SUFFIXES[name]!;
  throw new UsageError(`--output: no format has the suffix .${suffix}`, [
    "suffixes are .txt, .json, .md and .html; with --format any will do",
  ]);
}

/** Refuses flags that exclude each other. @throws UsageError */
export function checkReportFlags(options: ReportFlags, given: ReadonlySet<string>): void {
  const {
    source,
    input,
    stdin,
    bytes,
    samples,
    suites,
    sequences,
    format,
    json,
    output,
    credit,
    mode,
    inputFormat,
  } = options;
  const inputs = { "--source": source !== undefined, "--input": input !== undefined, "--stdin": stdin };
  const chosen = Object.entries(inputs).flatMap(([name, isGiven]) => (isGiven ? [name] : []));
  if (chosen.length > 1) throw new UsageError(`${chosen.join(" and ")}: choose one`);
  if (chosen.length > 0 && (credit.size > 0 || mode === "drbg")) {
    throw new UsageError(`--credit and --mode are for the pool's output, not for ${chosen[0]}`);
  }
  requireFleet(options, given, ["dataAt"]);
  if (inputFormat !== "bytes" && input === undefined && !stdin) {
    throw new UsageError("--input-format is for --input and --stdin");
  }
  if (suites === DEEP) checkDeepFlags(options);
  else refuseDeepFlags(options);
  if (
    suites !== DEEP &&
    sequences > 1 &&
    suites.some((suite) => suite !== "battery" && suite !== "sp800-22")
  ) {
    throw new UsageError("--sequences is for the suites battery and sp800-22");
  }
  if (bytes !== undefined && samples !== undefined) {
    throw new UsageError("--bytes and --samples: choose one");
  }
  if (json && format !== undefined && format !== "json") {
    throw new UsageError(`--json and --format ${format} are two different outputs: choose one`);
  }
  if (output !== undefined && format === undefined && !json) formatOfSuffix(output);
}

/** Refuses flags that mean nothing for other suites. @throws UsageError */
function refuseDeepFlags({ keepGoing, state, inputGoesOn }: ReportFlags): void {
  const own = { "--keep-going": keepGoing, "--state": state !== undefined, "--input-goes-on": inputGoesOn };
  for (const [name, isGiven] of Object.entries(own)) {
    if (isGiven) throw new UsageError(`${name} is for --suite ${DEEP}`);
  }
}

/** Refuses flags that mean nothing for large data. @throws UsageError */
function checkDeepFlags({
  sequences,
  constants,
  bitmap,
  inputGoesOn,
  state,
  input,
  stdin,
  nats,
}: ReportFlags): void {
  const others = {
    "--nats": nats !== undefined,
    "--sequences": sequences > 1,
    "--constants": constants !== "nist",
    "--bitmap": bitmap !== undefined,
  };
  for (const [name, isGiven] of Object.entries(others)) {
    if (isGiven) throw new UsageError(`${name} is for the other suites, not for ${DEEP}`);
  }
  if (inputGoesOn && state === undefined) throw new UsageError("--input-goes-on is for runs with --state");
  if (inputGoesOn && input === undefined && !stdin) {
    throw new UsageError("--input-goes-on is for --input and --stdin: other data never begin again");
  }
}
