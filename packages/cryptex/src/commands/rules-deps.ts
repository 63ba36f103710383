/** `rules deps`: what a rule needs, and what needs it. */
import { InputError } from "#kit/errors.ts";
import { visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, many, positional } from "#kit/term/flags.ts";
import { suggestion } from "#kit/term/suggestion.ts";
import type { Deps } from "../deps.ts";
import { ENGINE } from "../engine/engine-file.ts";
import { type DependencyReport, dependenciesOf } from "../rules/deps.ts";
import { INCOMPLETE } from "./exits.ts";
import { chosenRules, RULE_FLAGS } from "./rule-flags.ts";
import { depsJson, depsText } from "./rules-deps-text.ts";

const FLAGS = {
  rule: many(
    positional.text({
      required: false,
      about: "Name of a rule; default: all that need others, or are needed",
    }),
  ),
  ...RULE_FLAGS,
  json: flag.switch({ about: "Print JSON" }),
};

export const rulesDeps = command({
  name: "rules deps",
  description: "Show what rules need, and what needs them",
  details: [
    "A rule needs the rules, modules and external variables that its condition names, what these rules need, and the files that all of them stand in. If it is at fault, so is everything that needs it.",
    "A rule that is not evaluated is named with the reason; the exit code is then 3, unless other rules alone were asked for.",
  ],
  flags: FLAGS,
  examples: ["cryptex rules deps is_pe --rules my-rules/", "cryptex rules deps --rules my-rules/ --json"],
  seeAlso: ["rules lint", "rules show"],
  async run(options, io, { env }: Deps) {
    const report = dependenciesOf(chosenRules(options, env), ENGINE.modules);
    const { rules, lost } = chosen(report, options.rule);
    await io.out(options.json ? depsJson(rules, lost) : depsText(rules, lost));
    return lost.length > 0 ? INCOMPLETE : EXIT.ok;
  },
});

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
