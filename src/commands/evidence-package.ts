/** `evidence package`: all that a laboratory asks for about noise sources, in one folder. */
import { availableParallelism } from "node:os";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, type OptionsOf } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../errors.ts";
import { findingsOf } from "../evidence/package/evidence.ts";
import { type MadePackage, makePackage } from "../evidence/package/make.ts";
import { claimAt, counterStepNs, type Source } from "../source.ts";
import { selectForSampling } from "../sources/selection.ts";
import { checkSignerFlags, SIGNER_FLAGS, signerOf } from "./evidence-key.ts";
import { packageProgress, packageText } from "./evidence-text.ts";
import { FINDINGS, SHORTAGE } from "./exits.ts";
import { RESTARTS_FLAG } from "./record-flags.ts";
import { restartOf } from "./restart-of.ts";
import { SOURCES_FLAGS } from "./source-flags.ts";

const FLAGS = {
  out: flag.folder({ required: true, about: "Folder of the package (needed)" }),
  samples: flag.count(1_000, 1e7, { default: "1000000", about: "Raw samples of each source" }),
  ...RESTARTS_FLAG,
  limitMs: flag.seconds({
    name: "seconds-per-source",
    default: "1800",
    leastMs: 100,
    about: "Longest time for recording each source in this run; what is not complete by then is named",
  }),
  ...SIGNER_FLAGS,
  ...SOURCES_FLAGS,
  json: flag.switch({ about: "Write what evidence.json holds to stdout" }),
};

export const evidencePackage = command({
  name: "evidence package",
  description: "Record and assess sources, and pack what an entropy validation asks for into a folder",
  details: [
    "For each source: raw data and restarts in the format of NIST's programs; their assessments and that of the conditioning component, with the equivalent command lines of NIST's programs; health tests with their cutoffs; the fault drill; a skeleton of the assessment report; a checklist of SP 800-90B's requirements; the registration for NIST's ESV protocol. A package is of one machine and one version of the program; make one on each. docs/EVIDENCE-PACKAGE.md describes it.",
    "Sources that claim entropy are taken by default; --sources names others. Each is recorded by itself, restarts of a slow source take hours: --seconds-per-source bounds that, and a source that is not complete by then is named with what it has. The same command goes on after an interrupt, and gives such sources as much time again.",
    "The exit code is 4 for data that speak against a source, else 3 for a source that is not complete, or was named and is absent.",
  ],
  flags: FLAGS,
  examples: [
    "esoteric-entropy evidence package --out evidence --key lab.key",
    "esoteric-entropy evidence package --out try --sources dram_row_buffer --samples 100000 --restarts 100x100",
  ],
  seeAlso: ["evidence verify", "evidence keygen", "record", "assess", "drill"],
  check: (options) => checkSignerFlags(options),
  judges: true,
  run: (options, io, deps: Deps) => runPackage(options, io, deps),
});

export type PackageOptions = OptionsOf<typeof FLAGS> & { readonly threads?: number };

/** @returns the exit code @throws as `makePackage`; UsageError, InputError and SignatureError for the key */
export async function runPackage(
  options: PackageOptions,
  io: Io,
  deps: Deps,
  restart: typeof restartOf = restartOf,
): Promise<number> {
  const { out, samples, restarts, limitMs, json, threads = availableParallelism() } = options;
  const { host } = deps;
  const named = new Set(options.sources.split(",").map((word) => word.trim()));
  const isWanted = ({ info }: Source) => claimAt(info, counterStepNs(host)) > 0 || named.has(info.id);
  const selected = selectForSampling(deps, options.sources);
  const sources = selected.filter(isWanted);
  if (sources.length === 0) throw new UsageError("none of these sources claims entropy: name it by its id");
  const key = await signerOf(options, io);
  const leftOut = selected.filter((source) => !isWanted(source));
  const progress = packageProgress(io, leftOut);
  let made: MadePackage;
  {
    using _ = new ProgressLine(io, progress.line);
    const order = {
      ...{ out, sources, counts: { samples, restarts }, limitMs, key, threads, signal: io.signal },
      restartOf: (source: Source) => restart(source, host),
      onProgress: progress.note,
    };
    made = await makePackage(order, host).catch((error: unknown) => {
      if (io.signal.aborted) io.log.info("stopped; the same command goes on from here");
      throw error;
    });
  }
  await io.out(packageText(made, out, json, io));
  if (!made.isSigned) io.log.warn("the package is NOT SIGNED: --key signs it, evidence keygen makes a key");
  return exitOf(made, named);
}

/** Data that speak against a source weigh more than a source that is missing. */
function exitOf({ sources }: MadePackage, named: ReadonlySet<string>): number {
  if (sources.some((source) => findingsOf(source).length > 0)) return FINDINGS;
  const isLacking = sources.some(
    ({ state, info }) => state === "short" || (state === "absent" && named.has(info.id)),
  );
  return isLacking ? SHORTAGE : EXIT.ok;
}
