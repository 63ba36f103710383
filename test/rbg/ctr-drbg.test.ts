import { describe, expect, test } from "bun:test";
import { createCipheriv, createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { DrbgError } from "../../src/errors.ts";
import {
  CtrDrbg,
  type DrbgCipher,
  MAX_REQUEST_LENGTH,
  MAX_RESEED_INTERVAL,
  selfTest,
} from "../../src/rbg/ctr-drbg.ts";
import { drbgCiphers } from "../support/drbg-ciphers.ts";
import vectors from "../vectors/ctr-drbg.json";

const fromHex = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

interface AcvpCase {
  derivationFunction: boolean;
  predictionResistance: boolean;
  entropyInput: string;
  nonce: string;
  personalization: string;
  steps: { use: string; additionalInput: string; entropyInput: string }[];
  returned: string;
}

/** Returns the answer to the last request of a case. */
function answer(c: AcvpCase, cipher: DrbgCipher): string {
  const fresh: Uint8Array[] = [];
  const drbg = new CtrDrbg(
    {
      entropyInput: fromHex(c.entropyInput),
      nonce: fromHex(c.nonce),
      personalization: fromHex(c.personalization),
    },
    {
      derivationFunction: c.derivationFunction,
      cipher,
      ...(c.predictionResistance && { freshEntropy: () => fresh.shift()! }),
    },
  );
  let returned = "";
  for (const step of c.steps) {
    const additionalInput = fromHex(step.additionalInput);
    if (step.use === "reSeed") {
      drbg.reseed(fromHex(step.entropyInput), additionalInput);
    } else {
      fresh.push(fromHex(step.entropyInput));
      returned = toHex(drbg.generate(c.returned.length / 2, additionalInput)).toUpperCase();
    }
  }
  return returned;
}

describe.each(await drbgCiphers())("known answers by $name", ({ cipher }) => {
  for (const c of vectors.acvp.cases) {
    const { derivationFunction: df, predictionResistance: pr } = c;
    test(`ACVP ${c.tcId}: ${df ? "with" : "without"} df, ${pr ? "prediction resistance" : "reseed"}`, () => {
      expect(answer(c, cipher)).toBe(c.returned);
    });
  }

  for (const [i, c] of vectors.openssl.cases.entries()) {
    test(`OpenSSL ${i}: requests of 1 to 65,536 bytes in sequence`, () => {
      const { derivationFunction } = c;
      const drbg = new CtrDrbg(
        {
          entropyInput: fromHex(c.entropyInput),
          nonce: fromHex(c.nonce),
          personalization: fromHex(c.personalization),
        },
        { derivationFunction, cipher },
      );
      if (c.reseedEntropy) drbg.reseed(fromHex(c.reseedEntropy), fromHex(c.reseedAdditional));
      for (const { length, sha256 } of c.requests) {
        const out = drbg.generate(length, fromHex(c.additionalInput));
        expect([length, createHash("sha256").update(out).digest("hex")]).toEqual([length, sha256]);
      }
    });
  }

  const file = new URL("../../../shared/reference/ctr-drbg/aes256.json", import.meta.url);
  if (!existsSync(file)) console.warn("skip: all NIST ACVP vectors: the reference folder is not there");
  test.skipIf(!existsSync(file))("all NIST ACVP sample vectors", () => {
    let matched = 0;
    for (const group of JSON.parse(readFileSync(file, "utf8")).testGroups) {
      for (const t of group.tests) {
        const c: AcvpCase = {
          derivationFunction: group.derFunc,
          predictionResistance: group.predResistance,
          entropyInput: t.entropyInput,
          nonce: t.nonce,
          personalization: t.persoString,
          steps: t.otherInput.map((o: { intendedUse: string }) => ({ ...o, use: o.intendedUse })),
          returned: t.returnedBits,
        };
        expect(answer(c, cipher)).toBe(c.returned);
        matched++;
      }
    }
    expect(matched).toBe(40);
  });

  test("the self-test passes, with little work: it is done before each first use", () => {
    let requests = 0;
    let bytes = 0;
    selfTest({
      derive: cipher.derive,
      keyStream(state, out) {
        requests += 1;
        bytes += out.length;
        cipher.keyStream(state, out);
      },
    });
    expect(requests).toBeLessThan(30);
    expect(bytes).toBeLessThan(8_192);
  });
});

/** Returns AES-256 of one block. */
function encryptBlock(key: Uint8Array, block: bigint): bigint {
  const cipher = createCipheriv("aes-256-ecb", key, null).setAutoPadding(false);
  return BigInt(`0x${cipher.update(block.toString(16).padStart(32, "0"), "hex", "hex")}`);
}

/**
 * CTR_DRBG without derivation function and without additional input, written block by block from §10.2.1.2 and
 * §10.2.1.5.1: returns the output and the next Key ‖ V.
 */
function oneRequest(key: Uint8Array, v: bigint, length: number): { out: string; next: string } {
  let counter = v;
  const blocks = (count: number) => {
    let hex = "";
    for (let i = 0; i < count; i++) {
      counter = (counter + 1n) % 2n ** 128n;
      hex += encryptBlock(key, counter).toString(16).padStart(32, "0");
    }
    return hex;
  };
  const out = blocks(Math.ceil(length / 16)).slice(0, 2 * length);
  return { out, next: blocks(3) };
}

/** Makes an instance with this Key and V: without df the seed is XORed to the zero key's encryption of 1, 2, 3. */
function withState(key: Uint8Array, v: bigint): CtrDrbg {
  const { next } = oneRequest(new Uint8Array(32), 0n, 0);
  const wanted = BigInt(`0x${toHex(key)}`) * 2n ** 128n + v;
  const entropyInput = fromHex((BigInt(`0x${next}`) ^ wanted).toString(16).padStart(96, "0"));
  return new CtrDrbg({ entropyInput }, { derivationFunction: false });
}

describe("the counter", () => {
  test("carries over 32 and 64 bits and wraps at 2^128", () => {
    const key = fromHex("5a".repeat(32));
    for (const end of [2n ** 8n, 2n ** 32n, 2n ** 64n, 2n ** 96n, 2n ** 128n]) {
      for (let before = 1n; before <= 8n; before++) {
        const drbg = withState(key, end - before);
        const { out, next } = oneRequest(key, end - before, 50);
        expect(toHex(drbg.generate(50))).toBe(out);
        const second = oneRequest(fromHex(next.slice(0, 64)), BigInt(`0x${next.slice(64)}`), 33);
        expect(toHex(drbg.generate(33))).toBe(second.out);
      }
    }
  });

  test("agrees with the block-by-block definition for any key, V and lengths", () => {
    const byteArray = (n: number) => fc.uint8Array({ minLength: n, maxLength: n });
    fc.assert(
      fc.property(
        byteArray(32),
        fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }),
        fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 4 }),
        (startKey, startV, lengths) => {
          const drbg = withState(startKey, startV);
          let key = startKey;
          let v = startV;
          for (const length of lengths) {
            const { out, next } = oneRequest(key, v, length);
            expect(toHex(drbg.generate(length))).toBe(out);
            key = fromHex(next.slice(0, 64));
            v = BigInt(`0x${next.slice(64)}`);
          }
        },
      ),
      { seed: 4, numRuns: 100 },
    );
  });
});

