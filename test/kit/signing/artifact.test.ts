import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import fc from "fast-check";
import { differences, digestArtifact, readFiles, signFiles } from "#kit/signing/artifact.ts";
import { canonicalJson } from "#kit/signing/canonical-json.ts";
import { signRotation } from "#kit/signing/lineage.ts";
import { SignatureError } from "#kit/signing/signature-error.ts";
import { type Block, parseBlocks, signStatement } from "#kit/signing/statement.ts";
import { judge } from "#kit/signing/trust.ts";
import { rejectionOf } from "../../support/rejection.ts";
import { keyOf, lineageFrom, NEVER, ownKey, TestFolder } from "./keys.ts";

const owner = keyOf("owner");
const house = lineageFrom(owner);
const reading = { signal: NEVER };

const CONTENT = { "a.txt": "first", "b/c.txt": "second", "b/d e.bin": "\0\xff", empty: "" };

async function signed(folder: TestFolder): Promise<Block> {
  const text = signFiles(
    { purpose: "artifact", files: await digestArtifact(folder.path, reading) },
    ownKey(owner),
  );
  return parseBlocks(Buffer.from(text))[0]!;
}

/** Says what is wrong with an artifact and its signature. */
async function faultsOf(bytes: Uint8Array, root: string): Promise<readonly string[]> {
  try {
    const [block, ...rotations] = parseBlocks(bytes);
    if (!block) return ["empty"];
    const { faults } = judge(block, rotations, [house]);
    return faults.length > 0 ? faults : await differences(root, readFiles(block).files, reading);
  } catch (error) {
    if (error instanceof SignatureError) return [error.message];
    throw error;
  }
}

describe("a folder", () => {
  test("is what was signed, wherever it lies", async () => {
    using folder = new TestFolder(CONTENT);
    const { files } = readFiles(await signed(folder));
    expect(files.map(({ path }) => path)).toEqual(["a.txt", "b/c.txt", "b/d e.bin", "empty"]);
    using copy = new TestFolder(CONTENT);
    expect(await differences(copy.path, files, reading)).toEqual([]);
  });

  test("may keep its own signature, and be held against hashes alone", async () => {
    using folder = new TestFolder({ ...CONTENT, "own.sig": "of all the others" });
    const apart = { ...reading, apart: ["own.sig"] };
    const files = await digestArtifact(folder.path, apart);
    const hashes = files.map(({ path, sha256 }) => ({ path, sha256 }));
    expect(files.map(({ path }) => path)).not.toContain("own.sig");
    expect(await differences(folder.path, hashes, apart)).toEqual([]);
    expect(await differences(folder.path, hashes, reading)).toEqual(["own.sig: is not in the list"]);
    const wrong = hashes.map(({ path }) => ({ path, sha256: "0".repeat(64) }));
    expect(await differences(folder.path, wrong, apart, 2)).toEqual([
      "a.txt: was changed: another SHA-256",
      "b/c.txt: was changed: another SHA-256",
      "and 2 more differences",
    ]);
  });

  test("each difference is named", async () => {
    using folder = new TestFolder(CONTENT);
    const { files } = readFiles(await signed(folder));
    writeFileSync(folder.at("a.txt"), "First");
    truncateSync(folder.at("b/c.txt"), 3);
    rmSync(folder.at("empty"));
    folder.write("b/extra\x1b[31m", "");
    expect(await differences(folder.path, files, reading)).toEqual([
      "b/extra\x1b[31m: is not in the list",
      "a.txt: was changed: another SHA-256 and SHA3-256",
      "b/c.txt: has 3 bytes, not 6",
      "empty: is missing",
    ]);
  });

  test("another name for a file is a missing and an additional one", async () => {
    using folder = new TestFolder(CONTENT);
    const { files } = readFiles(await signed(folder));
    renameSync(folder.at("empty"), folder.at("Empty"));
    expect(await differences(folder.path, files, reading)).toEqual([
      "Empty: is not in the list",
      "empty: is missing",
    ]);
  });

  test("links, pipes and names that are no UTF-8 are neither signed nor passed over", async () => {
    using folder = new TestFolder(CONTENT);
    const { files } = readFiles(await signed(folder));
    rmSync(folder.at("a.txt"));
    symlinkSync("b/c.txt", folder.at("a.txt"));
    expect((await rejectionOf(digestArtifact(folder.path, reading))).message).toContain(
      "a.txt: it is a symbolic link",
    );
    expect(await differences(folder.path, files, reading)).toEqual([
      "a.txt: it is a symbolic link, and not in the list",
      "a.txt: is missing",
    ]);
    rmSync(folder.at("a.txt"));
    spawnSync("mkfifo", [folder.at("a.txt")]);
    expect((await rejectionOf(digestArtifact(folder.path, reading))).message).toContain(
      "a.txt: it is a pipe",
    );
    rmSync(folder.at("a.txt"));
    writeFileSync(Buffer.concat([Buffer.from(`${folder.path}/x`), Buffer.from([0xff])]), "");
    if (
      (
        await rejectionOf(
          digestArtifact(folder.path, reading).then(() => Promise.reject(new Error("signed"))),
        )
      ).message === "signed"
    )
      return console.warn("skipped: this file system takes no name that is not UTF-8");
    expect((await rejectionOf(digestArtifact(folder.path, reading))).message).toContain(
      "its name is no UTF-8",
    );
  });

  test("an artifact that is a link itself is not followed", async () => {
    using folder = new TestFolder({ "real/a": "a" });
    symlinkSync("real", folder.at("link"));
    expect((await rejectionOf(digestArtifact(folder.at("link"), reading))).message).toContain(
      "symbolic link",
    );
  });

  test("nothing to sign, and nothing there, are said", async () => {
    using folder = new TestFolder();
    mkdirSync(folder.at("empty"));
    expect((await rejectionOf(digestArtifact(folder.path, reading))).message).toContain(
      "there is no file in it",
    );
    expect((await rejectionOf(digestArtifact(folder.at("none"), reading))).message).toBe(
      `there is no ${folder.at("none")}`,
    );
  });

  test("a file that grows while it is read is not signed", async () => {
    using folder = new TestFolder({ log: new Uint8Array(3 << 20) });
    let grew = false;
    const progress = () => {
      if (!grew) appendFileSync(folder.at("log"), "more");
      grew = true;
    };
    const error = await rejectionOf(digestArtifact(folder.path, { signal: NEVER, progress }));
    expect(error.message).toContain("changed while it was read");
  });

  test("an interrupt ends it after the piece that is being read", async () => {
    using folder = new TestFolder({ large: new Uint8Array(8 << 20) });
    const interrupt = new AbortController();
    let pieces = 0;
    const progress = () => {
      pieces++;
      interrupt.abort(new Error("interrupted"));
    };
    const error = await rejectionOf(digestArtifact(folder.path, { signal: interrupt.signal, progress }));
    expect([error.message, pieces]).toEqual(["interrupted", 1]);
  });
});

