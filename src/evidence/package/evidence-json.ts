/** Writes what a package knows of its sources as plain data: `evidence.json`. */
import { findingsOf, ratioOf, type SourceEvidence } from "./evidence.ts";
import type { Examined } from "./examine.ts";
import type { PackagePlan } from "./plan.ts";
import { checkSource } from "./requirements.ts";

/** Content of `evidence.json`. */
export function packageJson(plan: PackagePlan, sources: readonly SourceEvidence[]): object {
  return { schema: 1, plan, sources: sources.map(sourceJson) };
}

function sourceJson(source: SourceEvidence): object {
  const { info, examined, ...counts } = source;
  const { id, title, family, mechanism, symbolBits } = info;
  const checklist = checkSource(source).flatMap(({ checked }) => checked);
  return {
    id,
    title,
    family,
    mechanism,
    symbolBits,
    ...counts,
    ...(examined && figuresJson(examined)),
    ratio: ratioOf(source) ?? null,
    findings: findingsOf(source),
    checklist: checklist.map(({ section, isMet, references, toWrite, fault }) => ({
      section,
      met: isMet,
      references,
      ...(toWrite !== undefined && { toWrite }),
      ...(fault !== undefined && { against: fault }),
    })),
  };
}

function figuresJson({ manifest, assessment, restart, conditioning, health, drill }: Examined): object {
  return {
    recorded: { startedAt: manifest.startedAt, endedAt: manifest.endedAt, rateHz: manifest.rateHz },
    hOriginal: assessment.hOriginal,
    hBitstring: assessment.hBitstring,
    assessedH: assessment.minEntropy,
    restart: restart && {
      hInitial: restart.restart.hInitial,
      sanity: restart.restart.sanity.passed,
      hRow: restart.restart.hRow,
      hCol: restart.restart.hCol,
      minEntropy: restart.restart.minEntropy,
      passed: restart.passed,
    },
    conditioning,
    healthTests: health.tests,
    drill: { holds: drill.holds, faults: drill.sources[0]?.faults.length ?? 0 },
    nist: [assessment, restart, conditioning].flatMap((each) => each?.nist ?? []),
  };
}
