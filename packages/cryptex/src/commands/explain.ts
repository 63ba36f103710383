/** `explain`: why a rule matches a file, or does not. */
import { join } from "node:path";
import { UsageError } from "#kit/errors.ts";
import { cacheFolder } from "#kit/files/user-folders.ts";
import { safeJson, visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, positional } from "#kit/term/flags.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import type { Deps } from "../deps.ts";
import { SHOWN } from "../explain/show.ts";
import { openRuleSet } from "../rules/open-rule-set.ts";
import { pickRule } from "../rules/pick-rule.ts";
import { lossText } from "../rules/rule-info.ts";
import { explainFile } from "../scan-runner/explain-file.ts";
import { pathOf, shownPath } from "../scan-runner/paths.ts";
import { MAX_SIZE } from "../scan-runner/walk.ts";
import { INCOMPLETE } from "./exits.ts";
import { explainedText } from "./explain-text.ts";
import { chosenRules, RULE_FLAGS } from "./rule-flags.ts";
import { refuseNoFile } from "./sample.ts";

export const explain = command({
  name: "explain",
  description: "Show why a rule matches a file, or why it does not",
  details: [
    "Shows the condition as a tree, with true, false, undefined or unknown at each part; the values of fields that were read; the matches of all strings; and, where the rule does not match, the fewest parts that would have to change so that it does, each taken by itself.",
    'The tree is evaluated beside the engine, and has to come to what the engine says. Where it does not, or cannot be evaluated, the result is "explanation unavailable", with the reason, and the exit code 3; so it is where the rule is at fault or the file cannot be read. Whether the rule matches does not change the exit code.',
  ],
  flags: {
    rule: positional.text({ about: "Name of the rule; NAMESPACE:NAME where several have it" }),
    file: positional.file({ about: "File to look at" }),
    format: flag.choice(["text", "json"], { short: "f", default: "text", about: "Form of the result" }),
    json: flag.switch({ about: "Print JSON: --format json" }),
    timeout: flag.seconds({ default: "60", about: "Give up after this long" }),
    maxSize: flag.size({ default: `${MAX_SIZE / 2 ** 20}M`, about: "Take no larger file" }),
    maxStrings: flag.count(0, 1_000_000, {
      default: `${SHOWN.matches}`,
      about: "Matches that are listed of a string",
    }),
    ...RULE_FLAGS,
  },
  check({ json, format }, given) {
    if (json && given.has("format") && format !== "json")
      throw new UsageError(`--json and --format ${format} contradict each other`);
  },
  examples: ["cryptex explain ransom_locky sample.exe --rules my-rules/"],
  seeAlso: ["scan", "rules show"],
  judges: true,
  async run(options, io, { env }: Deps) {
    const { rule: name, file, format, json, timeout, maxSize, maxStrings } = options;
    const path = pathOf(file);
    refuseNoFile(path);
    const result = await (async () => {
      using _ = new ProgressLine(io, () => "explaining");
      const ruleSet = await openRuleSet({
        ...(await chosenRules(options, io, env)),
        withTexts: true,
        cacheFolder: join(cacheFolder("cryptex", env), "rules"),
        warn: (text) => io.log.warn(text),
        signal: io.signal,
      });
      const picked = pickRule(ruleSet, name);
      if ("lost" in picked) return { reasons: picked.lost.map(lossText) };
      const shown = { ...SHOWN, matches: maxStrings };
      const limits = { maxSize, timeoutMs: timeout, shown, signal: io.signal };
      const explained = await explainFile({ ruleSet, rule: picked.rule, path, ...limits });
      return "reason" in explained ? { reasons: [visible(`${file}: ${explained.reason}`)] } : explained;
    })();
    if ("reasons" in result) {
      for (const reason of result.reasons) io.log.error(`explanation unavailable: ${reason}`);
      return INCOMPLETE;
    }
    const { explanation, size, sha256 } = result;
    const explained = { schema: 1, ...shownPath(path), size, sha256, ...explanation };
    await io.out(json || format === "json" ? `${safeJson(explained)}\n` : explainedText(explained, io));
    return explanation.unavailable ? INCOMPLETE : EXIT.ok;
  },
});