const entropyInput = Uint8Array.from({ length: 48 }, (_, i) => i);
const nonce = Uint8Array.from({ length: 16 }, (_, i) => 0x20 + i);

describe("generateInto", () => {
  test("equals requests of 65,536 bytes and a rest", () => {
    for (const length of [0, 1, 65_535, 65_536, 65_537, 200_000]) {
      const out = new Uint8Array(length);
      const drbg = new CtrDrbg({ entropyInput, nonce });
      drbg.generateInto(out);
      expect(drbg.requestsSinceReseed).toBe(Math.ceil(length / MAX_REQUEST_LENGTH));
      const single = new CtrDrbg({ entropyInput, nonce });
      for (let start = 0; start < length; start += MAX_REQUEST_LENGTH) {
        const part = single.generate(Math.min(MAX_REQUEST_LENGTH, length - start));
        expect(Buffer.compare(part, out.subarray(start, start + MAX_REQUEST_LENGTH))).toBe(0);
      }
    }
  });

  test("writes inside a view and nowhere else", () => {
    const whole = new Uint8Array(300);
    new CtrDrbg({ entropyInput, nonce }).generateInto(whole.subarray(100, 200));
    expect(whole.subarray(0, 100).every((b) => b === 0)).toBe(true);
    expect(whole.subarray(200).every((b) => b === 0)).toBe(true);
    expect(toHex(whole.subarray(100, 200))).toBe(toHex(new CtrDrbg({ entropyInput, nonce }).generate(100)));
  });
});

