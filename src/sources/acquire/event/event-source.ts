import { SourceError } from "../../../errors.ts";
import type { Host } from "../../../platform/host.ts";
import type { Availability, Source, SourceInfo } from "../../../source.ts";
import { type EventFeed, EventSampler } from "./event-sampler.ts";

/**
 * Makes a source of events, which opens only where it is available.
 * @param feedOf called only where the source is available
 */
export function eventSource(
  info: SourceInfo,
  availability: (host: Host) => Availability,
  feedOf: (host: Host) => EventFeed,
): Source {
  return {
    info,
    async availability(host) {
      return availability(host);
    },
    async open(host) {
      const state = availability(host);
      if (!state.ok) throw new SourceError(info.id, state.reason);
      return new EventSampler(info, host, feedOf(host));
    },
  };
}
