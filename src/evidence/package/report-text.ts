/** The skeleton of a source's entropy assessment report, as Markdown: all that the program knows is filled in, the rest is marked. */
import { markdownText } from "#kit/format/markup.ts";
import { formatCount, formatQuantity, plural } from "#kit/format/numbers.ts";
import { NO_SCREEN } from "#kit/term/screen.ts";
import { assessmentText } from "../../assessment/assessment-text.ts";
import { conditioningText } from "../../assessment/conditioning-text.ts";
import { restartText } from "../../assessment/restart-file.ts";
import { drillMarkdown } from "../../drill/drill-markdown.ts";
import type { HealthCutoff } from "../../health/cutoffs.ts";
import { NOMINAL_H } from "../../health/monitor.ts";
import { countMet } from "./checklist-text.ts";
import { findingsOf, ratioOf, type SourceEvidence } from "./evidence.ts";
import type { Examined } from "./examine.ts";
import { SOURCE_FILES } from "./folder.ts";
import { type PackagePlan, shortOfStandard } from "./plan.ts";
import { environmentLines } from "./readme-text.ts";
import { TO_WRITE } from "./registration.ts";

const write = (what: string) => `> **${TO_WRITE}:** ${what}`;

export function reportText(plan: PackagePlan, source: SourceEvidence): string {
  const { info, examined } = source;
  return [
    `# Entropy assessment report: ${markdownText(info.title)} (${info.id})`,
    "",
    "A skeleton, filled in by the program that measured. What only a person can say is marked.",
    "",
    write("vendor, module, version, date, authors"),
    "",
    ...noiseLines(source),
    "## Operating environment",
    "",
    ...environmentLines(plan),
    "",
    write("conditions between which the source is claimed to work (temperature, voltage, load)"),
    "",
    ...dataLines(plan, source),
    ...(examined ? examinedLines(source, examined) : []),
    "## Requirements",
    "",
    requirementsLine(source),
    "",
  ].join("\n");
}

function requirementsLine(source: SourceEvidence): string {
  const { met, all } = countMet(source);
  return `${SOURCE_FILES.checklist}: ${met} of ${all} met.`;
}

function noiseLines({ info, hSubmitter }: SourceEvidence): string[] {
  return [
    "## Noise source",
    "",
    `- Family: ${info.family}, which shares a mechanism; what two of one family saw at the same moment is paid once`,
    `- Samples: integers of 64 bits, unit ${info.unit}; the symbol is their low ${info.symbolBits} bits`,
    `- Rate: ${formatQuantity(info.rateHz, "samples/s")}, to the order of magnitude`,
    `- Side effects: ${info.effects.length === 0 ? "none" : info.effects.join(", ")}`,
    `- H_submitter: ${hSubmitter} bits per symbol, at this machine's counter`,
    "",
    "What is believed to be unpredictable, and what is not known about it:",
    "",
    markdownText(info.mechanism),
    "",
    write("the argument that this suffices, a stochastic model, literature"),
    "",
  ];
}

function dataLines(
  plan: PackagePlan,
  { info, state, reason, samples, restarts, examined }: SourceEvidence,
): string[] {
  const short = shortOfStandard(plan);
  return [
    "## Data",
    "",
    `- Raw data: ${formatCount(samples.have)} of ${formatCount(samples.wanted)} samples`,
    `- Restart data: ${formatCount(restarts.have)} of ${formatCount(restarts.wanted)} starts, ${formatCount(restarts.cols)} samples of each`,
    ...(short === undefined ? [] : [`- **Short of the standard**: ${short} were asked for`]),
    ...(state === "complete" ? [] : [`- **Not complete, and not assessed**: ${markdownText(reason ?? "")}`]),
    ...(examined ? recordedLines(examined) : []),
    "",
    write(`who collected the data of ${info.id}, and who witnessed it (SP 800-90B §3.2.4)`),
    "",
  ];
}

