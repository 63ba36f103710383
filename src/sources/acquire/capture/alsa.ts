/** Sound cards on Linux, as the kernel's sound system (ALSA) lists them. */
import type { Host } from "../../../platform/host.ts";

const CARDS = "/proc/asound/cards";

/** Returns the reason why nothing can be recorded here, or undefined. */
export function whyNoCapture(host: Host): string | undefined {
  if (parseCards(host.readText(CARDS) ?? "").length === 0) return "no sound card";
  if (captureDevices(host).length === 0) return "no sound card that records";
  return host.findTool("arecord") ? undefined : "'arecord' is not installed";
}

/**
 * Lists the devices that record, as `hw:card,device`: the hardware itself. `default` would be a sound server that resamples,
 * mixes and suppresses the very noise that is wanted.
 */
export function captureDevices(host: Host): string[] {
  return parseCards(host.readText(CARDS) ?? "").flatMap((card) =>
    host
      .readFolder(`/proc/asound/card${card}`)
      .map((name) => /^pcm(\d+)c$/.exec(name)?.[1])
      .filter((device) => device !== undefined)
      .map((device) => `hw:${card},${device}`),
  );
}

/** Returns the numbers of the cards in /proc/asound/cards. */
export function parseCards(text: string): number[] {
  return [...text.matchAll(/^ ?(\d+) \[[^\]]*\]:/gm)].map((match) => Number(match[1]));
}
