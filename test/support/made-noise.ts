/** Made-up noise with known laws, the same in every run, and recordings of it. */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Uniform } from "../../src/recording/dependence.ts";
import type { Manifest } from "../../src/recording/manifest.ts";

let uniform = new Uniform();

/** Begins the noise anew, before each test: it is then the same whatever ran before. */
export function restartNoise(): void {
  uniform = new Uniform();
}

/** Box and Muller. */
export function normal(): number {
  return Math.sqrt(-2 * Math.log(1 - uniform.next())) * Math.cos(2 * Math.PI * uniform.next());
}

/** Samples of an autoregression: each is φ times the one before, and noise. @param place by index */
export function dependentNoise(
  samples: number,
  {
    phi = 0.5,
    scale = 20,
    place = () => 1_000,
  }: { phi?: number; scale?: number; place?: (i: number) => number } = {},
): BigUint64Array {
  let x = normal();
  return BigUint64Array.from({ length: samples }, (_, i) => {
    x = phi * x + Math.sqrt(1 - phi * phi) * normal();
    return BigInt(Math.max(0, Math.round(place(i) + scale * x)));
  });
}

export function bytesOf(samples: BigUint64Array): Uint8Array {
  return new Uint8Array(samples.buffer);
}

/** The manifest that `record` would write, at 1,000 samples a second. */
export function madeManifest(id: string, samples: BigUint64Array, changes: Partial<Manifest> = {}): Manifest {
  const seconds = samples.length / 1_000;
  const [startedAt, endedAt] = [0, seconds].map((at) =>
    new Date(Date.UTC(2026, 0, 1) + at * 1000).toISOString(),
  ) as [string, string];
  const file = (name: string, bytes: Uint8Array) => ({
    name,
    format: "made up",
    bytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  });
  return {
    schema: 1,
    source: { id, title: "Noise", family: "clock", unit: "ticks", symbolBits: 4, claimedH: 0.5, effects: [] },
    settings: {},
    samples: samples.length,
    restarts: null,
    tool: { name: "esoteric-entropy", version: "0.1.0" },
    library: { abiVersion: 2, sha256: "ab".repeat(32) },
    clock: { name: "tsc", step: 2, periodNs: 1 },
    machine: {
      os: "linux",
      kernel: "6.1",
      arch: "x64",
      cpu: "Example",
      processors: 2,
      memoryGiB: 8,
      installation: null,
      system: "Linux",
      virtualMachine: { answer: "no", evidence: "a test" },
    },
    startedAt,
    endedAt,
    rateHz: 1_000,
    discarded: 0,
    runs: [
      {
        firstSample: 0,
        samples: samples.length,
        discarded: 0,
        startedAt,
        endedAt,
        samplingSeconds: seconds,
        loadAverage: [0.5, 0.5],
      },
    ],
    files: {
      samples: file(`${id}.samples.u64`, bytesOf(samples)),
      symbols: file(`${id}.symbols.u8`, new Uint8Array(samples.length)),
      restarts: null,
    },
    ...changes,
  };
}

/** Writes a recording as far as a comparison reads it. @returns the path of its manifest */
export function writeRecording(
  folder: string,
  id: string,
  samples: BigUint64Array,
  changes: Partial<Manifest> = {},
): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${id}.json`);
  writeFileSync(join(folder, `${id}.samples.u64`), bytesOf(samples));
  writeFileSync(path, JSON.stringify(madeManifest(id, samples, changes)));
  return path;
}
