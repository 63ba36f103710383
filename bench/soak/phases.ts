/** Measures a server over time: memory, descriptors, and how long an answer takes while all else goes on. */
import { heading, quantile, row } from "../program/measure.ts";
import type { Served } from "../program/served.ts";

export interface Sample {
  readonly residentBytes: number;
  readonly descriptors: number;
  readonly latencyMs: number;
}

const PAUSE_MS = 100;

/** Asks for a path ten times a second, if the answers let it, and looks at the process. */
export async function samplesOf(served: Served, path: string, seconds: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const startMs = performance.now(); performance.now() < startMs + seconds * 1_000; ) {
    const askedMs = performance.now();
    await (await served.get(path)).arrayBuffer();
    const latencyMs = performance.now() - askedMs;
    samples.push({
      residentBytes: served.residentBytes(),
      descriptors: served.descriptors().length,
      latencyMs,
    });
    await Bun.sleep(PAUSE_MS);
  }
  return samples;
}

export function phaseHeading(): void {
  heading(
    "",
    "resident MB, median (most)",
    "descriptors, median (most)",
    "an answer: p50 ms",
    "p99 ms",
    "most ms",
  );
}

export function phaseRow(name: string, samples: readonly Sample[]): void {
  const of = (pick: (sample: Sample) => number, share: number) => quantile(samples.map(pick), share);
  const both = (pick: (sample: Sample) => number, digits = 0) =>
    `${of(pick, 0.5).toFixed(digits)} (${of(pick, 1).toFixed(digits)})`;
  row(
    name,
    both(({ residentBytes }) => residentBytes / 1e6),
    both(({ descriptors }) => descriptors),
    ...[0.5, 0.99, 1].map((share) => of(({ latencyMs }) => latencyMs, share).toFixed(1)),
  );
}

/** Cuts the time under load into four quarters, of which the first one warms up. */
export function quarters(samples: readonly Sample[]): readonly (readonly Sample[])[] {
  const length = Math.ceil(samples.length / 4);
  return [0, 1, 2, 3].map((quarter) => samples.slice(quarter * length, (quarter + 1) * length));
}
