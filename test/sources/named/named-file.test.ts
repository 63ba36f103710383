/** Devices, FIFOs and files that the user has named. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SourceError } from "../../../src/errors.ts";
import { currentHost } from "../../../src/platform/index.ts";
import type { Source } from "../../../src/source.ts";
import { parseNamedFile } from "../../../src/sources/named/definitions.ts";
import { namedFile } from "../../../src/sources/named/named-file.ts";
import { fakeHost } from "../../support/fake-host.ts";
import { keystream } from "../../support/keystream.ts";
import { FifoWriter, PouringLine } from "../../support/pouring-line.ts";
import { noPseudoTerminal } from "../../support/pseudo-terminal.ts";
import { rejectionOf } from "../../support/rejection.ts";

const host = currentHost();
const never = new AbortController().signal;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-named-file-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const sourceAt = (path: string, silenceMs?: number) =>
  namedFile(parseNamedFile(`stick=${path}`, "--source-file"), silenceMs);

function fifo(name: string): string {
  const { exitCode } = Bun.spawnSync(["mkfifo", at(name)]);
  expect(exitCode).toBe(0);
  return at(name);
}

async function reasonOf(source: Source): Promise<string> {
  const state = await source.availability(host);
  return state.ok ? "available" : state.reason;
}

async function bytesOf(source: Source, count: number): Promise<number[]> {
  await using sampler = await source.open(host);
  const { samples } = await sampler.sample(count, never);
  return Array.from(samples, Number);
}

describe("a FIFO", () => {
  test("without a writer opens at once, waits, and says so when it has waited", async () => {
    await using sampler = await sourceAt(fifo("silent"), 30).open(host);
    const error = await rejectionOf(sampler.sample(1, never));
    expect(error).toBeInstanceOf(SourceError);
    expect(error.message).toContain("nothing came for 0.03 s: nobody may be writing to it");
  });

  test("gives the writer's bytes in order, and ends with it", async () => {
    const path = fifo("written");
    await using sampler = await sourceAt(path).open(host);
    {
      using writer = new FifoWriter(path);
      const first = sampler.sample(6, never);
      writer.write(Uint8Array.of(1, 2, 3));
      writer.write(Uint8Array.of(4, 5, 6, 7));
      expect((await first).samples).toEqual(BigUint64Array.of(1n, 2n, 3n, 4n, 5n, 6n));
    }
    const error = await rejectionOf(sampler.sample(2, never));
    expect(error.message).toContain("its writer has closed it");
  });

  test("an abort ends the wait, and a writer that comes later is heard", async () => {
    const path = fifo("aborted");
    await using sampler = await sourceAt(path).open(host);
    const abort = new AbortController();
    const waiting = sampler.sample(1, abort.signal);
    abort.abort(new Error("enough"));
    expect((await rejectionOf(waiting)).message).toBe("enough");
    using writer = new FifoWriter(path);
    writer.write(Uint8Array.of(9));
    expect((await sampler.sample(1, never)).samples).toEqual(BigUint64Array.of(9n));
  });
});

describe("a plain file", () => {
  test("is read once, over several openings, and never again", async () => {
    writeFileSync(
      at("plain"),
      Uint8Array.from({ length: 10 }, (_, i) => i),
    );
    const source = sourceAt(at("plain"));
    expect(source.info.notNoise).toBe("replay");
    expect(await bytesOf(source, 4)).toEqual([0, 1, 2, 3]);
    expect(await bytesOf(source, 6)).toEqual([4, 5, 6, 7, 8, 9]);
    expect(await reasonOf(source)).toContain("at its end, after 10 bytes");
    expect(await source.availability(host)).not.toHaveProperty("mayPass");
    expect((await rejectionOf(source.open(host))).message).toContain("at its end");
  });

  test("is read on by another thread, which has a copy of its definition", async () => {
    writeFileSync(at("threads"), "abcdef");
    const file = parseNamedFile(`stick=${at("threads")}`, "--source-file");
    expect(await bytesOf(namedFile(file), 2)).toEqual([97, 98]);
    expect(await bytesOf(namedFile(structuredClone(file)), 4)).toEqual([99, 100, 101, 102]);
  });

  test("that ends within a request says so", async () => {
    writeFileSync(at("short"), "abc");
    expect((await rejectionOf(bytesOf(sourceAt(at("short")), 4))).message).toContain("after 3 bytes");
  });

  test("in the place of a device is refused: whether it may be credited was decided before", async () => {
    const source = sourceAt(at("later"));
    expect(source.info).not.toHaveProperty("notNoise");
    writeFileSync(at("later"), "abc");
    expect(await reasonOf(source)).toContain("is a plain file now");
    rmSync(at("later"));
    symlinkSync("/dev/urandom", at("later"));
    expect(await reasonOf(source)).toContain("is the kernel's generator now");
  });
});

describe("what cannot be read", () => {
  test("is refused with the reason", async () => {
    mkdirSync(at("folder"));
    expect(await reasonOf(sourceAt(at("folder")))).toContain("it is a folder");
    expect(await reasonOf(sourceAt("/dev/tty"))).toMatch(/somebody types|no such device/);
    if (existsSync("/dev/hwrng"))
      expect(await reasonOf(sourceAt("/dev/hwrng"))).toContain("it is the source hwrng");
    const socket = createServer().listen(at("socket"));
    await new Promise((resolve) => socket.once("listening", resolve));
    expect(await reasonOf(sourceAt(at("socket")))).toContain("it is a socket");
    socket.close();
    writeFileSync(at("secret"), "x");
    chmodSync(at("secret"), 0);
    const isRoot = process.geteuid?.() === 0;
    if (!isRoot)
      expect((await rejectionOf(sourceAt(at("secret")).open(host))).message).toContain("may not read");
  });

  test("may come yet, where nothing is there", async () => {
    const state = await sourceAt(at("absent")).availability(host);
    expect(state).toMatchObject({ ok: false, mayPass: true });
    expect(await reasonOf(sourceAt(at("absent")))).toContain("no such device");
  });

  test("a device that gives nothing", async () => {
    expect((await rejectionOf(bytesOf(sourceAt("/dev/null"), 1))).message).toContain("it gives no bytes");
  });

  test("a speed of what has none is not lost in silence", async () => {
    expect((await rejectionOf(sourceAt("/dev/zero:9600").open(host))).message).toContain("no serial line");
  });

  test("no sign of a path reaches a terminal as it is", async () => {
    const source = sourceAt(at("\x1b[2J"));
    for (const text of [source.info.title, await reasonOf(source)]) expect(text).not.toContain("\x1b");
  });
});

describe.skipIf(noPseudoTerminal())("a serial line", () => {
  test("gives every byte as it was sent", async () => {
    let next = 0;
    using line = new PouringLine(at("line"), (count) => Uint8Array.from({ length: count }, () => next++));
    const bytes = await bytesOf(sourceAt(line.path), 3_000);
    expect(bytes).toEqual(bytes.map((_, i) => (bytes[0]! + i) % 256));
    const settings = line.settings();
    for (const word of [
      "-icanon",
      "-echo",
      "-isig",
      "-ixon",
      "-icrnl",
      "-istrip",
      "-parenb",
      "cs8",
      "-cstopb",
    ]) {
      expect(settings).toMatch(new RegExp(`(^|\\s)${word}(;|\\s)`));
    }
  });

  test("is set in spite of noise that interrupts, suspends and ends whoever has it for a terminal", async () => {
    using line = new PouringLine(at("signals"), (count) =>
      new Uint8Array(count).map((_, i) => [3, 26, 28, 4][i % 4]!),
    );
    expect(new Set(await bytesOf(sourceAt(line.path), 1_000))).toEqual(new Set([3, 26, 28, 4]));
  });

  test("at the speed that was asked for", async () => {
    using line = new PouringLine(at("speed"), (count) => keystream(count, 1));
    await bytesOf(sourceAt(`${line.path}:9600`), 10);
    expect(line.settings()).toContain("speed 9600 baud");
  });

  test("unplugged, it fails with the reason; plugged in again, it gives", async () => {
    using line = new PouringLine(at("plug"), (count) => keystream(count, 1));
    const source = sourceAt(line.path);
    {
      await using sampler = await source.open(host);
      await sampler.sample(100, never);
      line.unplug();
      // What was in the line's buffer may come before.
      const error = await rejectionOf(sampler.sample(100_000, never));
      expect(error.message).toMatch(/unplugged|gone/);
    }
    expect(await source.availability(host)).toMatchObject({ ok: false, mayPass: true });
    line.plugIn();
    expect(await bytesOf(source, 100)).toHaveLength(100);
  });

  test("where it cannot be set, it is not read", async () => {
    using line = new PouringLine(at("unset"), (count) => keystream(count, 1));
    const failing = fakeHost({ tools: { stty: { stderr: "stty: no\nmore", exitCode: 1 } } });
    const source = sourceAt(line.path);
    expect((await rejectionOf(source.open(failing))).message).toContain(
      "the line could not be set: stty: no",
    );
    expect((await rejectionOf(source.open(fakeHost()))).message).toContain("stty is needed");
  });
});
