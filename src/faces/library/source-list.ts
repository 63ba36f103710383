/** Describes the noise sources and whether a machine can run them: `scan --json`, and the libraries. Plain data. */
import type { Host } from "../../platform/host.ts";
import { claimAt, counterStepNs, isDefault, type Source, type SourceInfo } from "../../source.ts";

export interface SourceDescription extends Pick<SourceInfo, "id" | "title" | "family" | "mechanism"> {
  readonly available: boolean;
  /** Reason, if not available. */
  readonly reason?: string;
  /** True if it is used unless told otherwise. */
  readonly default: boolean;
  readonly unit: SourceInfo["unit"];
  readonly symbolBits: number;
  /** At the step of this machine's counter, bits per symbol. */
  readonly claimedH: number;
  /** To the order of magnitude; null where it is not known. */
  readonly typicalRateHz: number | null;
  readonly effects: SourceInfo["effects"];
}

/** Describes all sources. Samples nothing; takes as long as the slowest availability check, 50 ms at most. */
export function describeSources(sources: readonly Source[], host: Host): Promise<SourceDescription[]> {
  return Promise.all(sources.map((source) => describeSource(source, host)));
}

async function describeSource(source: Source, host: Host): Promise<SourceDescription> {
  const { info } = source;
  const availability = await source.availability(host);
  return {
    id: info.id,
    title: info.title,
    family: info.family,
    mechanism: info.mechanism,
    available: availability.ok,
    ...(availability.ok ? {} : { reason: availability.reason }),
    default: isDefault(info),
    unit: info.unit,
    symbolBits: info.symbolBits,
    claimedH: claimAt(info, counterStepNs(host)),
    typicalRateHz: info.silenceMs === undefined ? info.rateHz : null,
    effects: info.effects,
  };
}
