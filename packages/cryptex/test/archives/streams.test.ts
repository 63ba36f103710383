/** Compressed streams, tar and 7z. */
import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { kindOf } from "../../src/archives/kind.ts";
import { look } from "./look.ts";
import vectors from "./vectors.json";
import { bytesOf, joined, numbers, tar, tarHeader, zip } from "./writers.ts";

const NEEDLE = bytesOf("a needle in it");
const vector = (name: Exclude<keyof typeof vectors, "source">) => Buffer.from(vectors[name], "base64");

/** gzip with a name in its header: RFC 1952. */
function gzipNamed(name: string, content: Uint8Array): Uint8Array {
  const packed = gzipSync(content);
  packed[3] = 8;
  return joined(packed.subarray(0, 10), bytesOf(`${name}\0`), packed.subarray(10));
}

describe("a stream that is no tar archive has one member", () => {
  test.each([
    ["a.txt.gz", gzipSync(NEEDLE)],
    ["a.txt.zst", Bun.zstdCompressSync(NEEDLE)],
    ["a.txt.bz2", vector("txt.bz2")],
    ["a.txt.xz", vector("txt.xz")],
  ])("%s: named as the file without its extension", (name, bytes) => {
    expect(look(bytes, { name })).toMatchObject({ opened: 1, lines: ["match !/a.txt"] });
  });

  test("or as it says itself; `data` where there is no extension", () => {
    expect(look(gzipNamed("../evil.exe", NEEDLE)).lines).toEqual([
      "match !/../evil.exe",
      "note !/../evil.exe: its name leads out of the archive's folder",
    ]);
    expect(look(gzipSync(NEEDLE), { name: "sub.d/noextension" }).lines).toEqual(["match !/data"]);
  });

  test("an empty content is one, too", () => {
    for (const bytes of [gzipSync(""), Bun.zstdCompressSync("")])
      expect(look(bytes)).toMatchObject({ scanned: [["!/data", ""]], clean: 1, lines: [] });
  });

  test("several streams in a row are one content", () => {
    const halves = [NEEDLE.subarray(0, 5), NEEDLE.subarray(5)] as const;
    for (const pack of [gzipSync, Bun.zstdCompressSync]) {
      expect(look(joined(pack(halves[0]), pack(halves[1]))).lines).toEqual(["match !/data"]);
    }
    expect(look(joined(vector("txt.bz2"), vector("txt.bz2"))).scanned).toEqual([
      ["!/data", "needle in a stream".repeat(2)],
    ]);
    expect(look(joined(vector("txt.xz"), new Uint8Array(8), vector("txt.xz"))).scanned).toEqual([
      ["!/data", "needle in a stream".repeat(2)],
    ]);
  });

  test("each layer is a level", () => {
    const twice = gzipSync(gzipSync(NEEDLE));
    expect(look(twice, { name: "a.gz.gz" })).toMatchObject({
      opened: 2,
      lines: ["match !/a.gz!/a"],
      clean: 1,
    });
    expect(look(twice, { limits: { depth: 1 } }).lines).toEqual([
      "skip !/data!/: archive below the depth of 1",
    ]);
  });

  test("what stands behind it is said, and zeros are not", () => {
    const note = "note !/: 6 bytes behind its end are scanned as part of the archive alone";
    for (const bytes of [
      gzipSync(NEEDLE),
      Bun.zstdCompressSync(NEEDLE),
      vector("txt.bz2"),
      vector("txt.xz"),
    ]) {
      expect(look(joined(bytes, bytesOf("behind"))).lines).toEqual(["match !/data", note]);
      expect(look(joined(bytes, new Uint8Array(512))).lines).toEqual(["match !/data"]);
    }
  });

  test("cut, or with a wrong sum: what comes before is scanned, once", () => {
    const content = joined(NEEDLE, Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7919) % 251)));
    for (const packed of [gzipSync(content), Bun.zstdCompressSync(content)]) {
      const cut = look(packed.subarray(0, packed.length - 9)).lines;
      expect(cut).toHaveLength(1);
      expect(cut[0]).toContain("damaged: truncated");
    }
    const wrong = gzipSync(content);
    wrong[wrong.length - 8]! ^= 1;
    expect(look(wrong).lines).toEqual(["match !/data: damaged: incorrect data check"]);
    const bzip2 = vector("txt.bz2");
    bzip2[bzip2.length - 3]! ^= 1;
    expect(look(bzip2).lines[0]).toStartWith("match !/data: damaged");
  });

  test("cut anywhere it is never silent", () => {
    for (const packed of [
      gzipSync(NEEDLE),
      Bun.zstdCompressSync(NEEDLE),
      vector("txt.bz2"),
      vector("txt.xz"),
    ]) {
      for (let end = 6; end < packed.length; end++) {
        const { lines } = look(packed.subarray(0, end));
        expect(lines).toHaveLength(1);
        expect(lines[0]).toContain("damaged");
      }
    }
  });
});

