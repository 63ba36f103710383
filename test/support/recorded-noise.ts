/** Noise recorded on a real machine: test/fixtures/noise, made by bench/drill-noise.ts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Cast } from "../../src/drill/drill.ts";
import { sources } from "../../src/sources/index.ts";
import { sourceNamed } from "../../src/sources/selection.ts";

const FOLDER = join(import.meta.dirname, "..", "fixtures", "noise");

interface Recorded {
  readonly id: string;
  readonly symbolBits: number;
  readonly samples: number;
  readonly rateHz: number;
  readonly stepNs: number | null;
  readonly sha256: string;
}

export const RECORDED = (
  JSON.parse(readFileSync(join(FOLDER, "recordings.json"), "utf8")) as { recordings: readonly Recorded[] }
).recordings;

/** The noise of a source, with the claim that its file has today. */
export function recordedNoise(id: string): Cast {
  const { rateHz, stepNs } = RECORDED.find((recording) => recording.id === id)!;
  const { info } = sourceNamed(sources, id);
  const symbols = Bun.zstdDecompressSync(readFileSync(join(FOLDER, `${id}.zst`)));
  return { info, stepNs: stepNs ?? undefined, rateHz, symbols: new Uint8Array(symbols) };
}
