import type { SourceInfo } from "../../source.ts";

/** Longest silence of a source that the user has named. Programs that buffer 4 KiB say something so often at 400 bytes a second. */
export const SILENCE_MS = 10_000;

/** Describes what the user has named: nothing is known of it, so nothing is claimed. */
export function externalInfo(id: string, title: string, mechanism: string, silenceMs: number): SourceInfo {
  return {
    id,
    title,
    mechanism: `${mechanism} Nothing is known here of what makes its bytes.`,
    family: "external",
    unit: "level",
    symbolBits: 8,
    claim: 0,
    // Not known: see `silenceMs`.
    rateHz: 100,
    effects: [],
    silenceMs,
  };
}
