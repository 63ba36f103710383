/** Series for which each alert fires, and series for which it does not. */

/** Values of a series, one a minute, as promtool writes them: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/ */
export type Series = Readonly<Record<string, string>>;

export interface AlertCase {
  /** It fires after this many minutes. */
  readonly minutes: number;
  readonly series: Series;
  /** It does not fire in the same time, with any of these. */
  readonly quiet: Series | readonly Series[];
  /** Labels of the alert, besides its severity. */
  readonly labels: Readonly<Record<string, string>>;
}

const HERE = { job: "j", instance: "i" };
const SOURCE = { ...HERE, source: "a", family: "clock" };

/** @param more labels of the series, as text */
const one = (name: string, values: string, more = ""): Series => ({
  [`${name}{job="j",instance="i"${more}}`]: values,
});
const ofSource = (name: string, values: string) => one(name, values, ',source="a",family="clock"');
const inState = (state: string, values: string, source = "a") =>
  one("esoteric_entropy_source_state", values, `,source="${source}",state="${state}"`);

/** By name. */
export const ALERT_CASES: Readonly<Record<string, AlertCase>> = {
  EsotericEntropyAbsent: {
    minutes: 6,
    series: {},
    quiet: one("esoteric_entropy_build_info", "1x10"),
    labels: {},
  },
  EsotericEntropySelfTestFailed: {
    minutes: 1,
    series: one("esoteric_entropy_self_test_failed", "1x10"),
    quiet: one("esoteric_entropy_self_test_failed", "0x10"),
    labels: HERE,
  },
  EsotericEntropyNotReady: {
    minutes: 3,
    series: { ...one("esoteric_entropy_ready", "0x10"), ...one("esoteric_entropy_self_test_failed", "0x10") },
    // Another alert says so.
    quiet: { ...one("esoteric_entropy_ready", "0x10"), ...one("esoteric_entropy_self_test_failed", "1x10") },
    labels: HERE,
  },
  EsotericEntropyNoSource: {
    minutes: 3,
    series: { ...inState("healthy", "0x10"), ...inState("starting", "0x10"), ...inState("failed", "1x10") },
    quiet: { ...inState("healthy", "0x10"), ...inState("healthy", "1x10", "b") },
    labels: HERE,
  },
  EsotericEntropySourceFailed: {
    minutes: 11,
    series: inState("failed", "1x20"),
    quiet: inState("failed", "1 1 1 1 1 0 1x14"),
    labels: { ...HERE, source: "a", state: "failed" },
  },
  EsotericEntropyHealthFailures: {
    minutes: 60,
    series: ofSource("esoteric_entropy_source_health_failures_total", "0x20 5x60"),
    quiet: ofSource("esoteric_entropy_source_health_failures_total", "_x2 7x20 9x60"), // twice
    labels: SOURCE,
  },
  EsotericEntropySourceFaults: {
    minutes: 15,
    series: ofSource("esoteric_entropy_source_faults_total", "0x10 1x10"),
    quiet: ofSource("esoteric_entropy_source_faults_total", "7x20"),
    labels: SOURCE,
  },
  EsotericEntropyEstimateBelowClaim: {
    minutes: 16,
    series: {
      ...ofSource("esoteric_entropy_source_assessed_bits", "0.4x20"),
      ...ofSource("esoteric_entropy_source_claimed_bits", "0.5x20"),
    },
    quiet: {
      ...ofSource("esoteric_entropy_source_assessed_bits", "0.5x20"),
      ...ofSource("esoteric_entropy_source_claimed_bits", "0.5x20"),
    },
    labels: SOURCE,
  },
  EsotericEntropyRequestsWait: {
    minutes: 12,
    series: one("esoteric_entropy_waiting_requests", "3x20"),
    quiet: one("esoteric_entropy_waiting_requests", "3 3 3 3 0 3 3 3 3 0 3 3 3 3 0"),
    labels: HERE,
  },
  EsotericEntropyOneFamilySeed: {
    minutes: 61,
    series: one("esoteric_entropy_seed_families", "1x70"),
    quiet: one("esoteric_entropy_seed_families", "2x70"),
    labels: HERE,
  },
  EsotericEntropyCalibrationRefused: {
    minutes: 6,
    series: one("esoteric_entropy_calibration_state", "1x10", ',state="refused"'),
    quiet: one("esoteric_entropy_calibration_state", "1x10", ',state="used"'),
    labels: { ...HERE, state: "refused" },
  },
  EsotericEntropySecretsNotLocked: {
    minutes: 6,
    series: one("esoteric_entropy_secrets_unlocked_bytes", "4096x10"),
    quiet: one("esoteric_entropy_secrets_unlocked_bytes", "0x10"),
    labels: HERE,
  },
  CryptexAbsent: { minutes: 6, series: {}, quiet: one("cryptex_info", "1x10"), labels: {} },
  CryptexScansFail: {
    minutes: 10,
    series: one("cryptex_results_total", "0x5 1x10", ',state="failed"'),
    quiet: one("cryptex_results_total", "0x5 1x10", ',state="cancelled"'),
    labels: { ...HERE, state: "failed" },
  },
  CryptexScansWait: {
    minutes: 40,
    series: one("cryptex_scans", "2x50", ',state="waiting"'),
    quiet: [
      one("cryptex_scans", "2x20 0 2x30", ',state="waiting"'),
      one("cryptex_scans", "_x20 2x30", ',state="waiting"'), // started twenty minutes ago
    ],
    labels: { ...HERE, state: "waiting" },
  },
  CryptexScanStandsStill: {
    minutes: 35,
    series: {
      ...one("cryptex_scans", "1x50", ',state="running"'),
      ...one("cryptex_scanned_files_total", "9x50"),
    },
    quiet: [
      {
        ...one("cryptex_scans", "1x50", ',state="running"'),
        ...one("cryptex_scanned_files_total", "9+1x50"),
      },
      // A file now and then.
      {
        ...one("cryptex_scans", "1x50", ',state="running"'),
        ...one("cryptex_scanned_files_total", "9x20 10x30"),
      },
      // Started fifteen minutes ago.
      {
        ...one("cryptex_scans", "_x20 1x30", ',state="running"'),
        ...one("cryptex_scanned_files_total", "_x20 0x30"),
      },
    ],
    labels: { ...HERE, state: "running" },
  },
  CryptexFilesNotEvaluated: {
    minutes: 30,
    series: {
      ...one("cryptex_result_errors_total", "0x40", ',reason="(other)"'),
      ...one("cryptex_result_errors_total", "_x10 10x30", ',reason="limit"'), // all at once
      ...one("cryptex_result_files_total", "0+5x40", ',outcome="clean"'),
    },
    quiet: {
      ...one("cryptex_result_errors_total", "0x40", ',reason="(other)"'),
      ...one("cryptex_result_errors_total", "0+1x40", ',reason="limit"'),
      ...one("cryptex_result_files_total", "0+30x40", ',outcome="clean"'),
    },
    labels: HERE,
  },
  CryptexTriggersFail: {
    minutes: 10,
    series: one("cryptex_trigger_deliveries_total", "0x5 1x10", ',state="failed"'),
    quiet: one("cryptex_trigger_deliveries_total", "0x5 1x10", ',state="delivered"'),
    labels: { ...HERE, state: "failed" },
  },
  CryptexEventsLost: {
    minutes: 10,
    series: one("cryptex_event_frames_lost_total", "0x5 40x10"),
    quiet: one("cryptex_event_frames_lost_total", "40x15"),
    labels: HERE,
  },
};
