import { describe, expect, test } from "bun:test";
import { SourceError } from "../../src/errors.ts";
import type { Host } from "../../src/platform/host.ts";
import { cameraNoise, cameraNoiseSource } from "../../src/sources/camera-noise.ts";
import { type FakeTool, fakeHost } from "../support/fake-host.ts";
import { fixture } from "../support/fixture.ts";
import { rejectionOf } from "../support/rejection.ts";
import { FAULTY, standIns } from "../support/stand-ins.ts";

const signal = new AbortController().signal;
const folders = { "/sys/class/video4linux": ["v4l-subdev0", "video0", "video1"] };
const formats = fixture("linux/v4l2_list_formats.txt");
const devices = fixture("macos/ffmpeg_avfoundation_list_devices.stderr.txt");

const WIDTH = 640;
const HEIGHT = 480;
const WARM_UP_FRAMES = 5;
const PIXELS = (WIDTH / 8) * (HEIGHT / 8);

type Layout = "yuyv" | "uyvy";

/** Makes a picture with the brightness `luma` at each place, and other bytes for colours. */
function frame(layout: Layout, luma: (x: number, y: number) => number): Uint8Array {
  const bytes = new Uint8Array(WIDTH * HEIGHT * 2).fill(200);
  const at = layout === "yuyv" ? 0 : 1;
  for (let y = 0; y < HEIGHT; y += 8)
    for (let x = 0; x < WIDTH; x += 8) bytes[(y * WIDTH + x) * 2 + at] = luma(x, y);
  return bytes;
}

/** Returns the brightness of picture t at a place: a deterministic scramble between 60 and 187. */
function brightness(t: number, x: number, y: number): number {
  return 60 + ((Math.imul(x * 31 + y * 977 + t * 7919, 0x9e3779b1) >>> 16) & 127);
}

function film(layout: Layout, length: number): Uint8Array[] {
  return Array.from({ length }, (_, t) => frame(layout, (x, y) => brightness(t, x, y)));
}

/** Returns the samples of the film's pictures, from the first one that counts. */
function differences(n: number): bigint[] {
  return Array.from({ length: n }, (_, i) => {
    const t = WARM_UP_FRAMES + 1 + Math.floor(i / PIXELS);
    const x = 8 * (i % (WIDTH / 8));
    const y = 8 * Math.floor((i % PIXELS) / (WIDTH / 8));
    return BigInt.asUintN(64, BigInt(brightness(t, x, y) - brightness(t - 1, x, y)));
  });
}

function linux(pieces: readonly Uint8Array[], list: FakeTool = formats) {
  return fakeHost({
    folders,
    tools: {
      "v4l2-ctl": { pieces, hangs: true },
      "v4l2-ctl --device /dev/video0 --list-formats-ext": list,
      "v4l2-ctl --device /dev/video1 --list-formats-ext":
        "ioctl: VIDIOC_ENUM_FMT\n\tType: Metadata Capture\n",
    },
  });
}

function mac(pieces: readonly Uint8Array[], stderr = "") {
  return fakeHost({
    os: "darwin",
    tools: {
      ffmpeg: (args) =>
        args.includes("-list_devices") ? { stderr: devices, exitCode: 251 } : { pieces, stderr, hangs: true },
    },
  });
}

async function take(n: number, host: Host, limits = { startMs: 1_000, stallMs: 1_000 }): Promise<bigint[]> {
  await using sampler = await cameraNoiseSource(limits).open(host);
  return [...(await sampler.sample(n, signal)).samples];
}

test("availability says what is missing", async () => {
  const tools = { "v4l2-ctl": "" };
  expect(await cameraNoise.availability(fakeHost())).toEqual({ ok: false, reason: "no camera" });
  expect(await cameraNoise.availability(fakeHost({ folders }))).toEqual({
    ok: false,
    reason: "'v4l2-ctl' is not installed",
  });
  expect(await cameraNoise.availability(fakeHost({ folders, tools }))).toEqual({ ok: true });
  expect(await cameraNoise.availability(fakeHost({ os: "darwin" }))).toEqual({
    ok: false,
    reason: "'ffmpeg' is not installed",
  });
  expect(await rejectionOf(cameraNoise.open(fakeHost()))).toBeInstanceOf(SourceError);
});

