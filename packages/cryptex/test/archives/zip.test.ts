/** ZIP files: what is found in good ones, and in those whose parts contradict each other. */
import { describe, expect, test } from "bun:test";
import { deflateRawSync } from "node:zlib";
import { look } from "./look.ts";
import vectors from "./vectors.json";
import { bytesOf, joined, numbers, type ZipMemberSpec, zip } from "./writers.ts";

const NEEDLE = bytesOf("a needle in it");
const HAY = bytesOf("hay");

describe("good ones", () => {
  test("members, folders, both methods, sizes behind the data, an empty one", () => {
    const archive = zip([
      { name: "dir/" },
      { name: "dir/a.exe", content: NEEDLE },
      { name: "b", content: HAY, method: 0 },
      { name: "c", content: NEEDLE, descriptor: true },
      { name: "d", content: NEEDLE, descriptor: true, method: 0 },
      { name: "e" },
    ]);
    const { scanned, lines, clean, opened } = look(archive);
    expect(scanned).toEqual([
      ["!/dir/a.exe", "a needle in it"],
      ["!/b", "hay"],
      ["!/c", "a needle in it"],
      ["!/d", "a needle in it"],
      ["!/e", ""],
    ]);
    expect(lines).toEqual(["match !/dir/a.exe", "match !/c", "match !/d"]);
    expect({ clean, opened }).toEqual({ clean: 2, opened: 1 });
  });

  test.each([
    ["zip with bzip2", "needle ".repeat(50)],
    ["zip with lzma", "needle ".repeat(50)],
  ] as const)("%s", (name, content) => {
    expect(look(Buffer.from(vectors[name], "base64")).scanned).toEqual([["!/a.txt", content]]);
  });

  test("without any member", () => {
    expect(look(zip([]))).toMatchObject({ scanned: [], lines: [] });
  });

  test("sizes and offsets of 64 bits", () => {
    const extra = numbers([2, 1], [2, 16], [8, NEEDLE.length], [8, NEEDLE.length]);
    const wide = { packedSize: 0xffff_ffff, size: 0xffff_ffff, extra };
    const archive = zip([{ name: "a", content: NEEDLE, method: 0, ...wide }], { wide: true });
    expect(look(archive).lines).toEqual(["match !/a"]);
  });

  test("with something in front, by either way of counting offsets, with a comment, with something behind", () => {
    for (const offsetsWithoutFront of [true, false]) {
      for (const wide of [true, false]) {
        const front = bytesOf("#!/bin/sh\nexec unpack\n");
        const archive = zip([{ name: "a", content: NEEDLE }], { front, offsetsWithoutFront, wide });
        expect(look(archive).lines).toEqual([
          "note !/: 22 bytes before its first member are in none that its central directory names: they are scanned as part of the archive",
          "match !/a",
        ]);
      }
    }
    const commented = zip([{ name: "a", content: NEEDLE }], { comment: bytesOf("c".repeat(65_535)) });
    expect(look(commented).lines).toEqual(["match !/a"]);
    const behind = zip([{ name: "a", content: NEEDLE }], { behind: bytesOf("x".repeat(70_000)) });
    expect(look(behind).lines[0]).toContain("70000 bytes behind its end");
    expect(look(behind).lines[1]).toBe("match !/a");
  });

  test("names are bytes: not UTF-8, very long, none", () => {
    const long = "n".repeat(60_000);
    const { lines, scanned } = look(
      zip([
        { name: "\xff\xfe", content: NEEDLE },
        { name: long, content: HAY },
        { name: "", content: HAY },
      ]),
    );
    expect(scanned.map(([name]) => name)).toEqual(["!/\xff\xfe", `!/${"n".repeat(4096)}`, "!/(no name)"]);
    expect(lines).toEqual([
      "match !/\xff\xfe",
      `note !/${"n".repeat(4096)}: its name has 60000 bytes, of which 4096 are shown`,
      "note !/(no name): it has no name",
    ]);
  });
});

