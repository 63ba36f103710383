/** Figures of the gateway for Prometheus. Rules and reasons come from outside, so their number is bounded where they are counted. */
import type { EventHub } from "#kit/http/events/event-hub.ts";
import type { Metric, MetricSample } from "#kit/http/metrics-text.ts";
import { VERSION } from "../../version.ts";
import type { ScanStats } from "../scans/scans.ts";

export function gatewayMetrics(scans: ScanStats, events: ReturnType<EventHub["counts"]>): Metric[] {
  const { running, waiting, ended, files, bytes, seconds, matches, errors } = scans;
  const one = (value: number): readonly MetricSample[] => [[{}, value]];
  const by = (label: string, counts: Iterable<readonly [string, number]>): MetricSample[] =>
    [...counts].map(([name, count]) => [{ [label]: name === "" ? OTHERS : name }, count]);
  return [
    { name: "info", type: "gauge", help: "Version of the program", samples: [[{ version: VERSION }, 1]] },
    {
      name: "scans",
      type: "gauge",
      help: "Scans that run or wait",
      samples: by("state", Object.entries({ running, waiting })),
    },
    {
      name: "scans_ended_total",
      type: "counter",
      help: "Scans that have ended, by how",
      samples: by("state", Object.entries(ended)),
    },
    { name: "scanned_files_total", type: "counter", help: "Files that were scanned", samples: one(files) },
    { name: "scanned_bytes_total", type: "counter", help: "Bytes that were scanned", samples: one(bytes) },
    { name: "scan_seconds_total", type: "counter", help: "Time that scans have run", samples: one(seconds) },
    { name: "matches_total", type: "counter", help: "Match lines, by rule", samples: by("rule", matches) },
    {
      name: "scan_errors_total",
      type: "counter",
      help: "Files that were not wholly evaluated, by reason",
      samples: by("reason", errors),
    },
    { name: "event_listeners", type: "gauge", help: "Readers of events", samples: one(events.listeners) },
    {
      name: "event_frames_total",
      type: "counter",
      help: "Frames that readers have taken",
      samples: one(events.sent),
    },
    {
      name: "event_frames_lost_total",
      type: "counter",
      help: "Frames that readers were told they will not get",
      samples: one(events.lost),
    },
  ];
}

/** Stands for all that are not counted one by one. No rule can be called so. */
const OTHERS = "(others)";
