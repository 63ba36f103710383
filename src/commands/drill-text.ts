/** The words of `drill`, and its output. */
import { formatAmount, formatFixed } from "#kit/format/numbers.ts";
import { type Candidate, type Completion, completeList } from "#kit/term/candidates.ts";
import { paragraph, type Screen } from "#kit/term/screen.ts";
import { type Cell, type Column, table } from "#kit/term/table.ts";
import type { FaultResult, SourceResult } from "../drill/drill.ts";
import { bitsText, percent, SIGNS, summary } from "../drill/drill-markdown.ts";
import { ANSWER_FAULTS, type AnswerFault, FAULTS, OVERCLAIM } from "../drill/faults.ts";
import type { DrillReport } from "../drill/run.ts";

const ANSWERS: Readonly<Record<AnswerFault, string>> = {
  silence: "throws, and what was queued answers all the same",
  flood: "answers with more samples than asked for",
};

const FAULT_WORDS: readonly Candidate[] = [
  ...[...FAULTS, OVERCLAIM].map(({ name, about }) => ({ value: name, description: about })),
  ...ANSWER_FAULTS.map((value) => ({ value, description: ANSWERS[value] })),
];

export function completeFaults(typed: string): Completion {
  return completeList(typed, () => FAULT_WORDS);
}

export const DRILL_DETAILS = [
  "Samples each source, lays faults over its noise, and plays that to the health tests, estimates and accounts of a pool, in slices of the size that the pool asks for. Each fault begins at four places of a block; the worst of them is shown: the symbols of the fault until an alarm, the test that raised it, the bits credited for samples from the onset on, as a number and as a share of the claim, and what is allowed. An estimate counts as an alarm where a block is worth at most a twentieth of the claim.",
  `Faults: ${FAULT_WORDS.map(({ value, description }) => `${value} (${description})`).join("; ")}. period:N takes any N. overclaim is no fault of the source, and is drilled only where it is named.`,
  "Without entropy a source may earn 320 bits, for all that comes after the onset. A replay may earn what two blocks claim, in the second period only. burst, half, bias and overclaim may earn what SP 800-90B's estimators find to be left, or 320 bits. A shift register is paid as any generator would be, for nothing can tell it from noise; once its period of 65,535 is over, it is seen. Periods beyond 250,000 are not seen.",
  "Sources that claim nothing are named and left out: with --credit ID=H they are drilled. With --from, recordings made by record take the place of sampling, by what their sources claim. Exit code 4 says that a fault earned more than allowed, 3 that a source that was named, or is there, could not be sampled.",
  "The JSON has: holds; from; conditions (machine, startedAt, load); sources, each with id, samples, rateHz, claim, block (symbols), assessedH of the noise, paidBefore (share of the claim, before the fault), notPlayed, and faults: fault, holds, detectedAfter (symbols), detectedBy, bits, share, allowedBits (null: no limit), objections; and notCredited, absent, failed, with reasons.",
];

/** For a line that is drawn during the drill. */
export function drillProgress(now: { id: string; index: number; of: number; doing: string }): string {
  return `${now.id}: ${now.doing}, source ${now.index + 1} of ${now.of}`;
}

const COLUMNS: readonly Column[] = [
  { title: "FAULT" },
  { title: "SEEN AFTER", align: "right", leaves: 3 },
  { title: "BY", leaves: 2 },
  { title: "BITS", align: "right" },
  { title: "ALLOWED", align: "right", leaves: 4 },
  { title: "OF CLAIM", align: "right", leaves: 1 },
  { title: "VERDICT" },
  { title: "REMARK", optional: true, wraps: "below" },
];

export function drillText(report: DrillReport, screen: Screen): string {
  const left = [...report.failed, ...report.absent, ...report.notCredited];
  return [
    ...report.sources.flatMap((source) => [sourceText(source, screen), ""]),
    ...left.map(({ id, reason }) => paragraph(`${id}: not drilled: ${reason}`, screen)),
    ...(left.length > 0 ? [""] : []),
    paragraph(summary(report), screen),
    "",
  ].join("\n");
}

function sourceText(source: SourceResult, screen: Screen): string {
  const { id, samples, rateHz, claim, block, assessedH, paidBefore } = source;
  const facts = [
    `${formatAmount(samples)} samples at ${formatAmount(rateHz)}/s`,
    `claim ${claim}`,
    ...(assessedH === null ? [] : [`assessed ${formatFixed(assessedH, 3)}`]),
    `blocks of ${block}`,
    `before a fault ${percent(paidBefore)} of the claim paid`,
  ];
  const rows = source.faults.map((fault): Cell[] => [
    fault.fault,
    fault.detectedAfter === null ? "–" : formatAmount(fault.detectedAfter),
    fault.detectedBy === null ? "–" : SIGNS[fault.detectedBy].long,
    bitsText(fault.bits),
    fault.allowedBits === null ? "–" : formatAmount(Math.round(fault.allowedBits)),
    percent(fault.share),
    fault.holds ? "ok" : { text: "TOO MUCH", style: "bad" },
    remarkOn(fault),
  ]);
  const missing = source.notPlayed.map(({ fault, reason }): Cell[] =>
    [fault, "", "", "", "", "", "not played", reason].map((text) => ({ text, style: "dim" as const })),
  );
  return `${paragraph(`${id}: ${facts.join(", ")}`, screen)}\n${table(COLUMNS, [...rows, ...missing], screen)}`;
}

function remarkOn({ fault, objections }: FaultResult): string {
  if (objections.length > 0) return objections.join("; ");
  return fault === "lfsr16" ? "paid like noise for one period of 65,535, and not after it" : "";
}