function recordedLines({ manifest }: Examined): string[] {
  const { files, runs, restarts, rateHz, startedAt, endedAt } = manifest;
  return [
    `- Taken from ${startedAt} to ${endedAt}, in ${plural(runs.length, "run")}, at ${formatQuantity(rateHz, "samples/s")}`,
    ...(restarts ? [`- Restarts: ${markdownText(restarts.method)}`] : []),
    ...[files.samples, files.symbols, files.restarts].flatMap((file) =>
      file ? [`- \`${file.name}\`: ${markdownText(file.format)}; SHA-256 \`${file.sha256}\``] : [],
    ),
  ];
}

function examinedLines(source: SourceEvidence, examined: Examined): string[] {
  const { assessment, restart, conditioning, health, drill } = examined;
  const ratio = ratioOf(source);
  const findings = findingsOf(source);
  return [
    "## Entropy",
    "",
    ...(findings.length === 0 ? [] : [`**Findings:** ${markdownText(findings.join("; "))}`, ""]),
    `- Assessed: ${assessment.minEntropy} bits per symbol, the lower of H_original and n · H_bitstring`,
    ...(ratio === undefined
      ? ["- H_submitter: nothing is claimed"]
      : [`- H_submitter: ${source.hSubmitter}; the assessed is ${ratio.toFixed(2)} times that`]),
    ...(restart
      ? [`- With the restarts: ${restart.restart.minEntropy}, the lowest of H_r, H_c and H_I`]
      : ["- Restarts: not tested, there are not 1,000 × 1,000, which the tests take"]),
    "",
    "The command lines of NIST's programs make the same figures in this folder.",
    "",
    ...block(assessmentText(assessment, NO_SCREEN)),
    ...(restart ? block(restartText(restart, NO_SCREEN)) : []),
    "## Conditioning",
    "",
    ...(conditioning
      ? [
          `SHA-256 over whole samples of ${conditioning.bitsPerSample} bits, until ${conditioning.hIn} bits are credited: ${formatCount(conditioning.samples)} samples or more, where each is credited its full claim. A block that seeds the DRBG takes ${conditioning.hInOfSeed} bits where one family delivers.`,
          "",
          ...block(conditioningText(conditioning, NO_SCREEN)),
          write("number of the validation certificate of the SHA-256 that is used"),
          "",
        ]
      : [
          "The source claims nothing: its samples are hashed with the others', and nothing is credited for them.",
          "",
        ]),
    "## Health tests",
    "",
    `Start-up: ${formatCount(health.startupSymbols)} symbols, of which none is credited. H is ${health.claimedH > 0 ? "the claim" : `${NOMINAL_H}, as for every source that claims nothing`}.`,
    "",
    ...cutoffTable([...health.tests, ...health.second.tests]),
    "",
    `The second tests compare the source with itself: with half of the lowest of the first ${health.second.referenceBlocks} blocks, or of its calibration. Their cutoffs here are those for the assessed ${health.second.reference}.`,
    `Each block of ${health.estimate.blockSymbols} symbols is estimated before it is paid, and credited at most ${health.estimate.creditedShare} of that, once the block after it has passed as well.`,
    "",
    "## Faults",
    "",
    drillMarkdown(drill),
  ];
}

function block(text: string): string[] {
  return ["```", text.trimEnd(), "```", ""];
}

function cutoffTable(tests: readonly HealthCutoff[]): string[] {
  return [
    "| test | §  | when | H | α | W | C | derivation |",
    "|---|---|---|---:|---:|---:|---:|---|",
    ...tests.map(
      ({ test, section, phase, h, alphaExponent, window, cutoff, derivation, canFire }) =>
        `| ${test} | ${section} | ${phase} | ${h} | 2^−${alphaExponent} | ${window ?? "–"} | ${cutoff}${canFire ? "" : ", **never fires**"} | ${markdownText(derivation)} |`,
    ),
  ];
}
