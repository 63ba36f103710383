/** `scan`: files against rules. */
import { OutputFile } from "#kit/files/output-file.ts";
import { command } from "#kit/term/command.ts";
import { ClosedPipeError } from "#kit/term/exit.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { NO_SCREEN } from "#kit/term/screen.ts";
import type { Deps } from "../deps.ts";
import { gapSentence, outcomeOf, Tally } from "../scan-runner/formats/outcome.ts";
import { forFs } from "../scan-runner/paths.ts";
import { ScanProgress } from "../scan-runner/progress.ts";
import { runScan } from "../scan-runner/runner.ts";
import { EXIT_OF, INCOMPLETE } from "./exits.ts";
import { noRules } from "./no-rules.ts";
import { ownFiles } from "./own-files.ts";
import { chosenRules } from "./rule-flags.ts";
import { checkScanOptions, SCAN_FLAGS } from "./scan-flags.ts";
import { openScanFleet } from "./scan-fleet.ts";
import { ScanLog } from "./scan-log.ts";
import { ScanOutput } from "./scan-output.ts";
import { printProfile } from "./scan-profile.ts";
import {
  cacheText,
  counting,
  formatOf,
  openFormat,
  openScanRules,
  refuseLosses,
  requestOf,
  rootsOf,
  scanInputs,
  seenFilesOf,
  stoppedText,
} from "./scan-request.ts";

export const scan = command({
  name: "scan",
  description: "Scan files and folders with rules",
  details: [
    "Every file that is named, or lies below a folder that is named, is in exactly one of: match lines, skip lines, error lines, or the count of clean files in the last line. Lines are sorted by path, so equal runs give equal bytes. A result without its last line is not complete.",
    "A rule or a rule file that is at fault is named in a quarantine line and takes out itself and the rules that depend on it, never the others.",
    "Exits with 3 if a regular file within the options, or a rule, was not wholly evaluated: not readable, changed during the scan, out of time, larger than --max-size, at fault; and if the reader of stdout went away before the end. Special files and what --exclude or --since leave out do not count. With --fail-on match and a match it exits with 4, even then.",
  ],
  flags: SCAN_FLAGS,
  check: checkScanOptions,
  examples: [
    "cryptex scan /usr/bin --rules my-rules/",
    "cryptex scan upload.exe --rules my-rules/ --fail-on match --format sarif -o result.sarif",
    "find /srv -name '*.php' -print0 | cryptex scan --scan-list0 - --rules web.yar",
    "cryptex scan /srv --rules my-rules/ --cache --exclude '*.log'",
  ],
  seeAlso: ["rules lint", "index build", "engines"],
  async run(options, io, { env, streams }: Deps) {
    const { output: path, failOn, strict } = options;
    const { signal } = io;
    const warn = (text: string) => io.log.warn(text);
    const rules = await chosenRules(options, io, env);
    const roots = await rootsOf(options, signal);
    const inputs = [...rules.paths, ...scanInputs(options, env), ...roots.map(forFs)];
    await using file = path === undefined ? undefined : await OutputFile.create(path, signal, inputs);
    const log = await ScanLog.open(options, io, env);
    const ruleSet = await openScanRules(rules, options, io, env);
    file?.refuse(ruleSet.files);
    if (strict) refuseLosses(ruleSet);
    await using fleet = await openScanFleet(options, rules, ruleSet, io, env);
    using seen = seenFilesOf(options, ruleSet, warn);
    const progress = new ScanProgress();
    using line = new ProgressLine(io, () => progress.text());
    using output = new ScanOutput(io, line, file, log?.take);
    const screen = file ? NO_SCREEN : io;
    const writer = openFormat(options, ruleSet, screen);
    const tally = new Tally();
    const own = ownFiles(file, seen?.path, streams, log?.files);
    const facts = { rules, ruleSet, roots, tally, format: formatOf(options, screen) };
    const more = { ...(seen && { seen }), ...fleet?.request };
    const request = { ...requestOf(options, roots, own), ...more, ruleSet, progress, signal };
    using _counting = counting(progress, request.walk, io);
    try {
      for await (const event of runScan(request)) {
        tally.count(event);
        await output.write(writer.event(event));
      }
      await output.write(writer.end());
      await output.finish();
    } catch (error) {
      await log?.finishInterrupted(facts, warn);
      // Whoever went away does not know how it ended.
      if (error instanceof ClosedPipeError) return INCOMPLETE;
      if (fleet) io.log.info(`stopped: ${fleet.resumeText}`);
      else if (signal.aborted && (seen || path !== undefined))
        io.log.info(stoppedText(path, seen !== undefined));
      throw error;
    }
    await log?.finish(facts);
    if (file && tally.end?.complete === false) warn(gapSentence(tally));
    if (options.profile) await printProfile(rules, roots, options.exclude, io);
    if (seen && io.errIsTerminal) io.log.info(cacheText(progress));
    if (ruleSet.rules.count === 0) return noRules(ruleSet, rules.paths, io);
    return EXIT_OF[outcomeOf(tally, failOn.includes("match"))];
  },
});
