import { describe, expect, test } from "bun:test";
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { loadLibrary } from "../../ffi/index.ts";
import { NativeError } from "../../src/errors.ts";
import { Secrets, secretsOf } from "../../src/platform/secrets.ts";
import { openPool } from "../../src/pool/open.ts";
import { Reservoir } from "../../src/pool/reservoir.ts";
import { ORDINARY_MEMORY } from "../../src/rbg/ctr-drbg.ts";
import { fakeHost } from "../support/fake-host.ts";
import { FakeSystem } from "../support/fake-system.ts";
import { FakeThread, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { keystream } from "../support/keystream.ts";
import { seeded } from "../support/secret-holder.ts";

const HOLDER = join(import.meta.dirname, "..", "support", "secret-holder.ts");
const SEED = keystream(64, 77);

interface Holder extends AsyncDisposable {
  readonly pid: number;
  readonly said: Record<string, unknown>;
}

/** Starts a process that holds the state of a DRBG. */
async function holder(where: "locked" | "ordinary", limit?: string): Promise<Holder> {
  const command = [process.execPath, HOLDER, where, SEED.toHex()];
  const child = Bun.spawn(
    limit === undefined ? command : ["sh", "-c", `ulimit -l ${limit}; exec "$@"`, "sh", ...command],
    { stdin: "pipe", stdout: "pipe", stderr: "inherit" },
  );
  const { value } = await child.stdout.getReader().read();
  if (value === undefined) throw new Error(`the holder ended with ${await child.exited}`);
  return {
    pid: child.pid,
    said: JSON.parse(Buffer.from(value).toString()),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      expect(await child.exited).toBe(0);
    },
  };
}

interface Mapping {
  readonly start: number;
  readonly end: number;
  readonly readable: boolean;
  readonly residentKiB: number;
  readonly flags: readonly string[];
}

function mappingsOf(pid: number): Mapping[] {
  const mappings: Mapping[] = [];
  let now: { -readonly [K in keyof Mapping]: Mapping[K] } | undefined;
  for (const line of readFileSync(`/proc/${pid}/smaps`, "latin1").split("\n")) {
    const [, start, end, mode] = /^([0-9a-f]+)-([0-9a-f]+) (\S+)/.exec(line) ?? [];
    if (start !== undefined) {
      const readable = mode!.startsWith("r") && !line.endsWith("[vvar]") && !line.endsWith("[vsyscall]");
      now = {
        start: Number.parseInt(start, 16),
        end: Number.parseInt(end!, 16),
        readable,
        residentKiB: 0,
        flags: [],
      };
      mappings.push(now);
    }
    if (now && line.startsWith("Rss:")) now.residentKiB = Number.parseInt(line.slice(4), 10);
    if (now && line.startsWith("VmFlags:")) now.flags = line.slice(8).trim().split(" ");
  }
  return mappings;
}

const PIECE = 1 << 20;

/** Finds the mappings of another process that hold these bytes. */
function holding(pid: number, secret: Uint8Array): Mapping[] {
  const memory = openSync(`/proc/${pid}/mem`, "r");
  const piece = Buffer.alloc(PIECE);
  const needle = Buffer.from(secret);
  try {
    return mappingsOf(pid).filter(({ start, end, readable, residentKiB }) => {
      if (!readable || residentKiB === 0) return false;
      for (let at = start; at < end; at += PIECE - needle.length) {
        try {
          const length = readSync(memory, piece, 0, Math.min(PIECE, end - at), at);
          if (piece.subarray(0, length).includes(needle)) return true;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "EIO") throw error;
        }
      }
      return false;
    });
  } finally {
    closeSync(memory);
  }
}

/** The key that a holder's DRBG has. */
function keyOfHolder(): Uint8Array {
  let state: Uint8Array | undefined;
  const memory = {
    take: (length: number) => {
      state = new Uint8Array(length);
      return state;
    },
    giveBack() {},
  };
  seeded(SEED, { memory });
  return state!.slice(0, 32);
}