describe("every input counts", () => {
  const first = (drbg: CtrDrbg, additionalInput?: Uint8Array) => toHex(drbg.generate(32, additionalInput));
  const flipped = (bytes: Uint8Array) => bytes.with(bytes.length - 1, bytes.at(-1)! ^ 1);

  for (const derivationFunction of [true, false]) {
    test(derivationFunction ? "with df" : "without df", () => {
      const seed = { entropyInput, ...(derivationFunction && { nonce }) };
      const make = (change: object) => new CtrDrbg({ ...seed, ...change }, { derivationFunction });
      const reseeded = (entropy: Uint8Array, additional?: Uint8Array) => {
        const drbg = make({});
        drbg.reseed(entropy, additional);
        return drbg;
      };
      const outputs = [
        first(make({})),
        first(make({ entropyInput: flipped(entropyInput) })),
        ...(derivationFunction ? [first(make({ nonce: flipped(nonce) }))] : []),
        first(make({ personalization: Uint8Array.of(1) })),
        first(make({}), Uint8Array.of(1)),
        first(reseeded(entropyInput)),
        first(reseeded(flipped(entropyInput))),
        first(reseeded(entropyInput, Uint8Array.of(1))),
      ];
      expect(new Set(outputs).size).toBe(outputs.length);
      expect(first(make({}))).toBe(outputs[0]!);
    });
  }

  test("inputs are left as they were", () => {
    const input = {
      entropyInput: entropyInput.slice(),
      nonce: nonce.slice(),
      personalization: nonce.slice(),
    };
    const drbg = new CtrDrbg(input);
    const additional = nonce.slice();
    drbg.generate(10, additional);
    drbg.reseed(input.entropyInput, additional);
    expect(input).toEqual({ entropyInput, nonce, personalization: nonce });
    expect(additional).toEqual(nonce);
  });
});

describe("prediction resistance", () => {
  test("asks for fresh entropy once a request, and a failure to get it changes nothing", () => {
    let calls = 0;
    let fail = false;
    const freshEntropy = () => {
      if (fail) throw new Error("no entropy");
      calls++;
      return entropyInput;
    };
    const drbg = new CtrDrbg({ entropyInput, nonce }, { freshEntropy, reseedInterval: 1 });
    const twin = new CtrDrbg({ entropyInput, nonce }, { freshEntropy });
    drbg.generateInto(new Uint8Array(3 * MAX_REQUEST_LENGTH));
    expect(calls).toBe(3);
    twin.generateInto(new Uint8Array(3 * MAX_REQUEST_LENGTH));
    fail = true;
    expect(() => drbg.generate(10)).toThrow("no entropy");
    fail = false;
    expect(drbg.generate(10)).toEqual(twin.generate(10));
  });

  test("fresh entropy that is too short is refused", () => {
    const drbg = new CtrDrbg({ entropyInput, nonce }, { freshEntropy: () => new Uint8Array(31) });
    expect(() => drbg.generate(1)).toThrow(DrbgError);
  });
});

