/** `rules deps`: what a rule needs, and what needs it. */
import { InputError } from "#kit/errors.ts";
import { visible } from "#kit/format/visible.ts";
import { graphMermaid } from "#kit/graph/graph-mermaid.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, many, positional } from "#kit/term/flags.ts";
import { suggestion } from "#kit/term/suggestion.ts";
import type { Deps } from "../deps.ts";
import { ENGINE } from "../engine/engine-file.ts";
import { type DependencyReport, dependenciesOf } from "../rules/deps.ts";
import { lossText } from "../rules/rule-info.ts";
import { INCOMPLETE } from "./exits.ts";
import { checkFormat, PICTURE_FLAGS } from "./lookup-flags.ts";
import { writeResult } from "./own-files.ts";
import { chosenRules, RULE_FLAGS } from "./rule-flags.ts";
import { depsGraph, depsJson, depsText } from "./rules-deps-text.ts";

const FLAGS = {
  rule: many(
    positional.text({
      required: false,
      about: "Name of a rule; default: all that need others, or are needed",
    }),
  ),
  ...RULE_FLAGS,
  format: flag.choice(["text", "json", "svg", "mermaid"], { default: "text", about: "Form of the result" }),
  ...PICTURE_FLAGS,
};

export const rulesDeps = command({
  name: "rules deps",
  description: "Show what rules need, and what needs them",
  details: [
    "A rule needs the rules, modules and external variables that its condition names, what these rules need, and the files that all of them stand in. If it is at fault, so is everything that needs it.",
    "A rule that is not evaluated is named with the reason; the exit code is then 3, unless other rules alone were asked for.",
    "--format svg draws a picture, and mermaid writes the language that code hosts draw: an arrow leads from a rule to what it needs. Both show the rules that are named with all that they need and all that needs them; what is not evaluated is named on stderr. A picture has at most 400 nodes and 800 arrows.",
  ],
  flags: FLAGS,
  check: (options, given) => checkFormat(options, options.format, given),
  examples: [
    "cryptex rules deps is_pe --rules my-rules/",
    "cryptex rules deps --rules my-rules/ --format svg -o deps.svg",
  ],
  seeAlso: ["rules lint", "rules show"],
  judges: true,
  ownThread: true,
  async run(options, io, { env }: Deps) {
    const { rule: names, output } = options;
    const format = options.json ? "json" : options.format;
    const report = dependenciesOf(await chosenRules(options, io, env), ENGINE.modules);
    const { rules, lost } = chosen(report, names);
    if (format === "svg" || format === "mermaid") for (const each of lost) io.log.warn(lossText(each));
    const files = report.rules.map(({ rule }) => rule.file.path);
    await writeResult(await FORMS[format](rules, lost), output, files, io);
    return lost.length > 0 ? INCOMPLETE : EXIT.ok;
  },
});

const FORMS = {
  text: depsText,
  json: depsJson,
  mermaid: (rules: DependencyReport["rules"]) => graphMermaid(depsGraph(rules)),
  // Loads the library that lays it out.
  svg: async (rules: DependencyReport["rules"]) =>
    (await import("#kit/graph/graph-svg.ts")).graphSvg(depsGraph(rules)),
} as const;

/** @throws InputError for a name that no rule has */
function chosen({ rules, lost }: DependencyReport, names: readonly string[]): DependencyReport {
  const harmful = lost.filter(({ harmless }) => !harmless);
  if (names.length === 0) {
    return { rules: rules.filter(({ uses, usedBy }) => uses.length + usedBy.length > 0), lost: harmful };
  }
  const known = [...rules.map(({ rule }) => rule.syntax.name), ...harmful.flatMap(({ rule }) => rule ?? [])];
  const missing = names.find((name) => !known.includes(name));
  if (missing !== undefined) {
    throw new InputError(`no rule is called '${visible(missing)}'`, { hints: suggestion(missing, known) });
  }
  return {
    rules: rules.filter(({ rule }) => names.includes(rule.syntax.name)),
    lost: harmful.filter(({ rule }) => rule !== null && names.includes(rule)),
  };
}
