/** `calibrate`: assesses the sources on this very machine, and keeps what it found for the commands that credit. */

import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag } from "#kit/term/flags/builders.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { table } from "#kit/term/table.ts";
import { formatCount } from "#kit/term/units.ts";
import { calibratedClaims } from "../calibration/claims.ts";
import { identifyMachine } from "../calibration/machine.ts";
import type { Calibration, Profile } from "../calibration/profile.ts";
import { profilePath, writeProfile } from "../calibration/profile-file.ts";
import type { Deps } from "../deps.ts";
import { EntropyError, InputError, SourceError } from "../errors.ts";
import { claimAt, type Source, type SourceInfo } from "../source.ts";
import { selectSources } from "../sources/selection.ts";
import { assess } from "../stats/sp800-90b/index.ts";
import { toSymbols } from "../trace.ts";
import { VERSION } from "../version.ts";
import { findProfile } from "./claims.ts";
import { SOURCES_FLAGS } from "./source-flags.ts";

/** SP 800-90B §3.1.1 assesses 1,000,000 samples, in parts of 1,000 or more. */
const MAX_SAMPLES = 1_000_000;
const MIN_SAMPLES = 1_000;

export const calibrate = command({
  name: "calibrate",
  description: "Assess the sources on this machine; from then on half of that is credited at most",
  details: [
    "Measures each source and keeps half of what was assessed in a profile of this machine. Commands that credit entropy then use the lower of that and the source's own claim, unless --uncalibrated is given.",
  ],
  flags: {
    ...SOURCES_FLAGS,
    samples: flag.count(MIN_SAMPLES, MAX_SAMPLES, { default: "1000000", about: "Of each source, at most" }),
    budgetMs: flag.seconds({
      name: "seconds",
      default: "10",
      about: "Sampling time for each source; slow ones deliver fewer samples",
    }),
    json: flag.switch({ about: "Write JSON" }),
  },
  examples: [
    "esoteric-entropy calibrate",
    "esoteric-entropy calibrate --sources disk_io,dram_row_buffer --seconds 60",
  ],
  seeAlso: ["pool", "bench", "scan"],
  async run(options, io, deps: Deps) {
    await runCalibrate(options, io, deps);
    return EXIT.ok;
  },
});

export interface CalibrateOptions {
  readonly sources: string;
  readonly samples: number;
  readonly budgetMs: number;
  readonly json: boolean;
}

type Finding =
  | { readonly info: SourceInfo; readonly kind: "calibrated"; readonly calibration: Calibration }
  /** Not available, or did not deliver: its claim stays as it is. */
  | { readonly info: SourceInfo; readonly kind: "left out"; readonly reason: string };

/** @throws InputError where no profile can be kept · SourceError if nothing could be measured · the signal's reason */
export async function runCalibrate(options: CalibrateOptions, io: Io, deps: Deps): Promise<void> {
  const selected = selectSources(deps.sources, options.sources);
  const { stateFolder, host } = deps;
  if (stateFolder === undefined) {
    throw new InputError("there is no folder for the profile: no home is known", {
      hints: [host.os === "darwin" ? "set HOME" : "set HOME or XDG_STATE_HOME, to an absolute path"],
    });
  }
  const findings: Finding[] = [];
  for (const source of selected) {
    findings.push(await examine(source, options, io, deps));
    io.signal.throwIfAborted();
  }
  const calibrated = findings.filter((finding) => finding.kind === "calibrated");
  if (calibrated.length === 0) {
    throw new EntropyError("source", "no source could be measured", { hints: findings.map(reasonOf) });
  }

  const { native } = host;
  const clock = native.ok
    ? { name: native.library.clock.name, periodNs: native.library.clock.periodNs }
    : { name: "none", periodNs: 0 };
  // What was found out about others on the same machine stays.
  const found = findProfile(deps);
  const earlier = found.kind === "read" ? found.profile.sources : [];
  const fresh = calibrated.map(({ info, calibration }): [string, Calibration] => [info.id, calibration]);
  const profile: Profile = {
    tool: VERSION,
    machine: identifyMachine(host),
    clock,
    sources: new Map([...earlier, ...fresh]),
  };
  writeProfile(stateFolder, profile);
  const path = profilePath(stateFolder);
  await io.out(
    options.json
      ? `${JSON.stringify(asJson(path, profile, findings), null, 2)}\n`
      : `${asText(path, profile, findings)}\n`,
  );
}

