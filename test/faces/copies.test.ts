/** Faces that keep bytes for a moment: two copies of the process, restored from one snapshot, do not hand them out twice. */
import { describe, expect, test } from "bun:test";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadLibrary } from "../../ffi/index.ts";
import { Fifo } from "../../src/faces/device/fifo.ts";
import { serveFifo } from "../../src/faces/device/serve-fifo.ts";
import { RandomWords } from "../../src/faces/library/random-words.ts";
import { encoder, type Format } from "../../src/faces/pipe/encode.ts";
import { pump } from "../../src/faces/pipe/stream.ts";
import { encodeFrame, FRAME, FrameReader } from "../../src/faces/stdio/frames.ts";
import { Session } from "../../src/faces/stdio/session.ts";
import { fillAtOnce } from "../../src/rbg/generator.ts";
import { sharedBlocks, type Twin, twins } from "../support/twins.ts";

const never = new AbortController().signal;

function decoded(format: Format, text: Buffer): Uint8Array {
  return new Uint8Array(format === "raw" ? text : Buffer.from(text.toString("latin1"), format));
}

describe("stream", () => {
  /** Writes `bytes` bytes. After some pieces the reader pauses until `resume` is called. */
  function streamed(twin: Twin, format: Format, bytes: number) {
    const paused = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const before: Buffer[] = [];
    const after: Buffer[] = [];
    let isResumed = false;
    const write = async (text: Uint8Array) => {
      (isResumed ? after : before).push(Buffer.from(text));
      if (isResumed || before.length < 2) return;
      paused.resolve();
      await go.promise;
    };
    const ended = pump(
      twin.generator,
      encoder(format),
      { bytes, bytesPerSecond: undefined, timeoutMs: 60_000 },
      write,
      never,
    );
    const resume = () => {
      isResumed = true;
      go.resolve();
    };
    return { ended, paused: paused.promise, resume, before, after };
  }

  const cases = (["raw", "hex", "base64"] as const).flatMap((format) =>
    (["full", "drbg"] as const).map((mode) => [mode, format] as const),
  );

  test.each(cases)(
    "in %s mode as %s: goes on with new bytes, and loses and repeats none",
    async (mode, format) => {
      const pair = twins(mode);
      const bytes = 5 * pair[0].generator.pieceBytes + 16;
      const streams = pair.map((twin) => streamed(twin, format, bytes));
      await Promise.all(streams.map(({ paused }) => paused));
      // Piece 2 is being written, without its last two bytes in base64, and piece 3 is made.
      for (let turn = 0; turn < 2_000; turn++) await Promise.resolve();
      for (const twin of pair) twin.system.copy();
      for (const { resume } of streams) resume();
      await Promise.all(streams.map(({ ended }) => ended));

      const [a, b] = streams.map((stream) => {
        const whole = decoded(format, Buffer.concat([...stream.before, ...stream.after]));
        expect(whole.length).toBe(bytes);
        return whole.subarray(decoded(format, Buffer.concat(stream.before)).length);
      });
      expect(a!.length).toBeGreaterThan(pair[0].generator.pieceBytes);
      expect(sharedBlocks(a!, b!)).toEqual([]);
      expect(streams[0]!.before).toEqual(streams[1]!.before);
    },
  );

  test("copied when all is made and the end is not written: the end is made again", async () => {
    const pair = twins("drbg");
    const results = await Promise.all(
      pair.map(async (twin) => {
        const texts: Buffer[] = [];
        const write = async (text: Uint8Array) => {
          if (texts.length === 0) twin.system.copy();
          texts.push(Buffer.from(text));
        };
        const options = { bytes: 100, bytesPerSecond: undefined, timeoutMs: 60_000 };
        await pump(twin.generator, encoder("base64"), options, write, never);
        return texts;
      }),
    );
    for (const texts of results) expect(decoded("base64", Buffer.concat(texts)).length).toBe(100);
    // 99 bytes were written before; the last one, kept back until then, comes from new entropy.
    expect(results[0]![0]).toEqual(results[1]![0]!);
    expect(results[0]!.length).toBe(3);
    for (const twin of pair) expect(twin.pool.forgotten.length).toBe(1);
  });
});