describe("samples", () => {
  test("are differences of brightness between pictures (Linux: YUYV)", async () => {
    const host = linux(film("yuyv", 9));
    await using sampler = await cameraNoise.open(host);
    const trace = await sampler.sample(2 * PIXELS + 9, signal);
    expect([...trace.samples]).toEqual(differences(2 * PIXELS + 9));
    expect(trace.discarded).toBe(WARM_UP_FRAMES * PIXELS);
    expect(host.toolCalls.at(-1)).toBe(
      "v4l2-ctl --device /dev/video0 --set-fmt-video=width=640,height=480,pixelformat=YUYV " +
        "--stream-mmap --stream-count=300 --stream-to=-",
    );
  });

  test("are the same on macOS (UYVY)", async () => {
    const host = mac(film("uyvy", 8));
    expect(await take(PIXELS + 1, host)).toEqual(differences(PIXELS + 1));
    expect(host.toolCalls.at(-1)).toContain("-pixel_format uyvy422 -i 0:none ");
    expect(host.runningTools()).toBe(0);
  });
});

describe("what is no noise is an error", () => {
  const message = async (host: Host, n = 1) => (await rejectionOf(take(n, host))).message;

  test("a picture that comes twice, or in a short loop", async () => {
    const pictures = film("yuyv", 8);
    expect(await message(linux([...pictures, pictures[7]!]), 3 * PIXELS)).toMatch(/the same picture twice/);
    expect(await message(linux([...pictures, pictures[6]!]), 3 * PIXELS)).toMatch(/the same picture twice/);
    const still = Array.from({ length: 8 }, () => pictures[0]!);
    expect(await message(linux(still))).toMatch(/the same picture twice/);
  });

  test("black, white", async () => {
    // Not quite the same twice: the sensor's noise around black is cut off.
    const flat = (level: number) =>
      Array.from({ length: 8 }, (_, t) => frame("uyvy", (x, y) => level + ((x ^ y ^ t) & 1)));
    expect(await message(mac(flat(15)))).toBe("camera_noise: a black picture: permission denied or covered");
    expect(await message(mac(flat(254)))).toBe("camera_noise: a white picture: the camera is saturated");
  });

  test("compressed pictures only", async () => {
    const host = linux([], formats.replace("'YUYV'", "'H264'"));
    expect(await message(host)).toBe("camera_noise: no camera that gives uncompressed pictures (YUYV)");
  });

  test("a camera that may not be opened", async () => {
    const list = { exitCode: 1, stderr: "Cannot open device /dev/video0, exiting.\n" };
    expect(await message(linux([], list))).toMatch(/Cannot open device/);
  });

  test("pictures of another format than was asked for", async () => {
    const stderr = "[avfoundation] Selected pixel format (uyvy422) is not supported by the input device.\n";
    expect(await message(mac(film("uyvy", 8), stderr))).toMatch(
      /Selected pixel format \(uyvy422\) is not supported/,
    );
  });

  test("no camera among the devices", async () => {
    const host = fakeHost({ os: "darwin", tools: { ffmpeg: { stderr: "none", exitCode: 1 } } });
    expect(await message(host)).toBe("camera_noise: no camera");
  });
});

describe("tools that do not work", () => {
  // Bytes without end are pictures, if they come fast enough: nothing tells such a tool from a camera.
  const { "prints lines without end": _, ...broken } = FAULTY;
  for (const os of ["linux", "darwin"] as const) {
    for (const [fault, script] of Object.entries(broken)) {
      test(`${os}: a tool that ${fault} is an error in time`, async () => {
        // It works as far as the list of devices.
        const list = `case "$*" in *list*) /bin/cat $DATA/list >&$OUT; exit 0;; esac`;
        using tools = standIns(os, {
          "v4l2-ctl": `OUT=1\n${list}\n${script}`,
          ffmpeg: `OUT=2\n${list}\n${script}`,
        });
        tools.data("list", os === "linux" ? formats : devices);
        const host = { ...tools.host, readFolder: () => ["video0"] };
        const error = await rejectionOf(take(1, host, { startMs: 250, stallMs: 250 }));
        expect(error).toBeInstanceOf(SourceError);
      });
    }

    for (const [fault, script] of Object.entries(FAULTY)) {
      test(`${os}: a list of devices that ${fault} is an error in time`, async () => {
        using tools = standIns(os, { "v4l2-ctl": script, ffmpeg: script });
        const host = { ...tools.host, readFolder: () => ["video0"] };
        const error = await rejectionOf(take(1, host, { startMs: 150, stallMs: 150 }));
        expect(error).toBeInstanceOf(SourceError);
      });
    }
  }
});
