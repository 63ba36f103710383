import { afterAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SourceError } from "../../src/errors.ts";
import { hwrng, hwrngAt } from "../../src/sources/hwrng.ts";
import { fakeHost } from "../support/fake-host.ts";

const folder = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const never = new AbortController().signal;
const content = Uint8Array.from({ length: 200 }, (_, i) => (i * 37) & 255);
const device = join(folder, "device");
writeFileSync(device, content);

describe("samples", () => {
  test("are the device's bytes, in order, each once", async () => {
    await using sampler = await hwrngAt(device).open(fakeHost());
    const first = await sampler.sample(150, never);
    const second = await sampler.sample(50, never);
    expect([...first.samples, ...second.samples]).toEqual(Array.from(content, BigInt));
    expect(first.discarded).toBe(0);
    expect(first.sourceId).toBe("hwrng");
  });

  test("are all there or none: a device that ends", async () => {
    await using sampler = await hwrngAt(device).open(fakeHost());
    const tooMany = sampler.sample(201, never);
    await expect(tooMany).rejects.toThrow(SourceError);
    await expect(tooMany).rejects.toThrow(/^hwrng: .*0 bytes came/);
  });

  test("a count that is none", async () => {
    await using sampler = await hwrngAt(device).open(fakeHost());
    await expect(sampler.sample(0, never)).rejects.toThrow(RangeError);
    await expect(sampler.sample(1.5, never)).rejects.toThrow(RangeError);
  });
});

describe("a device that says nothing", () => {
  const pipe = join(folder, "pipe");
  spawnSync("mkfifo", [pipe]);

  test("is given up at once when the signal says so, and closed when it has spoken", async () => {
    // Both ends are open, and nothing is written.
    const other = await open(pipe, "r+");
    const sampler = await hwrngAt(pipe).open(fakeHost());
    const controller = new AbortController();
    const sampling = sampler.sample(10, controller.signal);
    controller.abort(new Error("enough"));
    await expect(sampling).rejects.toThrow("enough");
    await sampling.catch(() => {});
    await expect(sampler.sample(10, never)).rejects.toThrow("still busy");
    await sampler[Symbol.asyncDispose]();
    await other.write("late");
    await other.close();
  });

  test("an aborted signal is obeyed before anything is read", async () => {
    await using sampler = await hwrngAt(device).open(fakeHost());
    await expect(sampler.sample(1, AbortSignal.abort(new Error("no")))).rejects.toThrow("no");
  });
});

describe("availability", () => {
  const source = hwrngAt(device);

  test("a device that may be read", async () => {
    expect(await source.availability(fakeHost())).toEqual({ ok: true });
  });

  test("none", async () => {
    const answer = await hwrngAt(join(folder, "absent")).availability(fakeHost());
    expect(answer).toEqual({ ok: false, reason: "no hardware random number generator (/dev/hwrng)" });
  });

  test.skipIf(process.getuid?.() === 0)("one that may not be read", async () => {
    const closed = join(folder, "closed");
    writeFileSync(closed, "");
    chmodSync(closed, 0);
    const answer = await hwrngAt(closed).availability(fakeHost());
    expect(answer).toEqual({ ok: false, reason: "/dev/hwrng may be read by root only" });
  });

  test("one without a driver", async () => {
    const files = { "/sys/class/misc/hw_random/rng_current": "none\n" };
    const answer = await source.availability(fakeHost({ files }));
    expect(answer).toMatchObject({ ok: false, reason: expect.stringContaining("rng_current") });
  });

  test("it claims nothing", () => expect(hwrng.info.claim).toBe(0));
});

test("a thousand openings leave no descriptor behind", async () => {
  const descriptors = () => readdirSync("/dev/fd").length;
  let before = 0;
  for (let i = 0; i < 1001; i++) {
    await using sampler = await hwrngAt(device).open(fakeHost());
    await sampler.sample(1, never);
    if (i === 1) before = descriptors();
  }
  // One is open while they are counted, another when the first count was made.
  expect(descriptors()).toBeLessThanOrEqual(before);
});
