import { describe, expect, test } from "bun:test";
import { Supply } from "../../../src/faces/device/supply.ts";
import { EntropyPool } from "../../../src/pool/pool.ts";
import { RandomBytes } from "../../../src/rbg/generator.ts";
import { type FakeSource, FakeThread, fakeNoise, fakeSource } from "../../support/fake-thread.ts";

function poolOf(...sources: readonly FakeSource[]): EntropyPool {
  return new EntropyPool({
    sources: sources.map((source) => source.info),
    startThread: () => new FakeThread(sources),
  });
}

describe("a supply", () => {
  test("fills however much is asked for, in either mode", async () => {
    for (const mode of ["full", "drbg"] as const) {
      using pool = poolOf(fakeSource({ id: "noise" }, fakeNoise(1)));
      using random = new RandomBytes(pool, mode);
      const warnings: string[] = [];
      const supply = new Supply(pool, random, (text) => warnings.push(text));
      const out = new Uint8Array(10_000);
      await supply.fill(out, new AbortController().signal);
      // All zero in 100 bytes of random ones: 2⁻⁸⁰⁰ each.
      for (let i = 0; i < out.length; i += 100) {
        expect(out.subarray(i, i + 100).some((byte) => byte !== 0)).toBe(true);
      }
      expect(warnings).toEqual([]);
    }
  });

  test("waits for entropy, says why, and puts nothing weaker in its place", async () => {
    const stuck = fakeSource({ id: "stuck" }, () => 5);
    using pool = poolOf(stuck);
    using random = new RandomBytes(pool, "drbg");
    const interrupt = new AbortController();
    const out = new Uint8Array(64);
    const warning = new Promise<string>((resolve) => {
      const supply = new Supply(pool, random, resolve, 1);
      supply.fill(out, interrupt.signal).catch(() => {});
    });
    expect(await warning).toMatch(/^waiting for entropy: 0 bits credited .* 1 (starting|failed)$/);
    expect(out.every((byte) => byte === 0)).toBe(true);
    interrupt.abort(new Error("enough"));
  });
});
