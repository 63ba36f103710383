/** Measures CTR_DRBG beside bare AES-256-CTR through node:crypto. Prints a list; asserts nothing. */
import { createCipheriv, randomBytes } from "node:crypto";
import { loadLibrary } from "../ffi/index.ts";
import { systemAround } from "../src/platform/clone-watch.ts";
import { CtrDrbg, MAX_REQUEST_LENGTH, RUNTIME_CIPHER, selfTest } from "../src/rbg/ctr-drbg.ts";
import { SelfTests } from "../src/rbg/self-tests.ts";

const ROUNDS = 15;

const coldStart = performance.now();
selfTest();
const coldMs = performance.now() - coldStart;

const big = new Uint8Array(2 ** 26);
const zeros = new Uint8Array(MAX_REQUEST_LENGTH);
const cipher = createCipheriv("aes-256-ctr", randomBytes(32), randomBytes(16));

const bareSpeed = gigabytesPerSecond(2 ** 24, () => {
  for (let i = 0; i < 256; i++) cipher.update(zeros);
});
console.log("AES-256-CTR, 64 KiB updates of one cipher".padEnd(44), `${bareSpeed.toFixed(2)} GB/s`);
const library = loadLibrary();
const ciphers = { "the runtime's cipher": RUNTIME_CIPHER, "the native library": library.drbgCipher };
for (const [name, cipher] of Object.entries(ciphers)) {
  console.log(cipher ? `\nby ${name}` : `\n${name}: this processor has no AES instructions`);
  if (!cipher) continue;
  reportAll(new CtrDrbg({ entropyInput: randomBytes(48), nonce: randomBytes(16) }, { cipher }));
  const tests = new SelfTests(() => cipher);
  reportCall("self-tests after a request, every 1,024th of them in full", () => tests.afterRequest());
}

const { clones, osRandom } = systemAround({ native: { ok: true, library } });
console.log();
reportCall("is this process a copy?", () => clones.check());
const fresh = new Uint8Array(32);
reportCall("32 bytes of the operating system", () => osRandom(fresh));
const files = systemAround({ native: { ok: false, reason: "to compare" } });
reportCall("the first without the native library", () => files.clones.check());
reportCall("the second without", () => files.osRandom(fresh));

const warmMs = 1 / (1e6 * gigabytesPerSecond(1, selfTest));
console.log("\nself-test, first and later".padEnd(44), `${coldMs.toFixed(2)} ms, ${warmMs.toFixed(2)} ms`);

function reportAll(drbg: CtrDrbg): void {
  report("generateInto, 64 MiB buffer", big.length, () => drbg.generateInto(big));
  report("generateInto, 1 MiB buffer, 16 times", 2 ** 24, () => {
    for (let i = 0; i < 16; i++) drbg.generateInto(big.subarray(0, 2 ** 20));
  });
  report("generate, 64 KiB, 256 times", 2 ** 24, () => {
    for (let i = 0; i < 256; i++) drbg.generate(MAX_REQUEST_LENGTH);
  });
  report("generate, 1 KiB, 4096 times", 2 ** 22, () => {
    for (let i = 0; i < 4096; i++) drbg.generate(1024);
  });
  reportCall("generate, 32 bytes", () => drbg.generate(32));
  const additional = randomBytes(32);
  reportCall("generate, 32 bytes, with as much additional input", () => drbg.generate(32, additional));
}

function reportCall(name: string, call: () => unknown): void {
  const calls = 2 ** 13;
  const work = () => {
    for (let i = 0; i < calls; i++) call();
  };
  console.log(name.padEnd(52), `${(1 / gigabytesPerSecond(calls, work)).toFixed(0)} ns`);
}

function report(name: string, bytes: number, work: () => void): void {
  const speed = gigabytesPerSecond(bytes, work);
  console.log(name.padEnd(44), `${speed.toFixed(2)} GB/s, ${(speed / bareSpeed).toFixed(2)} of bare AES`);
}

/** Returns the speed of the fastest of several rounds. */
function gigabytesPerSecond(bytes: number, work: () => void): number {
  let bestNs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = Bun.nanoseconds();
    work();
    bestNs = Math.min(bestNs, Bun.nanoseconds() - start);
  }
  return bytes / bestNs;
}
