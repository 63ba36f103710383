/** The command around the dashboard. */
import { describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HeldWarnings, monitor, runMonitor } from "../../src/commands/monitor.ts";
import { saveSnapshot } from "../../src/faces/terminal/save-snapshot.ts";
import { exampleInfos, exampleSnapshot } from "../support/dashboard-model.ts";
import { fakeIo } from "../support/fake-io.ts";
import { FakeThread, fakeHost, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { optionsFor } from "../support/options.ts";

const options = (args: Record<string, unknown>) => optionsFor(monitor, args);

describe("options", () => {
  test("seconds between refreshes, within limits", () => {
    expect(options({}).refreshMs).toBe(1_000);
    expect(options({ refresh: "0.1" }).refreshMs).toBe(100);
    expect(options({ refresh: "60" }).refreshMs).toBe(60_000);
    for (const refresh of ["0.05", "61", "0", "-1", "fast"])
      expect(() => options({ refresh })).toThrow("--refresh");
  });
});

test("without a terminal nothing is started, and another command is named", async () => {
  const source = fakeSource({ id: "a" }, fakeNoise(1));
  let started = 0;
  const deps = {
    sources: [source],
    host: fakeHost,
    warn: () => {},
    startThread: () => {
      started += 1;
      return new FakeThread([source]);
    },
  };
  const error = await runMonitor(options({ sources: "a" }), fakeIo(), deps).catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code: "usage", message: "monitor needs a terminal" });
  expect((error as { hints: string[] }).hints.join()).toContain("pool --json");
  expect(started).toBe(0);
});

describe("snapshots", () => {
  const snapshot = exampleSnapshot(exampleInfos(3), 7);
  const at = new Date("2026-01-02T03:04:05.678Z");

  test("a new file with everything in it; one that is there is never touched", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ee-snapshot-"));
    try {
      const path = await saveSnapshot(snapshot, at, folder);
      expect(path).toBe(`${folder}/entropy-2026-01-02T03-04-05.678Z.json`);
      const text = readFileSync(path, "utf8");
      expect(JSON.parse(text)).toEqual({
        ...snapshot,
        program: "esoteric-entropy",
        version: expect.any(String),
        time: at.toISOString(),
      });
      const other = exampleSnapshot(exampleInfos(1), 1);
      await expect(saveSnapshot(other, at, folder)).rejects.toThrow("cannot write");
      expect(readFileSync(path, "utf8")).toBe(text);
      expect(readdirSync(folder).length).toBe(1);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("a folder that is not there", async () => {
    await expect(saveSnapshot(snapshot, at, "/nowhere/at/all")).rejects.toMatchObject({ code: "input" });
  });
});

test("warnings come before the screen and after it, not into it", () => {
  const told: string[] = [];
  {
    using warnings = new HeldWarnings((text) => told.push(text));
    warnings.warn("before");
    warnings.hold();
    warnings.warn("amid");
    warnings.warn("amid");
    expect(told).toEqual(["before"]);
  }
  expect(told).toEqual(["before", "amid"]);
});
