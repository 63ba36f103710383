import { describe, expect, test } from "bun:test";
import { ClosedPipeError, InterruptedError } from "#kit/term/exit.ts";
import { stream } from "../../src/commands/stream.ts";
import type { Deps } from "../../src/deps.ts";
import { InsufficientEntropyError, UsageError } from "../../src/errors.ts";
import { streamBytes } from "../../src/faces/pipe/stream.ts";
import { assessHere } from "../support/assess-here.ts";
import { exitCodeOf } from "../support/exit-code.ts";
import { fakeIo } from "../support/fake-io.ts";
import { type FakeSource, FakeThread, fakeHost, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { optionsFor } from "../support/options.ts";

function depsOf(sources: readonly FakeSource[]): Deps {
  return { sources, host: fakeHost, startThread: () => new FakeThread(sources), warn: () => {} };
}

const noisy = () => [
  fakeSource({ id: "a" }, fakeNoise(1)),
  fakeSource({ id: "b", family: "memory" }, fakeNoise(2)),
];
const options = (args: Record<string, unknown>) => optionsFor(stream, args);

async function streamed(args: Record<string, unknown>, sources = noisy(), terminal = false) {
  const io = fakeIo({ terminal });
  await streamBytes(options(args), io, depsOf(sources), assessHere);
  return io.written();
}

describe("stream", () => {
  for (const mode of ["full", "drbg", "noise"]) {
    for (const bytes of [1, 31, 64, 5000]) {
      test(`${mode}: exactly ${bytes} bytes in every format`, async () => {
        expect((await streamed({ mode, bytes: `${bytes}` })).length).toBe(bytes);
        const hex = (await streamed({ mode, bytes: `${bytes}`, format: "hex" })).toString();
        expect(hex).toMatch(/^[0-9a-f]+\n$/);
        expect(hex.length).toBe(bytes * 2 + 1);
        const text = (await streamed({ mode, bytes: `${bytes}`, format: "base64" })).toString();
        expect(text.endsWith("\n")).toBe(true);
        const base64 = text.slice(0, -1);
        expect(Buffer.from(base64, "base64").length).toBe(bytes);
        expect(Buffer.from(base64, "base64").toString("base64")).toBe(base64);
      });
    }
  }

  test("a drbg stream of several pieces repeats none of them", async () => {
    const bytes = await streamed({ mode: "drbg", bytes: "3M" });
    expect(bytes.length).toBe(3 << 20);
    const blocks = new Set(
      Array.from({ length: bytes.length / 32 }, (_, i) => bytes.toString("latin1", i * 32, i * 32 + 32)),
    );
    expect(blocks.size).toBe(bytes.length / 32);
  });

  for (const [format, characters] of [
    ["hex", 128],
    ["base64", 88],
  ] as const) {
    test(`${format}: --wrap breaks lines, the last one ends, and none is empty`, async () => {
      for (const wrap of [1, 7, 64, characters - 1, characters, characters + 1]) {
        const text = (await streamed({ bytes: "64", format, wrap: `${wrap}` })).toString();
        const lines = text.split("\n");
        expect(lines.pop()).toBe("");
        expect(lines.length).toBe(Math.ceil(characters / wrap));
        expect(lines.slice(0, -1).every((line) => line.length === wrap)).toBe(true);
        expect(Buffer.from(lines.join(""), format).length).toBe(64);
      }
    });
  }

  test("--wrap is not for raw bytes", () => {
    expect(() => options({ wrap: "76" })).toThrow("--wrap is for --format hex and base64");
  });

  test("text that was cut off has no line break at its end", async () => {
    const sources = [fakeSource({ id: "dry" }, () => 1)];
    const io = fakeIo();
    const args = { mode: "full", bytes: "64", format: "hex", timeout: "100ms" };
    const error = await streamBytes(options(args), io, depsOf(sources), assessHere).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(InsufficientEntropyError);
    expect(io.written().toString()).not.toContain("\n");
  });

  test("text to a terminal ends with one line break, raw bytes are refused", async () => {
    const hex = (await streamed({ bytes: "8", format: "hex" }, noisy(), true)).toString();
    expect(hex).toMatch(/^[0-9a-f]{16}\n$/);
    const refusal = streamed({ bytes: "8" }, noisy(), true).catch((error: unknown) => error);
    expect(await refusal).toBeInstanceOf(UsageError);
    expect(((await refusal) as UsageError).hints.join()).toContain("--force");
    expect((await streamed({ bytes: "8", force: true }, noisy(), true)).length).toBe(8);
  });

  test("a reader that goes away ends it", async () => {
    const io = fakeIo({ closesAfter: 10_000 });
    const error = await streamBytes(options({ mode: "drbg" }), io, depsOf(noisy()), assessHere).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ClosedPipeError);
    expect(exitCodeOf(error)).toBe(0);
  });

  test("an interrupt ends it, even while it waits for entropy", async () => {
    const io = fakeIo();
    const stuck = [fakeSource({ id: "a" }, () => 1)];
    const running = streamBytes(options({}), io, depsOf(stuck), assessHere).catch(
      (reason: unknown) => reason,
    );
    setTimeout(() => io.interrupt.abort(new InterruptedError(130)), 20);
    expect(exitCodeOf(await running)).toBe(130);
    expect(io.written().length).toBe(0);
  });

  for (const mode of ["full", "drbg"]) {
    test(`${mode}: with all sources failing, exit 3 and no byte`, async () => {
      const io = fakeIo();
      const stuck = [fakeSource({ id: "a" }, () => 1), fakeSource({ id: "b" }, () => 2)];
      const error = await streamBytes(
        options({ mode, timeout: "300ms" }),
        io,
        depsOf(stuck),
        assessHere,
      ).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(InsufficientEntropyError);
      expect((error as Error).message).toContain("2 failed");
      expect(exitCodeOf(error)).toBe(3);
      expect(io.written().length).toBe(0);
    });
  }

  test("an unavailable source says so at once", async () => {
    const [a] = noisy();
    a!.unavailable = "not on this machine";
    const error = await streamBytes(options({}), fakeIo(), depsOf([a!]), assessHere).catch(
      (reason: unknown) => reason,
    );
    expect(exitCodeOf(error)).toBe(3);
  });

  test("--rate holds the mean rate down", async () => {
    const before = performance.now();
    expect((await streamed({ bytes: "500", rate: "1000", mode: "drbg" })).length).toBe(500);
    // The first tenth of a second's worth is free: 400 bytes at 1,000 a second remain.
    expect(performance.now() - before).toBeGreaterThanOrEqual(390);
  });

  test("an interrupt while --rate waits is an interrupt", async () => {
    const io = fakeIo();
    const out = io.out;
    const waiting = new Promise<void>((resolve) => {
      io.out = async (data) => {
        await out(data);
        resolve();
      };
    });
    const running = streamBytes(options({ rate: "1" }), io, depsOf(noisy()), assessHere).catch(
      (reason: unknown) => reason,
    );
    await waiting;
    io.interrupt.abort(new InterruptedError(143));
    expect(exitCodeOf(await running)).toBe(143);
  });

  test("options that make no sense are usage errors", () => {
    for (const args of [
      { bytes: "x" },
      { rate: "0" },
      { timeout: "never" },
      { bits: "2" },
      { debias: "xor-fold" },
    ]) {
      expect(() => options(args)).toThrow(UsageError);
    }
    expect(() => options({ mode: "noise", bits: "9" })).toThrow(UsageError);
  });
});

