/** gpu_timing on Linux with a stand-in for OpenCL: it takes the right devices and releases everything. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildNative } from "#kit/make/native.ts";
import { COMPILE_TIMEOUT_MS, host, hostLibrary } from "../support/native-builds.ts";
import { runProcess } from "../support/run-process.ts";

const SUPPORT = join(import.meta.dirname, "../support/fake-opencl");
const folder = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));
const fake = join(folder, "libOpenCL.so.1");
const FAKE_OPENCL = { library: "opencl", folder: "c", includes: [] };
const LINUX = process.platform === "linux";

let plain: string;
let withoutClock: string;

beforeAll(async () => {
  if (!LINUX) return;
  mkdirSync(join(folder, "c"));
  cpSync(join(SUPPORT, "fake_opencl.c"), join(folder, "c", "fake_opencl.c"));
  renameSync(await buildNative(FAKE_OPENCL, { target: host(), root: folder }), fake);
  plain = await hostLibrary();
  withoutClock = await hostLibrary("EE_NULL_CLOCK");
}, COMPILE_TIMEOUT_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  /** Outcome of each step, in order. */
  readonly steps: readonly string[];
  readonly distinct: number;
  /** Objects of OpenCL that were not released. */
  readonly objects: number;
}

async function runWith(devices: string, library = plain): Promise<Outcome> {
  const command = [process.execPath, join(SUPPORT, "gpu-program.ts"), library, fake];
  const env = { ...process.env, LD_LIBRARY_PATH: folder, FAKE_OPENCL: devices };
  const { stdout, stderr } = await runProcess(command, { env });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

describe.skipIf(!LINUX)("gpu_timing through OpenCL", () => {
  test("a graphics processor is opened once, used and released", async () => {
    const { steps, objects } = await runWith("gpu");
    expect(steps).toEqual([
      expect.stringContaining("early: gpu_timing: EBADF"),
      "open: ok",
      expect.stringContaining("again: gpu_timing: open: EBUSY"),
      "sample: ok",
      "close: ok",
      "close: ok",
    ]);
    expect(objects).toBe(0);
  });

  for (const [devices, refusal] of [
    ["no platform", "ENODEV"],
    ["no device", "ENODEV"],
    ["processor", "ENOTSUP"],
    ["llvmpipe", "ENOTSUP"],
    ["no memory", "EIO"],
  ] as const) {
    test(`${devices}: ${refusal}`, async () => {
      const { steps, objects } = await runWith(devices);
      expect(steps[1]).toStartWith(`open: gpu_timing: open: ${refusal}`);
      expect(steps[3]).toContain("EBADF");
      expect(objects).toBe(0);
    });
  }

  test("a device that is lost: an error, no samples", async () => {
    const { steps, objects } = await runWith("lost");
    expect(steps[3]).toStartWith("sample: gpu_timing: EIO");
    expect(objects).toBe(0);
  });

  test("null control", async () => {
    const { steps, distinct } = await runWith("gpu", withoutClock);
    expect(steps[3]).toBe("sample: ok");
    expect(distinct).toBe(1);
  });
});

if (!LINUX) console.log("skipped: OpenCL is used on Linux only");
