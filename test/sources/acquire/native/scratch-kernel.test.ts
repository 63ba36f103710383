/** Sources with a file of their own: the folders for it, and its release. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { NativeError, SourceError } from "../../../../src/errors.ts";
import { cpuIoBeat } from "../../../../src/sources/cpu-io-beat.ts";
import { diskIo } from "../../../../src/sources/disk-io.ts";
import { fsyncTiming } from "../../../../src/sources/fsync-timing.ts";
import { multiDomainBeat } from "../../../../src/sources/multi-domain-beat.ts";
import { fakeHost } from "../../../support/fake-host.ts";

// Beside this file, because the folder for temporary files may be in memory.
const folder = mkdtempSync(join(import.meta.dirname, "scratch-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const never = new AbortController().signal;

/** A host that records the commands to kernels, and whose disk_io `open` may refuse. */
function recordingHost(scratchFolder: string | undefined, open?: (text?: string) => void) {
  const told: string[] = [];
  const host = fakeHost({
    kernels: { disk_io: (out) => out.fill(7n) },
    settings: { scratchFolder },
    commands: {
      "disk_io open": (text) => {
        told.push(`open ${text}`);
        open?.(text);
      },
      "disk_io close": () => {
        told.push("close");
      },
    },
  });
  return { host, told };
}

test("all of them say that they write to a disk, and so are never on by default", () => {
  for (const { info } of [cpuIoBeat, diskIo, fsyncTiming, multiDomainBeat])
    expect(info.effects).toEqual(["disk-write"]);
});

describe("availability", () => {
  test("a folder on a disk will do", async () => {
    expect(await diskIo.availability(recordingHost(folder).host)).toEqual({ ok: true });
  });

  test("an absent folder will not", async () => {
    const absent = join(folder, "absent");
    const answer = await diskIo.availability(recordingHost(absent).host);
    expect(answer).toEqual({
      ok: false,
      reason: `no writable folder on a disk: ${absent}`,
    });
  });

  test.skipIf(process.platform !== "linux")("nor will one in memory", async () => {
    expect(await diskIo.availability(recordingHost("/dev/shm").host)).toMatchObject({ ok: false });
  });

  test("without a word from the user, the usual folders are looked at", async () => {
    const answer = await diskIo.availability(recordingHost(undefined).host);
    if (!answer.ok) expect(answer.reason).toContain(tmpdir());
  });

  test("nothing is opened for a look", async () => {
    const { host, told } = recordingHost(folder);
    await diskIo.availability(host);
    expect(told).toEqual([]);
  });
});

describe("a sampler", () => {
  test("has its file from opening to disposing, and gives it up once", async () => {
    const { host, told } = recordingHost(folder);
    const sampler = await diskIo.open(host);
    const trace = await sampler.sample(3, never);
    expect([...trace.samples]).toEqual([7n, 7n, 7n]);
    await sampler[Symbol.asyncDispose]();
    await sampler[Symbol.asyncDispose]();
    expect(told).toEqual([`open ${folder}`, "close"]);
    await expect(sampler.sample(1, never)).rejects.toThrow("is closed");
  });

  test("is not had where every folder refuses: the error says which and why", async () => {
    const { host, told } = recordingHost(folder, () => {
      throw new NativeError("refused", constants.errno.EINVAL);
    });
    const refused = diskIo.open(host);
    await expect(refused).rejects.toThrow(SourceError);
    await expect(refused).rejects.toThrow(`disk_io: ${folder}: the file system cannot read past its cache`);
    expect(told).toEqual([`open ${folder}`]);
  });

  test("a mistake of ours is not taken for a refusal", async () => {
    const { host } = recordingHost(folder, () => {
      throw new RangeError("a mistake");
    });
    await expect(diskIo.open(host)).rejects.toThrow(RangeError);
  });

  test("is not had without a native library", async () => {
    await expect(diskIo.open(fakeHost())).rejects.toThrow("disk_io: no native library");
  });
});
