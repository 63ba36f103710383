/** A drill as Markdown, and the words that it shares with the text for terminals. */
import { markdownText } from "#kit/format/markup.ts";
import { formatAmount } from "#kit/format/numbers.ts";
import type { FaultResult, Sign, SourceResult } from "./drill.ts";
import type { Conditions, DrillReport } from "./run.ts";

export const SIGNS: Readonly<Record<Sign, { readonly long: string; readonly short: string }>> = {
  "repetition-count": { long: "repetition count", short: "RCT" },
  "adaptive-proportion": { long: "adaptive proportion", short: "APT" },
  "second repetition-count": { long: "second repetition count", short: "RCT₂" },
  "second adaptive-proportion": { long: "second adaptive proportion", short: "APT₂" },
  estimate: { long: "estimate", short: "est." },
  error: { long: "error", short: "error" },
  "wrong length": { long: "wrong length", short: "length" },
};

/** Two tables, source by fault: bits credited from the onset on, and how it was detected. */
export function drillMarkdown(report: DrillReport): string {
  const names = [...new Set(report.sources.flatMap(({ faults }) => faults.map(({ fault }) => fault)))];
  const left = [...report.failed, ...report.absent, ...report.notCredited];
  return [
    ...(report.conditions ? conditionLines(report.conditions) : []),
    `- Program: ${report.version}`,
    `- ${summary(report)}`,
    ...left.map(({ id, reason }) => `- Not drilled: ${id}, ${markdownText(reason)}`),
    ...report.sources.flatMap(({ id, notPlayed }) =>
      notPlayed.map(({ fault, reason }) => `- Not played: ${fault} over ${id}, ${markdownText(reason)}`),
    ),
    "",
    "Bits credited for samples from the onset on:",
    "",
    ...matrix(
      report.sources,
      names,
      (fault) => `${fault.holds ? "" : "**"}${bitsText(fault.bits)}${fault.holds ? "" : "**"}`,
    ),
    "",
    "Symbols of the fault until the first alarm, and which:",
    "",
    ...matrix(report.sources, names, ({ detectedAfter, detectedBy }) =>
      detectedAfter === null || detectedBy === null ? "–" : `${detectedAfter} ${SIGNS[detectedBy].short}`,
    ),
    "",
  ].join("\n");
}

function conditionLines({ machine, startedAt, load }: Conditions): string[] {
  const { cpu, processors, memoryGiB, system, kernel, arch, virtualMachine } = machine;
  const [low, high] = load.map((value) => value.toFixed(1));
  return [
    `- Machine: ${markdownText(cpu)}, ${processors} processors, ${memoryGiB} GiB; virtual machine: ${virtualMachine.answer}`,
    `- System: ${markdownText(system)}, kernel ${markdownText(kernel)}, ${markdownText(arch)}; load average from ${low} to ${high}; ${startedAt.slice(0, 10)}`,
  ];
}

function matrix(
  sources: readonly SourceResult[],
  names: readonly string[],
  cell: (fault: FaultResult) => string,
): string[] {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    row(["source", "claim", ...names]),
    row(["---", "---:", ...names.map(() => "---:")]),
    ...sources.map(({ id, claim, faults }) =>
      row([
        id,
        String(claim),
        ...names.map((name) => {
          const fault = faults.find((each) => each.fault === name);
          return fault ? cell(fault) : "";
        }),
      ]),
    ),
  ];
}

export function summary({ sources, holds, failed }: DrillReport): string {
  const bad = sources.flatMap(({ id, faults }) =>
    faults.filter((fault) => !fault.holds).map(({ fault }) => `${fault} over ${id}`),
  );
  const played = sources.reduce((sum, { faults }) => sum + faults.length, 0);
  const verdict = holds
    ? `${played} faults over ${sources.length} sources: none earned more than it may`
    : `${bad.length} of ${played} faults earned more than they may: ${bad.join(", ")}`;
  return failed.length === 0 ? verdict : `${verdict}; not sampled: ${failed.map(({ id }) => id).join(", ")}`;
}

export function bitsText(bits: number): string {
  return bits < 1000 ? String(Math.round(bits)) : formatAmount(Math.round(bits));
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
}
