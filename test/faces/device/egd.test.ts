/** The socket on fake noise, with real clients. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError, InsufficientEntropyError } from "../../../src/errors.ts";
import { MOST_CLIENTS, serveEgd } from "../../../src/faces/device/egd.ts";
import type { OpenPool } from "../../../src/pool/open.ts";
import type { RbgMode } from "../../../src/rbg/generator.ts";
import { EgdClient } from "../../support/egd-client.ts";
import { openFakePool } from "../../support/fake-pool.ts";
import { fakeNoise, fakeSource } from "../../support/fake-thread.ts";
import { turn } from "../../support/fifo-reader.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "egd-"));
  path = join(folder, "s");
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Circumstances {
  readonly mode?: RbgMode;
  readonly modeBits?: number;
  /** Its sources always say the same. */
  readonly isStuck?: boolean;
  readonly isAbsent?: boolean;
}

/** A server at work. Disposing stops it, and sees to it that it leaves nothing behind. */
class Running implements AsyncDisposable {
  readonly open: OpenPool;
  readonly ended: Promise<unknown>;
  readonly stop = new AbortController();
  readonly warnings: string[] = [];
  /** Notices that are shown now. */
  notices = 0;
  readonly isListening = Promise.withResolvers<void>();

  constructor({ mode = "full", modeBits = 0o600, isStuck = false, isAbsent = false }: Circumstances = {}) {
    const families = { a: "clock", b: "memory" } as const;
    const sources = Object.entries(families).map(([id, family], index) => {
      const source = fakeSource({ id, family }, isStuck ? () => 5 : fakeNoise(index));
      if (isAbsent) source.unavailable = "there is none";
      return source;
    });
    this.open = openFakePool(sources);
    const deps = {
      pool: this.open.pool,
      generator: this.open[mode],
      notice: () => {
        this.notices += 1;
        return {
          [Symbol.dispose]: () => {
            this.notices -= 1;
          },
        };
      },
      warn: (text: string) => void this.warnings.push(text),
      onListening: () => this.isListening.resolve(),
      onServing() {},
    };
    this.ended = serveEgd({ path, mode: modeBits }, deps, this.stop.signal).catch((error: unknown) => error);
  }

  /** Connects, once there is a socket. */
  async client(): Promise<EgdClient> {
    await Promise.race([this.isListening.promise, this.ended]);
    return EgdClient.connect(path);
  }

  /** Connects, once the generator has its seed and the pool is full. */
  async clientOfFull(): Promise<EgdClient> {
    const { pool } = this.open;
    const client = await this.client();
    await client.read(1);
    for (let { readyBytes, capacityBytes } = pool.status(); readyBytes < capacityBytes - 32; ) {
      await turn();
      ({ readyBytes, capacityBytes } = pool.status());
    }
    return client;
  }

  /** Stops all noise. */
  async silence(): Promise<void> {
    for (const { id } of this.open.infos) this.open.pool.pause(id);
    await turns();
  }

  /** Stops all noise, and has the client take what is ready. */
  async dry(client: EgdClient): Promise<void> {
    await this.silence();
    while ((await client.readReady(255)).length > 0);
  }

