/**
 * Lists the demands of SP 800-90B (January 2018) on an entropy source, shall by shall, and where this program answers them.
 *
 * Sections and numbers are the standard's, where it has numbers; the words are ours, shorter: a laboratory works from the standard.
 * A reference is `path#Symbol`: a declaration in that file, or a heading of a document. tools/references.ts fails where one leads
 * nowhere.
 */
import { formatCount } from "#kit/format/numbers.ts";
import type { SourceEvidence } from "./evidence.ts";
import { STANDARD } from "./plan.ts";

export interface Requirement {
  /** Section, and number in it. */
  readonly section: string;
  readonly shall: string;
  /** How it is met. */
  readonly answer?: string;
  /** Left for a person to write: it is not met before. */
  readonly toWrite?: string;
  /** Where it is met. Without one it is not met. */
  readonly references: readonly string[];
  /** Says what speaks against it in what was measured; undefined where nothing does. */
  readonly against?: (source: SourceEvidence) => string | undefined;
}

export interface Chapter {
  readonly title: string;
  readonly requirements: readonly Requirement[];
}

export const CHAPTERS: readonly Chapter[] = [
  {
    title: "Testing (§3.1)",
    requirements: [
      {
        section: "3.1.1, raw data",
        shall:
          "At least 1,000,000 consecutive samples of the noise source are collected; else pieces of 1,000 or more.",
        answer:
          "`record` takes them without closing the source; an interrupted recording continues in runs of 1,000 or more.",
        references: ["src/recording/record.ts#fillRecording", "src/recording/recording.ts#wholeRuns"],
        against: ({ samples }) => fewer(samples.have, STANDARD.samples, "samples"),
      },
      {
        section: "3.1.1, conditioned data",
        shall: "A conditioning component that is not vetted: 1,000,000 of its outputs are collected as well.",
        answer: "Does not apply: the one conditioning component is SHA-256, which is vetted (§3.1.5.1.1).",
        references: ["src/conditioning/sha256.ts#BlockConditioner"],
      },
      {
        section: "3.1.1, restart data",
        shall:
          "1,000 restarts, and 1,000 consecutive samples of each, are collected as soon as the source is ready.",
        answer:
          "Each row is a start of its own, as the manifest says; warm-up samples are dropped as in operation.",
        references: ["src/recording/record.ts#Restart", "src/recording/manifest.ts#RestartPlan"],
        against: ({ restarts }) =>
          restarts.have >= STANDARD.rows && restarts.cols >= STANDARD.cols
            ? undefined
            : `${formatCount(restarts.have)} × ${formatCount(restarts.cols)} of ${formatCount(STANDARD.rows)} × ${formatCount(STANDARD.cols)} restarts`,
      },
      {
        section: "3.1.2",
        shall:
          "Samples are estimated on the IID track only if that is claimed and nothing speaks against it; else on the non-IID track.",
        answer: "No source claims to be IID: all are assessed on the non-IID track.",
        references: ["src/assessment/assessment.ts#runAssessment"],
      },
      {
        section: "3.1.3",
        shall:
          "The submitter states an estimate from their own analysis; H_I is the lowest of it and of the two of the data.",
        answer:
          "H_submitter is the source's claim. It is at most half of what was assessed, on the worst machine of docs/EVIDENCE.md.",
        references: [
          "src/source.ts#claimAt",
          "src/source.ts#CREDITED_SHARE",
          "src/evidence/package/examine.ts#initialEstimate",
        ],
        against: (source) =>
          assessed(source, ({ assessment, manifest }) =>
            assessment.minEntropy >= manifest.source.claimedH
              ? assessment.passed === false
                ? assessment.reason
                : undefined
              : `H_submitter ${manifest.source.claimedH} exceeds the assessment, ${assessment.minEntropy}`,
          ),
      },
      {
        section: "3.1.4.3",
        shall:
          "No row or column of the restart matrix holds one symbol more often than chance allows at H_I.",
        answer: "The sanity check, with the cutoffs of NIST's program.",
        references: ["src/stats/sp800-90b/restart.ts#restartTest"],
        against: (source) =>
          restarted(source, ({ restart: { sanity, alphabetSize } }) => {
            if (alphabetSize < 2) return "all symbols are equal";
            return sanity.passed ? undefined : "the sanity check failed";
          }),
      },
      {
        section: "3.1.4.2",
        shall:
          "The estimates of rows and of columns are at least half of H_I; the lowest of the three is the entropy of the source.",
        answer: "Both are assessed as the data are.",
        references: ["src/assessment/restart-file.ts#runRestartTests"],
        against: (source) =>
          restarted(source, ({ passed, reason }) => (passed === true ? undefined : (reason ?? "open"))),
      },
      {
        section: "3.1.5.1",
        shall:
          "The entropy of the output of a vetted conditioning component is computed from n_in, n_out, nw and h_in.",
        answer: "conditioning.json, computed as NIST's program does.",
        references: [
          "src/conditioning/output-entropy.ts#outputEntropyOf",
          "src/evidence/package/sheets.ts#conditioningSheet",
        ],
        against: (source) =>
          assessed(source, ({ conditioning }) => (conditioning ? undefined : "the source claims no entropy")),
      },
      {
        section: "3.1.6",
        shall:
          "One noise source is credited; others that go into the same component add nothing to its entropy.",
        answer:
          "A pool of this source alone, `--sources ID`, of which this folder speaks. By default a pool credits several that feed the same hash, which the standard has no place for.",
        toWrite: "that the module's pools are of this source alone",
        references: ["src/pool/account.ts#Account", "src/sources/selection.ts#selectSources"],
      },
    ],
  },
  {
    title: "Entropy source (§3.2.1)",
    requirements: [
      {
        section: "3.2.1, 1",
        shall: "The whole design is documented, and why it can be relied upon.",
        answer: "From the noise to the output byte, with the reasons of each step.",
        references: ["docs/ARCHITECTURE.md#The path of a byte", "src/source.ts#Source"],
      },
      {
        section: "3.2.1, 2",
        shall: "How it works, and how data are taken out of it for validation, is documented.",
        answer: "`record`, `probe --raw` and this package; their files are described in each manifest.",
        references: [
          "src/commands/record.ts#record",
          "src/commands/probe.ts#probe",
          "docs/EVIDENCE-PACKAGE.md#The folder",
        ],
      },
      {
        section: "3.2.1, 3",
        shall:
          "The range of operating conditions is documented, with the behaviour at its edges and the likely failures.",
        toWrite:
          "temperature, voltage and load between which the source is claimed to work, and measurements at their edges",
        references: [],
      },
      {
        section: "3.2.1, 4",
        shall: "There is a documented security boundary.",
        toWrite: "the boundary of the module that this program is part of",
        references: [],
      },
      {
        section: "3.2.1, 5",
        shall:
          "The output is that of the conditioning component, and the noise source can be read during validation.",
        answer:
          "Blocks of SHA-256 leave the pool; raw samples come by `record` and `probe --raw`, never out of a pool unless they are credited nothing.",
        references: [
          "src/pool/account.ts#Account",
          "src/recording/recording.ts#Recording",
          "src/commands/probe.ts#probe",
        ],
      },
      {
        section: "3.2.1, 7",
        shall: "How the source was restarted for the restart tests is documented.",
        answer: "In each manifest, as `restarts.method`.",
        references: ["src/recording/manifest.ts#RestartPlan"],
        against: ({ restarts }) => (restarts.have > 0 ? undefined : "there are no restarts"),
      },
    ],
  },
  {
    title: "Noise source (§3.2.2)",
    requirements: [
      {
        section: "3.2.2, 1",
        shall:
          "How the noise source works, where its unpredictability comes from and why it suffices is documented.",
        answer: "The mechanism of each source, and what is not known of it.",
        toWrite: "the argument that it suffices, and its literature",
        references: ["src/source.ts#SourceInfo", "docs/SOURCES.md#Sources"],
      },
      {
        section: "3.2.2, 2",
        shall: "The source is stationary, and it is said why its rate does not change.",
        toWrite:
          "why the rate stays what it is. Blocks are assessed as they come, and credit falls with them; that is no argument",
        references: [],
      },
      {
        section: "3.2.2, 3",
        shall: "The expected entropy is stated, with a technical argument for it.",
        answer: "Stated as the claim, from measurements.",
        toWrite: "the technical argument; there is no stochastic model",
        references: ["src/source.ts#claimAt", "docs/EVIDENCE.md#Evidence"],
        against: ({ hSubmitter }) => (hSubmitter > 0 ? undefined : "nothing is claimed"),
      },
      {
        section: "3.2.2, 4",
        shall:
          "The state of the noise source is protected from knowledge and influence of an adversary; how is documented.",
        toWrite: "how it is protected; other processes of the machine share the hardware that is timed",
        references: [],
      },
      {
        section: "3.2.2, 5",
        shall: "No known rule defines the output; IID or not is stated.",
        answer: "Not IID. Blocks that twenty guesses predict are credited less, to nothing.",
        references: ["src/health/block-estimate.ts#BlockEstimate"],
      },
      {
        section: "3.2.2, 6",
        shall: "Samples have a fixed length; their size and all possible values are stated.",
        answer:
          "Samples are integers of 64 bits; the symbol is their low bits, as many as the manifest says.",
        references: ["src/trace.ts#toSymbols", "src/recording/manifest.ts#RecordedSource"],
      },
      {
        section: "3.2.2, 7",
        shall: "The bits of longer samples are ranked by their entropy.",
        answer: "The low bits are taken by their place; all others are hashed too and credited nothing.",
        toWrite: "the ranking, by the algorithm of §6.4, which this program has not",
        references: ["src/trace.ts#toSymbols"],
      },
    ],
  },
  {
    title: "Conditioning component (§3.2.3)",
    requirements: [
      {
        section: "3.2.3, documentation",
        shall: "The component and its implementation are documented, with n_in, n_out and nw.",
        answer: "SHA-256 over whole samples until 320 bits are credited; sizes in conditioning.json.",
        references: [
          "src/conditioning/sha256.ts#BlockConditioner",
          "src/conditioning/sha256.ts#FULL_ENTROPY_INPUT_BITS",
        ],
      },
      {
        section: "3.2.3, validation",
        shall: "A vetted component is validated: its implementation has a certificate.",
        toWrite:
          "the number of the ACVTS certificate of the SHA-256 that is used. The one in this program has none known to it",
        references: [],
      },
    ],
  },
  {
    title: "Data collection (§3.2.4)",
    requirements: [
      {
        section: "3.2.4, collection",
        shall:
          "Data are collected by the laboratory, before a witness of it, or with the submitter's attestation.",
        toWrite: "who collected these data, and who witnessed it",
        references: [],
      },
      {
        section: "3.2.4, raw",
        shall: "The data are raw: digitised, not conditioned.",
        answer: "Samples are the integers that were measured; the files hold them as they came.",
        references: ["src/trace.ts#RawTrace", "src/recording/recording.ts#Recording"],
      },
      {
        section: "3.2.4, intrusion",
        shall: "Collecting takes no intrusive act that may change the source.",
        answer: "The same kernels take the samples as in operation.",
        references: ["src/recording/sample-until.ts#sampleUntil"],
      },
      {
        section: "3.2.4, conditions",
        shall:
          "Data are collected under normal conditions, in every operating environment of the submission.",
        answer:
          "One package is one environment, of which it holds machine, system, kernel and load. Make one in each.",
        toWrite: "that the conditions were normal, and which environments there are",
        references: [
          "src/platform/machine.ts#describeMachine",
          "src/evidence/package/plan.ts#packageDifferences",
        ],
      },
    ],
  },
  {
    title: "Health tests (§4)",
    requirements: [
      {
        section: "4.2, start-up",
        shall:
          "Tests run before the first use, over at least 1,024 consecutive samples, which are not released before they pass.",
        answer: "The continuous tests run over 1,024 samples or more, none of which is ever credited.",
        references: ["src/health/monitor.ts#MIN_STARTUP_SYMBOLS", "src/sampling/probation.ts#Probation"],
      },
      {
        section: "4.2, continuous",
        shall: "Tests run on all samples of the noise source, before they are conditioned.",
        answer: "Each trace is tested before any of it is paid.",
        references: ["src/health/monitor.ts#HealthMonitor", "src/sampling/probation.ts#Probation"],
      },
      {
        section: "4.2, on demand",
        shall: "The start-up tests can be run at any time.",
        answer:
          "`pool --health` runs them anew over each source; one that is paused and resumed passes its start-up test again.",
        references: ["src/health-check/check-pool.ts#checkPool", "src/pool/pool.ts#Pool"],
      },
      {
        section: "4.3, documentation",
        shall:
          "All tests are documented, with their rates and conditions, and why they suit the failures of the source.",
        answer:
          "health-tests.json has cutoffs, windows and α as the program uses them; the code says what each cannot see.",
        references: ["src/health/cutoffs.ts#cutoffsOf", "src/health/detects.ts#detects"],
      },
      {
        section: "4.3, failures",
        shall: "Known and suspected failures are documented, and tests of the developer's own detect them.",
        answer:
          "drill.json breaks this source's noise in every way that is known and shows what is detected, and when.",
        references: [
          "src/drill/faults.ts#FAULTS",
          "src/health/second-tests.ts#SecondTests",
          "src/health/block-estimate.ts#BlockEstimate",
        ],
        against: (source) =>
          assessed(source, ({ drill }) => {
            if (drill.sources.length === 0)
              return drill.failed[0]?.reason ?? drill.notCredited[0]?.reason ?? "not drilled";
            return drill.holds ? undefined : "a fault earned more than it may";
          }),
      },
      {
        section: "4.3, notification",
        shall: "The consuming application is told of a failure, and fails safely.",
        answer:
          "The source is put into quarantine and its waiting samples are forfeited; the pool tells of it, and serves nothing that was not paid.",
        references: ["src/sampling/scheduler.ts#Scheduler", "src/pool/pool.ts#PoolEvents"],
      },
      {
        section: "4.3, false alarms",
        shall: "The probability of a false alarm is chosen and documented.",
        answer: "2⁻²⁰ at start-up, 2⁻³⁰ continuously.",
        references: [
          "src/health/health-tests.ts#STARTUP_ALPHA_EXPONENT",
          "src/health/health-tests.ts#CONTINUOUS_ALPHA_EXPONENT",
        ],
      },
      {
        section: "4.4.1",
        shall: "The repetition count test runs with C = 1 + ⌈a/H⌉.",
        answer: "As the standard has it.",
        references: [
          "src/health/health-tests.ts#RepetitionCountTest",
          "src/health/health-tests.ts#rctCutoff",
        ],
      },
      {
        section: "4.4.2",
        shall: "The adaptive proportion test runs over windows of 1,024 bits, or 512 symbols.",
        answer:
          "With the cutoff one higher than printed where that differs, since the first symbol of a window is given.",
        references: [
          "src/health/health-tests.ts#AdaptiveProportionTest",
          "src/health/health-tests.ts#aptCutoff",
        ],
        against: (source) =>
          assessed(source, ({ health }) => {
            const blind = health.tests.filter(({ canFire }) => !canFire);
            if (blind.length === 0) return undefined;
            return `at H = ${health.tests[0]!.h} not even a window of equal symbols is rarer than α: the test never fires (${blind.map(({ phase }) => phase).join(", ")})`;
          }),
      },
    ],
  },
];

