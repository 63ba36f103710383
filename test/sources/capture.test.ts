/** The part that microphone and camera share, and the parsers of systems' lists of them. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseCards } from "../../src/sources/acquire/capture/alsa.ts";
import { parseDevices } from "../../src/sources/acquire/capture/avfoundation.ts";
import { shortestPeriod } from "../../src/sources/acquire/capture/period.ts";
import { yuyvSizes } from "../../src/sources/acquire/capture/v4l2.ts";
import { fixture } from "../support/fixture.ts";

describe("the shortest period", () => {
  test("of what is plain to see", () => {
    expect(shortestPeriod([5])).toBe(1);
    expect(shortestPeriod([0, 0, 0, 0])).toBe(1);
    expect(shortestPeriod([1, 2, 1, 2, 1])).toBe(2);
    expect(shortestPeriod([1, 2, 3, 4])).toBe(4);
    expect(shortestPeriod([1, 1, 2])).toBe(3);
  });

  test("is what trying them all gives", () => {
    const slowly = (values: readonly number[]) => {
      let period = 1;
      while (period < values.length && values.some((value, i) => i >= period && value !== values[i - period]))
        period += 1;
      return period;
    };
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 24 }), (values) => {
        expect(shortestPeriod(values)).toBe(slowly(values));
      }),
      { seed: 4, numRuns: 300 },
    );
  });
});

test("AVFoundation: screens and the view of the desk are no cameras", () => {
  expect(parseDevices(fixture("macos/ffmpeg_avfoundation_list_devices.stderr.txt"))).toEqual({
    video: [{ index: 0, name: "FaceTime HD Camera" }],
    audio: [
      { index: 0, name: "BlackHole 2ch" },
      { index: 1, name: "MacBook Pro Microphone" },
    ],
  });
  expect(parseDevices("Unknown input format: 'avfoundation'")).toEqual({ video: [], audio: [] });
});

test("ALSA: sound cards", () => {
  expect(parseCards(fixture("linux/proc_asound_cards.txt"))).toEqual([0, 1]);
  expect(parseCards(fixture("linux/proc_asound_cards.none.txt"))).toEqual([]);
});

test("V4L2: sizes of uncompressed pictures only", () => {
  expect(yuyvSizes(fixture("linux/v4l2_list_formats.txt"))).toEqual([
    { width: 640, height: 480 },
    { width: 320, height: 240 },
  ]);
  expect(yuyvSizes(fixture("linux/v4l2_list_formats.txt").replace("'YUYV'", "'H264'"))).toEqual([]);
  expect(yuyvSizes("")).toEqual([]);
});
