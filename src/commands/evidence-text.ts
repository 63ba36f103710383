/** The words of `evidence package` and `evidence verify`. */
import { formatAmount, formatDuration, formatFixed, plural } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import { shortId } from "#kit/signing/keys.ts";
import type { Io } from "#kit/term/io.ts";
import type { Screen } from "#kit/term/screen.ts";
import { type Column, table } from "#kit/term/table.ts";
import { countMet } from "../evidence/package/checklist-text.ts";
import { findingsOf, ratioOf } from "../evidence/package/evidence.ts";
import { packageJson } from "../evidence/package/evidence-json.ts";
import type { MadePackage, Progress } from "../evidence/package/make.ts";
import { shortOfStandard } from "../evidence/package/plan.ts";
import type { Verified } from "../evidence/package/verify.ts";
import type { Recording } from "../recording/recording.ts";
import type { Source } from "../source.ts";
import { continuation, recordingProgress, slowRestarts } from "./record-text.ts";

/**
 * Follows a package: a line for terminals, and for each recording a note of how it began.
 * @param leftOut sources that were chosen with others, and are not packed
 */
export function packageProgress(
  io: Io,
  leftOut: readonly Source[],
): {
  readonly note: (now: Progress) => void;
  readonly line: () => string;
} {
  let now: Progress | undefined;
  let pace: Pace | undefined;
  let sinceMs = 0;
  if (leftOut.length > 0) {
    const ids = leftOut.map(({ info }) => info.id).join(", ");
    io.log.info(`left out, as they claim no entropy: ${ids}; --sources takes one that is named by its id`);
  }
  return {
    note(next) {
      if (next.id !== now?.id) io.log.info(`${next.id}: source ${next.index + 1} of ${next.of}`);
      const { doing } = next;
      if ("obstacle" in doing) io.log.info(`${next.id}: ${slowRestarts(doing.obstacle)}`);
      if ("recording" in doing) {
        const { recording } = doing;
        if (recording.samplesDone > 0) io.log.info(`${next.id}: ${continuation(recording)}`);
        pace = new Pace(recording);
      }
      now = next;
      sinceMs = performance.now();
    },
    line() {
      if (!now) return "looking at what is there";
      const { doing, index, of, id } = now;
      const place = `source ${index + 1} of ${of}`;
      if ("recording" in doing) return `${place}  ${recordingProgress(doing.recording, io)}${pace!.left()}`;
      if ("obstacle" in doing) return `${place}  ${id}`;
      return `${place}  ${id}: ${doing.text}, ${formatDuration(performance.now() - sinceMs)} so far`;
    },
  };
}

/** Estimates the time that samples, and then restarts, still take, by their pace in this run. */
class Pace {
  #begunMs = performance.now();
  #rows: { readonly done: number; readonly sinceMs: number } | undefined;
  readonly #samples: number;

  constructor(private readonly recording: Recording) {
    this.#samples = recording.samplesDone;
  }

  /** `, about 12 s more`; empty until the first are there. */
  left(): string {
    const { plan, samplesDone, rowsDone } = this.recording;
    const isSampling = samplesDone < plan.samples;
    if (!isSampling) this.#rows ??= { done: rowsDone, sinceMs: performance.now() };
    const from = isSampling ? { done: this.#samples, sinceMs: this.#begunMs } : this.#rows!;
    const done = (isSampling ? samplesDone : rowsDone) - from.done;
    const missing = isSampling ? plan.samples - samplesDone : (plan.restarts?.rows ?? 0) - rowsDone;
    if (done <= 0) return "";
    return `, about ${formatDuration(((performance.now() - from.sinceMs) / done) * missing)} more`;
  }
}

const COLUMNS: readonly Column[] = [
  { title: "SOURCE" },
  { title: "SAMPLES", align: "right", leaves: 3 },
  { title: "RESTARTS", align: "right", leaves: 4 },
  { title: "CLAIMED H", align: "right" },
  { title: "ASSESSED", align: "right" },
  { title: "RATIO", align: "right", leaves: 1 },
  { title: "H_I, H_R, H_C", align: "right", leaves: 2 },
  { title: "CHECKLIST", align: "right", leaves: 5 },
  { title: "REMARK", optional: true, wraps: "below" },
];

/** @param out folder of the package */
export function packageText(made: MadePackage, out: string, json: boolean, screen: Screen): string {
  const { plan, sources } = made;
  if (json) return `${JSON.stringify(packageJson(plan, sources), null, 2)}\n`;
  const of = (have: number, wanted: number) =>
    have === wanted ? formatAmount(have) : `${have} of ${formatAmount(wanted)}`;
  const rows = sources.map((source) => {
    const { info, samples, restarts, hSubmitter, examined } = source;
    const { met, all } = countMet(source);
    const remarks = [...(source.reason === undefined ? [] : [source.reason]), ...findingsOf(source)];
    return [
      info.id,
      of(samples.have, samples.wanted),
      `${of(restarts.have, restarts.wanted)} × ${restarts.cols}`,
      String(hSubmitter),
      formatFixed(examined?.assessment.minEntropy ?? null, 4),
      formatFixed(ratioOf(source) ?? null, 2),
      formatFixed(examined?.restart?.restart.minEntropy ?? null, 4),
      `${met} of ${all}`,
      remarks.map(visible).join("; "),
    ];
  });
  const complete = sources.filter(({ state }) => state === "complete").length;
  const short = shortOfStandard(plan);
  return [
    table(COLUMNS, rows, screen),
    `${complete} of ${plural(sources.length, "source")} complete, in ${visible(out)}`,
    ...(short === undefined ? [] : [`short of what SP 800-90B asks for: ${short}`]),
    "",
  ].join("\n");
}

export function verifiedText(
  path: string,
  { signed, isSigned, files, faults }: Verified,
  hasKey: boolean,
): string {
  const lines = faults.map((fault) => `${visible(path)}: ${visible(fault)}`);
  if (faults.length > 0) return [...lines, `${plural(faults.length, "difference")}`, ""].join("\n");
  const by = signed
    ? `signed by ${shortId(signed.key)} at ${signed.time}, with Ed25519 and ML-DSA-65`
    : isSigned && !hasKey
      ? "by its own hashes; it has a signature, which --key holds against a key"
      : "by its own hashes: NOT SIGNED, so whoever changed it could change them too";
  return `${visible(path)}: ${plural(files, "file")} as they were, ${by}\n`;
}