describe("limits", () => {
  test("2^19 bits a request", () => {
    const drbg = new CtrDrbg({ entropyInput, nonce });
    expect(drbg.generate(MAX_REQUEST_LENGTH)).toHaveLength(65_536);
    expect(() => drbg.generate(MAX_REQUEST_LENGTH + 1)).toThrow(DrbgError);
    expect(drbg.generate(0)).toHaveLength(0);
    for (const length of [-1, 1.5, Number.NaN]) expect(() => drbg.generate(length)).toThrow(RangeError);
  });

  test("the reseed interval: the last request is served, the next is not, a reseed opens a new one", () => {
    const drbg = new CtrDrbg({ entropyInput, nonce }, { reseedInterval: 3 });
    for (let i = 0; i < 3; i++) drbg.generate(1);
    expect(() => drbg.generate(1)).toThrow(DrbgError);
    drbg.reseed(entropyInput);
    expect(drbg.requestsSinceReseed).toBe(0);
    const out = new Uint8Array(4 * MAX_REQUEST_LENGTH);
    expect(() => drbg.generateInto(out)).toThrow(DrbgError);
    expect(out.every((b) => b === 0)).toBe(true);
    drbg.generateInto(out.subarray(MAX_REQUEST_LENGTH));
    expect(drbg.requestsSinceReseed).toBe(3);
    expect(MAX_RESEED_INTERVAL).toBe(2 ** 48);
    for (const reseedInterval of [0, 1.5, 2 ** 48 + 1]) {
      expect(() => new CtrDrbg({ entropyInput, nonce }, { reseedInterval })).toThrow(RangeError);
    }
  });

  test("lengths of inputs", () => {
    const noDf = { derivationFunction: false };
    expect(() => new CtrDrbg({ entropyInput: new Uint8Array(31), nonce })).toThrow(DrbgError);
    expect(() => new CtrDrbg({ entropyInput, nonce: new Uint8Array(15) })).toThrow(DrbgError);
    expect(() => new CtrDrbg({ entropyInput })).toThrow(DrbgError);
    expect(() => new CtrDrbg({ entropyInput: new Uint8Array(47) }, noDf)).toThrow(DrbgError);
    expect(() => new CtrDrbg({ entropyInput: new Uint8Array(49) }, noDf)).toThrow(DrbgError);
    expect(() => new CtrDrbg({ entropyInput, nonce }, noDf)).toThrow(DrbgError);
    expect(() => new CtrDrbg({ entropyInput, personalization: new Uint8Array(49) }, noDf)).toThrow(DrbgError);
    const drbg = new CtrDrbg({ entropyInput }, noDf);
    expect(() => drbg.reseed(new Uint8Array(47))).toThrow(DrbgError);
    expect(() => drbg.generate(1, new Uint8Array(49))).toThrow(DrbgError);
    expect(drbg.requestsSinceReseed).toBe(0);
  });

  test("wrong types", () => {
    // @ts-expect-error a string is no entropy input
    expect(() => new CtrDrbg({ entropyInput: "a".repeat(48), nonce })).toThrow(TypeError);
    // @ts-expect-error nor a nonce
    expect(() => new CtrDrbg({ entropyInput, nonce: "a".repeat(48) })).toThrow(TypeError);
    const drbg = new CtrDrbg({ entropyInput, nonce });
    // @ts-expect-error nor additional input
    expect(() => drbg.generate(1, "abc")).toThrow(TypeError);
    // @ts-expect-error nor a place for output
    expect(() => drbg.generateInto([0, 0])).toThrow(TypeError);
  });
});

test("after uninstantiate everything is refused, a second time is no error", () => {
  const drbg = new CtrDrbg({ entropyInput, nonce });
  drbg.uninstantiate();
  drbg.uninstantiate();
  expect(() => drbg.generate(1)).toThrow(DrbgError);
  expect(() => drbg.generateInto(new Uint8Array(1))).toThrow(DrbgError);
  expect(() => drbg.generateInto(new Uint8Array(0))).toThrow(DrbgError);
  expect(() => drbg.reseed(entropyInput)).toThrow(DrbgError);
});