/** A reason to skip aloud. */
function unfit(): string | undefined {
  if (process.platform !== "linux") return "only Linux shows a process's mappings in /proc";
  if (loadLibrary().drbgCipher === undefined)
    return "this processor has no AES instructions, and the runtime keeps keys itself";
  return undefined;
}

const reason = unfit();
if (reason) console.warn(`skip: memory of another process: ${reason}`);

describe.skipIf(reason !== undefined)("the DRBG's key in the memory of a process", () => {
  test("lies in locked memory that no core dump holds and no fork inherits, and nowhere else", async () => {
    await using held = await holder("locked");
    const found = holding(held.pid, keyOfHolder());
    expect(found.length).toBe(1);
    expect(found[0]!.flags).toEqual(expect.arrayContaining(["dd", "wf"]));
    // A container may allow no memory to be locked; then the status says so.
    expect(found[0]!.flags.includes("lo")).toBe(held.said["lockedBytes"] === 4_096);
    expect(held.said).toMatchObject({ notDumped: true, wipedOnFork: true });
    if (held.said["lockedBytes"] === 0) console.warn(`not locked here: ${held.said["reason"]}`);
  });

  test("is found in dumpable memory where it is kept as any array is", async () => {
    await using held = await holder("ordinary");
    const found = holding(held.pid, keyOfHolder());
    expect(found.some(({ flags }) => !flags.includes("dd"))).toBe(true);
  });

  test("with no memory that may be locked: it works on, and says why", async () => {
    await using held = await holder("locked", "0");
    expect(held.said).toMatchObject({
      lockedBytes: 0,
      unlockedBytes: 4_096,
      notDumped: true,
      wipedOnFork: true,
    });
    expect(held.said["text"]).toBe(
      "not locked 4 KiB, left out of core dumps, wiped in forks: mlock was refused, EPERM: 'ulimit -l' shows how much this user may lock",
    );
    const [found] = holding(held.pid, keyOfHolder());
    expect(found!.flags).toContain("dd");
    expect(found!.flags).not.toContain("lo");
  });
});

describe("Secrets", () => {
  const secrets = new Secrets({ ok: true, library: loadLibrary() });

  test("lends zeroed memory, no byte of it twice at a time, and lends it again", () => {
    const taken = [1, 48, 32, 129, 4_096, 5_000].map((length) => secrets.take(length));
    for (const [i, memory] of taken.entries()) {
      expect(memory.every((byte) => byte === 0)).toBe(true);
      memory.fill(i + 1);
    }
    for (const [i, memory] of taken.entries()) expect(memory.every((byte) => byte === i + 1)).toBe(true);
    const before = secrets.status();
    for (const memory of taken) secrets.giveBack(memory);
    for (const memory of taken) expect(memory.every((byte) => byte === 0)).toBe(true);
    const again = [48, 32, 129, 4_096, 5_000].map((length) => secrets.take(length));
    for (const memory of again) expect(memory.every((byte) => byte === 0)).toBe(true);
    expect(secrets.status()).toEqual(before);
    for (const memory of again) secrets.giveBack(memory);
  });

  test("what is too long to lock is ordinary memory, and said", () => {
    const long = secrets.take((1 << 18) + 1);
    expect(long.length).toBe((1 << 18) + 1);
    expect(secrets.status()).toMatchObject({ unlockedBytes: expect.any(Number), notDumped: false });
    expect(secrets.status().reason).toContain("256 KiB");
    secrets.giveBack(long);
    expect(secrets.status().notDumped).toBe(process.platform === "linux");
  });

  test("a refusal to lock is told as such, whatever else was not locked before", () => {
    let lock = 0;
    const library = {
      ...loadLibrary(),
      mapSecret: (bytes: number) => ({ memory: new Uint8Array(bytes), lock, dumps: 0, forks: 0 }),
    };
    const refused = new Secrets({ ok: true, library });
    refused.take((1 << 18) + 1);
    expect(refused.takeRefusal()).toBeUndefined();
    lock = -1;
    refused.take(4_096);
    expect(refused.takeRefusal()).toStartWith("mlock was refused, EPERM");
    expect(refused.takeRefusal()).toBeUndefined();
  });

  test("without the native library all is ordinary memory, and said", () => {
    const none = secretsOf({ ok: false, reason: "not built" });
    const memory = none.take(48);
    expect(none.status()).toMatchObject({
      lockedBytes: 0,
      unlockedBytes: 48,
      notDumped: false,
      wipedOnFork: false,
    });
    none.giveBack(memory);
    expect(none.status().unlockedBytes).toBe(0);
  });

  test("memory that cannot be mapped at all is an error", () => {
    const library = {
      ...loadLibrary(),
      mapSecret: () => {
        throw new NativeError("no memory");
      },
    };
    expect(() => new Secrets({ ok: true, library })).toThrow("no memory");
  });
});

