/** Differences in the brightness of a camera's pixels from one picture to the next. */
import { SourceError, ToolError } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import type { Availability, Source, SourceInfo } from "../source.ts";
import { listDevices, QUIETLY } from "./acquire/capture/avfoundation.ts";
import {
  CaptureFeed,
  type CaptureLimits,
  type CaptureTool,
  USUAL_LIMITS,
} from "./acquire/capture/capture-feed.ts";
import { type FrameSize, videoNodes, yuyvSizes } from "./acquire/capture/v4l2.ts";
import type { Deadline } from "./acquire/event/deadline.ts";
import { eventSource } from "./acquire/event/event-source.ts";

const info: SourceInfo = {
  id: "camera_noise",
  title: "Camera noise",
  mechanism:
    "Difference in brightness of a pixel from one picture to the next, for every eighth pixel of every eighth row: " +
    "shot noise of the light, read-out noise of the sensor, and whatever moves. The camera's own processor smooths " +
    "pictures in ways that are not published, and motionless parts of a picture may not differ at all.",
  family: "sensor",
  unit: "level",
  symbolBits: 8,
  // 0.1 bits seems likely; nothing is claimed before there is a recording to assess.
  claim: 0,
  rateHz: 100_000,
  effects: ["camera", "subprocess"],
};

/** One of eight pixels is taken, of one of eight rows. */
const EVERY = 8;
const SIZE: FrameSize = { width: 640, height: 480 };
/** A pixel takes two bytes, one of them its brightness. */
const PIXEL_BYTES = 2;
/** One recording: ten seconds at 30 pictures a second. */
const RECORDING_S = "10";
const RECORDING_FRAMES = "300";
/** The first pictures are darker: exposure is not yet measured. */
const WARM_UP_FRAMES = 5;
/** Pictures in a row of which no two may be alike. */
const REMEMBERED_FRAMES = 8;
/** Brightness of black and white in video (ITU-R BT.601). */
const BLACK = 16;
const WHITE = 235;
/** Share of black, or of white, from which on there is no picture. */
const MOST = 0.9;

export function cameraNoiseSource(limits: Partial<CaptureLimits> = {}): Source {
  return eventSource(info, availability, (host) => {
    const recordings = (deadline: Deadline, signal: AbortSignal) =>
      (host.os === "linux" ? linuxRecordings : macRecordings)(host, deadline, signal);
    return new CaptureFeed(info.id, host, recordings, { ...USUAL_LIMITS, ...limits });
  });
}

export const cameraNoise = cameraNoiseSource();

function availability(host: Host): Availability {
  if (host.os === "linux" && videoNodes(host).length === 0) return { ok: false, reason: "no camera" };
  const tool = host.os === "linux" ? "v4l2-ctl" : "ffmpeg";
  return host.findTool(tool) ? { ok: true } : { ok: false, reason: `'${tool}' is not installed` };
}

/** Skips cameras that only compress: compressed pictures have lost their noise. */
async function* linuxRecordings(
  host: Host,
  deadline: Deadline,
  signal: AbortSignal,
): AsyncGenerator<CaptureTool> {
  const tool = host.findTool("v4l2-ctl");
  if (!tool) return;
  let failure = "no camera that gives uncompressed pictures (YUYV)";
  for (const node of videoNodes(host)) {
    const limits = { timeoutMs: deadline.leftMs, maxBytes: 1 << 20 };
    const listed = await host.run(tool, ["--device", node, "--list-formats-ext"], limits, signal);
    if (listed.exitCode !== 0) failure = `${node}: ${listed.stderr.trim().slice(0, 200)}`;
    const sizes = yuyvSizes(new TextDecoder().decode(listed.stdout));
    const size =
      sizes.find(({ width, height }) => width === SIZE.width && height === SIZE.height) ?? sizes[0];
    if (!size) continue;
    const format = `--set-fmt-video=width=${size.width},height=${size.height},pixelformat=YUYV`;
    const stream = ["--stream-mmap", `--stream-count=${RECORDING_FRAMES}`, "--stream-to=-"];
    yield recording(tool, ["--device", node, format, ...stream], size, 0);
    failure = "";
  }
  if (failure !== "") throw new ToolError(failure);
}

/** Asks for the camera's own format: any other would be converted, which changes the low bits. */
async function* macRecordings(
  host: Host,
  deadline: Deadline,
  signal: AbortSignal,
): AsyncGenerator<CaptureTool> {
  const tool = host.findTool("ffmpeg");
  if (!tool) return;
  const { video } = await listDevices(host, tool, deadline, signal);
  if (video.length === 0) throw new ToolError("no camera");
  const size = `${SIZE.width}x${SIZE.height}`;
  const format = ["-framerate", "30", "-video_size", size, "-pixel_format", "uyvy422"];
  for (const { index } of video) {
    const args = [
      ...QUIETLY,
      ...format,
      "-i",
      `${index}:none`,
      "-t",
      RECORDING_S,
      "-f",
      "rawvideo",
      "pipe:1",
    ];
    yield { ...recording(tool, args, SIZE, 1), refusal: /Selected pixel format .* is not supported[^\n]*/ };
  }
}

/** @param lumaAt index of the brightness in a pixel's two bytes: 0 in YUYV, 1 in UYVY */
function recording(tool: string, args: readonly string[], size: FrameSize, lumaAt: 0 | 1): CaptureTool {
  const { width, height } = size;
  return {
    tool,
    args,
    blockBytes: width * height * PIXEL_BYTES,
    warmUpBlocks: WARM_UP_FRAMES,
    samplesPerBlock: Math.ceil(width / EVERY) * Math.ceil(height / EVERY),
    reader: () => differenceReader(size, lumaAt),
  };
}

/** Makes the function that subtracts from each picture the one before it; it returns nothing for the first one. */
function differenceReader({ width, height }: FrameSize, lumaAt: 0 | 1): (frame: Uint8Array) => Int16Array {
  const remembered: Uint8Array[] = [];
  return (frame) => {
    const luma = new Uint8Array(Math.ceil(width / EVERY) * Math.ceil(height / EVERY));
    let at = 0;
    for (let y = 0; y < height; y += EVERY)
      for (let x = 0; x < width; x += EVERY) luma[at++] = frame[(y * width + x) * PIXEL_BYTES + lumaAt]!;
    const fault = faultIn(luma, remembered);
    if (fault !== undefined) throw new SourceError(info.id, fault);
    const before = remembered.at(-1);
    remembered.push(luma);
    if (remembered.length > REMEMBERED_FRAMES) remembered.shift();
    return before ? Int16Array.from(luma, (level, i) => level - before[i]!) : new Int16Array(0);
  };
}

function faultIn(luma: Uint8Array, remembered: readonly Uint8Array[]): string | undefined {
  const share = (is: (level: number) => boolean) => luma.filter(is).length / luma.length;
  if (share((level) => level <= BLACK) >= MOST) return "a black picture: permission denied or covered";
  if (share((level) => level >= WHITE) >= MOST) return "a white picture: the camera is saturated";
  const known = remembered.some((other) => other.every((level, i) => level === luma[i]));
  return known ? "the same picture twice: the camera hangs, or is not a real one" : undefined;
}
