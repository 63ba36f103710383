import { describe, expect, test } from "bun:test";
import { constants } from "node:os";
import { NativeError } from "../../src/errors.ts";
import { gpuTiming, linuxObstacle } from "../../src/sources/gpu-timing.ts";
import { fakeHost } from "../support/fake-host.ts";

const NODE = { "/dev/dri": ["by-path", "card0", "renderD128"] };

describe("what can be seen of a GPU on Linux without loading a driver", () => {
  for (const [name, folders, obstacle] of [
    ["nothing at all", {}, "no GPU device (/dev/dri, /dev/nvidia0 absent)"],
    ["an empty folder", { "/dev/dri": [] }, "no GPU device (/dev/dri, /dev/nvidia0 absent)"],
    ["a screen without a GPU", { "/dev/dri": ["card0"] }, "no GPU device (/dev/dri, /dev/nvidia0 absent)"],
    ["other devices", { "/dev": ["nvidiactl", "null"] }, "no GPU device (/dev/dri, /dev/nvidia0 absent)"],
    ["a render node", NODE, undefined],
    ["nvidia's own node", { "/dev": ["null", "nvidia0", "nvidiactl"] }, undefined],
    ["a driver", { ...NODE, "/etc/OpenCL/vendors": ["mesa.icd"] }, undefined],
    ["two drivers", { ...NODE, "/etc/OpenCL/vendors": ["mesa.icd", "pocl.icd"] }, undefined],
    ["a software driver", { ...NODE, "/etc/OpenCL/vendors": ["pocl.icd"] }, "software renderer only"],
  ] as const) {
    test(name, () => expect(linuxObstacle(fakeHost({ folders }))).toBe(obstacle));
  }
});

test("macOS has Metal: nothing is looked for beforehand", async () => {
  expect(await gpuTiming.availability(fakeHost({ os: "darwin", kernels: {} }))).toEqual({ ok: true });
});

describe("what opening finds out", () => {
  for (const [errno, reason] of [
    ["ENOENT", /not installed/],
    ["ENODEV", /no GPU device/],
    ["ENOTSUP", /software renderer only/],
    ["EBUSY", /in use/],
  ] as const) {
    test(errno, async () => {
      const host = fakeHost({
        folders: NODE,
        kernels: { gpu_timing: (out) => out.fill(1n) },
        commands: {
          "gpu_timing open": () => {
            throw new NativeError(errno, constants.errno[errno]);
          },
        },
      });
      await expect(gpuTiming.open(host)).rejects.toThrow(reason);
    });
  }

  test("a GPU", async () => {
    const host = fakeHost({ folders: NODE, kernels: { gpu_timing: (out) => out.fill(900n) } });
    expect(await gpuTiming.availability(host)).toEqual({ ok: true });
    await using sampler = await gpuTiming.open(host);
    expect((await sampler.sample(4, new AbortController().signal)).samples).toHaveLength(4);
  });
});
