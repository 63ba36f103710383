import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { calibrateSources } from "../../src/calibration/calibrate.ts";
import { findProfile } from "../../src/calibration/profile-file.ts";
import { SourceError } from "../../src/errors.ts";
import { assess } from "../../src/stats/sp800-90b/index.ts";
import { fakeHost } from "../support/fake-host.ts";
import { type FakeSource, fakeNoise, fakeSource } from "../support/fake-thread.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-calibrate-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function calibrated(sources: readonly FakeSource[], host = fakeHost()) {
  const options = {
    limits: { samples: 2_000, pieceSamples: 1_000 },
    assess: async (symbols: Uint8Array, bits: number) => assess(symbols, bits),
    signal: new AbortController().signal,
  };
  return calibrateSources(sources, options, { host, stateFolder: folder });
}

const bit = () => {
  const noise = fakeNoise(2);
  return () => (noise() >> 7) & 1;
};
const timing = () => fakeSource({ id: "timing", unit: "ticks", claim: 2, coarseClaim: 0.1 }, bit());

describe("calibration", () => {
  test("credits half of what was assessed, or the claim at this counter's step", async () => {
    const credited = async (host: ReturnType<typeof fakeHost>) => {
      const [result] = (await calibrated([timing()], host)).results;
      if (result?.kind !== "calibrated") throw new Error("not calibrated");
      return {
        claimedH: result.claimedH,
        credited: result.creditedH,
        half: result.calibration.assessedH / 2,
      };
    };
    const fine = await credited(fakeHost({ kernels: {}, clockPeriodNs: 10 }));
    expect(fine).toMatchObject({ claimedH: 2, credited: fine.half });
    expect(await credited(fakeHost({ kernels: {}, clockPeriodNs: 41.67 }))).toMatchObject({ credited: 0.1 });
    expect(await credited(fakeHost({ kernels: {}, clockPeriodNs: 100 }))).toMatchObject({ credited: 0 });
    // Without a native library the step is unknown.
    expect(await credited(fakeHost())).toMatchObject({ claimedH: 0.1, credited: 0.1 });
  });

  test("leaves out a source that failed on the way, however much it delivered before", async () => {
    const unplugged = fakeSource({ id: "unplugged" }, (i) => {
      if (i === 1_500) throw new SourceError("unplugged", "gone");
      return i;
    });
    const { results, profile } = await calibrated([timing(), unplugged]);
    expect(results[1]).toMatchObject({ kind: "left out", reason: "gone" });
    expect([...profile.sources.keys()]).toEqual(["timing"]);
    expect(findProfile(folder, fakeHost())).toEqual({ kind: "read", profile });
  });

  test("without a folder there is no profile to find", () => {
    expect(findProfile(undefined, fakeHost())).toEqual({ kind: "absent" });
  });
});