describe("those who take it", () => {
  /** Counts what is lent, and looks at what comes back. */
  class Counted extends Secrets {
    lentOut = 0;
    constructor() {
      super({ ok: false, reason: "a test" });
    }
    override take(length: number): Uint8Array {
      this.lentOut += 1;
      return super.take(length);
    }
    override giveBack(memory: Uint8Array): void {
      this.lentOut -= 1;
      super.giveBack(memory);
      // Its next owner's.
      memory.fill(0x77);
    }
  }

  test("a pool gives everything back when it is closed, once, and touches nothing of it afterwards", async () => {
    const system = new FakeSystem();
    const counted = new Counted();
    system.secrets = counted;
    const sources = [
      fakeSource({ id: "a" }, fakeNoise(1)),
      fakeSource({ id: "b", family: "memory" }, fakeNoise(2)),
    ];
    const settings = { sources: "all", credit: new Map<string, number>(), uncalibrated: true };
    const deps = {
      sources,
      host: fakeHost(),
      startThread: () => new FakeThread(sources),
      warn: () => {},
      system,
    };
    const open = openPool(settings, deps);
    await open.full.fill(new Uint8Array(100));
    await open.drbg.fill(new Uint8Array(100));
    expect(counted.lentOut).toBe(5); // the reservoir, and of each DRBG its state and additional input
    system.copy();
    await open.drbg.fill(new Uint8Array(100));
    open.close();
    open.close();
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
    expect(counted.lentOut).toBe(0);
    expect(() => open.drbg.fillNow(new Uint8Array(1))).toThrow("this DRBG was uninstantiated");
  });

  test("a reservoir that was closed has no room and nothing to take", () => {
    const reservoir = new Reservoir(64, ORDINARY_MEMORY);
    reservoir.put(new Uint8Array(32).fill(1));
    reservoir.close();
    reservoir.close();
    expect(reservoir.isFull).toBe(true);
    expect(reservoir.take(new Uint8Array(32))).toBe(0);
    expect(reservoir.capacityBytes).toBe(64);
    expect(() => reservoir.put(new Uint8Array(32))).toThrow(RangeError);
  });

  test("the user is told once that the system refused", () => {
    let warned = 0;
    const sources = [fakeSource({ id: "a" }, fakeNoise(1))];
    const refusing = {
      ...loadLibrary(),
      mapSecret: (bytes: number) => ({ memory: new Uint8Array(bytes), lock: -1, dumps: 0, forks: 0 }),
    };
    const system = new FakeSystem();
    system.secrets = new Secrets({ ok: true, library: refusing });
    const warn = (text: string) => {
      if (text.includes("swapped out: mlock was refused, EPERM")) warned += 1;
    };
    const settings = { sources: "all", credit: new Map<string, number>(), uncalibrated: true };
    for (let i = 0; i < 3; i++) {
      openPool(settings, {
        sources,
        host: fakeHost(),
        startThread: () => new FakeThread(sources),
        warn,
        system,
      }).close();
    }
    expect(warned).toBe(1);
  });
});
