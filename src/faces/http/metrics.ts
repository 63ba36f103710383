/** Figures of the pool's account, for Prometheus and OpenTelemetry. */
import type { Metric, MetricSample } from "#kit/http/metrics-text.ts";
import type { Snapshot, SourceSnapshot } from "../../pool/snapshot.ts";
import type { SourceStatus } from "../../sampling/source-state.ts";

/** Stands before the name of each. */
export const PREFIX = "esoteric_entropy_";
const STATES: readonly SourceStatus["state"][] = ["starting", "healthy", "failed", "unavailable", "paused"];

const CALIBRATIONS: readonly Snapshot["calibration"]["state"][] = ["none", "used", "ignored", "refused"];

export interface ServerGauges {
  readonly version: string;
  readonly ready: boolean;
  readonly waitingRequests: number;
  readonly watchers: number;
  /** Undefined where no seeds are given. */
  readonly seeds: { readonly issued: number; readonly moved: number } | undefined;
}

function seedMetrics(seeds: ServerGauges["seeds"]): Metric[] {
  if (!seeds) return [];
  return [
    metric("seeds_total", "counter", "Seeds given to other machines", [[{}, seeds.issued]]),
    metric(
      "seed_recipients_moved_total",
      "counter",
      "Questions for a seed from another address than the recipient's last one",
      [[{}, seeds.moved]],
    ),
  ];
}

export function poolMetrics(snapshot: Snapshot, gauges: ServerGauges): Metric[] {
  const { sources, ledger } = snapshot;
  const perSource = (value: (source: SourceSnapshot) => number | null): MetricSample[] =>
    sources.flatMap((source) => {
      const sample = value(source);
      return sample === null ? [] : [[{ source: source.id, family: source.family }, sample] as const];
    });
  const one = (value: number): MetricSample[] => [[{}, value]];
  return [
    metric("build_info", "gauge", "1, labelled with the program's version", [
      [{ version: gauges.version }, 1],
    ]),
    metric("ready", "gauge", "1 once the generator is seeded", one(Number(gauges.ready))),
    metric("uptime_seconds", "gauge", "Since the pool was opened", one(snapshot.uptimeMs / 1000)),
    metric(
      "source_state",
      "gauge",
      "1 for the state that the source is in",
      sources.flatMap(({ id, state }) =>
        STATES.map((each) => [{ source: id, state: each }, Number(each === state)] as const),
      ),
    ),
    metric(
      "calibration_state",
      "gauge",
      "1 for what became of this machine's profile",
      CALIBRATIONS.map((state) => [{ state }, Number(state === snapshot.calibration.state)] as const),
    ),
    metric(
      "source_samples_total",
      "counter",
      "Raw samples taken",
      perSource(({ samples }) => samples),
    ),
    metric(
      "source_credited_bits_total",
      "counter",
      "Bits counted by the ledger",
      perSource(({ creditedBits }) => creditedBits),
    ),
    metric(
      "source_claimed_bits",
      "gauge",
      "Claimed min-entropy, bits per symbol",
      perSource(({ claimedH }) => claimedH),
    ),
    metric(
      "source_assessed_bits",
      "gauge",
      "Running estimate of min-entropy, bits per symbol; absent before the first full window",
      perSource(({ assessedH }) => assessedH),
    ),
    metric(
      "source_health_failures_total",
      "counter",
      "Health-test failures",
      perSource(({ healthFailures }) => healthFailures),
    ),
    metric(
      "source_faults_total",
      "counter",
      "Errors and hangs",
      perSource(({ faults }) => faults),
    ),
    metric("credited_bits_total", "counter", "Bits credited to all sources", one(ledger.creditedBits)),
    metric("spent_bits_total", "counter", "Credited bits spent on output blocks", one(ledger.spentBits)),
    metric("forfeited_bits_total", "counter", "Credited bits given up", one(ledger.forfeitedBits)),
    metric(
      "family_spent_bits_total",
      "counter",
      "Credited bits of a family of sources that went into output blocks",
      snapshot.families.map(({ family, spentBits }) => [{ family }, spentBits] as const),
    ),
    metric(
      "seed_families",
      "gauge",
      "Families of sources behind the last seed of the DRBG",
      one(snapshot.seed.families.length),
    ),
    metric(
      "self_test_failed",
      "gauge",
      "1 from the first failure of the DRBG's known-answer tests on: nothing is handed out any more",
      one(Number(snapshot.selfTest.state === "failed")),
    ),
    metric(
      "self_tests_total",
      "counter",
      "Runs of all known-answer tests of the DRBG",
      one(snapshot.selfTest.runs),
    ),
    metric(
      "secrets_locked_bytes",
      "gauge",
      "Memory for secrets that is never swapped out",
      one(snapshot.secrets.lockedBytes),
    ),
    metric(
      "secrets_unlocked_bytes",
      "gauge",
      "Memory for secrets that the system did not let be locked",
      one(snapshot.secrets.unlockedBytes),
    ),
    metric("level_bits", "gauge", "Credited bits not spent yet", one(ledger.levelBits)),
    metric("ready_bytes", "gauge", "Full-entropy bytes ready", one(snapshot.readyBytes)),
    metric("capacity_bytes", "gauge", "Full-entropy bytes kept ready at most", one(snapshot.capacityBytes)),
    metric(
      "extracted_bytes_total",
      "counter",
      "Full-entropy bytes taken from the pool",
      one(snapshot.extractedBytes),
    ),
    metric("shown_bytes_total", "counter", "Bytes of output that were shown", one(snapshot.shownBytes)),
    metric("waiting_requests", "gauge", "Requests that wait for entropy", one(gauges.waitingRequests)),
    metric("watchers", "gauge", "Open /events connections", one(gauges.watchers)),
    ...seedMetrics(gauges.seeds),
  ];
}

function metric(name: string, type: Metric["type"], help: string, samples: readonly MetricSample[]): Metric {
  return { name, type, help, samples };
}
