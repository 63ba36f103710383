/** The output of `rules cost`. */
import { formatCount, formatQuantity, plural } from "#kit/format/numbers.ts";
import { safeJson, visible } from "#kit/format/visible.ts";
import { type Bar, barsSvg } from "#kit/graph/bars-svg.ts";
import { fitLines, type Screen } from "#kit/term/screen.ts";
import { type Column, table } from "#kit/term/table.ts";
import { POOR_QUALITY } from "../rules/atoms.ts";
import type { CostReport, Measurement, RuleCost } from "../rules/cost.ts";
import { atomText } from "../rules/lint-engine.ts";
import type { Sample } from "../scan-runner/sample.ts";

// ---- JSON ----

export function costJson(
  { rules, floor, quarantined }: CostReport,
  sample: Sample | undefined,
  runs: number,
): string {
  const result = {
    schema: 1,
    sample: sample
      ? {
          files: sample.files.length,
          bytes: sample.bytes,
          left_out: sample.leftOut,
          runs,
          floor_us_per_mib: rounded(floor?.usPerMib),
        }
      : null,
    rules: rules.map(({ candidates, strings, measured, ...rule }) => ({
      ...rule,
      tries_per_mib: significant(candidates),
      ...(measured && {
        us_per_mib: rounded(measured.usPerMib),
        matches: measured.matches,
        reason: measured.reason ?? null,
      }),
      strings: strings.map((string) => ({
        id: string.id,
        line: string.line,
        quality: string.quality,
        atoms: string.atoms.map(atomText),
        entries: string.entries,
        tries_per_mib: significant(string.candidates),
      })),
    })),
    not_evaluated: quarantined.filter(({ harmless }) => !harmless).map(({ harmless, ...lost }) => lost),
  };
  return `${safeJson(result)}\n`;
}

function rounded(us: number | null | undefined): number | null {
  return us === null || us === undefined ? null : Math.round(us);
}

function significant(value: number): number {
  return Number(value.toPrecision(4));
}

// ---- Text ----

const COLUMNS: readonly Column[] = [
  { title: "RULE" },
  { title: "µs/MiB", align: "right", optional: true },
  { title: "MATCHES", align: "right", optional: true },
  { title: "TRIES/MiB", align: "right" },
  { title: "QUALITY", align: "right" },
  { title: "ENTRIES", align: "right", leaves: 2 },
  { title: "POOREST", leaves: 3 },
  { title: "PLACE", leaves: 1 },
  { title: "NOTE", optional: true, wraps: "below" },
];

export function costText(
  { rules, floor }: CostReport,
  sample: Sample | undefined,
  top: number,
  screen: Screen,
): string {
  const rows = rules.slice(0, top).map((cost) => {
    const { rule, file, line, candidates, quality, entries, measured } = cost;
    return [
      rule,
      measured ? timeText(measured) : "",
      measured ? (measured.matches === null ? "-" : formatCount(measured.matches)) : "",
      cost.strings.length === 0 ? "-" : triesText(candidates),
      quality === null
        ? "-"
        : { text: String(quality), style: quality < POOR_QUALITY ? ("warn" as const) : undefined },
      formatCount(entries),
      poorestText(cost),
      visible(`${file}:${line}`),
      visible(measured?.reason ?? ""),
    ];
  });
  const lines = rules.length === 0 ? ["no rule was loaded"] : [table(COLUMNS, rows, screen), ""];
  if (rules.length > top)
    lines.push(`${formatCount(top)} of ${plural(rules.length, "rule")}; --top N shows more`);
  if (sample && floor) {
    const left = sample.leftOut === 0 ? "" : `; ${plural(sample.leftOut, "file")} left out for --sample-size`;
    lines.push(
      `${plural(rules.length, "rule")}, ${plural(sample.files.length, "file")} of ${formatQuantity(sample.bytes, "B")}${left}`,
      `a rule that asks for nothing: ${timeText(floor)} µs/MiB`,
    );
  } else lines.push("reckoned by atoms; --sample PATH measures");
  lines.push(...adviceLines(rules, screen));
  return lines.map((line) => `${line}\n`).join("");
}

/** Rules on which there is advice, of the dearest. */
const MOST_ADVISED = 10;

function adviceLines(rules: readonly RuleCost[], screen: Screen): string[] {
  return rules.slice(0, MOST_ADVISED).flatMap(({ rule, file, line, advice }) => {
    if (advice.length === 0) return [];
    const sentences = advice.map((sentence) => fitLines(`  ${visible(sentence)}`, screen));
    return ["", `${rule}  ${visible(`${file}:${line}`)}`, ...sentences];
  });
}

function timeText({ usPerMib }: Measurement): string {
  return usPerMib === null ? "-" : formatCount(Math.round(usPerMib));
}

function triesText(candidates: number): string {
  return candidates < 0.5
    ? "0"
    : candidates < 10
      ? candidates.toFixed(1)
      : formatCount(Math.round(candidates));
}

function poorestText({ strings: [poorest] }: RuleCost): string {
  if (!poorest) return "-";
  const { id, atoms } = poorest;
  if (atoms.length === 0) return `${id}: no atom`;
  return `${id}: ${atomText(atoms[0]!)}${atoms.length > 1 ? `, ${atoms.length - 1} more` : ""}`;
}

// ---- Picture ----

export function costSvg({ rules, floor }: CostReport, top: number): string {
  const unit = floor
    ? `microseconds of the processor for a MiB of the sample; a rule that asks for nothing: ${timeText(floor)}`
    : "places in a MiB of random bytes at which strings would be tried; orange: an atom of poor quality";
  const shown = rules.slice(0, top);
  const title =
    shown.length < rules.length
      ? `The ${formatCount(shown.length)} dearest of ${plural(rules.length, "rule")}`
      : `Cost of ${plural(rules.length, "rule")}`;
  return barsSvg(title, unit, shown.map(floor ? measuredBar : reckonedBar));
}

function measuredBar({ rule, file, line, measured }: RuleCost): Bar {
  const reason = measured?.reason;
  const time = measured ? timeText(measured) : "-";
  return {
    label: rule,
    detail: `${file}:${line}`,
    value: measured?.usPerMib ?? null,
    text: reason === undefined ? time : `${time} ${reason}`,
    isWarning: reason !== undefined,
  };
}

function reckonedBar({ rule, file, line, candidates, strings, quality }: RuleCost): Bar {
  return {
    label: rule,
    detail: `${file}:${line}`,
    value: strings.length === 0 ? null : candidates,
    text: strings.length === 0 ? "no strings" : triesText(candidates),
    isWarning: quality !== null && quality < POOR_QUALITY,
  };
}
