/** A report of the battery for large data from its data to its file. */
import { OutputFile, refuseOnePlace } from "#kit/files/output-file.ts";
import { htmlDocument } from "#kit/format/html-document.ts";
import { plural } from "#kit/format/numbers.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { NO_SCREEN } from "#kit/term/screen.ts";
import { loadLibrary } from "../../../ffi/index.ts";
import { BATTERY, withChain } from "../../deep/engine/crew.ts";
import { partsOf } from "../../deep/engine/part-work.ts";
import { StateFile } from "../../deep/engine/state-file.ts";
import type { PoolDeps } from "../../pool/open.ts";
import { type DataOrigin, inputsOf, type OpenData, openData } from "../input-data.ts";
import { reportJson } from "../json.ts";
import { markdownPage } from "../markdown.ts";
import { conclusionHtml, factsHtml, tableSection } from "../page-parts.ts";
import { PAGE_STYLE } from "../page-style.ts";
import type { ReportFormat } from "../render.ts";
import { type DeepReport, deepReport } from "./deep-report.ts";
import { deepText, evaluationText, headText, tailText } from "./deep-text.ts";
import { deepConclusion, deepFacts, deepTables } from "./deep-words.ts";
import { threadsFor } from "./memory.ts";
import { Pace } from "./pace.ts";
import { knownOf } from "./resume.ts";
import { type StreamOptions, type StreamResult, testStream } from "./test-stream.ts";

export interface DeepOptions extends Pick<StreamOptions, "threads" | "keepsGoing" | "battery"> {
  readonly origin: DataOrigin;
  /** Defaults to all there are, of endless data to the most that are tested. */
  readonly bytes: number | undefined;
  readonly format: ReportFormat;
  readonly output: string | undefined;
  /** Path of the file that the run is saved in, and goes on from. */
  readonly statePath: string | undefined;
  /** The data of a file or pipe do not begin again where a run goes on; those of others never do. */
  readonly inputGoesOn: boolean;
}

/** Writes results as they come where they are text for stdout, else at the end. @throws as `writeReport` */
export async function writeDeepReport(options: DeepOptions, io: Io, deps: PoolDeps): Promise<DeepReport> {
  const { origin, output, statePath, battery = BATTERY } = options;
  const { signal } = io;
  refuseOnePlace(output, statePath);
  await using file =
    output === undefined ? undefined : await OutputFile.create(output, signal, inputsOf(origin));
  const threads = threadsFor(battery.families, options.threads);
  using stateFile = statePath === undefined ? undefined : StateFile.open(statePath);
  const found = await stateFile?.read(
    partsOf(withChain(battery).families, loadLibrary().deepLoops()),
    signal,
  );
  const goesOn = options.inputGoesOn || origin.kind === "source" || origin.kind === "pool";
  await using data = await openData(origin, options.bytes, signal, deps, {
    isEndless: true,
    known: found === undefined || goesOn ? undefined : knownOf(found),
  });
  const state = stateFile && { file: stateFile, found, goesOn };
  const report = await testData(data, { ...options, threads, state }, io);
  const live = isLive(options);
  if (file !== undefined) {
    await file.write(render(report, options.format));
    io.log.info([`${output} written`, ...deepConclusion(report)].join("\n"));
  } else {
    await io.out(live ? tailText(report, io) : render(report, options.format));
  }
  return report;
}

/** Tells if results are shown as they come. */
function isLive({ format, output }: DeepOptions): boolean {
  return format === "text" && output === undefined;
}

async function testData(
  data: OpenData,
  options: DeepOptions & Pick<StreamOptions, "state">,
  io: Io,
): Promise<DeepReport> {
  const { families } = options.battery ?? BATTERY;
  const pace = new Pace();
  using line = new ProgressLine(io, () => pace.text());
  let isBegun = false;
  const show = async (text: string) => {
    line.clear();
    if (!isBegun) await io.out(headText(deepReport(data, NOTHING_YET, families), io));
    isBegun = true;
    await io.out(text);
  };
  try {
    const result = await testStream(data, {
      ...options,
      signal: io.signal,
      onProgress: (progress) => pace.reached(progress),
      async onEvaluation(evaluation) {
        if (isLive(options)) await show(evaluationText(evaluation, io));
        if (!io.errIsTerminal) io.log.info(pace.mark(evaluation));
      },
    });
    if (isLive(options)) await show("");
    return deepReport(data, result, families);
  } finally {
    if (io.signal.aborted && pace.savedBytes !== undefined) {
      io.log.info(
        `${options.statePath} has the run up to ${plural(pace.savedBytes, "byte")}: the same command goes on from there`,
      );
    }
  }
}

const NOTHING_YET: StreamResult = {
  evaluations: [],
  bytes: 0,
  rest: 0,
  ended: "data",
  joints: [],
  hint: null,
};

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
