/** Thread that makes a gap report. */
import { serve } from "#kit/thread.ts";
import { type AnalysisProgress, type AnalysisRequest, analyze } from "./analyze.ts";
import type { GapReport } from "./gap-report.ts";

void serve<AnalysisRequest, GapReport, AnalysisProgress>((request, { progress }) =>
  analyze(request, progress),
);