function fewer(have: number, wanted: number, what: string): string | undefined {
  return have < wanted ? `${formatCount(have)} of ${formatCount(wanted)} ${what}` : undefined;
}

function assessed(
  { examined }: SourceEvidence,
  against: (examined: NonNullable<SourceEvidence["examined"]>) => string | undefined,
): string | undefined {
  return examined ? against(examined) : "there is no complete recording";
}

function restarted(
  { examined }: SourceEvidence,
  against: (restart: NonNullable<NonNullable<SourceEvidence["examined"]>["restart"]>) => string | undefined,
): string | undefined {
  const restart = examined?.restart;
  return restart
    ? against(restart)
    : `not tested: there are not ${formatCount(STANDARD.rows)} × ${formatCount(STANDARD.cols)} restarts, which the tests take`;
}

/** One requirement of one source. */
export interface Checked extends Requirement {
  readonly isMet: boolean;
  /** Why it is not met by what was measured. */
  readonly fault?: string;
}

/** Holds a source against every requirement, chapter by chapter. */
export function checkSource(
  source: SourceEvidence,
): { readonly title: string; readonly checked: readonly Checked[] }[] {
  return CHAPTERS.map(({ title, requirements }) => ({
    title,
    checked: requirements.map((requirement): Checked => {
      const fault = requirement.against?.(source);
      return {
        ...requirement,
        isMet: requirement.references.length > 0 && requirement.toWrite === undefined && fault === undefined,
        ...(fault !== undefined && { fault }),
      };
    }),
  }));
}
