/** The library's contract: the same checks of the installed package on Bun and on Node. */
import assert from "node:assert/strict";

export type Library = typeof import("../../../src/index.ts");
/** Each throws unless it holds. */
export type Checks = Readonly<Record<string, (library: Library) => Promise<void>>>;

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** Returns the set of 16-byte blocks. */
function blocks(bytes: Uint8Array): Set<string> {
  const text = Buffer.from(bytes).toString("latin1");
  return new Set(
    Array.from({ length: Math.floor(text.length / 16) }, (_, i) => text.slice(16 * i, 16 * i + 16)),
  );
}

const open = ({ EntropyPool }: Library) => EntropyPool.auto({ sources: "fast" });

export const CONTRACT: Checks = {
  async "randomBytes: exact lengths, nothing twice"(library) {
    const pool = await open(library);
    const seen: string[] = [];
    for (const length of [1, 31, 32, 5_000]) {
      const bytes = await pool.randomBytes(length);
      assert.ok(bytes instanceof Uint8Array);
      assert.equal(bytes.length, length);
      seen.push(...blocks(bytes));
    }
    assert.equal(new Set(seen).size, 1 + 2 + 312);
    assert.equal((await pool.randomBytes(0)).length, 0);
    await pool.close();
  },

  async "randomBytes: lengths that are none are refused"(library) {
    const pool = await open(library);
    for (const length of [-1, 1.5, Number.NaN, 2 ** 31, "32" as never, undefined as never]) {
      await assert.rejects(pool.randomBytes(length), RangeError);
    }
    await pool.close();
  },

  async "randomBytes: many at once share nothing"(library) {
    const pool = await open(library);
    const all = await Promise.all(Array.from({ length: 200 }, () => pool.randomBytes(32)));
    assert.equal(new Set(all.map(hex)).size, 200);
    await pool.close();
  },

  async "claims: a profile can be ignored or required"({ EntropyPool, InputError }) {
    const calibration = async (options: object) => {
      const pool = await EntropyPool.auto({ sources: "fast", ...options });
      const { state } = pool.status().calibration;
      await pool.close();
      return state;
    };
    assert.equal(await calibration({}), "none");
    assert.equal(await calibration({ uncalibrated: true }), "ignored");
    await assert.rejects(calibration({ requireCalibration: true }), (error: unknown) => {
      assert.ok(error instanceof InputError, String(error));
      assert.deepEqual(error.hints, ["'esoteric-entropy calibrate' makes one"]);
      return true;
    });
    await assert.rejects(calibration({ uncalibrated: true, requireCalibration: true }), TypeError);
  },

  async "familyShare: two families behind every block"({ EntropyPool }) {
    const pool = await EntropyPool.auto({ sources: "fast", familyShare: 0.5, timeoutMs: 60_000 });
    assert.equal((await pool.randomBytes(64)).length, 64);
    const { families, ledger, extractedBytes, readyBytes } = pool.status();
    const blocks = (extractedBytes + readyBytes) / 32;
    const others = ledger.spentBits - families[0]!.spentBits;
    // Of each block's 320 bits half come from others; where none could deliver in time, it took 640.
    assert.ok(
      (2 * others + ledger.spentBits) / 320 > 2 * blocks - 0.01,
      JSON.stringify([families, ledger, blocks]),
    );
    await pool.close();
    for (const familyShare of [0.4, 1.1, Number.NaN, "half" as never]) {
      await assert.rejects(EntropyPool.auto({ familyShare }), RangeError);
    }
  },

  async "drbg mode: in bulk"(library) {
    const pool = await library.EntropyPool.auto({ sources: "fast", mode: "drbg" });
    const bytes = await pool.randomBytes(3_000_000);
    assert.equal(bytes.length, 3_000_000);
    assert.equal(blocks(bytes).size, 187_500);
    await pool.close();
  },

  async "getRandomValues: every array of integers, filled in place"(library) {
    const pool = await open(library);
    for (const array of [
      new Int8Array(64),
      new Uint8Array(64),
      new Uint8ClampedArray(64),
      new Int16Array(32),
      new Uint16Array(32),
      new Int32Array(16),
      new Uint32Array(16),
      new BigInt64Array(8),
      new BigUint64Array(8),
      Buffer.alloc(64),
    ]) {
      assert.equal(pool.getRandomValues(array), array);
      const bytes = new Uint8Array(array.buffer, array.byteOffset, 64);
      // 16 given bytes are all zero once in 2¹²⁸.
      for (const at of [0, 16, 32, 48]) assert.ok(bytes.subarray(at, at + 16).some((byte) => byte !== 0));
    }
    const whole = new Uint8Array(48);
    pool.getRandomValues(whole.subarray(16, 32));
    assert.ok([...whole.subarray(0, 16), ...whole.subarray(32)].every((byte) => byte === 0));
    assert.equal(pool.getRandomValues(new Uint8Array(0)).length, 0);
    await pool.close();
  },

  async "getRandomValues: refuses as Web Cryptography does"(library) {
    const pool = await open(library);
    assert.equal(pool.getRandomValues(new Uint8Array(65_536)).length, 65_536);
    for (const array of [new Uint8Array(65_537), new BigUint64Array(8_193)]) {
      assert.throws(() => pool.getRandomValues(array), { name: "QuotaExceededError" });
    }
    for (const array of [
      new Float64Array(1),
      new Float32Array(1),
      new DataView(new ArrayBuffer(8)),
      [0],
      null,
      3,
    ]) {
      assert.throws(() => pool.getRandomValues(array as never), { name: "TypeMismatchError" });
    }
    await pool.close();
  },

  async "getRandomValues: megabytes without a pause"(library) {
    const pool = await open(library);
    const bytes = new Uint8Array(5 * 2 ** 20);
    for (let at = 0; at < bytes.length; at += 65_536) pool.getRandomValues(bytes.subarray(at, at + 65_536));
    assert.equal(blocks(bytes).size, bytes.length / 16);
    await pool.close();
  },

  async "EsotericRandom over a pool"(library) {
    const pool = await open(library);
    const rng = new library.EsotericRandom(pool);
    assert.ok(rng.random(1_000).every((x) => x >= 0 && x < 1));
    assert.ok(rng.integers(1, 7, 1_000).every((x) => Number.isInteger(x) && x >= 1 && x <= 6));
    assert.ok(rng.normal(0, 1, 1_000).every(Number.isFinite));
    assert.ok(rng.exponential(1, 1_000).every((x) => x >= 0));
    assert.deepEqual(rng.shuffle([1, 2, 3, 4, 5]).sort(), [1, 2, 3, 4, 5]);
    assert.equal(
      new Set(
        rng.sample(
          Array.from({ length: 100 }, (_, i) => i),
          30,
        ),
      ).size,
      30,
    );
    assert.equal(rng.choice(["a", "b"], 3).length, 3);
    assert.match(rng.uuid(), /^[0-9a-f-]{36}$/);
    assert.equal(rng.bytes(100_000).length, 100_000);
    assert.equal(typeof rng.integers(0n, 10n ** 40n), "bigint");
    await pool.close();
    // Bytes fetched before may still be used up.
    assert.throws(() => rng.random(10_000), library.PoolClosedError);
  },

  async "status and health report: plain data that agree"(library) {
    const pool = await open(library);
    await pool.randomBytes(2_000);
    const status = pool.status();
    const report = pool.healthReport();
    for (const value of [status, report]) assert.deepEqual(JSON.parse(JSON.stringify(value)), value);
    assert.equal(report.healthy, true);
    assert.ok(report.states.healthy >= 1);
    assert.deepEqual(report.sources.map(({ id }) => id).sort(), status.sources.map(({ id }) => id).sort());
    assert.ok(status.extractedBytes >= 2_000);
    assert.ok(report.creditedBits >= 8 * 1.25 * 2_000);
    assert.ok("ABC".includes(report.grade));
    await pool.close();
  },

  async "sources: what they are and whether this machine can run them"(library) {
    const { sources } = library;
    assert.ok(sources.length > 30);
    assert.ok(sources.some(({ info }) => info.id === "dram_row_buffer" && info.family === "memory"));
    const found = await Promise.all(sources.map((source) => source.availability()));
    assert.ok(found.some(({ ok }) => ok));
    for (const each of found) assert.ok(each.ok || each.reason.length > 3);
  },

  async "a list of sources that names nothing, and options that are none, are refused"(library) {
    const { EntropyPool, UsageError } = library;
    await assert.rejects(EntropyPool.auto({ sources: "dram_row_bufer" }), (error: unknown) => {
      assert.ok(error instanceof UsageError);
      assert.equal(error.code, "usage");
      assert.match(error.hints.join(), /did you mean 'dram_row_buffer'/);
      return true;
    });
    await assert.rejects(EntropyPool.auto({ sources: "" }), UsageError);
    await assert.rejects(EntropyPool.auto({ mode: "noise" as never }), TypeError);
    for (const timeoutMs of [0, -1, Number.NaN, 2 ** 31]) {
      await assert.rejects(EntropyPool.auto({ timeoutMs }), RangeError);
    }
  },

  async "sources that claim nothing open no pool"(library) {
    const { EntropyPool, EntropyError, InsufficientEntropyError, sources } = library;
    const able = await Promise.all(sources.map(async (source) => (await source.availability()).ok));
    const idle = sources.filter(({ info }, i) => able[i] && info.claim === 0 && info.effects.length === 0);
    const list = idle.map(({ info }) => info.id).join(",");
    if (list === "") return; // this machine has none
    await assert.rejects(EntropyPool.auto({ sources: list, timeoutMs: 300 }), (error: unknown) => {
      assert.ok(error instanceof InsufficientEntropyError && error instanceof EntropyError);
      assert.equal(error.code, "insufficient-entropy");
      return true;
    });
  },

  async "a source that fails is told of"(library) {
    const { sources } = library;
    const able = await Promise.all(sources.map(async (source) => (await source.availability()).ok));
    const absent = sources.find((_, i) => !able[i]);
    if (!absent) return; // this machine can run them all
    const { id } = absent.info;
    const pool = await library.EntropyPool.auto({ sources: `fast,${id}` });
    const state = () => pool.healthReport().sources.find((source) => source.id === id)?.state;
    if (state() === "unavailable") return await pool.close(); // before anybody could listen
    const told = new Promise<string>((resolve) => pool.on("source-failed", (failure) => resolve(failure.id)));
    const silent = () => assert.fail("it was taken away");
    pool.on("source-failed", silent).off("source-failed", silent);
    let heard = false;
    void told.then(() => {
      heard = true;
    });
    // A source that earns nothing gets its first turn late.
    while (!heard) await pool.randomBytes(20_000);
    assert.equal(await told, id);
    assert.equal(state(), "unavailable");
    assert.throws(() => pool.on("error" as never, () => {}), TypeError);
    await pool.close();
  },

  async "closing fails who waits and whoever comes later"(library) {
    const { PoolClosedError } = library;
    const pool = await open(library);
    const waiting = assert.rejects(pool.randomBytes(50_000_000), PoolClosedError);
    await pool.close();
    await waiting;
    await pool.close();
    await pool[Symbol.asyncDispose]();
    await assert.rejects(pool.randomBytes(1), PoolClosedError);
    assert.throws(() => pool.getRandomValues(new Uint8Array(1)), PoolClosedError);
    assert.throws(() => pool.status(), PoolClosedError);
    assert.throws(() => pool.healthReport(), PoolClosedError);
  },

  async "several pools side by side share nothing"(library) {
    const pools = await Promise.all([open(library), open(library)]);
    const bytes = await Promise.all(pools.map((pool) => pool.randomBytes(32)));
    const values = pools.map((pool) => pool.getRandomValues(new Uint8Array(32)));
    assert.equal(new Set([...bytes, ...values].map(hex)).size, 4);
    await Promise.all(pools.map((pool) => pool.close()));
  },

  async "the battery and the assessment"({ runBattery, assess }) {
    const zeros = runBattery(new Uint8Array(10_000));
    const tests = zeros.results.map(({ test }) => test);
    assert.ok(tests.includes("monobit") && tests.includes("mean-variance"));
    assert.equal(new Set(tests).size, tests.length);
    assert.equal(zeros.quality.grade, "F");
    assert.throws(() => runBattery("data" as never), TypeError);
    const alternating = Uint8Array.from({ length: 20_000 }, (_, i) => i % 2);
    assert.ok(assess(alternating, 1).minEntropy < 0.01);
    assert.throws(() => assess(Uint8Array.of(2), 1), RangeError);
  },
};
