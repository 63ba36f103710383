import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { SourceError } from "../../src/errors.ts";
import { getRandom, randomBytes, tpm, tpmAt } from "../../src/sources/tpm.ts";
import { fakeHost } from "../support/fake-host.ts";

const folder = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const never = new AbortController().signal;

/** Makes an answer with these bytes: tag, size, response code, count, bytes. */
function answer(
  bytes: readonly number[],
  changes: { tag?: number; size?: number; code?: number; count?: number } = {},
) {
  const view = new DataView(new ArrayBuffer(12 + bytes.length));
  view.setUint16(0, changes.tag ?? 0x8001);
  view.setUint32(2, changes.size ?? 12 + bytes.length);
  view.setUint32(6, changes.code ?? 0);
  view.setUint16(10, changes.count ?? bytes.length);
  const whole = new Uint8Array(view.buffer);
  whole.set(bytes, 12);
  return whole;
}

const bytes = Array.from({ length: 32 }, (_, i) => i * 7);

describe("TPM2_GetRandom", () => {
  test("the command, byte for byte", () => {
    expect(Buffer.from(getRandom(32)).toString("hex")).toBe("80010000000c0000017b0020");
  });

  test("an answer of the length asked for, or shorter", () => {
    expect([...randomBytes(answer(bytes), 32)]).toEqual(bytes);
    expect([...randomBytes(answer(bytes.slice(0, 20)), 32)]).toEqual(bytes.slice(0, 20));
  });

  for (const [name, response, message] of [
    ["nothing", new Uint8Array(0), "cut short"],
    ["half a header", answer(bytes).subarray(0, 9), "cut short"],
    ["a cut answer", answer(bytes).subarray(0, 40), "says it has 44"],
    ["one with something after it", Uint8Array.from([...answer(bytes), 0]), "says it has 44"],
    ["TPM_RC_RETRY", answer([], { code: 0x922 }).subarray(0, 10), "says it has 12"],
    ["TPM_RC_RETRY, whole", answer([], { code: 0x922, size: 10 }).subarray(0, 10), "0x922"],
    ["TPM_RC_FAILURE", answer([], { code: 0x101, size: 10 }).subarray(0, 10), "0x101"],
    ["one of a session", answer(bytes, { tag: 0x8002 }), "wrong tag"],
    ["a header alone", answer([], { size: 10 }).subarray(0, 10), "holds no bytes"],
    ["no bytes", answer([]), "0 bytes for 32"],
    ["a wrong count", answer(bytes, { count: 31 }), "32 bytes for 32"],
    ["more than asked for", answer([...bytes, 1]), "33 bytes for 32"],
  ] as const) {
    test(`refused: ${name}`, () => {
      expect(() => randomBytes(response, 32)).toThrow(SyntaxError);
      expect(() => randomBytes(response, 32)).toThrow(message);
    });
  }

  test("whatever comes: bytes of the answer's end, or a SyntaxError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (junk, headed) => {
        const response = headed ? Uint8Array.from([...answer(bytes).subarray(0, 12), ...junk]) : junk;
        try {
          const got = randomBytes(response, 32);
          expect(Buffer.from(got).equals(response.subarray(12))).toBe(true);
          expect(got).toHaveLength(32);
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError);
        }
      }),
      { seed: 1 },
    );
  });
});

describe("the source", () => {
  /** A plain file as the device: commands overwrite the gaps before each answer, and reads find what follows. */
  function fakeDevice(name: string, ...answers: Uint8Array[]): string {
    const path = join(folder, name);
    writeFileSync(path, Buffer.concat(answers.flatMap((each) => [Buffer.alloc(12), each])));
    return path;
  }

  test("asks once for a little, and hands out what came", async () => {
    const path = fakeDevice("little", answer(bytes.slice(0, 5)));
    await using sampler = await tpmAt(path).open(fakeHost());
    const trace = await sampler.sample(5, never);
    expect([...trace.samples]).toEqual(bytes.slice(0, 5).map(BigInt));
    expect(readFileSync(path).subarray(0, 12)).toEqual(Buffer.from(getRandom(5)));
  });

  // A plain file ends here, where a device would answer the second command.
  test("asks again for what is missing: all of it or nothing", async () => {
    const path = fakeDevice("much", answer(bytes.slice(0, 20)));
    await using sampler = await tpmAt(path).open(fakeHost());
    const sampling = sampler.sample(24, never);
    await expect(sampling).rejects.toThrow(SourceError);
    await expect(sampling).rejects.toThrow("0 bytes is cut short");
    expect(readFileSync(path).subarray(44)).toEqual(Buffer.from(getRandom(4)));
  });

  test("a device that refuses: a SourceError, no sample", async () => {
    const path = fakeDevice("refusing", answer([], { code: 0x101, size: 10 }).subarray(0, 10));
    await using sampler = await tpmAt(path).open(fakeHost());
    await expect(sampler.sample(5, never)).rejects.toThrow(/^tpm: .*0x101/);
  });

  test("claims nothing, and says why it is not there", async () => {
    expect(tpm.info.claim).toBe(0);
    const absent = tpmAt(join(folder, "absent"));
    expect(await absent.availability(fakeHost())).toEqual({ ok: false, reason: "no TPM 2.0 (/dev/tpmrm0)" });
    await expect(absent.open(fakeHost())).rejects.toThrow(SourceError);
  });
});