describe("stream --mode noise", () => {
  const counter = () => {
    let i = 0;
    return fakeSource({ id: "counter" }, () => i++);
  };

  test("hands out the symbols themselves", async () => {
    const bytes = await streamed({ mode: "noise", bytes: "600" }, [counter()]);
    expect([...bytes]).toEqual(Array.from({ length: 600 }, (_, i) => i % 256));
  });

  test("--bits packs the low bits of each symbol, most significant first", async () => {
    const bytes = await streamed({ mode: "noise", bytes: "4", bits: "4" }, [counter()]);
    expect(bytes.toString("hex")).toBe("01234567");
  });

  test("a source that fails its health tests is still shown", async () => {
    const bytes = await streamed({ mode: "noise", bytes: "5000" }, [fakeSource({ id: "stuck" }, () => 9)]);
    expect(bytes.every((byte) => byte === 9)).toBe(true);
  });

  test("--debias says what entropy it kept", async () => {
    const io = fakeIo();
    await streamBytes(
      options({ mode: "noise", bytes: "2000", debias: "xor-fold", bits: "4" }),
      io,
      depsOf([noisy()[0]!]),
      assessHere,
    );
    expect(io.written().length).toBe(2000);
    expect(io.talk()).toMatch(/bits of entropy/);
  });
});
