/** `rules bisect`: which rule makes a set slow on a file, or has the engine give up. */
import { plural } from "#kit/format/numbers.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, positional } from "#kit/term/flags.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { bisectRules } from "../bisect/open-bisect.ts";
import type { Deps } from "../deps.ts";
import { lossText } from "../rules/rule-info.ts";
import { pathExternals, pathOf } from "../scan-runner/paths.ts";
import { MAX_SIZE } from "../scan-runner/walk.ts";
import { INCOMPLETE } from "./exits.ts";
import { chosenRules, RULE_FLAGS } from "./rule-flags.ts";
import { bisectJson, bisectText } from "./rules-bisect-text.ts";
import { readOne } from "./sample.ts";

const FLAGS = {
  file: positional.file({ about: "File on which the rules are slow" }),
  timeout: flag.seconds({ default: "10", about: "A scan that takes longer counts as one that does not end" }),
  maxSize: flag.size({ default: `${MAX_SIZE / 2 ** 20}M`, about: "Refuse a larger file" }),
  ...RULE_FLAGS,
  json: flag.switch({ about: "Print JSON" }),
};

export const rulesBisect = command({
  name: "rules bisect",
  description: "Find the rule that makes a set slow on a file, or has the engine give up",
  details: [
    "Scans the file with the set and with parts of it, halved again and again. Where the engine does not come to an end, by the time limit, by a limit of its own or by a fault, the smallest set of rules is named with which that happens. Else the rules are named that take the most, with the strings that do, and what can be done.",
    "Work is counted by the engine: how often it looks at the time, once for 4,096 bytes, for 100 instructions of conditions and for 16 places or bytes at which strings are tried. It is the same in every run and on every machine, but for one or two. What modules do, and digests of whole files, is not in it; the time of the processor beside it has all.",
    "The exit code is 3 if a rule is not evaluated, or if those that fail could not be told apart.",
  ],
  flags: FLAGS,
  examples: [
    "cryptex rules bisect sample.bin --rules my-rules/",
    "cryptex rules bisect sample.bin --timeout 2 --json",
  ],
  seeAlso: ["rules cost", "rules lint", "scan"],
  judges: true,
  async run(options, io, { env }: Deps) {
    const path = pathOf(options.file);
    const bytes = readOne(path, options.maxSize);
    const externals = pathExternals(path);
    const request = {
      rules: await chosenRules(options, io, env),
      bytes,
      externals,
      timeoutMs: options.timeout,
    };
    let probes = 0;
    const report = await (async () => {
      using _ = new ProgressLine(io, () => `halving the set: ${plural(probes, "scan")}`);
      return await bisectRules(
        request,
        (count) => {
          probes = count;
        },
        io.signal,
      );
    })();
    const lost = report.quarantined.filter(({ harmless }) => !harmless);
    for (const each of lost) io.log.warn(lossText(each));
    await io.out(options.json ? bisectJson(report) : bisectText(report, io));
    if (report.rules === 0 && lost.length === 0) return EXIT.failure;
    return lost.length === 0 && report.isWhole ? EXIT.ok : INCOMPLETE;
  },
});
