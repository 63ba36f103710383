/** `rules cost`: what rules cost in a scan, by their atoms and on a sample. */
import { UsageError } from "#kit/errors.ts";
import { formatCount, formatQuantity, plural } from "#kit/format/numbers.ts";
import { safeJson, visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, many, positional } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine, progressMeter } from "#kit/term/progress.ts";
import { type Column, table } from "#kit/term/table.ts";
import type { Deps } from "../deps.ts";
import { POOR_QUALITY } from "../rules/atoms.ts";
import type { CostReport, Measurement, RuleCost } from "../rules/cost.ts";
import { atomText } from "../rules/lint-engine.ts";
import { measureCost } from "../rules/measure-cost.ts";
import { INCOMPLETE } from "./exits.ts";
import { chosenRules, RULE_FLAGS } from "./rule-flags.ts";
import { readSample, type Sample } from "./sample.ts";

const FLAGS = {
  path: many(positional.file({ required: false, about: "File of rules, or folder of them" })),
  sample: many(flag.file({ hint: "PATH", about: "File or folder to measure with" })),
  sampleSize: flag.size({ default: "4M", least: "1", most: "1G", about: "Take no more of the sample" }),
  runs: flag.count(1, 1000, { default: "3", about: "Scan each file so many times, and take the fastest" }),
  timeout: flag.seconds({ default: "10", about: "Give a rule up that takes longer for one file" }),
  top: flag.count(1, 1_000_000, { default: "30", about: "Rows of the table; JSON has all" }),
  ...RULE_FLAGS,
  json: flag.switch({ about: "Print JSON" }),
};

export const rulesCost = command({
  name: "rules cost",
  description: "Show what rules cost in a scan: by their atoms, and measured on a sample",
  details: [
    "A scan looks for atoms, up to four bytes of each string, and tries a string only where its atoms stand. The quality of an atom is what the engine reckons, from 0 for none to 255; it warns below 205. Tries are the places in a MiB of random bytes at which the strings of a rule would be tried; real files have more of common bytes. Entries are what the search tables hold for it.",
    "With --sample each rule is compiled by itself, together with the rules that it uses, and run over the files, which are held in memory. The figure is time of the processor, not of the clock: the fastest of the runs for each file, added up, for each MiB. In a set rules share the search for atoms and the work of modules, so their costs do not add up to that of the set; the cost of a rule that asks for nothing is given beside them.",
    "The sample is taken in the order of the paths up to --sample-size. The exit code is 3 if a rule could not be measured or compiled.",
  ],
  flags: FLAGS,
  check({ sample }, given) {
    const needless = ["sampleSize", "runs", "timeout"].find((key) => given.has(key));
    if (sample.length > 0 || needless === undefined) return;
    const name = needless.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(`--${name} needs --sample`);
  },
  examples: ["cryptex rules cost my-rules/", "cryptex rules cost my-rules/ --sample /usr/bin --json"],
  seeAlso: ["rules lint", "scan"],
  async run(options, io, { env }: Deps) {
    const { path, sample: roots, sampleSize, runs, timeout, json, top } = options;
    const warn = (text: string) => io.log.warn(text);
    const rules = chosenRules({ ...options, rules: [...path, ...options.rules] }, env);
    const sample = roots.length > 0 ? readSample(roots, sampleSize, warn) : undefined;
    let share = 0;
    const report = await (async () => {
      using _ = new ProgressLine(io, () => progressMeter(share, io));
      const request = { rules, sample: sample?.files ?? [], runs, timeoutMs: timeout };
      return await measureCost(request, (done, all) => (share = done / all), io.signal);
    })();
    const lost = report.quarantined.filter(({ harmless }) => !harmless);
    for (const { rule, file, line, reason } of lost) {
      warn(
        visible(
          `${file}${line === null ? "" : `:${line}`}: ${rule === null ? "" : `rule ${rule}: `}${reason}`,
        ),
      );
    }
    await io.out(json ? costJson(report, sample, runs) : costText(report, sample, top, io));
    const isWhole = lost.length === 0 && report.rules.every(({ measured }) => measured?.reason === undefined);
    return isWhole ? EXIT.ok : INCOMPLETE;
  },
});

// ---- JSON ----

function costJson(
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

function costText({ rules, floor }: CostReport, sample: Sample | undefined, top: number, io: Io): string {
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
  const lines = rules.length === 0 ? ["no rule was loaded"] : [table(COLUMNS, rows, io), ""];
  if (rules.length > top)
    lines.push(`${formatCount(top)} of ${plural(rules.length, "rule")}; --top N shows more`);
  if (sample && floor) {
    const left = sample.leftOut === 0 ? "" : `; ${plural(sample.leftOut, "file")} left out for --sample-size`;
    lines.push(
      `${plural(rules.length, "rule")}, ${plural(sample.files.length, "file")} of ${formatQuantity(sample.bytes, "B")}${left}`,
      `a rule that asks for nothing: ${timeText(floor)} µs/MiB`,
    );
  } else lines.push("reckoned by atoms; --sample PATH measures");
  return lines.map((line) => `${line}\n`).join("");
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
