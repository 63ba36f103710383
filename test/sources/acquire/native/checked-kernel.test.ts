import { describe, expect, test } from "bun:test";
import { constants } from "node:os";
import { NativeError } from "../../../../src/errors.ts";
import { compressionTiming } from "../../../../src/sources/compression-timing.ts";
import { cpuTrng } from "../../../../src/sources/cpu-trng.ts";
import { dyldTiming } from "../../../../src/sources/dyld-timing.ts";
import { spotlightTiming } from "../../../../src/sources/spotlight-timing.ts";
import { fakeHost } from "../../../support/fake-host.ts";

const { ENOENT, ENOSYS, EMFILE } = constants.errno;

function hostWith(command: string, errno?: number, os: "linux" | "darwin" = "linux") {
  const refuse = () => {
    throw new NativeError(`refused (errno ${errno})`, errno);
  };
  return fakeHost({ os, kernels: {}, commands: errno === undefined ? {} : { [command]: refuse } });
}

describe("availability says why not, in a sentence", () => {
  for (const [source, errno, reason] of [
    [compressionTiming, ENOENT, "zlib is not installed"],
    [dyldTiming, ENOSYS, "musl never unloads a library"],
    [dyldTiming, ENOENT, /^no system library can/],
    [cpuTrng, ENOSYS, "this processor has no random number instruction"],
    [compressionTiming, EMFILE, /^refused/],
  ] as const) {
    const { id } = source.info;
    test(`${id}: ${reason}`, async () => {
      const answer = await source.availability(hostWith(`${id} check`, errno));
      expect(answer).toEqual({ ok: false, reason: expect.stringMatching(reason) });
      expect(await source.availability(hostWith(`${id} check`))).toEqual({ ok: true });
    });
  }

  test("without a native library, its reason", async () => {
    const answer = await compressionTiming.availability(fakeHost());
    expect(answer).toEqual({ ok: false, reason: "no native library on this fake host" });
  });

  test("what is no refusal is not taken for one", async () => {
    const broken = fakeHost({
      kernels: {},
      commands: {
        "cpu_trng check": () => {
          throw new TypeError("a mistake of ours");
        },
      },
    });
    await expect(cpuTrng.availability(broken)).rejects.toThrow(TypeError);
  });
});

test("spotlight_timing is of macOS, and does not even ask elsewhere", async () => {
  const linux = await spotlightTiming.availability(hostWith("spotlight_timing check", ENOENT));
  expect(linux).toEqual({ ok: false, reason: "no Spotlight on Linux: see metadata_timing" });
  const mac = hostWith("spotlight_timing check", undefined, "darwin");
  expect(await spotlightTiming.availability(mac)).toEqual({ ok: true });
  const bare = hostWith("spotlight_timing check", ENOENT, "darwin");
  expect(await spotlightTiming.availability(bare)).toMatchObject({ ok: false });
});

test("the processor's numbers reach the trace as they are", async () => {
  const host = fakeHost({ kernels: { cpu_trng: (out) => out.fill(2n ** 64n - 1n) } });
  await using sampler = await cpuTrng.open(host);
  const { samples, sourceId } = await sampler.sample(5, new AbortController().signal);
  expect(sourceId).toBe("cpu_trng");
  expect([...samples]).toEqual(Array(5).fill(2n ** 64n - 1n));
});
