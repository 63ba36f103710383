/** Archives that are made to exhaust whoever opens them. Work is counted; nothing here asks a clock. */
import { expect, test } from "bun:test";
import { deflateRawSync, gzipSync } from "node:zlib";
import { DEFAULT_LIMITS, FREE_BYTES } from "../../src/archives/limits.ts";
import { expectWhole, type Look, look } from "./look.ts";
import vectors from "./vectors.json";
import { bytesOf, joined, numbers, tar, type ZipMemberSpec, zip, zstdOfZeros } from "./writers.ts";

const MIB = 2 ** 20;
const NEEDLE = bytesOf("a needle in it");

/** Looks, and makes sure that the work stays within the limits. */
function lookSafely(bytes: Uint8Array, options: Look = {}) {
  const looked = look(bytes, options);
  const { members, bytes: most } = { ...DEFAULT_LIMITS, ...options.limits };
  expect(looked.scanned.length).toBeLessThanOrEqual(members);
  expect(looked.bytes).toBeLessThanOrEqual(most);
  expectWhole(looked);
  return looked;
}

test("nested, sixteen on each level, as 42.zip is", () => {
  let archive = zip([{ name: "zeros", content: new Uint8Array(MIB) }]);
  for (let level = 0; level < 6; level++) {
    const inner = archive;
    archive = zip(Array.from({ length: 16 }, (_, index) => ({ name: `lib ${index}.zip`, content: inner })));
  }
  const { lines, bytes } = lookSafely(archive, { limits: { members: 500, ratio: 1_000_000 } });
  expect(lines.at(-1)).toBe("error !/: over the limit of 500 members: the rest was not evaluated");
  expect(bytes).toBeGreaterThan(MIB);
  const byBytes = lookSafely(archive, { limits: { bytes: 16 * MIB, ratio: 1_000_000 } });
  expect(byBytes.lines.at(-1)).toContain(`over the limit of ${16 * MIB} unpacked bytes`);
  const shallow = lookSafely(archive, { limits: { depth: 2 } });
  expect(shallow.lines).toHaveLength(256);
  expect(shallow.lines[0]).toBe("skip !/lib 0.zip!/lib 0.zip!/: archive below the depth of 2");
});

test("many members that share one kernel: whole overlap, and headers quoted within others' data", () => {
  const kernel = new Uint8Array(2 * MIB);
  const first: ZipMemberSpec = { name: "0", content: kernel };
  const shared = Array.from({ length: 2000 }, (_, index) => ({
    ...first,
    name: `${index + 1}`,
    isAlone: true,
    offset: 0,
  }));
  const { lines, bytes } = lookSafely(zip([first, ...shared]), { limits: { ratio: 10 } });
  expect(bytes).toBeLessThanOrEqual(FREE_BYTES);
  expect(lines.at(-1)).toContain("2000 of its members overlap others");
  expect(lines.at(-1)).toContain("over the limit of 10 unpacked bytes for each packed one");

  const quoted = quotedOverlap(100, kernel);
  const result = lookSafely(quoted, { limits: { ratio: 10 } });
  expect(result.lines.at(-1)).toContain("overlap others");
  expect(result.lines.at(-1)).toContain("over the limit of 10 unpacked bytes for each packed one");
});

/** Each member's data begin with stored blocks that quote the headers of those behind it: D. Fifield, "A better zip bomb", 2019. */
function quotedOverlap(count: number, kernel: Uint8Array): Uint8Array {
  const packed = deflateRawSync(kernel);
  const header = (name: string, size: number, length: number) =>
    joined(
      numbers(
        [4, 0x04034b50],
        [2, 20],
        [2, 0],
        [2, 8],
        [4, 0],
        [4, 0],
        [4, length],
        [4, size],
        [2, name.length],
        [2, 0],
      ),
      bytesOf(name),
    );
  // Built from the last one on: what follows a member's header is a stored block with all headers behind it, then the kernel.
  let tail: Uint8Array = packed;
  let size = kernel.length;
  const sizes: { name: string; size: number; packedSize: number; total: number }[] = [];
  let file: Uint8Array = new Uint8Array(0);
  for (let index = count - 1; index >= 0; index--) {
    const name = String(index).padStart(4, "0");
    const head = header(name, size, tail.length);
    file = joined(head, tail);
    sizes.unshift({ name, size, packedSize: tail.length, total: file.length });
    tail = joined(numbers([1, 0], [2, head.length], [2, 0xffff ^ head.length]), file);
    size += head.length;
  }
  const members = sizes.map(({ name, size, packedSize, total }) => ({
    name,
    isAlone: true,
    size,
    packedSize,
    crc: 0,
    packed: new Uint8Array(0),
    offset: file.length - total,
  }));
  return zip(members, { front: file });
}

test("streams of enormous ratio", () => {
  const bombs = {
    gzip: gzipSync(new Uint8Array(64 * MIB)),
    bzip2: Buffer.from(vectors["bz2 of 64 MiB of zeros"], "base64"),
    xz: Buffer.from(vectors["xz of 64 MiB of zeros"], "base64"),
    zstd: zstdOfZeros(8192),
  };
  for (const [name, bomb] of Object.entries(bombs)) {
    expect(bomb.length).toBeLessThan(70_000);
    const byRatio = lookSafely(bomb, { limits: { ratio: 1 } });
    expect({ name, lines: byRatio.lines }).toEqual({
      name,
      lines: ["error !/: over the limit of 1 unpacked bytes for each packed one: the rest was not evaluated"],
    });
    const byBytes = lookSafely(bomb, { limits: { bytes: 8 * MIB, ratio: 1_000_000 } });
    expect(byBytes.lines).toEqual([
      `error !/: over the limit of ${8 * MIB} unpacked bytes: the rest was not evaluated`,
    ]);
    const bySize = lookSafely(bomb, { maxSize: MIB, limits: { ratio: 1_000_000 } });
    expect(bySize.lines).toEqual([`skip !/data: its size is over the limit of ${MIB} bytes`]);
    expect(bySize.bytes).toBe(0);
  }
});

