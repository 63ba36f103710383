/** Explains rules for a file that a thread holds in its engine. */
import type { EngineInstance } from "../engine/engine.ts";
import { type ExplainedFile, Explainer } from "../explain/explainer.ts";
import type { Explanation } from "../explain/explanation.ts";
import { withFileExternals } from "../rules/build-rule-set.ts";
import { openRuleTable } from "../rules/rule-table.ts";
import { openRuleTexts } from "../rules/rule-texts.ts";
import type { ExplainData } from "./protocol.ts";

export class FileExplainer {
  #explainer: Explainer | undefined;

  constructor(private readonly data: ExplainData) {}

  /** The rule that is asked about, where it is one alone. */
  get rule(): number | undefined {
    return this.data.rule;
  }

  /** @throws what `timeLeft` throws, but for OutOfTime */
  explain(
    instance: EngineInstance,
    file: ExplainedFile,
    rules: readonly number[],
    timeLeft: () => number,
  ): Explanation[] {
    const { table, texts, externals, shown } = this.data;
    this.#explainer ??= new Explainer({
      table: openRuleTable(table),
      texts: openRuleTexts(texts),
      externals: withFileExternals(externals),
    });
    return this.#explainer.explain(instance, file, rules, { shown, timeLeft });
  }
}
