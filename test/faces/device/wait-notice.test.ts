import { describe, expect, test } from "bun:test";
import { WaitNotice } from "../../../src/faces/device/wait-notice.ts";
import { Pool } from "../../../src/pool/pool.ts";
import { DrbgGenerator, FullGenerator } from "../../../src/rbg/generator.ts";
import { FakeSystem } from "../../support/fake-system.ts";
import { type FakeSource, FakeThread, fakeNoise, fakeSource } from "../../support/fake-thread.ts";

function poolOf(...sources: readonly FakeSource[]): Pool {
  return new Pool({
    sources: sources.map((source) => source.info),
    startThread: () => new FakeThread(sources),
  });
}

describe("bytes for a device", () => {
  test("come however many are asked for, in either mode, without a notice", async () => {
    for (const Kind of [FullGenerator, DrbgGenerator]) {
      using pool = poolOf(fakeSource({ id: "noise" }, fakeNoise(1)));
      using generator = new Kind(pool, new FakeSystem());
      const warnings: string[] = [];
      const out = new Uint8Array(10_000);
      {
        using _ = new WaitNotice(pool, (text) => warnings.push(text));
        await generator.fill(out, { signal: new AbortController().signal });
      }
      // 100 random bytes are all zero with probability 2⁻⁸⁰⁰.
      for (let i = 0; i < out.length; i += 100) {
        expect(out.subarray(i, i + 100).some((byte) => byte !== 0)).toBe(true);
      }
      expect(warnings).toEqual([]);
    }
  });

  test("are waited for, with a reason, and nothing weaker is put in their place", async () => {
    const stuck = fakeSource({ id: "stuck" }, () => 5);
    using pool = poolOf(stuck);
    using generator = new DrbgGenerator(pool, new FakeSystem());
    const interrupt = new AbortController();
    const out = new Uint8Array(64);
    const notice = Promise.withResolvers<string>();
    using _ = new WaitNotice(pool, notice.resolve, 1);
    const filled = generator.fill(out, { signal: interrupt.signal }).catch((error: unknown) => error);
    expect(await notice.promise).toMatch(/^waiting for entropy: 0 bits credited .* 1 (starting|failed)$/);
    expect(out.every((byte) => byte === 0)).toBe(true);
    interrupt.abort(new Error("enough"));
    expect(await filled).toEqual(new Error("enough"));
    expect(out.every((byte) => byte === 0)).toBe(true);
  });
});