describe("names that lie", () => {
  test.each([
    ["../../etc/passwd", "its name leads out of the archive's folder"],
    ["a/../../b", "its name leads out of the archive's folder"],
    ["..\\windows\\x", "its name leads out of the archive's folder"],
    ["/etc/passwd", "its name is an absolute path"],
    ["\\\\host\\share", "its name is an absolute path"],
    ["C:\\x", "its name begins with a drive"],
    ["a.txt\0.exe", "there is a zero byte in its name"],
  ])("%j", (name, note) => {
    expect(look(zip([{ name, content: NEEDLE }])).lines).toEqual([
      `match !/${name}`,
      `note !/${name}: ${note}`,
    ]);
  });

  test("..a and a.. are no ways out", () => {
    expect(look(zip([{ name: "..a/b..", content: NEEDLE }])).lines).toEqual(["match !/..a/b.."]);
  });

  test("the same one twice: both are scanned", () => {
    const archive = zip([
      { name: "a", content: HAY },
      { name: "a", content: NEEDLE },
    ]);
    expect(look(archive)).toMatchObject({
      clean: 1,
      lines: ["match !/a", "note !/a: another member of the archive has the same name"],
    });
  });

  test("a symbolic link is not followed, and a long content is none", () => {
    const link = { name: "l", mode: 0o120777 };
    expect(look(zip([{ ...link, content: bytesOf("/etc/passwd") }])).lines).toEqual([
      "skip !/l: symbolic link to /etc/passwd",
    ]);
    expect(look(zip([{ ...link, content: bytesOf(`${"x".repeat(5000)}needle`) }])).lines).toEqual([
      "match !/l",
    ]);
  });

  test("a folder with content is scanned", () => {
    const note = "it is a folder, and has content";
    expect(look(zip([{ name: "d/", content: NEEDLE }])).lines).toEqual(["match !/d/", `note !/d/: ${note}`]);
    expect(look(zip([{ name: "d", mode: 0o040755, content: NEEDLE }])).lines).toEqual([
      "match !/d",
      `note !/d: ${note}`,
    ]);
  });
});

describe("damage costs the member that has it", () => {
  const others = [
    { name: "a", content: NEEDLE },
    { name: "z", content: NEEDLE },
  ] as const;
  /** Lines of a member between two good ones, which must not suffer. */
  const linesOf = (member: ZipMemberSpec) => {
    const { lines } = look(zip([others[0], member, others[1]]));
    expect(lines).toContain("match !/a");
    expect(lines).toContain("match !/z");
    return lines.filter((line) => line !== "match !/a" && line !== "match !/z");
  };

  test("a wrong CRC: what is there is scanned all the same", () => {
    expect(linesOf({ name: "m", content: NEEDLE, crc: 1 })).toEqual(["match !/m: damaged: its CRC is wrong"]);
    expect(linesOf({ name: "m", content: HAY, crc: 1 })).toEqual(["damaged !/m: damaged: its CRC is wrong"]);
  });

  test("data that cannot be unpacked", () => {
    const [line, ...rest] = linesOf({ name: "m", packed: bytesOf("\xff\xff\xff"), size: 9 });
    expect(line).toStartWith("error !/m: damaged: ");
    expect(rest).toEqual([]);
  });

  test("a size that is not that of the content", () => {
    for (const size of [1, 1000]) {
      const [line] = linesOf({ name: "m", content: NEEDLE, size });
      expect(line).toStartWith("match !/m: damaged");
    }
  });

  test("a size of exabytes is no way to be skipped", () => {
    const extra = numbers([2, 1], [2, 8], [8, 2 ** 60]);
    const [line] = linesOf({ name: "m", content: NEEDLE, size: 0xffff_ffff, extra });
    expect(line).toStartWith("match !/m: damaged");
  });

  test("encrypted, in either way", () => {
    expect(linesOf({ name: "m", content: NEEDLE, flags: 1 })).toEqual(["error !/m: encrypted"]);
    expect(linesOf({ name: "m", content: NEEDLE, method: 99, packed: NEEDLE })).toEqual([
      "error !/m: encrypted",
    ]);
  });

  test("a method that nothing here knows", () => {
    const [line] = linesOf({ name: "m", content: NEEDLE, packed: NEEDLE, method: 9 });
    expect(line).toStartWith("error !/m: not unpacked: Unsupported ZIP compression method");
  });

  test("no local header", () => {
    expect(linesOf({ name: "m", content: NEEDLE, isAlone: true, offset: 3 })).toEqual([
      "error !/m: damaged; there is no local header where the central directory says",
    ]);
  });
});

