import { expect, test } from "bun:test";
import { openPool } from "../../src/pool/open.ts";
import { claimsText, familiesText, seedText, whyOf } from "../../src/pool/status.ts";
import { FakeThread, fakeHost, fakeNoise, fakeSource } from "../support/fake-thread.ts";

test("families behind the output, with shares that are not rounded up", () => {
  const text = (...bits: number[]) =>
    familiesText({ families: bits.map((spentBits, i) => ({ family: `f${i}`, spentBits })) });
  expect(text()).toBe("none yet");
  expect(text(0, 0)).toBe("none yet");
  expect(text(320)).toBe("f0 100 %");
  expect(text(999, 1)).toBe("f0 99 %, f1 < 1 %");
  expect(text(500, 300, 200, 0)).toBe("f0 50 %, f1 30 %, f2 20 %");
});

test("families behind the seed", () => {
  expect(seedText({ seed: { families: [], oneFamily: false } })).toBe("none yet");
  expect(seedText({ seed: { families: ["memory", "clock"], oneFamily: false } })).toBe("memory, clock");
  expect(seedText({ seed: { families: ["memory"], oneFamily: true } })).toBe(
    "memory alone, with twice the bits",
  );
  expect(seedText({ seed: { families: ["memory", "clock", "file"], oneFamily: true } })).toBe(
    "memory for more than half, with twice the bits; clock, file for the rest",
  );
});

test("where the claims come from", () => {
  const text = (state: "none" | "used" | "ignored" | "refused", assessedElsewhere: string[] = ["a", "b"]) =>
    claimsText({ calibration: { state, reason: "why", assessedElsewhere } });
  expect(text("none")).toContain("from other machines");
  expect(text("ignored")).toContain("--uncalibrated");
  expect(text("refused")).toContain("why");
  expect(text("used", [])).toBe("from this machine's profile");
  expect(text("used")).toContain("a, b");
});

async function warningsOf(families: readonly ("clock" | "memory")[], familyShare = 1): Promise<string[]> {
  const sources = families.map((family, i) =>
    fakeSource({ id: `s${i}`, family, claim: 4 }, fakeNoise(i + 1)),
  );
  const said: string[] = [];
  using open = openPool(
    { sources: "all", credit: new Map(), uncalibrated: true, familyShare },
    { sources, host: fakeHost, startThread: () => new FakeThread(sources), warn: (text) => said.push(text) },
  );
  await open.full.fill(new Uint8Array(32));
  await open.drbg.fill(new Uint8Array(32));
  expect(open.pool.status().seed.oneFamily).toBe(families.length < 2);
  return said;
}

test("a seed from one family alone is said once, however many seeds there are", async () => {
  expect(await warningsOf(["clock"])).toEqual([
    "the generator's seed rests on clock sources for more than half, and took twice the bits: no other family delivered",
  ]);
  expect(await warningsOf(["clock", "memory"])).toEqual([]);
  expect(await warningsOf(["clock", "memory"], 0.5)).toEqual([]);
});

test("output that cannot keep to --family-share is said, too", async () => {
  const said = await warningsOf(["clock"], 0.5);
  expect(said.map((text) => text.slice(0, 22))).toEqual(["the generator's seed r", "output rests on clock "]);
});

test("what was the matter before is not said of the state that a source has now", () => {
  const lastFault = "failed the start-up APT test";
  expect(whyOf({})).toBeUndefined();
  expect(whyOf({ lastFault })).toBe("earlier: failed the start-up APT test");
  expect(whyOf({ lastFault, reason: "sampling hung" })).toBe("sampling hung");
});
