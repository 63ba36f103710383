/** A report of the battery for large data from its data to its file. */
import { OutputFile } from "#kit/files/output-file.ts";
import { htmlDocument } from "#kit/format/html-document.ts";
import { formatQuantity } from "#kit/format/numbers.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { NO_SCREEN } from "#kit/term/screen.ts";
import { nextDoubling } from "../../deep/budget.ts";
import { BATTERY } from "../../deep/engine/crew.ts";
import type { Evaluation } from "../../deep/evaluation.ts";
import type { PoolDeps } from "../../pool/open.ts";
import { type DataOrigin, inputsOf, openData } from "../input-data.ts";
import { reportJson } from "../json.ts";
import { markdownPage } from "../markdown.ts";
import { formatP } from "../numbers.ts";
import { conclusionHtml, factsHtml, tableSection } from "../page-parts.ts";
import { PAGE_STYLE } from "../page-style.ts";
import type { ReportFormat } from "../render.ts";
import { type DeepReport, deepReport } from "./deep-report.ts";
import { deepText, evaluationText, headText, tailText } from "./deep-text.ts";
import { deepConclusion, deepFacts, deepMark, deepTables } from "./deep-words.ts";
import { type StreamOptions, testStream } from "./test-stream.ts";

export interface DeepOptions extends Pick<StreamOptions, "threads" | "keepsGoing" | "battery"> {
  readonly origin: DataOrigin;
  /** Defaults to all there are, of endless data to the most that are tested. */
  readonly bytes: number | undefined;
  readonly format: ReportFormat;
  readonly output: string | undefined;
}

/** Writes results as they come where they are text for stdout, else at the end. @throws as `writeReport` */
export async function writeDeepReport(options: DeepOptions, io: Io, deps: PoolDeps): Promise<DeepReport> {
  const { origin, output, format, battery = BATTERY } = options;
  const { signal } = io;
  await using file =
    output === undefined ? undefined : await OutputFile.create(output, signal, inputsOf(origin));
  await using data = await openData(origin, options.bytes, signal, deps, { isEndless: true });
  const isLive = file === undefined && format === "text";
  const nothingYet = { evaluations: [], bytes: 0, rest: 0, ended: "data" } as const;
  if (isLive) await io.out(headText(deepReport(data, nothingYet, battery.families), io));
  const pace = new Pace();
  let report: DeepReport;
  {
    using line = new ProgressLine(io, () => pace.text());
    const result = await testStream(data, {
      ...options,
      signal,
      onBytes: (bytes) => pace.reached(bytes),
      async onEvaluation(evaluation) {
        if (isLive) {
          line.clear();
          await io.out(evaluationText(evaluation, io));
        }
        if (!io.errIsTerminal) io.log.info(pace.mark(evaluation));
      },
    });
    report = deepReport(data, result, battery.families);
  }
  if (file !== undefined) {
    await file.write(render(report, format));
    io.log.info([`${output} written`, ...deepConclusion(report)].join("\n"));
  } else {
    await io.out(isLive ? tailText(report, io) : render(report, format));
  }
  return report;
}

function render(report: DeepReport, format: ReportFormat): string {
  switch (format) {
    case "text":
      return deepText(report, NO_SCREEN);
    case "json":
      return reportJson(report);
    case "md":
      return markdownPage({
        facts: deepFacts(report),
        conclusion: deepConclusion(report),
        tables: deepTables(report),
      });
    case "html":
      return htmlDocument(
        `Randomness report: ${report.input.name}`,
        PAGE_STYLE,
        [
          "<h1>Randomness report</h1>",
          factsHtml(deepFacts(report)),
          conclusionHtml(report.summary.verdict, deepConclusion(report)),
          ...deepTables(report).map(tableSection),
        ].join("\n"),
      );
  }
}

/** How far the test is, and how fast: for the line that rewrites itself, and for logs. Reports have no times. */
class Pace {
  readonly #startMs = performance.now();
  readonly #startCpu = process.cpuUsage();
  #start: number | undefined;
  #bytes = 0;

  reached(bytes: number): void {
    this.#start ??= this.#bytes;
    this.#bytes = bytes;
  }

  text(): string {
    const next = nextDoubling(this.#bytes);
    const goal = next === undefined ? "" : `  next result at ${formatQuantity(next, "B")}`;
    return `testing  ${formatQuantity(this.#bytes, "B")}  ${this.#figures()}${goal}`;
  }

  mark({ bytes, p, verdict }: Evaluation): string {
    const words = p === null ? "no test applies" : `${deepMark(verdict)}, lowest corrected p ${formatP(p)}`;
    return `${formatQuantity(bytes, "B")}: ${words}  ${this.#figures()}`;
  }

  #figures(): string {
    const { user, system } = process.cpuUsage(this.#startCpu);
    const seconds = (performance.now() - this.#startMs) / 1000;
    const rate = (this.#bytes - (this.#start ?? 0)) / seconds;
    return `${formatQuantity(rate, "B/s")}  CPU ${((user + system) / 1e6).toFixed(0)} s`;
  }
}
