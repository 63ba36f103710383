import { describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { closeSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { loadLibrary } from "../../ffi/index.ts";
import {
  ASLEEP_TOLERANCE_NS,
  CloneWatch,
  IDENTITY_WORDS,
  identityFromFiles,
  systemAround,
} from "../../src/platform/clone-watch.ts";
import { fakeHost } from "../support/fake-host.ts";
import { COMPILE_TIMEOUT_MS, hostLibrary } from "../support/native-builds.ts";

/** A machine whose words a test sets. */
class Words {
  readonly now = BigInt64Array.from({ length: IDENTITY_WORDS }, (_, i) =>
    BigInt(1_000_000_000_000 * (i + 1)),
  );
  readonly reasons: string[] = [];
  readonly watch = new CloneWatch((words) => words.set(new BigUint64Array(this.now.buffer)));

  constructor() {
    this.watch.onChange((reason) => this.reasons.push(reason));
  }

  add(word: number, difference: bigint): this {
    this.now[word]! += difference;
    this.watch.check();
    return this;
  }
}

describe("CloneWatch", () => {
  test("is silent while nothing changes", () => {
    const words = new Words();
    for (let i = 0; i < 100; i++) words.watch.check();
    expect(words.reasons).toEqual([]);
  });

  test.each([
    [0, 1n, "the process was forked"],
    [2, 1n << 40n, "the process goes on under another kernel"],
    [3, 1n, "the process goes on under another kernel"],
    [4, 1n, "the virtual machine was copied or restored from a snapshot"],
    [5, 1n << 33n, "the virtual machine was moved or restored from a snapshot"],
    [6, 1n, "the virtual machine was copied or restored from a snapshot"],
  ])(
    "tells a change of word %d once, in its low or high half, and a change back",
    (word, difference, reason) => {
      const words = new Words().add(word, difference);
      expect(words.reasons).toEqual([reason]);
      words.watch.check();
      expect(words.reasons.length).toBe(1);
      words.add(word, -difference);
      expect(words.reasons).toEqual([reason, reason]);
    },
  );

  test("allows the time asleep to be off by its tolerance, either way, and no more, however it creeps there", () => {
    const tolerance = BigInt(ASLEEP_TOLERANCE_NS);
    const words = new Words()
      .add(1, tolerance)
      .add(1, -2n * tolerance)
      .add(1, tolerance);
    expect(words.reasons).toEqual([]);
    expect(words.add(1, tolerance + 1n).reasons.length).toBe(1);
    expect(words.add(1, -tolerance - 1n).reasons.length).toBe(2);
    for (let step = 0; step < 10; step++) words.add(1, tolerance / 9n);
    expect(words.reasons.length).toBe(3);
  });

  test("knows a little below zero from a lot above", () => {
    const words = new Words();
    words.add(1, -words.now[1]!);
    expect(words.reasons.length).toBe(1);
    words.add(1, -10_000_000n).add(1, 20_000_000n);
    expect(words.reasons.length).toBe(1);
    expect(words.add(1, -220_000_000n).reasons.length).toBe(2);
  });

  test("tells all who listen, in the order they came", () => {
    const words = new Words();
    const heard: number[] = [];
    for (const i of [1, 2, 3]) words.watch.onChange(() => heard.push(i));
    words.add(0, 1n);
    expect(heard).toEqual([1, 2, 3]);
  });
});

const library = loadLibrary();

function identity(read = library): BigUint64Array {
  const words = new BigUint64Array(IDENTITY_WORDS);
  read.identity(words);
  return words;
}

describe("the identity that the system tells", () => {
  test("has the process, and the same boot however it is read", () => {
    const words = identity();
    expect(words[0]).toBe(BigInt(process.pid));
    expect(words[2]! | words[3]!).not.toBe(0n);
    if (process.platform !== "linux") return;
    const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").replaceAll("-", "").trim();
    const hex = (word: bigint) => word.toString(16).padStart(16, "0");
    expect(hex(words[2]!) + hex(words[3]!)).toBe(bootId);
    const read = new BigUint64Array(IDENTITY_WORDS);
    identityFromFiles(read);
    expect([read[0], read[2], read[3]]).toEqual([words[0], words[2], words[3]]);
  });

  test.each([
    ["with the native library", { native: { ok: true, library } } as const],
    ["without", fakeHost()],
  ])("%s: this process stays what it is, its random bytes do not", (_, host) => {
    const { clones, osRandom } = systemAround(host);
    const reasons: string[] = [];
    clones.onChange((reason) => reasons.push(reason));
    const seen = new Set<string>();
    for (let i = 0; i < 2_000; i++) {
      clones.check();
      const bytes = new Uint8Array(32);
      osRandom(bytes);
      seen.add(bytes.toHex());
    }
    expect(reasons).toEqual([]);
    expect(seen.size).toBe(2_000);
  });

  test("another process has another one", () => {
    const script = `
      import { loadLibrary } from "./ffi/index.ts";
      const words = new BigUint64Array(${IDENTITY_WORDS});
      loadLibrary().identity(words);
      console.log(words[0] + " " + words[2]);`;
    const [pid, boot] = execFileSync(process.execPath, ["-e", script], { encoding: "utf8" })
      .trim()
      .split(" ");
    expect(pid).not.toBe(String(process.pid));
    expect(boot).toBe(String(identity()[2]));
  });

  test("asks for room for all words", () => {
    expect(() => library.identity(new BigUint64Array(IDENTITY_WORDS - 1))).toThrow("EINVAL");
  });
});

describe.skipIf(process.platform !== "linux")("a virtual machine's generation", () => {
  test(
    "is that of the VMClock device, if the hypervisor says that it counts it",
    async () => {
      const path = `/tmp/ee-vmclock-${process.pid}`;
      const page = new DataView(new ArrayBuffer(4_096));
      const file = openSync(path, "w");
      const write = () => writeSync(file, new Uint8Array(page.buffer), 0, 4_096, 0);
      try {
        page.setUint32(0, 0x4b4c4356, true);
        page.setUint16(8, 1, true);
        page.setBigUint64(16, 5n, true);
        page.setBigUint64(104, 7n, true);
        write();
        const native = loadLibrary({ path: await hostLibrary("EE_TEST_IDENTITY") });
        expect([...identity(native).slice(5)]).toEqual([5n, 0n]);
        page.setBigUint64(24, 1n << 8n, true);
        write();
        const { clones } = systemAround({ native: { ok: true, library: native } });
        const reasons: string[] = [];
        clones.onChange((reason) => reasons.push(reason));
        expect([...identity(native).slice(5)]).toEqual([5n, 7n]);
        page.setBigUint64(104, 8n, true);
        write();
        clones.check();
        clones.check();
        expect(reasons).toEqual(["the virtual machine was copied or restored from a snapshot"]);
      } finally {
        closeSync(file);
        unlinkSync(path);
      }
    },
    COMPILE_TIMEOUT_MS,
  );

  const device = "/sys/devices/virtual/mem/null/uevent";
  /** Has the kernel send an event with a field `SYNTH_ARG_<field>`. Returns false where this user, or this system, may not. */
  const sendEvent = (field: string) => {
    try {
      const file = openSync(device, "w");
      try {
        writeSync(file, `change 12345678-1234-1234-1234-123456789abc ${field}`);
      } finally {
        closeSync(file);
      }
      return true;
    } catch {
      return false;
    }
  };
  const mayListen = sendEvent("NOTHING=1");
  if (!mayListen)
    console.warn("skip: the kernel's events of a new generation: only root can have it send one");
  test.skipIf(!mayListen)(
    "counts the kernel's events that tell of a new one, and no others",
    async () => {
      const native = loadLibrary({ path: await hostLibrary("EE_TEST_IDENTITY") });
      const before = identity(native)[4]!;
      expect(sendEvent("OTHER=1")).toBe(true);
      expect(identity(native)[4]).toBe(before);
      expect(sendEvent("NEWVMGENID=1")).toBe(true);
      expect(identity(native)[4]).toBe(before + 1n);
      expect(identity(native)[4]).toBe(before + 1n);
      // The real library takes only the field of the driver itself, which no test can have the kernel send.
      const real = identity()[4]!;
      expect(sendEvent("NEWVMGENID=1")).toBe(true);
      expect(identity()[4]).toBe(real);
    },
    COMPILE_TIMEOUT_MS,
  );
});
