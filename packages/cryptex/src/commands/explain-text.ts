/** The text of `explain`. */
import { plural } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import { fitLines, type Screen } from "#kit/term/screen.ts";
import { paint } from "#kit/term/style.ts";
import type { Explanation } from "../explain/explanation.ts";
import { explanationText } from "../explain/text.ts";
import type { ShownPath } from "../scan-runner/events.ts";
import { visiblePath } from "../scan-runner/formats/escape.ts";

export interface ExplainedPath extends Explanation, ShownPath {
  readonly size: number;
}

export function explainedText(explained: ExplainedPath, screen: Screen): string {
  const { rule, namespace, file, line, verdict, size } = explained;
  const where = namespace === "default" ? "" : ` in ${visible(namespace)}`;
  const says =
    verdict === null ? "the engine has no verdict on" : verdict === "match" ? "matches" : "does not match";
  const style = verdict === null ? "warn" : verdict === "match" ? "good" : "bad";
  const head = [
    `${paint(visible(rule), "bold", screen.color)}${where}, ${visible(file)}:${line}`,
    `${paint(says, style, screen.color)} ${visiblePath(explained)}, ${plural(size, "byte")}`,
  ];
  return `${fitLines(head.join("\n"), screen)}\n${explanationText(explained, screen)}`;
}
