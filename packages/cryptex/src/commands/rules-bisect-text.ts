/** The output of `rules bisect`. */
import { formatCount, plural } from "#kit/format/numbers.ts";
import { safeJson, visible } from "#kit/format/visible.ts";
import { fitLines, type Screen } from "#kit/term/screen.ts";
import type { BisectReport, Culprit, Figures } from "../bisect/bisect.ts";

export function bisectJson({ quarantined, all, floor, culprits, ...report }: BisectReport): string {
  const result = {
    schema: 1,
    ...report,
    all: rounded(all),
    floor: rounded(floor),
    culprits: culprits.map(({ share, ms, ...culprit }) => ({
      ...culprit,
      ms: milliseconds(ms),
      share: share === null ? null : Number(share.toFixed(3)),
    })),
    not_evaluated: quarantined.filter(({ harmless }) => !harmless).map(({ harmless, ...lost }) => lost),
  };
  return `${safeJson(result)}\n`;
}

function rounded({ work, ms }: Figures): Figures {
  return { work, ms: milliseconds(ms) };
}

function milliseconds(ms: number | null): number | null {
  return ms === null ? null : Number(ms.toFixed(2));
}

export function bisectText(report: BisectReport, screen: Screen): string {
  const { kind, rules, culprits, probes, all, floor } = report;
  if (rules === 0) return "no rule was loaded\n";
  const lines = [headOf(report), ...culprits.flatMap((culprit) => ["", ...culpritLines(culprit)])];
  const [whole, none] = [figuresText(all), figuresText(floor)];
  lines.push("", `all ${plural(rules, "rule")}: ${whole}; none: ${none}; ${plural(probes, "scan")}`);
  if (kind === "none") lines.push("rules cost --sample measures each rule by itself");
  return lines.map((line) => `${fitLines(line, screen)}\n`).join("");
}

function headOf({ kind, by, outcome = "", culprits, isWhole }: BisectReport): string {
  const together = culprits.length > 1 ? " together" : "";
  if (kind === "fails" && !isWhole)
    return `the engine does not come to an end (${visible(outcome)}); no small set of rules does that by itself, these are part of it:`;
  if (kind === "fails") return `the engine does not come to an end (${visible(outcome)}) with${together}:`;
  if (kind === "gives-up") return "the engine gives up on strings of:";
  if (kind === "slow") return `the most ${by} is that of:`;
  return "no rule stands out: none takes a large part of the work";
}

function culpritLines({ rule, file, line, work, ms, share, strings, condition, advice }: Culprit): string[] {
  const part = share === null ? "" : `, ${Math.round(100 * share)} % of all`;
  const shown = strings.filter((string) => string.reason !== undefined || string.work > 0);
  return [
    `${visible(rule)}  ${visible(`${file}:${line}`)}`,
    `  ${figuresText({ work, ms })}${part}`,
    ...shown.map(
      (string) =>
        `  ${visible(string.id)} (line ${string.line}): work ${formatCount(string.work)}${string.reason === undefined ? "" : `; ${visible(string.reason)}`}`,
    ),
    ...(condition === null || condition === 0 ? [] : [`  condition: work ${formatCount(condition)}`]),
    ...advice.map((sentence) => `  advice: ${visible(sentence)}`),
  ];
}

function figuresText({ work, ms }: Figures): string {
  return ms === null ? "no end" : `work ${formatCount(work)}, ${ms.toFixed(1)} ms`;
}
