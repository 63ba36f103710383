/** `assess`: SP 800-90B on any files. */
import { requireFleet } from "#kit/fleet/flags.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import type { OptionsOf } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { assessFile } from "../assessment/assess-file.ts";
import { assessFiles, filesText, isFailed } from "../assessment/assess-files.ts";
import { assessmentText } from "../assessment/assessment-text.ts";
import { showProgress } from "../assessment/running.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../errors.ts";
import type { TestRunner } from "../report/threads/test-threads.ts";
import { ASSESS_FLAGS, layoutOf } from "./assess-flags.ts";
import { checkHealthFlags, runHealth } from "./assess-health.ts";
import { FINDINGS } from "./exits.ts";
import { FLEET_DETAILS, overFleet } from "./fleet-flags.ts";

export const assess = command({
  name: "assess",
  description: "Assess min-entropy after SP 800-90B, as ea_non_iid, ea_iid and ea_restart do",
  details: [
    "Each result has the command line of NIST's program that makes the same figures. Of several files there is a table; the exit code is that of the worst: 1 where one cannot be assessed, else 4 where one fails. A file called restart, conditioning or transpose, which are commands, is written ./restart.",
    `${FLEET_DETAILS} One estimator on one file is not divided among machines, so that the non-IID track of a single file is one job; the permutations of --iid are many.`,
    "With --health the tests run as over a source with that claim, and go on after each alarm: cutoffs with their derivation, where each test fired and how often, and blocks whose estimate is below the claim. The second tests, which compare the source with itself, and single blocks worth nothing warn; everything else that fires is a failure, with exit code 4, as is an induced fault that holds no entropy and is not found.",
  ],
  flags: ASSESS_FLAGS,
  examples: [
    "esoteric-entropy assess noise.bin --bits-per-symbol 8",
    "esoteric-entropy assess random.bin --bits-per-symbol 8 --iid",
    "esoteric-entropy assess noise.bin --bits-per-symbol 4 --restart restarts.bin --json",
    "esoteric-entropy assess recordings/*.bin --range 0,1000000",
    "esoteric-entropy assess --health noise.bin --claim 0.5 --bits-per-symbol 8",
    "esoteric-entropy assess --health recordings/clock_jitter.symbols.u8 --induce all",
  ],
  seeAlso: ["assess restart", "assess conditioning", "assess transpose", "report", "record"],
  check(options, given) {
    checkHealthFlags(options);
    requireFleet(options, given, ["dataAt"]);
    const { file, initial, restart, conditioned, details, json } = options;
    const isOne = file.length === 1;
    if (initial !== undefined && restart === undefined) throw new UsageError("--initial is for --restart");
    if (restart !== undefined && conditioned) throw new UsageError("restart data are not conditioned");
    if (restart !== undefined && !isOne) throw new UsageError("--restart is for one file");
    if (details && !json && !isOne) throw new UsageError("--details of several files is for --json");
    if (options.dataAt !== undefined && !isOne) throw new UsageError("--data-at is for one file");
    if ([...file, restart].filter((path) => path === "-").length > 1) {
      throw new UsageError("standard input can be read once");
    }
  },
  judges: true,
  async run(options, io, deps: Deps) {
    if (options.health) return await runHealth(options, io);
    return await overFleet(options, "assess", io, deps, (runner) => runAssess(options, io, runner));
  },
});

export type AssessOptions = OptionsOf<typeof ASSESS_FLAGS>;

/** @returns the exit code @throws UsageError · InputError where the one file cannot be assessed · the signal's reason */
export async function runAssess(
  { file, iid, json, ...options }: AssessOptions,
  io: Io,
  runner?: TestRunner,
): Promise<number> {
  const request = { ...options, layout: layoutOf(options), track: iid ? "iid" : "non-iid" } as const;
  if (file.length === 1) {
    const report = await showProgress(io, (running) => assessFile(file[0]!, request, running), runner);
    await io.out(json ? `${JSON.stringify(report, null, 2)}\n` : assessmentText(report, io));
    return report.passed === false ? FINDINGS : EXIT.ok;
  }
  const report = await showProgress(io, (running) => assessFiles(file, request, running), runner);
  await io.out(json ? `${JSON.stringify(report, null, 2)}\n` : filesText(report, io));
  if (report.files.some(isFailed)) return EXIT.failure;
  return report.passed === false ? FINDINGS : EXIT.ok;
}
