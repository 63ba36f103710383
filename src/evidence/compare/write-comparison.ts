/** A comparison from its two sides to its results: compares, and writes text or JSON, and a page. */
import { OutputFile } from "#kit/files/output-file.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine, progressMeter } from "#kit/term/progress.ts";
import { dataPath } from "../../recording/manifest-file.ts";
import { type Evidence, findEvidence } from "../find-evidence.ts";
import { compareEvidence } from "./compare.ts";
import type { Comparison } from "./comparison.ts";
import { comparisonHtml } from "./html.ts";
import { comparisonText } from "./text.ts";

export interface ComparisonOptions {
  /** Names as they were typed. */
  readonly a: string;
  readonly b: string;
  readonly anyDifference: boolean;
  /** Path of a page to write. */
  readonly html: string | undefined;
  readonly json: boolean;
}

/**
 * @param stateFolder of this user, with the tags; undefined where there is no home
 * @throws UsageError · InputError where A or B cannot be used at all, or the page not be written · the signal's reason
 */
export async function writeComparison(
  { a, b, anyDifference, html, json }: ComparisonOptions,
  io: Io,
  stateFolder: string | undefined,
): Promise<Comparison> {
  const [first, second] = [findEvidence(a, stateFolder), findEvidence(b, stateFolder)];
  await using page =
    html === undefined
      ? undefined
      : await OutputFile.create(html, io.signal, [...filesOf(first), ...filesOf(second)]);
  const comparison = await shown(first, second, anyDifference, io);
  await page?.write(comparisonHtml(comparison));
  await io.out(json ? `${JSON.stringify(comparison, null, 2)}\n` : comparisonText(comparison, io));
  return comparison;
}

async function shown(a: Evidence, b: Evidence, anyDifference: boolean, io: Io): Promise<Comparison> {
  let line = "reading";
  using _ = new ProgressLine(io, () => line);
  return await compareEvidence(a, b, {
    anyDifference,
    signal: io.signal,
    onProgress: (source, done, of) => {
      line = `comparing  ${progressMeter(done / of, io)}  ${source}`;
    },
  });
}

function filesOf(side: Evidence): string[] {
  if (side.kind === "profile") return [side.path];
  return [...side.recordings.values()].flatMap((recording) => [
    recording.path,
    dataPath(recording, "samples"),
  ]);
}
