import { afterAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { report } from "../../src/commands/report.ts";
import { bitmapPng, MOST_SIDE } from "../../src/report/bitmap-png.ts";
import { fakeIo } from "../support/fake-io.ts";
import { FakeThread, fakeHost, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { keystream } from "../support/keystream.ts";
import { optionsFor } from "../support/options.ts";
import { rejectionOf } from "../support/rejection.ts";

const folder = mkdtempSync(join(tmpdir(), "ee-bitmap-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** CRC of PNG, annex D, bit by bit: another implementation than the writer's. */
function crc(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let i = 0; i < 8; i++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

/** Reads a picture as a decoder does, and checks all of its frame. @returns its pixels as text, `#` for black */
function decode(png: Buffer): { width: number; height: number; rows: string[] } {
  expect(png.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  const chunks: { name: string; data: Buffer }[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const named = png.subarray(at + 4, at + 8 + length);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc(named));
    chunks.push({ name: named.toString("latin1", 0, 4), data: named.subarray(4) });
    at += 12 + length;
  }
  expect(chunks.map(({ name }) => name)).toEqual(["IHDR", "IDAT", "IEND"]);
  const [header, data, end] = chunks.map((chunk) => chunk.data);
  const [width, height] = [header!.readUInt32BE(0), header!.readUInt32BE(4)];
  // One bit a pixel, grey, and the only methods of compression, filters and order.
  expect([...header!.subarray(8)]).toEqual([1, 0, 0, 0, 0]);
  expect(end!.length).toBe(0);
  const lines = inflateSync(data!);
  const rowBytes = 1 + Math.ceil(width / 8);
  expect(lines.length).toBe(rowBytes * height);
  const rows = Array.from({ length: height }, (_, y) => {
    const row = lines.subarray(y * rowBytes, (y + 1) * rowBytes);
    expect(row[0]).toBe(0);
    return Array.from({ length: width }, (_, x) =>
      (row[1 + (x >> 3)]! >> (7 - (x & 7))) & 1 ? "." : "#",
    ).join("");
  });
  return { width, height, rows };
}

const bitsOf = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0"))
    .join("")
    .replaceAll("1", "#")
    .replaceAll("0", ".");

const noisy = [
  fakeSource({ id: "a" }, fakeNoise(1)),
  fakeSource({ id: "b", family: "memory" }, fakeNoise(2)),
];
const deps = { sources: noisy, host: fakeHost, startThread: () => new FakeThread(noisy), warn: () => {} };

async function run(args: Record<string, unknown>) {
  const io = fakeIo();
  const code = await report.run(optionsFor(report, args), io, deps);
  return { code, out: io.written().toString(), talk: io.talk() };
}

describe("a bitmap", () => {
  for (const [bytes, side] of [
    [1, 2],
    [2, 4],
    [9, 8],
    [125, 31],
    [131_071, 1023],
    [131_072, 1024],
    [200_000, MOST_SIDE],
  ] as const) {
    test(`of ${bytes} bytes is ${side} pixels wide and high, a bit each`, () => {
      const data = keystream(bytes, 5);
      const bitmap = bitmapPng(data);
      const { width, height, rows } = decode(Buffer.from(bitmap.png));
      expect([bitmap.side, width, height]).toEqual([side, side, side]);
      expect(rows.join("") === bitsOf(data).slice(0, side * side)).toBe(true);
    });
  }

  test("is the same file in every build", () => {
    const digest = createHash("sha256")
      .update(bitmapPng(keystream(20_000, 5)).png)
      .digest("hex");
    expect(digest).toBe("ac7e09f30668147eac4a6275f1f2d54348717e9e130745c71fd982cc0a53cd0e");
  });

  test("is drawn beside a report of any suite, which is not another one for it", async () => {
    const data = keystream(4_000, 1);
    const [input, bitmap] = [join(folder, "data.bin"), join(folder, "bits.png")];
    writeFileSync(input, data);
    for (const more of [
      {},
      { suite: "fips140-2" },
      { json: true },
      { "input-format": "bits" },
      { sequences: "2" },
    ]) {
      const { code, out, talk } = await run({ input, bitmap, ...more });
      expect(code).toBe(0);
      const side = "sequences" in more ? 126 : 178; // of the first sequence
      expect(talk).toContain(`${bitmap} written: ${side} × ${side} pixels, the first`);
      expect(talk).toContain("of 32,000 bits, ones black");
      expect(decode(readFileSync(bitmap)).rows.join("")).toBe(bitsOf(data).slice(0, side * side));
      expect(out).toBe((await run({ input, ...more })).out);
    }
  });

  test("of the pool's own output, beside a report in a file", async () => {
    const [output, bitmap] = [join(folder, "report.json"), join(folder, "own.png")];
    expect((await run({ bytes: "2000", output, bitmap })).out).toBe("");
    expect(decode(readFileSync(bitmap)).width).toBe(126);
    expect(JSON.parse(readFileSync(output, "utf8")).input.bytes).toBe(2000);
  });

  test("does not replace what it is made of, nor share a file with the report, nor stay when there is nothing", async () => {
    const input = join(folder, "same.bin");
    writeFileSync(input, keystream(100, 1));
    const same = await rejectionOf(run({ input, bitmap: input }));
    expect(same.message).toContain("which it is made of");
    expect(statSync(input).size).toBe(100);
    const one = join(folder, "one.png");
    expect((await rejectionOf(run({ input, output: one, format: "text", bitmap: one }))).message).toContain(
      "two results would go into one file",
    );
    writeFileSync(input, "");
    expect((await rejectionOf(run({ input, bitmap: one }))).message).toContain("the input is empty");
    expect(() => statSync(one)).toThrow("ENOENT");
    expect((await rejectionOf(run({ input, bitmap: folder }))).message).toContain("is a folder");
  });
});