describe("two lists of members", () => {
  test("other names, sizes, sums, methods", () => {
    const local = { name: "b" };
    expect(look(zip([{ name: "a", content: NEEDLE, local }])).lines).toEqual([
      "match !/a",
      'note !/a: its local header names it "b", and the central directory as here',
    ]);
    for (const [field, value] of [
      ["size", 3],
      ["packedSize", 3],
      ["crc", 3],
      ["method", 0],
    ] as const) {
      const [line] = look(zip([{ name: "a", content: NEEDLE, local: { [field]: value } }])).lines;
      expect(line).toStartWith("match !/a: central directory and local header disagree on its ");
    }
    const [encrypted] = look(zip([{ name: "a", content: NEEDLE, local: { flags: 1 } }])).lines;
    expect(encrypted).toBe(
      "error !/a: encrypted; central directory and local header disagree on its encryption",
    );
  });

  test("a member that the central directory hides", () => {
    for (const hidden of [
      { name: "h", content: NEEDLE, isHidden: true },
      { name: "h", content: NEEDLE, isHidden: true, descriptor: true },
    ]) {
      for (const members of [
        [hidden, { name: "a", content: HAY }],
        [{ name: "a", content: HAY }, hidden],
        [{ name: "a", content: HAY }, hidden, { name: "b", content: HAY }],
      ]) {
        const { lines } = look(zip(members));
        expect(lines).toContain("match !/h");
        expect(lines).toContain("note !/h: the central directory does not name it");
      }
    }
  });

  test("two archives, one behind the other", () => {
    const first = zip([{ name: "a", content: NEEDLE }]);
    const second = zip([{ name: "b", content: NEEDLE }]);
    for (const both of [joined(first, second), zip([{ name: "b", content: NEEDLE }], { front: first })]) {
      const { lines } = look(both);
      expect(lines).toContain("match !/a");
      expect(lines).toContain("match !/b");
      expect(lines[0]).toStartWith("note !/: ");
    }
  });

  test("a count that is wrong", () => {
    for (const count of [0, 2, 700]) {
      const { lines } = look(zip([{ name: "a", content: NEEDLE }], { count }));
      expect(lines).toContain("match !/a");
      expect(lines.at(-1)).toBe(`error !/: its central directory has 1 members, and by its end ${count}`);
    }
  });

  test("cut anywhere: what is there is found, and that something is missing is said", () => {
    const archive = zip([
      { name: "a", content: NEEDLE },
      { name: "b", content: NEEDLE, descriptor: true },
      { name: "c", content: NEEDLE, method: 0 },
    ]);
    const second = Buffer.from(archive).indexOf("PK\x03\x04", 4, "latin1");
    for (let end = 4; end < archive.length; end++) {
      const { lines } = look(archive.subarray(0, end));
      expect(lines.at(-1)).toBe(
        "error !/: it has no central directory: truncated or damaged. Its members were looked for",
      );
      if (end >= second) expect(lines).toContain("match !/a");
    }
  });

  test("members that overlap are all scanned, and it is said", () => {
    const first = { name: "a", content: NEEDLE };
    const again = Array.from({ length: 5 }, (_, index) => ({
      name: `b${index}`,
      content: NEEDLE,
      isAlone: true,
      offset: 0,
    }));
    const { lines, scanned } = look(zip([first, ...again]));
    expect(scanned).toHaveLength(6);
    expect(lines.at(-1)).toBe("error !/: 5 of its members overlap others, as they do in a bomb");
  });

  test("one of several volumes", () => {
    const archive = zip([{ name: "a", content: NEEDLE }]);
    archive[archive.length - 18] = 3;
    expect(look(archive).lines).toEqual([
      "match !/a",
      "error !/: it is one of several volumes, and the others are not here",
    ]);
  });
});

test("archives in archives, as deep as asked", () => {
  const inner = zip([{ name: "x", content: NEEDLE }]);
  const middle = zip([{ name: "inner.zip", content: inner }]);
  const outer = zip([{ name: "middle.jar", content: middle, method: 0 }]);
  expect(look(outer)).toMatchObject({ opened: 3, lines: ["match !/middle.jar!/inner.zip!/x"], clean: 2 });
  expect(look(outer, { limits: { depth: 2 } })).toMatchObject({
    opened: 2,
    lines: ["skip !/middle.jar!/inner.zip!/: archive below the depth of 2"],
  });
  expect(look(outer, { limits: { depth: 1 } })).toMatchObject({
    opened: 1,
    lines: ["skip !/middle.jar!/: archive below the depth of 1"],
  });
});

test("deflated data behind which more stands than the unpacker takes", () => {
  const packed = joined(deflateRawSync(NEEDLE), bytesOf("hidden"));
  const [line, note] = look(zip([{ name: "a", content: NEEDLE, packed }])).lines;
  expect(line).toBe("match !/a");
  expect(note).toStartWith("note !/a: damaged: ZIP compressed data is wrong size");
});
