import { describe, expect, test } from "bun:test";
import { SourceError } from "../../src/errors.ts";
import type { Host } from "../../src/platform/host.ts";
import { audioNoise, audioNoiseSource } from "../../src/sources/audio-noise.ts";
import { toSymbols } from "../../src/trace.ts";
import { fakeHost } from "../support/fake-host.ts";
import { fixture } from "../support/fixture.ts";
import { rejectionOf } from "../support/rejection.ts";
import { FAULTY, standIns } from "../support/stand-ins.ts";

const signal = new AbortController().signal;

const files = { "/proc/asound/cards": fixture("linux/proc_asound_cards.txt") };
/** Card 0 plays only; card 1 also records. */
const folders = { "/proc/asound/card0": ["pcm3p"], "/proc/asound/card1": ["pcm0c", "pcm0p"] };

/** Blocks as the source wants them: amplitudes are dropped in the first three. */
const BLOCK = 512;
const WARM_UP = 3 * BLOCK;

/** Deterministic amplitudes, some bits of noise around zero. */
function noise(frames: number, seed = 1): Int16Array {
  let state = BigInt(seed);
  return Int16Array.from({ length: frames }, () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number(state >> 58n) - 32;
  });
}

function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer);
}

/** Left channel: these; right channel: something else. */
function stereo(left: Int16Array): Int16Array {
  return Int16Array.from({ length: 2 * left.length }, (_, i) => (i % 2 === 0 ? left[i >> 1]! : 12345));
}

function mac(pcm: Int16Array): Host {
  return fakeHost({ os: "darwin", tools: { ffmpeg: { pieces: [bytesOf(pcm)], hangs: true } } });
}

async function take(n: number, host: Host, limits = { startMs: 1_000, stallMs: 1_000 }): Promise<bigint[]> {
  await using sampler = await audioNoiseSource(limits).open(host);
  return [...(await sampler.sample(n, signal)).samples];
}

test("availability says what is missing", async () => {
  const reasonOf = async (host: Host) => {
    const state = await audioNoise.availability(host);
    return state.ok ? undefined : state.reason;
  };
  const none = { "/proc/asound/cards": fixture("linux/proc_asound_cards.none.txt") };
  expect(await reasonOf(fakeHost())).toBe("no sound card");
  expect(await reasonOf(fakeHost({ files: none }))).toBe("no sound card");
  expect(await reasonOf(fakeHost({ files }))).toBe("no sound card that records");
  expect(await reasonOf(fakeHost({ files, folders }))).toBe("'arecord' is not installed");
  expect(await reasonOf(fakeHost({ files, folders, tools: { arecord: "" } }))).toBeUndefined();
  expect(await reasonOf(fakeHost({ os: "darwin" }))).toBe("'ffmpeg' is not installed");
  expect(await rejectionOf(audioNoise.open(fakeHost()))).toBeInstanceOf(SourceError);
});

describe("samples", () => {
  const pcm = noise(8 * (WARM_UP + 4 * BLOCK));
  const eighths = Array.from({ length: 4 * BLOCK }, (_, i) =>
    BigInt.asUintN(64, BigInt(pcm[8 * (WARM_UP + i)]!)),
  );

  test("are every eighth amplitude as it is, after the warm-up", async () => {
    await using sampler = await audioNoise.open(mac(pcm));
    const first = await sampler.sample(10, signal);
    const second = await sampler.sample(1_000, signal);
    expect([...first.samples, ...second.samples]).toEqual(eighths.slice(0, 1_010));
    expect([first.discarded, second.discarded]).toEqual([WARM_UP, 0]);
    expect([...toSymbols(first, audioNoise.info.symbolBits)]).toEqual(
      eighths.slice(0, 10).map((sample) => Number(sample & 15n)),
    );
  });

  test("are of the left channel on Linux, straight from the hardware", async () => {
    const host = fakeHost({
      files,
      folders,
      tools: { arecord: { pieces: [bytesOf(stereo(pcm))], hangs: true } },
    });
    expect(await take(700, host)).toEqual(eighths.slice(0, 700));
    expect(host.toolCalls).toEqual(["arecord -q -D hw:1,0 -f S16_LE -r 48000 -c 2 -t raw -d 30 -"]);
    expect(host.runningTools()).toBe(0);
  });

  test("do not depend on where pieces end", async () => {
    const bytes = bytesOf(pcm);
    const pieces: Uint8Array[] = [];
    for (let from = 0, size = 1; from < bytes.length; from += size, size = (size * 7) % 9973)
      pieces.push(bytes.subarray(from, from + size));
    const host = fakeHost({ os: "darwin", tools: { ffmpeg: { pieces, hangs: true } } });
    expect(await take(2_000, host)).toEqual(eighths.slice(0, 2_000));
  });

  test("go on in the next recording, when one has ended", async () => {
    const host = fakeHost({ os: "darwin", tools: { ffmpeg: { pieces: [bytesOf(pcm)] } } });
    await using sampler = await audioNoise.open(host);
    const trace = await sampler.sample(4 * BLOCK + 5, signal);
    expect([...trace.samples]).toEqual([...eighths, ...eighths.slice(0, 5)]);
    expect(trace.discarded).toBe(2 * WARM_UP);
    expect(host.toolCalls).toHaveLength(2);
  });

  test("come from another device where the default one cannot be opened", async () => {
    const host = fakeHost({
      os: "darwin",
      tools: {
        ffmpeg: (args) => {
          const input = args[args.indexOf("-i") + 1];
          if (args.includes("-list_devices"))
            return { stderr: fixture("macos/ffmpeg_avfoundation_list_devices.stderr.txt"), exitCode: 1 };
          return input === ":1"
            ? { pieces: [bytesOf(pcm)], hangs: true }
            : { exitCode: 1, stderr: "no such device" };
        },
      },
    });
    expect(await take(3, host)).toEqual(eighths.slice(0, 3));
    expect(host.toolCalls.map((call) => /-i (\S*)/.exec(call)?.[1])).toEqual([":default", "", ":1"]);
    expect(host.runningTools()).toBe(0);
  });
});

