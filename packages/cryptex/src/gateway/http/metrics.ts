/** Figures of the gateway, for Prometheus and OpenTelemetry: of its work, its readers, and the results in the journal. */
import type { EventHub } from "#kit/http/events/event-hub.ts";
import type { Metric } from "#kit/http/metrics-text.ts";
import { VERSION } from "../../version.ts";
import type { Services } from "../services.ts";

/** Stands before the name of each. */
export const PREFIX = "cryptex_";

export interface Measured {
  readonly scans: Pick<Services["scans"], "stats">;
  readonly figures: Pick<Services["figures"], "metrics">;
}

/** @throws StoreError */
export async function gatewayMetrics(
  { scans, figures }: Measured,
  hub: Pick<EventHub, "counts">,
): Promise<Metric[]> {
  const { running, waiting, files, bytes, seconds } = scans.stats();
  const { listeners, sent, lost } = hub.counts();
  return [
    { name: "info", type: "gauge", help: "Version of the program", samples: [[{ version: VERSION }, 1]] },
    {
      name: "scans",
      type: "gauge",
      help: "Scans that run or wait",
      samples: [
        [{ state: "running" }, running],
        [{ state: "waiting" }, waiting],
      ],
    },
    one("scanned_files_total", "counter", "Files that were scanned", files),
    one("scanned_bytes_total", "counter", "Bytes that were scanned", bytes),
    one("scan_seconds_total", "counter", "Time that scans have run", seconds),
    ...(await figures.metrics()),
    one("event_listeners", "gauge", "Readers of events", listeners),
    one("event_frames_total", "counter", "Frames that readers have taken", sent),
    one("event_frames_lost_total", "counter", "Frames that readers were told they will not get", lost),
  ];
}

function one(name: string, type: Metric["type"], help: string, value: number): Metric {
  return { name, type, help, samples: [[{}, value]] };
}