describe("device", () => {
  test("throws away what waits in the pipe, and the next reader gets new bytes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));
    const native = loadLibrary();
    const read = (path: string) => {
      const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        const bytes = new Uint8Array(16_384);
        return bytes.subarray(0, readSync(file, bytes));
      } finally {
        closeSync(file);
      }
    };
    try {
      const results = await Promise.all(
        twins("full").map(async (twin, index) => {
          const path = join(folder, `fifo${index}`);
          using fifo = Fifo.open({ path, mode: 0o600, pipeBytes: 4_096, userId: process.geteuid!() }, native);
          const stop = new AbortController();
          let fills = 0;
          let filled = () => {};
          const until = async (count: number) => {
            while (fills < count) await new Promise<void>((resolve) => (filled = resolve));
          };
          const { fill } = twin.generator;
          twin.generator.fill = async (out, options) => {
            await fill.call(twin.generator, out, options);
            fills += 1;
            filled();
          };
          const served = serveFifo(
            fifo,
            twin.generator,
            (piece) => piece,
            512,
            () => ({ [Symbol.dispose]() {} }),
            () => {},
            stop.signal,
          ).catch((error: unknown) => error);
          // 8 pieces fill the pipe, and the ninth waits for room.
          await until(9);
          twin.system.copy();
          // It notices by itself, empties the pipe, and fills it again.
          await until(9 + 9);
          const bytes = read(path).slice();
          stop.abort(new Error("enough"));
          expect(await served).toEqual(new Error("enough"));
          return bytes;
        }),
      );
      expect(results.map((bytes) => bytes.length)).toEqual([4_096, 4_096]);
      expect(sharedBlocks(results[0]!, results[1]!)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("serve-stdio", () => {
  test("makes answers again that waited for a client which did not read", async () => {
    const results = await Promise.all(
      twins("full").map(async (twin) => {
        const reader = new FrameReader();
        const heard: Uint8Array[] = [];
        const stalled = Promise.withResolvers<void>();
        const go = Promise.withResolvers<void>();
        let frames = 0;
        const all = Promise.withResolvers<void>();
        const wanted = (id: number) => {
          const body = new Uint8Array(5);
          new DataView(body.buffer).setUint32(0, 256, true);
          return encodeFrame({ kind: FRAME.wantBytes, id, body });
        };
        const session = new Session(
          {
            pool: {
              get epoch() {
                return twin.generator.epoch;
              },
              async bytes(length) {
                const out = new Uint8Array(length);
                await twin.generator.fill(out);
                return out;
              },
            },
            call: async () => ({}),
            test: async () => ({}),
          },
          {
            async *pieces() {
              for (const id of [1, 2, 3, 4]) yield wanted(id);
              await all.promise;
            },
            async write(bytes) {
              for (const { kind, body } of reader.push(bytes.slice())) {
                if (kind === FRAME.bytes) heard.push(body);
              }
              frames += 1;
              if (frames === 2) {
                stalled.resolve();
                await go.promise; // the first answer is taken, and the others wait
              }
              if (frames === 5) all.resolve();
            },
          },
          never,
        );
        const ended = session.run("0");
        await stalled.promise;
        for (let turn = 0; turn < 2_000; turn++) await Promise.resolve();
        twin.system.copy();
        go.resolve();
        await ended;
        return heard;
      }),
    );
    expect(results.map((heard) => heard.length)).toEqual([4, 4]);
    expect(results[0]![0]).toEqual(results[1]![0]!);
    const rest = (heard: Uint8Array[]) => new Uint8Array(Buffer.concat(heard.slice(1)));
    expect(sharedBlocks(rest(results[0]!), rest(results[1]!))).toEqual([]);
  });
});

describe("words of the library", () => {
  async function wordsOf(twin: Twin) {
    await twin.generator.ready();
    return new RandomWords({
      get epoch() {
        return twin.generator.epoch;
      },
      getRandomValues: (array) =>
        fillAtOnce(twin.generator, new Uint8Array(array.buffer, array.byteOffset, array.byteLength)),
    });
  }
  const take = (words: RandomWords, count: number) => Uint32Array.from({ length: count }, () => words.next());

  test("kept ahead are dropped by the next call", async () => {
    const pair = twins("drbg");
    const words = await Promise.all(pair.map(wordsOf));
    expect(take(words[0]!, 10)).toEqual(take(words[1]!, 10));
    for (const twin of pair) {
      twin.system.copy();
      twin.system.clones.check();
      while (!twin.generator.isReady) await Promise.resolve();
    }
    for (const each of words) each.look();
    const [a, b] = words.map((each) => new Uint8Array(take(each, 1_000).buffer));
    expect(sharedBlocks(a!, b!)).toEqual([]);
  });

  test("are dropped after 64 at most in the middle of a call", async () => {
    const pair = twins("drbg");
    const words = await Promise.all(pair.map(wordsOf));
    for (const each of words) {
      each.look();
      take(each, 10);
    }
    for (const twin of pair) {
      twin.system.copy();
      twin.system.clones.check();
      while (!twin.generator.isReady) await Promise.resolve();
    }
    const taken = words.map((each) => take(each, 64 - 10 + 100));
    const tails = taken.map((each) => new Uint8Array(each.slice(64 - 10).buffer));
    expect(sharedBlocks(tails[0]!, tails[1]!)).toEqual([]);
  });
});
