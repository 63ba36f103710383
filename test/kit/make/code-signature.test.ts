import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { signAdHoc } from "#kit/make/code-signature.ts";
import { readCodeSignature } from "../../support/code-signature.ts";
import { readLibraryFile } from "../../support/library-file.ts";
import { buildLibrary, COMPILE_TIMEOUT_MS } from "../../support/native-builds.ts";

describe("a signature of our own", () => {
  let original: Uint8Array;
  let signed: Uint8Array;

  beforeAll(async () => {
    original = readFileSync(await buildLibrary({ target: "darwin-arm64" }));
    signed = signAdHoc(original, "an-identifier");
  }, COMPILE_TIMEOUT_MS);

  test("covers every page, names the program and ends with the file", () => {
    const signature = readCodeSignature(signed);
    expect(signature).toMatchObject({ identifier: "an-identifier", adHoc: true, wrongPages: [] });
    expect(signature.codeLimit).toBe(signature.start);
    expect(signature.pages).toBe(Math.ceil(signature.codeLimit / 4096));
    expect(signature.end).toBe(signed.length);
  });

  test("covers what the compiler's own covers", () => {
    const own = readCodeSignature(original);
    expect(own.wrongPages).toEqual([]);
    expect(readCodeSignature(signed).codeLimit).toBe(own.codeLimit);
  });

  test("leaves the library as it was, and can be replaced again", () => {
    expect(readLibraryFile(signed)).toEqual(readLibraryFile(original));
    expect(signAdHoc(signAdHoc(original, "a-much-longer-identifier"), "an-identifier")).toEqual(signed);
  });

  test("no longer holds once a byte has changed", () => {
    const changed = signed.slice();
    changed[5000]! ^= 1;
    expect(readCodeSignature(changed).wrongPages).toEqual([1]);
  });

  test("is refused for any other file", () => {
    expect(() => signAdHoc(new Uint8Array(4096), "x")).toThrow("not a 64-bit Mach-O file");
  });
});
