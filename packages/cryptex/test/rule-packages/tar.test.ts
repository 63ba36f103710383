import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { stdoutOf } from "../../../../test/support/run-process.ts";
import { beginsWith, readTar, type TarEntry, writeTar } from "../../src/rule-packages/tar.ts";
import { WorkFolder } from "../support/program.ts";

const TIME = 1_780_000_000;
const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const plain = (entries: readonly TarEntry[]) =>
  entries.map(({ path, bytes }) => [path, Buffer.from(bytes).toString("latin1")]);

const names = fc
  .array(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }).map((text) => text.replace(/[/\\\0]/g, "x")),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((parts) => parts.join("/"))
  .filter(
    (path) =>
      path.split("/").every((part) => part !== "." && part !== ".." && part !== "") &&
      Buffer.byteLength(path) <= 100,
  );

test("what is written is read again, whatever the names and sizes", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(names, fc.uint8Array({ maxLength: 1500 }))),
      fc.nat(2 ** 33 - 1),
      (files, time) => {
        const entries = files.map(([path, content]) => ({ path, bytes: content }));
        const read = readTar(writeTar(entries, time));
        expect(plain(read.entries)).toEqual(plain(entries));
        expect(read.time).toBe(entries.length > 0 ? time : 0);
      },
    ),
  );
});

test("long names are split at a slash, and refused where there is none", () => {
  const long = `${"a".repeat(80)}/${"b".repeat(70)}/${"c".repeat(100)}`;
  expect(readTar(writeTar([{ path: long, bytes: bytes("x") }], TIME)).entries[0]!.path).toBe(long);
  for (const path of ["a".repeat(101), `a/${"b".repeat(101)}`, `${"a".repeat(156)}/b/${"c".repeat(99)}`]) {
    expect(() => writeTar([{ path, bytes: bytes("") }], TIME)).toThrow("is too long for the archive");
  }
});

test("the system's tar reads it, and writes none that is taken for it", async () => {
  if (!Bun.which("tar")) return console.warn("skipped: there is no tar");
  const long = `${"d".repeat(90)}/${"f".repeat(90)}.yar`;
  using folder = new WorkFolder({
    "set.tar": writeTar(
      [
        { path: "manifest.json", bytes: bytes("{}\n") },
        { path: long, bytes: bytes("long") },
        { path: "é漢.yar", bytes: bytes("") },
      ],
      TIME,
    ),
  });
  const [first, second, third] = (
    await stdoutOf(["tar", "--quoting-style=literal", "-tvf", folder.at("set.tar")])
  )
    .trimEnd()
    .split("\n");
  expect(first).toMatch(/^-rw-r--r-- 0\/0 +3 .* manifest\.json$/);
  expect(second).toEndWith(long);
  expect(third).toEndWith("é漢.yar");
  expect(await stdoutOf(["tar", "-xOf", folder.at("set.tar"), long])).toBe("long");
  await stdoutOf(["tar", "-xf", folder.at("set.tar"), "-C", folder.path]);
  await stdoutOf([
    "tar",
    "--format=ustar",
    "-cf",
    folder.at("theirs.tar"),
    "-C",
    folder.path,
    "manifest.json",
  ]);
  expect(() => readTar(readFileSync(folder.at("theirs.tar")))).toThrow("was not written by this program");
});

describe("an archive in other bytes is refused", () => {
  const good = writeTar(
    [
      { path: "a", bytes: bytes("hello") },
      { path: "b/c", bytes: bytes("x".repeat(600)) },
    ],
    TIME,
  );

  test("each byte of headers, padding and end", () => {
    const content = (at: number) => (at >= 512 && at < 517) || (at >= 1536 && at < 2136);
    for (let at = 0; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad[at]! ^= 1 << (at % 8);
      if (content(at)) expect(plain(readTar(bad).entries)).not.toEqual(plain(readTar(good).entries));
      else {
        // A name or a size may be another valid one: then the entries differ.
        let read: ReturnType<typeof readTar> | undefined;
        try {
          read = readTar(bad);
        } catch {}
        expect(read).toBeUndefined();
      }
    }
  });

  test("cut, longer, empty, and with a size beyond its end", () => {
    for (const cut of [0, 1, 511, 512, 600, 1024, good.length - 1]) {
      expect(() => readTar(good.subarray(0, cut))).toThrow("was not written by this program");
    }
    expect(() => readTar(Buffer.concat([good, Buffer.alloc(512)]))).toThrow(
      "was not written by this program",
    );
    expect(() => readTar(new Uint8Array())).toThrow("was not written by this program");
    const large = Buffer.from(good);
    large.write("77777777777", 124, "latin1");
    expect(() => readTar(large)).toThrow("was not written by this program");
  });

  test.each(["../a", "/a", "a/../../b", "a//b", "./a"])("with the name %j", (path) => {
    expect(() => readTar(writeTar([{ path, bytes: bytes("") }], TIME))).toThrow("leads out of it");
  });
});

test("the first name is told from the first block alone", () => {
  const archive = writeTar([{ path: "manifest.json", bytes: bytes("") }], TIME);
  expect(beginsWith(archive.subarray(0, 512), "manifest.json")).toBe(true);
  expect(beginsWith(archive, "manifest")).toBe(false);
  expect(beginsWith(bytes("manifest.json"), "manifest.json")).toBe(false);
  expect(beginsWith(new Uint8Array(), "manifest.json")).toBe(false);
});