describe("an archive that is a ZIP file as well", () => {
  const stored = zip([{ name: "z", content: NEEDLE }]);
  const note = "note !/: it is a ZIP file as well, which is scanned, too";

  test.each([
    ["behind a gzip stream", joined(gzipSync("x"), stored)],
    ["behind an xz stream, and something behind it", joined(vector("txt.xz"), stored, bytesOf("x"))],
    ["behind a tar archive", joined(tar([{ name: "t" }]), stored)],
    ["in a frame that Zstandard passes over", joined(Bun.zstdCompressSync("x"), skippable(stored))],
    ["behind the mark of a kind that is not read", joined(bytesOf("\x1f\x9d"), stored)],
    [
      "with a comment at its end",
      zip([{ name: "z", content: NEEDLE }], { front: gzipSync("x"), comment: bytesOf("c") }),
    ],
  ])("%s", (_, bytes) => {
    const { lines } = look(bytes);
    expect(lines).toContain(note);
    expect(lines).toContain("match !/z");
  });

  test("not below the depth", () => {
    const inner = joined(gzipSync("x"), stored);
    expect(look(gzipSync(inner), { limits: { depth: 1 } }).lines).toEqual([
      "skip !/data!/: archive below the depth of 1",
    ]);
  });

  test("a tar archive with a ZIP file in it is none", () => {
    expect(look(tar([{ name: "a.zip", content: stored }])).lines).toEqual(["match !/a.zip!/z"]);
  });
});

/** RFC 8878, 3.1.2. */
function skippable(content: Uint8Array): Uint8Array {
  return joined(numbers([4, 0x184d2a57], [4, content.length]), content);
}

describe("the kind", () => {
  test("Zstandard behind frames that are passed over", () => {
    const frames = joined(skippable(bytesOf("any")), skippable(new Uint8Array(0)));
    expect(look(joined(frames, Bun.zstdCompressSync(NEEDLE))).lines).toEqual(["match !/data"]);
    expect(kindOf(joined(frames, NEEDLE))).toBeUndefined();
    expect(kindOf(numbers([4, 0x184d2a50], [4, 0xffffffff]))).toBeUndefined();
  });

  test("a stream of the older LZMA is named", () => {
    // As `xz --format=lzma` begins it.
    const header = (window: number, size: readonly [number, number]) =>
      joined(numbers([1, 0x5d], [4, window], [4, size[0]], [4, size[1]]), new Uint8Array(16));
    const all = 0xffff_ffff;
    for (const bytes of [header(2 ** 23, [all, all]), header(3 * 2 ** 20, [100, 0])])
      expect(kindOf(bytes)).toEqual({ name: "compressed stream (.lzma)" });
    for (const bytes of [header(2 ** 23 + 256, [all, all]), header(0, [1, 0]), header(2 ** 23, [0, 2 ** 20])])
      expect(kindOf(bytes)).toBeUndefined();
  });
});