  /** Lets the noise go on. */
  goOn(): void {
    for (const { id } of this.open.infos) this.open.pool.resume(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const reason = new Error("stopped");
    this.stop.abort(reason);
    expect(await this.ended).toBe(reason);
    this.open.close();
    expect(readdirSync(folder).filter((name) => name.startsWith("s"))).toEqual([]);
  }
}

/** True if any 12 bytes in a row occur twice. By chance, in 100,000 random bytes: below 2⁻⁶². */
function repeats(bytes: Buffer): boolean {
  const seen = new Set<string>();
  for (let i = 0; i + 12 <= bytes.length; i++) {
    const window = bytes.toString("latin1", i, i + 12);
    if (seen.has(window)) return true;
    seen.add(window);
  }
  return false;
}

/** Gives the server plenty of occasions to do what it should not. */
async function turns(count = 100): Promise<void> {
  for (let i = 0; i < count; i++) await turn();
}

describe("commands", () => {
  test("00: the level is that of full-entropy bytes that are ready, in bits", async () => {
    await using running = new Running();
    using client = await running.clientOfFull();
    await running.silence();
    const { readyBytes } = running.open.pool.status();
    expect(await client.level()).toBe(8 * readyBytes);
    await client.read(64);
    expect(await client.level()).toBe(8 * running.open.pool.status().readyBytes);
    expect(running.open.pool.status().readyBytes).toBeLessThan(readyBytes);
  });

  test("01: as many bytes as are there, however many are asked for, and then none, at once", async () => {
    await using running = new Running();
    using client = await running.clientOfFull();
    await running.silence();
    const readyBytes = (await client.level()) / 8;
    const pieces: Buffer[] = [];
    for (let length = 255; length > 0; ) {
      pieces.push(await client.readReady(255));
      length = pieces.at(-1)!.length;
    }
    // Where there is room, one more block is made of what was paid for already.
    const extraBytes = Buffer.concat(pieces).length - readyBytes;
    expect([0, 32]).toContain(extraBytes);
    expect([await client.level(), (await client.readReady(1)).length]).toEqual([0, 0]);
    expect((await client.readReady(0)).length).toBe(0);
  });

  test("01 and 00 before the generator has its seed: nothing is there", async () => {
    await using running = new Running({ isStuck: true });
    using client = await running.client();
    expect([await client.level(), (await client.readReady(255)).length]).toEqual([0, 0]);
  });

  for (const mode of ["full", "drbg"] as const) {
    test(`02 in ${mode} mode: each number of bytes, and none twice`, async () => {
      await using running = new Running({ mode });
      using client = await running.client();
      const pieces: Buffer[] = [];
      for (let n = 0; n < 256; n++) pieces.push(await client.read(n));
      expect(pieces.map(({ length }) => length)).toEqual(Array.from({ length: 256 }, (_, n) => n));
      expect(repeats(Buffer.concat(pieces))).toBe(false);
    });
  }

  test("01 in drbg mode: all that is asked for, once there is a seed", async () => {
    await using running = new Running({ mode: "drbg" });
    using client = await running.clientOfFull();
    await running.silence();
    const pieces: Buffer[] = [];
    for (let i = 0; i < 100; i++) pieces.push(await client.readReady(255));
    expect(pieces.every(({ length }) => length === 255)).toBe(true);
    expect(repeats(Buffer.concat(pieces))).toBe(false);
  });

  test("02 waits for entropy, and gets it in order; 00 and 01 of others do not wait", async () => {
    await using running = new Running();
    using first = await running.clientOfFull();
    using second = await EgdClient.connect(path);
    await running.dry(first);
    const order: string[] = [];
    const reads = [
      first.read(255).then(() => order.push("first")),
      second.read(1).then(() => order.push("second")),
    ];
    await turns();
    expect([order, running.notices]).toEqual([[], 1]);
    using third = await EgdClient.connect(path);
    expect([await third.level(), (await third.readReady(9)).length]).toEqual([0, 0]);
    running.goOn();
    await Promise.all(reads);
    expect([order, running.notices]).toEqual([["first", "second"], 0]);
  });

  test("03: what a client brings is read and counts for nothing", async () => {
    await using running = new Running();
    using client = await running.clientOfFull();
    await running.silence();
    const level = await client.level();
    const { creditedBits } = running.open.pool.status().ledger;
    client.say(3, 255, 255, 255, ...new Uint8Array(255).fill(4));
    expect(await client.level()).toBe(level);
    client.say(3, 0, 0, 0);
    expect(await client.pid()).toBe(`${process.pid}`);
    expect(running.open.pool.status().ledger.creditedBits).toBe(creditedBits);
  });

  test("04: the process id", async () => {
    await using running = new Running();
    using client = await running.client();
    expect(await client.pid()).toBe(`${process.pid}`);
  });

  test("an unknown one ends the connection, after the answers to those before", async () => {
    await using running = new Running();
    using client = await running.client();
    client.say(4, 5);
    expect((await client.hearAll()).toString("latin1")).toEndWith(`${process.pid}`);
    using other = await running.client();
    expect(await other.pid()).toBe(`${process.pid}`);
  });

  test("a client that says no more gets its answers", async () => {
    await using running = new Running();
    using client = await running.client();
    client.say(2, 200, 2, 100, 4, 2);
    client.end();
    expect((await client.hearAll()).length).toBe(301 + `${process.pid}`.length);
  });
});

describe("clients", () => {
  test("two hundred at a time share the bytes, and none gets another's", async () => {
    await using running = new Running();
    const clients = await Promise.all(Array.from({ length: 200 }, () => running.client()));
    const pieces = await Promise.all(
      clients.map(async (client, index) => {
        const bytes = 1 + (index % 255);
        client.say(2, bytes, 2, bytes);
        return client.hear(2 * bytes);
      }),
    );
    for (const client of clients) client[Symbol.dispose]();
    expect(repeats(Buffer.concat(pieces))).toBe(false);
  });

  test("a flood of commands does not keep others waiting, nor is it all taken in", async () => {
    await using running = new Running();
    using flood = await running.clientOfFull();
    flood.socket.pause();
    // Answers that nobody takes: 4 bytes each, far more than any queue of the kernel's holds.
    const flooded = flood.socket.write(new Uint8Array(16 << 20));
    expect(flooded).toBe(false);
    using other = await running.client();
    for (let i = 0; i < 50; i++) expect((await other.read(20)).length).toBe(20);
    await turns();
    // The client's own queue holds what the server has not taken.
    expect(flood.socket.writableLength).toBeGreaterThan(8 << 20);
  });

  test("one that never reads gets no more than the kernel keeps for it, and the others get the rest", async () => {
    await using running = new Running();
    using greedy = await running.clientOfFull();
    greedy.socket.pause();
    for (let i = 0; i < 4_000; i++) greedy.say(2, 255);
    let extracted = -1;
    for (let before = -2; before !== extracted; ) {
      before = extracted;
      await turns();
      extracted = running.open.pool.status().extractedBytes;
    }
    expect(extracted).toBeLessThan(1_000_000);
    using other = await running.client();
    expect((await other.read(255)).length).toBe(255);
  });

  test("killed ones, whose requests wait, are forgotten, and the others go on", async () => {
    await using running = new Running();
    using witness = await running.clientOfFull();
    await running.dry(witness);
    const victims = await Promise.all(Array.from({ length: 20 }, () => running.client()));
    for (const victim of victims) victim.say(2, 255, 2, 255, 1);
    await turns();
    for (const victim of victims) victim[Symbol.dispose]();
    running.goOn();
    const pieces = await Promise.all(
      Array.from({ length: 40 }, () => running.client().then((c) => c.read(255))),
    );
    expect(repeats(Buffer.concat(pieces))).toBe(false);
  });

  test("more than there may be are turned away, and let in again later", async () => {
    await using running = new Running();
    const clients = await Promise.all(Array.from({ length: MOST_CLIENTS }, () => running.client()));
    for (const client of clients) expect(await client.pid()).toBe(`${process.pid}`);
    for (let i = 0; i < 3; i++) {
      using late = await running.client();
      expect((await late.hearAll()).length).toBe(0);
    }
    expect(running.warnings).toEqual([expect.stringContaining(`${MOST_CLIENTS} clients`)]);
    for (const client of clients) client[Symbol.dispose]();
    for (let isIn = false; !isIn; ) {
      using client = await running.client();
      isIn = await client.pid().then(
        () => true,
        () => false,
      );
    }
  });

  test("that have asked and gone give way to others, and their requests are withdrawn", async () => {
    await using running = new Running();
    const witness = await running.clientOfFull();
    await running.dry(witness);
    witness[Symbol.dispose]();
    const gone = await Promise.all(Array.from({ length: MOST_CLIENTS }, () => running.client()));
    for (let request = 0; request < 2; request++) {
      for (const client of gone) client.say(2, 255);
      await turns();
    }
    for (const client of gone) client[Symbol.dispose]();
    await turns();
    const others = await Promise.all(Array.from({ length: MOST_CLIENTS }, () => running.client()));
    for (const client of others) expect(await client.pid()).toBe(`${process.pid}`);
    expect(running.warnings).toEqual([]);
    const { extractedBytes } = running.open.pool.status();
    running.goOn();
    await others[0]!.read(1);
    // Those before it asked for 255 each.
    expect(running.open.pool.status().extractedBytes).toBeLessThan(extractedBytes + 255);
    for (const client of others) client[Symbol.dispose]();
  });

  test("that say no more keep their places while there is room, and the first of them gives way", async () => {
    await using running = new Running({ isStuck: true });
    const quiet = [await running.client(), await running.client()];
    for (const client of quiet) {
      client.say(2, 255);
      client.end();
    }
    const others = await Promise.all(Array.from({ length: MOST_CLIENTS - 2 }, () => running.client()));
    for (const client of others) expect(await client.pid()).toBe(`${process.pid}`);
    expect(quiet.map(({ isOver }) => isOver)).toEqual([false, false]);
    using late = await running.client();
    expect(await late.pid()).toBe(`${process.pid}`);
    expect((await quiet[0]!.hearAll()).length).toBe(0);
    expect(quiet[1]!.isOver).toBe(false);
    for (const client of [...quiet, ...others]) client[Symbol.dispose]();
  });

  test("that have a half of a command, or wait, do not keep it from ending", async () => {
    const running = new Running({ isStuck: true });
    using half = await running.client();
    half.say(3, 0);
    using waiting = await running.client();
    waiting.say(2, 255);
    await turns(10);
    await running[Symbol.asyncDispose]();
    expect([(await half.hearAll()).length, (await waiting.hearAll()).length]).toEqual([0, 0]);
  });

  test("when no source can ever deliver it ends, and so do they", async () => {
    const running = new Running({ isAbsent: true });
    expect(await running.ended).toBeInstanceOf(InsufficientEntropyError);
    expect(existsSync(path)).toBe(false);
    running.open.close();
  });
});

describe("the path", () => {
  test("gets a socket with the mode asked for, whatever the umask", async () => {
    const before = process.umask();
    try {
      for (const umask of [0o000, 0o077]) {
        for (const modeBits of [0o600, 0o660, 0o666]) {
          process.umask(umask);
          await using running = new Running({ modeBits });
          await running.isListening.promise;
          expect([lstatSync(path).isSocket(), lstatSync(path).mode & 0o777]).toEqual([true, modeBits]);
        }
      }
    } finally {
      process.umask(before);
    }
  });

  test("at which another program listens is left alone", async () => {
    await using running = new Running();
    using client = await running.client();
    const other = new Running();
    expect((await other.ended) as InputError).toMatchObject({
      message: `${path}: another program listens there`,
    });
    other.open.close();
    expect(await client.pid()).toBe(`${process.pid}`);
  });

  test("at which a killed program has left a socket is used", async () => {
    const script = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => console.log("here"))`;
    const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
    await child.stdout.getReader().read();
    child.kill("SIGKILL");
    await child.exited;
    expect(lstatSync(path).isSocket()).toBe(true);
    await using running = new Running();
    using client = await running.client();
    expect(await client.pid()).toBe(`${process.pid}`);
  });

  test("at which there is something else, or cannot be anything, is named with the reason", async () => {
    writeFileSync(path, "mine");
    symlinkSync(path, join(folder, "link"));
    const words: readonly (readonly [at: string, words: string])[] = [
      [path, "exists and is not a socket"],
      [join(folder, "link"), "exists and is not a socket"],
      [join(folder, "x".repeat(104)), "the path of a socket has at most 103 bytes"],
      [join(folder, "no", "such"), "there is no such folder"],
    ];
    for (const [at, said] of words) {
      path = at;
      const running = new Running();
      const failure = await running.ended;
      running.open.close();
      expect(failure).toBeInstanceOf(InputError);
      expect((failure as InputError).message).toContain(said);
    }
    expect(lstatSync(join(folder, "s")).isFile()).toBe(true);
  });
});
