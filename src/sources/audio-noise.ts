/** The low bits of what a microphone hears. */
import { SourceError } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import type { Availability, Source, SourceInfo } from "../source.ts";
import { captureDevices, whyNoCapture } from "./acquire/capture/alsa.ts";
import { listDevices, QUIETLY } from "./acquire/capture/avfoundation.ts";
import {
  CaptureFeed,
  type CaptureLimits,
  type CaptureTool,
  USUAL_LIMITS,
} from "./acquire/capture/capture-feed.ts";
import { shortestPeriod } from "./acquire/capture/period.ts";
import type { Deadline } from "./acquire/event/deadline.ts";
import { eventSource } from "./acquire/event/event-source.ts";

const info: SourceInfo = {
  id: "audio_noise",
  title: "Microphone noise",
  mechanism:
    "Every eighth amplitude of the default microphone, 16 bits each; the low four bits count. Thermal noise of " +
    "microphone and amplifier, quantisation, and any sound in the room. Filters in the converter make neighbours " +
    "alike, so seven of eight are left out. Somebody who hears the same sound does not know these bits.",
  family: "sensor",
  unit: "level",
  symbolBits: 4,
  // 0.5 bits seems likely; nothing is claimed before there is a recording to assess.
  claim: 0,
  rateHz: 5_000,
  effects: ["microphone", "subprocess"],
};

/** One of eight amplitudes is taken. */
const EVERY = 8;
/** About 85 ms at 48 kHz. */
const SAMPLES_PER_BLOCK = 512;
/** A quarter of a second: many converters begin with zeros and a click. */
const WARM_UP_BLOCKS = 3;
/** Length of a recording. The next one begins when more is wanted, so that the microphone does not stay on. */
const RECORDING_S = "30";

export function audioNoiseSource(limits: Partial<CaptureLimits> = {}): Source {
  return eventSource(info, availability, (host) => {
    const recordings = (deadline: Deadline, signal: AbortSignal) =>
      host.os === "linux" ? linuxRecordings(host) : macRecordings(host, deadline, signal);
    return new CaptureFeed(info.id, host, recordings, { ...USUAL_LIMITS, ...limits });
  });
}

export const audioNoise = audioNoiseSource();

function availability(host: Host): Availability {
  const mac = host.findTool("ffmpeg") ? undefined : "'ffmpeg' is not installed";
  const reason = host.os === "linux" ? whyNoCapture(host) : mac;
  return reason === undefined ? { ok: true } : { ok: false, reason };
}

async function* linuxRecordings(host: Host): AsyncGenerator<CaptureTool> {
  const tool = host.findTool("arecord");
  if (!tool) return;
  const format = ["-f", "S16_LE", "-r", "48000", "-c", "2", "-t", "raw", "-d", RECORDING_S];
  // Hardware can rarely record a single channel; the left one is taken.
  for (const device of captureDevices(host))
    yield recording(tool, ["-q", "-D", device, ...format, "-"], 2 * CHANNEL_BYTES);
}

/** Tries the system's default first: number 0 may be some program's device that is always silent. */
async function* macRecordings(
  host: Host,
  deadline: Deadline,
  signal: AbortSignal,
): AsyncGenerator<CaptureTool> {
  const tool = host.findTool("ffmpeg");
  if (!tool) return;
  // No rate is requested: a resampler would be one more filter.
  const from = (input: string) =>
    recording(
      tool,
      [...QUIETLY, "-i", input, "-t", RECORDING_S, "-f", "s16le", "-ac", "1", "pipe:1"],
      CHANNEL_BYTES,
    );
  yield from(":default");
  const { audio } = await listDevices(host, tool, deadline, signal);
  const microphones = audio.filter(({ name }) => /microphone/i.test(name));
  for (const { index } of [...microphones, ...audio.filter((device) => !microphones.includes(device))])
    yield from(`:${index}`);
}

const CHANNEL_BYTES = 2;

function recording(tool: string, args: readonly string[], frameBytes: number): CaptureTool {
  return {
    tool,
    args,
    blockBytes: SAMPLES_PER_BLOCK * EVERY * frameBytes,
    warmUpBlocks: WARM_UP_BLOCKS,
    samplesPerBlock: SAMPLES_PER_BLOCK,
    reader: () => amplitudeReader(EVERY * frameBytes),
  };
}

/** Takes one amplitude, 16 bits little-endian, from each `strideBytes`, and checks that they are noise at all. */
function amplitudeReader(strideBytes: number): (block: Uint8Array) => Int16Array {
  let previous = new Int16Array(0);
  return (block) => {
    const view = new DataView(block.buffer, block.byteOffset, block.length);
    const samples = Int16Array.from({ length: block.length / strideBytes }, (_, i) =>
      view.getInt16(i * strideBytes, true),
    );
    const fault = faultIn(previous, samples);
    if (fault !== undefined) throw new SourceError(info.id, fault);
    previous = samples;
    return samples;
  };
}

/** Returns what is wrong with a block, seen together with the one before it, or undefined. */
function faultIn(previous: Int16Array, samples: Int16Array): string | undefined {
  const both = new Int16Array(previous.length + samples.length);
  both.set(previous);
  both.set(samples, previous.length);
  if (samples.every((sample) => sample === 0)) return "permission denied or muted: nothing but zeros";
  if (shortestPeriod(both) <= both.length / 2) return "permission denied or muted: the same samples repeat";
  const atLimit = samples.filter((sample) => sample === 32767 || sample === -32768).length;
  return atLimit > samples.length / 2 ? "the microphone is saturated" : undefined;
}
