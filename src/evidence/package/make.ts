/** Makes a package: records each source, examines it, writes down what follows, and seals the whole. */
import type { OwnKey } from "#kit/signing/keyring.ts";
import type { Host } from "../../platform/host.ts";
import type { Restart } from "../../recording/record.ts";
import type { Recording } from "../../recording/recording.ts";
import { claimAt, type Source } from "../../source.ts";
import { checklistText } from "./checklist-text.ts";
import { evidenceOf, type SourceEvidence } from "./evidence.ts";
import { packageJson } from "./evidence-json.ts";
import { type Examined, examine } from "./examine.ts";
import { PackageFolder, SOURCE_FILES } from "./folder.ts";
import { type Gathered, gather } from "./gather.ts";
import { type Counts, type PackagePlan, planPackage } from "./plan.ts";
import { readmeText } from "./readme-text.ts";
import { registrationOf } from "./registration.ts";
import { reportText } from "./report-text.ts";

export interface PackageOrder {
  readonly out: string;
  readonly sources: readonly Source[];
  readonly counts: Counts;
  /** Most time for the recording of each source in this run, ms. */
  readonly limitMs: number;
  readonly key: OwnKey | undefined;
  readonly restartOf: (source: Source) => Restart;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly onProgress: (now: Progress) => void;
}

/** Says what is being done. */
export interface Progress {
  readonly id: string;
  readonly index: number;
  readonly of: number;
  readonly doing:
    | { readonly recording: Recording }
    | { readonly text: string }
    /** Restarts are slow, and why. */
    | { readonly obstacle: string };
}

export interface MadePackage {
  readonly plan: PackagePlan;
  readonly sources: readonly SourceEvidence[];
  readonly isSigned: boolean;
}

/** @throws InputError for a folder that is something else, or no room; SourceError for the library; the signal's reason */
export async function makePackage(order: PackageOrder, host: Host): Promise<MadePackage> {
  const { sources, counts, key, signal } = order;
  const now = await planPackage(sources, host, counts, signal);
  using folder = await PackageFolder.open(order.out, now, signal);
  const { plan } = folder;
  const all: SourceEvidence[] = [];
  for (const [index, source] of sources.entries()) {
    const { info } = source;
    const say = (doing: Progress["doing"]) =>
      order.onProgress({ id: info.id, index, of: sources.length, doing });
    say({ text: "preparing" });
    const gathered = await gather(source, host, folder, {
      ...order,
      wholeProgram: order.restartOf(source),
      onRecording: (recording) => say({ recording }),
      onObstacle: (obstacle) => say({ obstacle }),
    });
    const examined = await examinedOf(source, gathered, host, folder, order, say);
    const evidence = evidenceOf(info, claimAt(info, plan.clock?.periodNs), plan, gathered, examined);
    writeSource(folder, plan, evidence);
    all.push(evidence);
  }
  folder.writeJson("evidence.json", packageJson(plan, all));
  folder.write("README.md", readmeText(plan, all));
  const isSigned = await folder.seal(key, signal);
  return { plan, sources: all, isSigned };
}

async function examinedOf(
  source: Source,
  gathered: Gathered,
  host: Host,
  folder: PackageFolder,
  { signal, threads }: PackageOrder,
  say: (doing: Progress["doing"]) => void,
): Promise<Examined | undefined> {
  if (gathered.kind !== "complete") return undefined;
  const onProgress = (text: string) => say({ text });
  return await examine(source, gathered.manifest, host, folder, { signal, threads, onProgress });
}

/** Files that only a complete recording has. */
const FIGURES = ["assessment", "restart", "conditioning", "health", "drill", "registration"] as const;

/** Writes what follows from a source. One that the machine has not got has no folder. */
function writeSource(folder: PackageFolder, plan: PackagePlan, evidence: SourceEvidence): void {
  if (evidence.state === "absent") return;
  const at = (file: keyof typeof SOURCE_FILES) => `sources/${evidence.info.id}/${SOURCE_FILES[file]}`;
  const { examined, info } = evidence;
  if (examined) folder.writeJson(at("registration"), registrationOf(info, examined));
  else for (const file of FIGURES) folder.remove(at(file)); // of a recording that was removed since
  folder.write(at("report"), reportText(plan, evidence));
  folder.write(at("checklist"), checklistText(evidence));
}
