/** The door to the analysis: takes a folder and its gap.toml, and makes the report in a thread of its own. */
import { realpathSync, statSync } from "node:fs";
import { basename } from "node:path";
import { InputError } from "#kit/errors.ts";
import { visible } from "#kit/format/visible.ts";
import { inThread } from "#kit/thread.ts";
import { WORK_THREAD } from "../work-thread-url.ts";
import type { AnalysisProgress, AnalysisRequest } from "./analyze.ts";
import type { ReadLimits } from "./code-base.ts";
import type { GapReport } from "./gap-report.ts";
import { GAP_TOML, type GapSettings, MAX_TOML_BYTES, NO_SETTINGS, parseGapToml } from "./gap-toml.ts";
import { NOT_THERE, readBelow } from "./tree.ts";

export interface GapRoot {
  /** Real path. */
  readonly path: string;
  readonly name: string;
  readonly settings: GapSettings;
}

export const READ_LIMITS: ReadLimits = { maxBytes: 16 * 2 ** 20, timeoutMs: 10_000 };

/** @throws InputError where there is no such folder, or its gap.toml cannot be used */
export function openRoot(folder: string): GapRoot {
  const path = realFolder(folder);
  const text = readGapToml(path);
  const settings = text === undefined ? NO_SETTINGS : parseGapToml(text, GAP_TOML);
  return { path, name: settings.name ?? basename(path), settings };
}

/** @throws InputError */
export function realFolder(folder: string): string {
  if (folder.includes("\0") || !statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new InputError(`there is no folder ${visible(folder)}`);
  }
  return realpathSync(folder);
}

/** Undefined where there is none. @param root real path @throws InputError */
export function readGapToml(root: string): string | undefined {
  const file = readBelow(root, GAP_TOML, MAX_TOML_BYTES);
  if ("reason" in file) {
    if (file.reason === NOT_THERE) return undefined;
    throw new InputError(`${GAP_TOML}: ${file.reason}`);
  }
  const text = file.bytes.toString();
  if (!Buffer.from(text).equals(file.bytes)) throw new InputError(`${GAP_TOML} is no UTF-8`);
  return text;
}

/** @throws the signal's reason */
export function makeReport(
  { path, name, settings }: GapRoot,
  signal: AbortSignal,
  {
    limits = READ_LIMITS,
    onProgress,
  }: { limits?: ReadLimits; onProgress?: (progress: AnalysisProgress) => void } = {},
): Promise<GapReport> {
  const request: AnalysisRequest = { root: path, name, settings, ...limits };
  return inThread<AnalysisRequest, GapReport, AnalysisProgress>(WORK_THREAD, request, {
    signal,
    work: "gap",
    failure: "the gap report could not be made",
    ...(onProgress && { onProgress }),
  });
}