describe("what is no noise is an error", () => {
  const good = noise(8 * (WARM_UP + BLOCK), 7);
  const whole = (next: Int16Array) => Int16Array.from([...good, ...next]);

  test("silence", async () => {
    const message = "audio_noise: permission denied or muted: nothing but zeros";
    const zeros = new Int16Array(8 * BLOCK);
    expect((await rejectionOf(take(1, mac(new Int16Array(8 * (WARM_UP + BLOCK)))))).message).toBe(message);
    // Muted later.
    expect((await rejectionOf(take(BLOCK + 1, mac(whole(zeros))))).message).toBe(message);
  });

  test("a constant, or the same over and over", async () => {
    const message = "audio_noise: permission denied or muted: the same samples repeat";
    const constant = new Int16Array(8 * (WARM_UP + BLOCK)).fill(-3);
    expect((await rejectionOf(take(1, mac(constant)))).message).toBe(message);
    const again = good.subarray(8 * WARM_UP);
    expect((await rejectionOf(take(BLOCK + 1, mac(whole(again))))).message).toBe(message);
    const hum = Int16Array.from({ length: 8 * (WARM_UP + BLOCK) }, (_, i) => i % 400);
    expect((await rejectionOf(take(1, mac(hum)))).message).toBe(message);
  });

  test("saturation", async () => {
    const loud = noise(8 * (WARM_UP + BLOCK)).map((sample) => (sample % 4 === 0 ? sample : 32767));
    expect((await rejectionOf(take(1, mac(loud)))).message).toBe("audio_noise: the microphone is saturated");
  });
});

describe("tools that do not work", () => {
  for (const [fault, script] of Object.entries(FAULTY)) {
    for (const os of ["linux", "darwin"] as const) {
      test(`${os}: a tool that ${fault} is an error in time`, async () => {
        using tools = standIns(os, { arecord: script, ffmpeg: script });
        const sound = fakeHost({ files, folders });
        const host = { ...tools.host, readText: sound.readText, readFolder: sound.readFolder };
        const error = await rejectionOf(take(1, host, { startMs: 150, stallMs: 150 }));
        expect(error).toBeInstanceOf(SourceError);
      });
    }
  }

  test("one that falls silent is an error in time", async () => {
    using tools = standIns("darwin", { ffmpeg: "/bin/cat $DATA/pcm; exec /bin/sleep 1000" });
    tools.data("pcm", bytesOf(noise(8 * (WARM_UP + BLOCK))));
    const limits = { startMs: 5_000, stallMs: 100 };
    expect(await take(BLOCK, tools.host, limits)).toHaveLength(BLOCK);
    const error = await rejectionOf(take(BLOCK + 1, tools.host, limits));
    expect(error.message).toBe("audio_noise: nothing was recorded in 100 ms");
  });

  test("what the tool complains about is passed on", async () => {
    const tools = {
      arecord: { exitCode: 1, stderr: "arecord: main:850: audio open error: Permission denied" },
    };
    const error = await rejectionOf(take(1, fakeHost({ files, folders, tools })));
    expect(error.message).toMatch(/^audio_noise: .*Permission denied/);
  });

  test("an abort is obeyed at once, and the source works after it", async () => {
    using tools = standIns("darwin", {
      ffmpeg: "/bin/cat $DATA/pcm; test -e $DATA/again && exec /bin/cat $DATA/pcm; exec /bin/sleep 1000",
    });
    const pcm = noise(8 * (WARM_UP + BLOCK));
    tools.data("pcm", bytesOf(pcm).subarray(0, 5_000));
    await using sampler = await audioNoise.open(tools.host);
    const abort = new AbortController();
    const reason = new Error("enough");
    const sampling = rejectionOf(sampler.sample(1, abort.signal));
    setTimeout(() => abort.abort(reason), 60);
    expect(await sampling).toBe(reason);
    tools.data("pcm", bytesOf(pcm));
    const { samples } = await sampler.sample(1, signal);
    expect(samples[0]).toBe(BigInt.asUintN(64, BigInt(pcm[8 * WARM_UP]!)));
  });
});
