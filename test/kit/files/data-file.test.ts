import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDataFile } from "#kit/files/data-file.ts";
import { InputError } from "../../../src/errors.ts";
import { keystream } from "../../support/keystream.ts";
import { rejectionOf } from "../../support/rejection.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-data-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const never = new AbortController().signal;

async function read(path: string, limit?: number, signal = never): Promise<Buffer> {
  await using file = await openDataFile(path, signal);
  const pieces: Buffer[] = [];
  for await (const piece of file.pieces(signal, { limit })) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

function fileOf(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe("files of data", () => {
  // A piece is 1 MiB.
  for (const length of [0, 1, 1 << 20, (1 << 20) + 1, 3_000_003]) {
    test(`${length} bytes come whole and in order`, async () => {
      const bytes = keystream(length, 1);
      const path = fileOf(`${length}.bin`, bytes);
      expect((await read(path)).equals(bytes)).toBe(true);
      await using file = await openDataFile(path, never);
      expect(file.bytes).toBe(length || undefined);
    });
  }

  test("a limit is kept to, and one that the data do not reach is an error", async () => {
    const bytes = keystream(2_500_000, 2);
    const path = fileOf("limited.bin", bytes);
    for (const limit of [1, 1 << 20, 2_000_000, 2_500_000]) {
      expect((await read(path, limit)).equals(bytes.subarray(0, limit))).toBe(true);
    }
    const error = await rejectionOf(read(path, 2_500_001));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toEndWith("limited.bin ends after 2500000 bytes; 2500001 were asked for");
  });

  test("a file is read from a place on, to its limit or its end", async () => {
    const bytes = keystream(2_500_000, 3);
    const path = fileOf("placed.bin", bytes);
    for (const [from, limit] of [
      [0, undefined],
      [1, undefined],
      [1_048_577, 2_400_000],
      [2_499_999, 2_500_000],
    ] as const) {
      await using file = await openDataFile(path, never);
      const pieces: Buffer[] = [];
      for await (const piece of file.pieces(never, { from, limit })) pieces.push(Buffer.from(piece));
      expect(Buffer.concat(pieces).equals(bytes.subarray(from, limit))).toBe(true);
    }
  });

  test("a stamp stays until the file is changed or is another one", async () => {
    const stampOf = async (path: string) => {
      await using file = await openDataFile(path, never);
      return file.stamp;
    };
    const path = fileOf("stamped.bin", keystream(100, 4));
    const stamp = await stampOf(path);
    expect([typeof stamp, await stampOf(path)]).toEqual(["string", stamp]);
    expect(await stampOf(fileOf("copy.bin", keystream(100, 4)))).not.toBe(stamp);
    utimesSync(path, 1, 1);
    expect(await stampOf(path)).not.toBe(stamp);
  });

  const wrong: [path: () => string, message: string][] = [
    [() => folder, "is a directory"],
    [() => join(folder, "absent"), "there is no file"],
    [() => join(fileOf("plain", new Uint8Array(1)), "below"), "there is no file"],
    [() => "/dev/zero", "is a device without end"],
  ];
  for (const [path, message] of wrong) {
    test(message, async () => {
      const error = await rejectionOf(read(path()));
      expect(error).toBeInstanceOf(InputError);
      expect(error.message).toContain(message);
    });
  }

  test("the null device is empty, and not without end", async () => {
    expect((await read("/dev/null")).length).toBe(0);
  });

  test("a device is read as far as is asked for", async () => {
    expect((await read("/dev/zero", 3_000_000)).length).toBe(3_000_000);
  });

  if (process.getuid?.() === 0) console.log("skipped for root, who may read everything: an unreadable file");
  test.skipIf(process.getuid?.() === 0)("an unreadable file", async () => {
    const path = fileOf("secret", new Uint8Array(9));
    chmodSync(path, 0);
    expect((await rejectionOf(read(path))).message).toContain("may not be read");
  });

  test("an interrupt ends waiting for a FIFO nobody writes to", async () => {
    const path = join(folder, "fifo");
    expect(Bun.spawnSync(["mkfifo", path]).exitCode).toBe(0);
    const interrupt = new AbortController();
    const reading = rejectionOf(read(path, undefined, interrupt.signal));
    const reason = new Error("interrupted");
    interrupt.abort(reason);
    expect(await reading).toBe(reason);
    // Lets the pending opening of the FIFO go.
    writeFileSync(path, "");
  });

  test("a FIFO is read to its end", async () => {
    const path = join(folder, "fifo2");
    expect(Bun.spawnSync(["mkfifo", path]).exitCode).toBe(0);
    const writer = Bun.spawn(["/bin/sh", "-c", `head -c 200000 /dev/zero > ${path}`]);
    expect((await read(path)).length).toBe(200_000);
    expect(await writer.exited).toBe(0);
  });
});
