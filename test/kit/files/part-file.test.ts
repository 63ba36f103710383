import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "#kit/errors.ts";
import { naming, PartFile, publishPart } from "#kit/files/part-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kit-part-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);

describe("a file in the making", () => {
  test("gets its name when it is published", () => {
    using file = new PartFile(at("x"), 0);
    file.append(Buffer.from("abc"));
    expect(existsSync(at("x"))).toBe(false);
    expect(Buffer.concat([...file.pieces()].map((piece) => Buffer.from(piece))).toString()).toBe("abc");
    file.sync();
    publishPart(at("x"));
    expect(readFileSync(at("x"), "utf8")).toBe("abc");
    expect(readdirSync(folder)).toEqual(["x"]);
    publishPart(at("x")); // a run that was killed in between does it again
    expect(readdirSync(folder)).toEqual(["x"]);
  });

  test("where it cannot be, the error names it", () => {
    mkdirSync(at("y.part"));
    expect(() => new PartFile(at("y"), 0)).toThrow(`${at("y")}.part: there is a folder of this name`);
    expect(() => new PartFile(at("no/where"), 0)).toThrow(InputError);
  });

  test("is continued after what is kept; one that is shorter is refused with a hint", () => {
    writeFileSync(at("x.part"), "abcdef");
    {
      using file = new PartFile(at("x"), 2);
      file.append(Buffer.from("z"));
    }
    expect(readFileSync(at("x.part"), "utf8")).toBe("abz");
    const hints = { shorter: ["start anew"] };
    expect(() => new PartFile(at("x"), 4, hints)).toThrow(
      expect.objectContaining({
        message: `${at("x.part")}: 3 bytes where 4 were written`,
        hints: ["start anew"],
      }),
    );
  });

  test("a full disk is explained, with the hint of whoever writes", () => {
    const fail = (code: string) => () => {
      throw Object.assign(new Error("system words"), { code });
    };
    for (const code of ["ENOSPC", "EDQUOT"]) {
      expect(() => naming("x", fail(code), ["make room"])).toThrow(
        expect.objectContaining({ hints: ["make room"] }),
      );
    }
    expect(() => naming("x", fail("EIO"), ["make room"])).toThrow(
      expect.objectContaining({ message: "x: system words", hints: [] }),
    );
    expect(() =>
      naming("x", () => {
        throw new RangeError("a fault of ours");
      }),
    ).toThrow(RangeError);
  });
});
