/** Steps of `gap scan`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { formatCount } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { storedGap } from "../cryptex-store/gap.ts";
import type { Deps } from "../deps.ts";
import type { ReadLimits } from "../gap/code-base.ts";
import type { GapReport } from "../gap/gap-report.ts";
import { GAP_TOML, split } from "../gap/gap-toml.ts";
import { keepReport } from "../gap/keep-report.ts";
import { type GapRoot, makeReport } from "../gap/open-gap.ts";
import { REPORT_FILE, readReport } from "../gap/report-file.ts";
import { OpenDictionary } from "./dict-flags.ts";

/** Undefined where none is named and none is there. @throws InputError */
export function baselineOf(path: string | undefined): GapReport | undefined {
  if (path === undefined && !existsSync(REPORT_FILE)) return undefined;
  return readReport(path ?? REPORT_FILE);
}

/** Lists the files that a report tells of, which it may not replace. */
export function filesOf({ components }: GapReport, folder: string): string[] {
  const named = components.flatMap(({ component, evidence }) => [
    component,
    ...evidence.flatMap(({ to, tests, declared_in }) => [to, ...tests, ...declared_in]),
  ]);
  const paths = new Set([GAP_TOML, ...named.map((each) => split(each).path)]);
  return [...paths].map((path) => join(folder, path));
}

/** @throws the signal's reason */
export async function reportWithProgress(root: GapRoot, limits: ReadLimits, io: Io): Promise<GapReport> {
  let words = "looking for files";
  using _ = new ProgressLine(io, () => words);
  return await makeReport(root, io.signal, {
    limits,
    onProgress: ({ work, done, of }) => {
      words = `${work}: ${formatCount(done)} of ${formatCount(of)}`;
    },
  });
}

/** Keeps a report in the store, and says what became of linked entries. @returns it with what people set */
export function keptReport(
  root: GapRoot,
  made: GapReport,
  path: string | undefined,
  io: Io,
  deps: Deps,
): GapReport {
  using open = new OpenDictionary(path, deps);
  const holders = { dictionary: open.dictionary, store: storedGap(open.store) };
  const { report, linked } = keepReport(root.path, made, holders);
  for (const { codename, status } of linked.changed) io.log.info(`${visible(codename)} is ${status} now`);
  for (const { codename, reason } of linked.left)
    io.log.warn(`${visible(codename)} stays as it is: ${visible(reason)}`);
  return report;
}