test("a file is signed under its name", async () => {
  using folder = new TestFolder({ "report.html": "good" });
  const { files } = readFiles(
    parseBlocks(
      Buffer.from(
        signFiles(
          { purpose: "artifact", files: await digestArtifact(folder.at("report.html"), reading) },
          ownKey(owner),
        ),
      ),
    )[0]!,
  );
  expect(await differences(folder.at("report.html"), files, reading)).toEqual([]);
  renameSync(folder.at("report.html"), folder.at("other.html"));
  expect(await differences(folder.at("other.html"), files, reading)).toEqual([
    "other.html: is not in the list",
    "report.html: is missing",
  ]);
});

describe("flipped bits", () => {
  test("of the signature, with a rotation in it: each byte of it counts", async () => {
    using folder = new TestFolder(CONTENT);
    const next = keyOf("next");
    const files = await digestArtifact(folder.path, reading);
    const text = signFiles({ purpose: "artifact", files }, ownKey2(next));
    const good = Buffer.from(text);
    expect(await faultsOf(good, folder.path)).toEqual([]);
    for (let at = 0; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad[at]! ^= 1 << (at % 8);
      const faults = await faultsOf(bad, folder.path);
      if (faults.length === 0)
        throw new Error(`byte ${at} (${JSON.stringify(String.fromCharCode(good[at]!))}) can be changed`);
    }
  });

  test("of the statement: each bit of each byte, and cuts and insertions", async () => {
    using folder = new TestFolder({ a: "x" });
    const { text } = await signed(folder);
    const end = text.indexOf("ed25519 ");
    await fc.assert(
      fc.asyncProperty(
        fc.nat(end - 1),
        fc.nat(7),
        fc.constantFrom("flip", "cut", "insert", "double"),
        async (at, bit, how) => {
          const good = Buffer.from(text);
          const byte = Buffer.from([good[at]! ^ (1 << bit)]);
          const pieces = {
            flip: [good.subarray(0, at), byte, good.subarray(at + 1)],
            cut: [good.subarray(0, at), good.subarray(at + 1)],
            insert: [good.subarray(0, at), byte, good.subarray(at)],
            double: [good.subarray(0, at + 1), good.subarray(at)],
          };
          expect(await faultsOf(Buffer.concat(pieces[how]), folder.path)).not.toEqual([]);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("of the files: each counts", async () => {
    using folder = new TestFolder();
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 5000 }),
        fc.nat(),
        fc.nat(7),
        async (bytes, at, bit) => {
          folder.write("a", bytes);
          const { files } = readFiles(await signed(folder));
          bytes[at % bytes.length]! ^= 1 << bit;
          folder.write("a", bytes);
          expect(await differences(folder.path, files, reading)).toEqual([
            "a: was changed: another SHA-256 and SHA3-256",
          ]);
        },
      ),
      { numRuns: 100 },
    );
  });
});

/** The key that follows the trusted one. */
function ownKey2(next: ReturnType<typeof keyOf>) {
  return { secret: next, lineage: lineageFrom(owner, signRotation(owner, next.public)) };
}

describe("statements", () => {
  const digest = "a".repeat(64);
  const file = { path: "a", bytes: 1, sha256: digest, sha3_256: digest };
  const read = (members: Parameters<typeof signStatement>[1], type = "files") =>
    readFiles(parseBlocks(Buffer.from(signStatement(type, members, owner)))[0]!);

  test("of another type are not taken for files", () => {
    expect(() => read({ purpose: "artifact", files: [file] }, "log-head")).toThrow(
      'a statement of type "log-head"',
    );
  });

  test.each(["../a", "/a", "a/../b", "a//b", "./a", "", "a\\b", "a\0b", "..", "a/"])(
    "path %j is refused",
    (path) => {
      expect(() => read({ purpose: "artifact", files: [{ ...file, path }] })).toThrow(
        "leads out of the artifact",
      );
    },
  );

  test("lists out of order, doubles, missing and unknown members, wrong values are refused", () => {
    const files = (list: readonly object[]) => () => read({ purpose: "artifact", files: list as never });
    expect(files([{ ...file, path: "b" }, file])).toThrow("stands in the wrong place, or twice");
    expect(files([file, file])).toThrow("stands in the wrong place, or twice");
    expect(files([])).toThrow("no list of 1 to");
    expect(files([{ ...file, mode: 0 }])).toThrow('a member "mode", which is not known');
    const { sha256: _, ...less } = file;
    expect(files([less])).toThrow('no member "sha256"');
    expect(files([{ ...file, sha256: digest.toUpperCase() }])).toThrow("64 hexadecimal digits");
    expect(files([{ ...file, bytes: -1 }])).toThrow('"bytes" is no count');
  });

  test("JSON in another form is refused, though it says the same", () => {
    const line = canonicalJson({ ...file, key: digest, time: "2026-01-01T00:00:00Z", type: "files" });
    const wrap = (json: string) =>
      `twin-signature/1\n${json}\ned25519 ${"A".repeat(86)}==\nml-dsa-65 ${"A".repeat(4412)}\n`;
    expect(parseBlocks(Buffer.from(wrap(line))).length).toBe(1);
    for (const other of [
      line.replace("{", "{ "),
      line.replace('"bytes":1', '"bytes":1.0'),
      line.replace('"bytes":1', '"bytes":1,"bytes":1'),
      line.replace('"path":"a"', '"path":"\\u0061"'),
      `${line} `,
      "[]",
      "[".repeat(100_000),
      "",
      '{"a":"\\ud800"}',
      '{"a":1e400}',
      '{"a":0.5}',
    ]) {
      expect(() => parseBlocks(Buffer.from(wrap(other)))).toThrow(SignatureError);
    }
  });

  test("times that are none are refused", () => {
    for (const time of [
      "2026-02-30T00:00:00Z",
      "2026-01-01T00:00:00.000Z",
      "2026-01-01",
      "2026-01-01T24:00:00Z",
    ]) {
      const line = canonicalJson({ key: digest, time, type: "files" });
      const text = `twin-signature/1\n${line}\ned25519 ${"A".repeat(86)}==\nml-dsa-65 ${"A".repeat(4412)}\n`;
      expect(() => parseBlocks(Buffer.from(text))).toThrow('"time" is no time');
    }
  });
});