test("a member of enormous ratio costs itself, where there is room for the others", () => {
  const members = [
    { name: "a", content: NEEDLE },
    { name: "bomb", content: new Uint8Array(40 * MIB) },
    { name: "z", content: NEEDLE },
  ];
  const { lines } = lookSafely(zip(members), { maxSize: MIB });
  expect(lines).toEqual([
    "match !/a",
    `skip !/bomb: size of ${40 * MIB} bytes is over the limit of ${MIB}`,
    "match !/z",
  ]);
  const lying = members.map((member) => (member.name === "bomb" ? { ...member, size: 7 } : member));
  const line = lookSafely(zip(lying), { maxSize: MIB }).lines[1];
  expect(line).toBe(`skip !/bomb: its size is over the limit of ${MIB} bytes`);
});

test("streams in streams, with no end in sight", () => {
  let archive: Uint8Array = NEEDLE;
  for (let level = 0; level < 200; level++) archive = gzipSync(archive);
  const { opened, lines } = lookSafely(archive);
  expect(opened).toBe(8);
  expect(lines).toEqual([`skip !${"/data!".repeat(8)}/: archive below the depth of 8`]);
  expect(lookSafely(archive, { limits: { depth: 100 } }).opened).toBe(100);
});

test("windows that no memory holds", () => {
  // Dictionary of 4 GiB - 1 in the header of a block of xz, whose sum is made right again.
  const xz = Buffer.from(vectors["txt.xz"], "base64");
  expect([...xz.subarray(12, 16)]).toEqual([2, 0, 33, 1]);
  xz[16] = 40;
  xz.writeUInt32LE(Bun.hash.crc32(xz.subarray(12, 20)), 20);
  expect(look(xz).lines).toEqual([
    "error !/: damaged: its window is larger than the 256 MiB that it may have: the rest was not evaluated",
  ]);
  const [line] = look(zstdOfZeros(1, 31)).lines;
  expect(line).toStartWith("error !/: damaged: Frame requires too much memory");
});

test("a million members without content", () => {
  // A hundred streams in a row are one. Without an end, the members of the next one follow.
  const part = gzipSync(
    tar(
      Array.from({ length: 10_000 }, (_, index) => ({ name: `${index}` })),
      0,
    ),
  );
  const archive = joined(...Array.from({ length: 100 }, () => part));
  const { lines, scanned } = lookSafely(archive, { limits: { ratio: 1_000_000 } });
  expect(scanned).toHaveLength(100_000);
  expect(lines.at(-1)).toBe("error !/: over the limit of 100000 members: the rest was not evaluated");
  const folders = gzipSync(
    tar(
      Array.from({ length: 10_000 }, (_, index) => ({ name: `${index}/`, type: "5" })),
      0,
    ),
  );
  const many = joined(...Array.from({ length: 100 }, () => folders));
  expect(lookSafely(many, { limits: { ratio: 1_000_000 } }).lines).toEqual([
    "error !/: over the limit of 100000 members: the rest was not evaluated",
  ]);
});

test("a central directory of a million entries", () => {
  const entry = zip([{ name: "a", isAlone: true, offset: 0 }]).subarray(0, 47);
  const entries = joined(...Array.from({ length: 300_000 }, () => entry));
  const end = numbers([4, 0x06054b50], [2, 0], [2, 0], [2, 0], [2, 0], [4, entries.length], [4, 0], [2, 0]);
  const { lines } = lookSafely(joined(entries, end), { limits: { members: 1000 } });
  expect(lines.at(-1)).toContain("no more than 1001 members of its central directory are looked at");
  expect(lines.at(-1)).toContain("over the limit of 1000 members");
});

test("zeros behind the end of a tar archive, by the gigabyte", () => {
  const archive = joined(Bun.zstdCompressSync(tar([{ name: "a", content: NEEDLE }])), zstdOfZeros(8000));
  const { lines } = lookSafely(archive, { limits: { bytes: 32 * MIB } });
  expect(lines).toEqual(["match !/a", expect.stringContaining("error !/: over the limit of")]);
});

test("a hole of a petabyte in a sparse file", () => {
  const pax = {
    "GNU.sparse.major": "0",
    "GNU.sparse.minor": "1",
    "GNU.sparse.name": "sparse.bin",
    "GNU.sparse.size": "1125899906842624",
    "GNU.sparse.numblocks": "1",
    "GNU.sparse.map": `1125899906840000,${NEEDLE.length}`,
  };
  const { lines } = lookSafely(tar([{ name: "x", content: NEEDLE, pax }]));
  expect(lines[0]).toStartWith("skip !/sparse.bin: size of 1125899906842624 bytes is over the limit");
});

test("whoever asks for an end gets it between two pieces", () => {
  class Enough extends Error {}
  const zeros = new Uint8Array(16 * MIB);
  for (const bomb of [zstdOfZeros(8192), gzipSync(zeros), zip([{ name: "a", content: zeros }])]) {
    let calls = 0;
    const check = () => {
      if (++calls === 10) throw new Enough();
    };
    expect(() => look(bomb, { check })).toThrow(Enough);
    expect(calls).toBe(10);
    // The unpacker is as good as before.
    expect(look(zip([{ name: "a", content: NEEDLE }])).lines).toEqual(["match !/a"]);
  }
});