describe("tar", () => {
  const archive = tar([{ name: "dir/", type: "5" }, { name: "dir/a", content: NEEDLE }, { name: "b" }]);

  test("as it is, and compressed, on the same level", () => {
    expect(look(archive)).toMatchObject({ opened: 1, clean: 1, lines: ["match !/dir/a"] });
    for (const packed of [gzipSync(archive), Bun.zstdCompressSync(archive)]) {
      expect(look(packed)).toMatchObject({ opened: 1, clean: 1, lines: ["match !/dir/a"] });
    }
    for (const packed of [vector("tar.bz2"), vector("tar.xz")]) {
      expect(look(packed)).toMatchObject({ opened: 1, clean: 1, lines: ["match !/one/a.txt"] });
    }
  });

  test("what is no file is named, and links lead nowhere", () => {
    const { lines } = look(
      tar([
        { name: "s", type: "2", link: "/etc/passwd" },
        { name: "h", type: "1", link: "../x" },
        { name: "c", type: "3" },
        { name: "b", type: "4" },
        { name: "p", type: "6" },
        { name: "a", content: NEEDLE },
      ]),
    );
    expect(lines).toEqual([
      "skip !/s: symbolic link to /etc/passwd",
      "skip !/h: hard link to ../x",
      "skip !/c: device",
      "skip !/b: device",
      "skip !/p: FIFO",
      "match !/a",
    ]);
  });

  test("long names, of GNU and of pax; names that are no UTF-8", () => {
    const long = `${"long/".repeat(60)}a`;
    const gnu = joined(
      tarHeader({ name: "././@LongLink", type: "L", size: long.length + 1 }),
      bytesOf(long.padEnd(512, "\0")),
      tar([{ name: "short", content: NEEDLE }]),
    );
    expect(look(gnu).lines).toEqual([`match !/${long}`]);
    expect(look(tar([{ name: "short", content: NEEDLE, pax: { path: long } }])).lines).toEqual([
      `match !/${long}`,
    ]);
    expect(look(tar([{ name: "\xff\xfe", content: NEEDLE }])).lines).toEqual(["match !/\xff\xfe"]);
  });

  test("members behind the mark of the end are members", () => {
    const { lines } = look(joined(archive, tar([{ name: "behind", content: NEEDLE }])));
    expect(lines).toEqual(["match !/dir/a", "match !/behind"]);
  });

  test("a broken header costs one member, with a line", () => {
    const members = [
      { name: "a", content: NEEDLE },
      { name: "b", content: NEEDLE },
      { name: "c", content: NEEDLE },
    ];
    const broken = tar(members);
    broken[1024]! ^= 1;
    const { lines } = look(broken);
    expect(lines).toContain("match !/a");
    expect(lines).toContain("match !/c");
    expect(lines.at(-1)).toStartWith("error !/: damaged");
  });

  test("cut: the member that is cut has what is there", () => {
    const cut = tar([{ name: "a", content: joined(NEEDLE, new Uint8Array(2000)) }]).subarray(0, 1024);
    const { lines } = look(cut);
    expect(lines[0]).toStartWith("match !/a: damaged");
    expect(lines[1]).toStartWith("error !/: damaged");
  });

  test("a size that is far too large", () => {
    const { lines } = look(tar([{ name: "a", content: NEEDLE, size: 2 ** 33 - 1 }]));
    expect(lines[0]).toBe(`skip !/a: size of ${2 ** 33 - 1} bytes is over the limit of ${2 ** 26}`);
    expect(lines[1]).toStartWith("error !/: damaged");
  });

  test("sparse: holes are zeros, and it is said", () => {
    const pax = {
      "GNU.sparse.major": "0",
      "GNU.sparse.minor": "1",
      "GNU.sparse.name": "sparse.bin",
      "GNU.sparse.size": "5000",
      "GNU.sparse.numblocks": "1",
      "GNU.sparse.map": `1000,${NEEDLE.length}`,
    };
    const { lines, scanned, bytes } = look(tar([{ name: "GNUSparseFile/x", content: NEEDLE, pax }]));
    expect(bytes).toBe(5000);
    expect(scanned[0]![1].slice(990, 1020)).toBe(`${"\0".repeat(10)}a needle in it\0\0\0\0\0\0`);
    expect(lines).toEqual([
      "match !/sparse.bin",
      "note !/sparse.bin: it is sparse: its holes are scanned as zeros",
    ]);
  });
});

describe("7z", () => {
  test("names become UTF-8", () => {
    expect(look(vector("7z"))).toMatchObject({
      scanned: [
        ["!/dir/a.txt", "needle in a 7z"],
        [`!/${Buffer.from("ü€.txt").toString("latin1")}`, "nothing"],
        ["!/empty", ""],
      ],
      lines: ["match !/dir/a.txt"],
      clean: 2,
    });
  });

  test("encrypted contents, and names", () => {
    expect(look(vector("7z with encrypted content")).lines).toEqual(["error !/a.txt: encrypted"]);
    const [line, ...rest] = look(vector("7z with encrypted names")).lines;
    expect(line).toStartWith("error !/: encrypted");
    expect(rest).toEqual([]);
  });

  test("cut anywhere it is never silent", () => {
    const archive = vector("7z");
    for (let end = 6; end < archive.length; end++) {
      const { lines } = look(archive.subarray(0, end));
      expect(lines.at(-1)).toStartWith("error !/: ");
    }
  });

  test("what stands behind it is said", () => {
    expect(look(joined(vector("7z"), bytesOf("behind"))).lines).toContain(
      "note !/: 6 bytes behind its end are scanned as part of the archive alone",
    );
  });
});

test("archives that nothing here reads are named", () => {
  const rar = bytesOf("Rar!\x1a\x07\x01\x00rest");
  expect(look(zip([{ name: "a.rar", content: rar }])).lines).toEqual([
    "skip !/a.rar!/: RAR archive: nothing here reads it",
  ]);
});