/** Long enough to be worth a call, short enough to end in time. */
const PIECE_MS = 250;
/** What a source may take longer than its time before it is given up. */
const GRACE_MS = 2_000;

async function examine(source: Source, options: CalibrateOptions, io: Io, { host }: Deps): Promise<Finding> {
  const { info } = source;
  const available = await source.availability(host);
  if (!available.ok) return { info, kind: "left out", reason: available.reason };

  const symbols = new Uint8Array(options.samples);
  let done = 0;
  let elapsedNs = 0;
  const timeout = AbortSignal.timeout(options.budgetMs + GRACE_MS);
  const signal = AbortSignal.any([io.signal, timeout]);
  using _ = new ProgressLine(io, () => `${info.id}: ${formatCount(done)} samples`);
  try {
    await using sampler = await source.open(host);
    const deadline = performance.now() + options.budgetMs;
    let rateHz = info.rateHz;
    while (done < options.samples && performance.now() < deadline) {
      const piece = Math.max(1, Math.round((rateHz * PIECE_MS) / 1000));
      const trace = await sampler.sample(Math.min(piece, options.samples - done), signal);
      symbols.set(toSymbols(trace, info.symbolBits), done);
      done += trace.samples.length;
      elapsedNs += trace.elapsedNs;
      if (elapsedNs > 0) rateHz = (done / elapsedNs) * 1e9;
    }
  } catch (error) {
    if (io.signal.aborted) throw io.signal.reason;
    if (!timeout.aborted) {
      if (!(error instanceof SourceError)) throw error;
      return { info, kind: "left out", reason: error.message };
    }
  }
  if (done < MIN_SAMPLES) {
    const reason = `${done} samples in the time given; ${MIN_SAMPLES} are the least to assess`;
    return { info, kind: "left out", reason };
  }
  const { minEntropy } = assess(symbols.subarray(0, done), info.symbolBits);
  const calibration: Calibration = {
    assessedH: minEntropy,
    symbolBits: info.symbolBits,
    symbols: done,
    rateHz: elapsedNs > 0 ? (done / elapsedNs) * 1e9 : 0,
    calibratedAt: new Date().toISOString(),
  };
  return { info, kind: "calibrated", calibration };
}

function credited(info: SourceInfo, profile: Profile): number {
  return calibratedClaims([info], profile).map((lowered) => claimAt(lowered, profile.clock.periodNs))[0]!;
}

function reasonOf(finding: Finding): string {
  return finding.kind === "left out" ? `${finding.info.id}: ${finding.reason}` : "";
}

function asJson(path: string, profile: Profile, findings: readonly Finding[]): object {
  const sources = findings.map((finding) => {
    const { info } = finding;
    const claimedH = claimAt(info, profile.clock.periodNs);
    if (finding.kind === "left out") return { id: info.id, claimedH, reason: finding.reason };
    const { calibration } = finding;
    return { id: info.id, claimedH, ...calibration, creditedH: credited(info, profile) };
  });
  const { tool, machine, clock } = profile;
  return { schema: 1, path, tool, machine, clock, sources };
}

function asText(path: string, profile: Profile, findings: readonly Finding[]): string {
  const right = { align: "right" as const };
  const columns = [
    { title: "SOURCE" },
    { title: "SAMPLES", ...right },
    { title: "RATE/S", ...right },
    { title: "ASSESSED H", ...right },
    { title: "CLAIMED H", ...right },
    { title: "CREDITED H", ...right },
    { title: findings.some((finding) => finding.kind === "left out") ? "LEFT OUT" : "" },
  ];
  const rows = findings.map((finding) => {
    const { info } = finding;
    const claim = String(claimAt(info, profile.clock.periodNs));
    if (finding.kind === "left out") return [info.id, "", "", "", claim, claim, finding.reason];
    const { calibration } = finding;
    return [
      info.id,
      formatCount(calibration.symbols),
      formatCount(calibration.rateHz),
      calibration.assessedH.toFixed(3),
      claim,
      String(Number(credited(info, profile).toFixed(3))),
    ];
  });
  return `${table(columns, rows)}\n\nkept in ${path}`;
}
