/** `rules cost`: what rules cost in a scan, by their atoms and on a sample. */
import { UsageError } from "#kit/errors.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, many, positional } from "#kit/term/flags.ts";
import { ProgressLine, progressMeter } from "#kit/term/progress.ts";
import { NO_SCREEN } from "#kit/term/screen.ts";
import type { Deps } from "../deps.ts";
import { measureCost } from "../rules/measure-cost.ts";
import { lossText } from "../rules/rule-info.ts";
import { pathOf } from "../scan-runner/paths.ts";
import { INCOMPLETE } from "./exits.ts";
import { checkFormat, PICTURE_FLAGS } from "./lookup-flags.ts";
import { writeResult } from "./own-files.ts";
import { chosenRules, RULE_FLAGS } from "./rule-flags.ts";
import { costJson, costSvg, costText } from "./rules-cost-text.ts";
import { readSample } from "./sample.ts";

const FLAGS = {
  path: many(positional.file({ required: false, about: "File of rules, or folder of them" })),
  sample: many(flag.file({ hint: "PATH", about: "File or folder to measure with" })),
  sampleSize: flag.size({ default: "4M", least: "1", most: "1G", about: "Take no more of the sample" }),
  runs: flag.count(1, 1000, { default: "3", about: "Scan each file so many times, and take the fastest" }),
  timeout: flag.seconds({ default: "10", about: "Give a rule up that takes longer for one file" }),
  top: flag.count(1, 1_000_000, {
    default: "30",
    about: "Rows of the table, bars of the picture; JSON has all",
  }),
  ...RULE_FLAGS,
  format: flag.choice(["text", "json", "svg"], { default: "text", about: "Form of the result" }),
  ...PICTURE_FLAGS,
};

export const rulesCost = command({
  name: "rules cost",
  description: "Show what rules cost in a scan: by their atoms, and measured on a sample",
  details: [
    "A scan looks for atoms, up to four bytes of each string, and tries a string only where its atoms stand. The quality of an atom is what the engine reckons, from 0 for none to 255; it warns below 205. Tries are the places in a MiB of random bytes at which the strings of a rule would be tried; real files have more of common bytes. Entries are what the search tables hold for it.",
    "With --sample each rule is compiled by itself, together with the rules that it uses, and run over the files, which are held in memory. The figure is time of the processor, not of the clock: the fastest of the runs for each file, added up, for each MiB. In a set rules share the search for atoms and the work of modules, so their costs do not add up to that of the set; the cost of a rule that asks for nothing is given beside them.",
    "--format svg draws the dearest as bars: their times with --sample, else their tries. A rule without a number has no bar, and says why.",
    "The sample is taken in the order of the paths up to --sample-size. The exit code is 3 if a rule could not be measured or compiled.",
  ],
  flags: FLAGS,
  check(options, given) {
    const { sample, format } = options;
    checkFormat(options, format, given);
    const needless = ["sampleSize", "runs", "timeout"].find((key) => given.has(key));
    if (sample.length > 0 || needless === undefined) return;
    const name = needless.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(`--${name} needs --sample`);
  },
  examples: ["cryptex rules cost my-rules/", "cryptex rules cost my-rules/ --sample /usr/bin --json"],
  seeAlso: ["rules lint", "scan"],
  judges: true,
  async run(options, io, { env }: Deps) {
    const { path, sample: roots, sampleSize, runs, timeout, top, output } = options;
    const format = options.json ? "json" : options.format;
    const warn = (text: string) => io.log.warn(text);
    const rules = await chosenRules({ ...options, rules: [...path, ...options.rules] }, io, env);
    const sample = roots.length > 0 ? readSample(roots.map(pathOf), sampleSize, warn) : undefined;
    let share = 0;
    const report = await (async () => {
      using _ = new ProgressLine(io, () => progressMeter(share, io));
      const request = { rules, sample: sample?.files ?? [], runs, timeoutMs: timeout };
      return await measureCost(request, (done, all) => (share = done / all), io.signal);
    })();
    const lost = report.quarantined.filter(({ harmless }) => !harmless);
    for (const each of lost) warn(lossText(each));
    const result =
      format === "json"
        ? costJson(report, sample, runs)
        : format === "svg"
          ? costSvg(report, top)
          : costText(report, sample, top, output === undefined ? io : NO_SCREEN);
    const files = [...report.rules.map(({ file }) => file), ...roots];
    await writeResult(result, output, files, io);
    const isWhole = lost.length === 0 && report.rules.every(({ measured }) => measured?.reason === undefined);
    return isWhole ? EXIT.ok : INCOMPLETE;
  },
});
