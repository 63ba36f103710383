/** `rules lint`: what is wrong with rules, or likely to be. */
import { plural } from "#kit/format/numbers.ts";
import { safeJson, visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, many, positional } from "#kit/term/flags.ts";
import type { Screen } from "#kit/term/screen.ts";
import { paint, type Style } from "#kit/term/style.ts";
import type { Deps } from "../deps.ts";
import type { LintReport } from "../rules/lint.ts";
import type { Finding, Severity } from "../rules/lint-finding.ts";
import { openLint } from "../rules/open-lint.ts";
import { FINDINGS, INCOMPLETE } from "./exits.ts";
import { COMPILE_FLAGS, plainRules } from "./rule-flags.ts";

const FLAGS = {
  path: many(positional.file({ required: false, about: "File of rules, or folder of them" })),
  failOn: many(flag.choice(["lint"], { about: "Exit with 4 if there is an error or a warning" })),
  ...COMPILE_FLAGS,
  json: flag.switch({ about: "Print JSON" }),
};

export const rulesLint = command({
  name: "rules lint",
  description: "Find what is wrong with rules, what is likely to be, and what makes them slow",
  details: [
    "Errors are rules, files and includes that a scan would not evaluate: syntax errors, names that are not defined, modules that are not imported or that the engine lacks, and whatever else it refuses. Warnings are likely mistakes, and what slows scans down; among them is all that the engine warns of. Hints are the rest.",
    "Each finding has a code in brackets, which stays the same from version to version.",
    "Without a path these are the rules that cryptex.toml or CRYPTEX_RULES names. Lint them together: rules may use those of other files.",
    "The exit code is 3 if a file or a folder could not be read, and 1 if there is no rule.",
  ],
  flags: FLAGS,
  examples: ["cryptex rules lint my-rules/", "cryptex rules lint my-rules/ --fail-on lint --json"],
  seeAlso: ["rules cost", "rules deps", "scan"],
  judges: true,
  async run({ path, failOn, includeFolders, definitions, json }, io, { env }: Deps) {
    const request = plainRules({ rules: path, includeFolders, definitions }, env);
    const report = await openLint(request, io.signal);
    const counts = countOf(report.findings);
    await io.out(json ? lintJson(report, counts) : lintText(report, counts, io));
    if (report.rules === 0 && report.findings.length === 0) {
      io.log.error(`nothing was looked at: there is no rule in ${visible(request.paths.join(", "))}`);
      return EXIT.failure;
    }
    if (failOn.includes("lint") && counts.error + counts.warning > 0) return FINDINGS;
    return report.findings.some(({ code }) => code === "unreadable") ? INCOMPLETE : EXIT.ok;
  },
});

type Counts = Readonly<Record<Severity, number>>;

function countOf(findings: readonly Finding[]): Counts {
  const count = (wanted: Severity) => findings.filter(({ severity }) => severity === wanted).length;
  return { error: count("error"), warning: count("warning"), hint: count("hint") };
}

function lintJson({ findings, files, rules }: LintReport, { error, warning, hint }: Counts): string {
  const result = { schema: 1, files, rules, errors: error, warnings: warning, hints: hint, findings };
  return `${safeJson(result)}\n`;
}

const STYLES: Readonly<Record<Severity, Style>> = { error: "bad", warning: "warn", hint: "dim" };

function lintText(
  { findings, files, rules }: LintReport,
  { error, warning, hint }: Counts,
  { color }: Screen,
): string {
  const lines = findings.flatMap((finding) => {
    const { file, line, rule, severity, code, message } = finding;
    const place = visible(line === null ? file : `${file}:${line}`);
    const words = visible(`${rule === null ? "" : `rule ${rule}: `}${message}`);
    const first = `${place}: ${paint(`${severity}:`, STYLES[severity], color)} ${words} ${paint(`[${code}]`, "dim", color)}`;
    return finding.hint === undefined ? [first] : [first, `  ${visible(finding.hint)}`];
  });
  const counts = [plural(error, "error"), plural(warning, "warning"), plural(hint, "hint")].join(", ");
  lines.push(`${counts} in ${plural(rules, "rule")} of ${plural(files, "file")}`);
  return lines.map((line) => `${line}\n`).join("");
}
