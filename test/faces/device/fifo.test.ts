/** Real FIFOs in a folder of their own. */
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadLibrary, type NativeLibrary } from "../../../ffi/index.ts";
import { InputError } from "../../../src/errors.ts";
import { Fifo, type FifoCalls } from "../../../src/faces/device/fifo.ts";
import { FifoReader, turn } from "../../support/fifo-reader.ts";
import { COMPILE_TIMEOUT_MS, hostLibrary } from "../../support/native-builds.ts";

const userId = process.geteuid!();
const never = new AbortController().signal;

let library: NativeLibrary;
let folder: string;
let path: string;

beforeAll(async () => {
  await hostLibrary();
  library = loadLibrary();
}, COMPILE_TIMEOUT_MS);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-fifo-"));
  path = join(folder, "fifo");
});

afterEach(() => rmSync(folder, { recursive: true }));

function open(
  options: { mode?: number; pipeBytes?: number; userId?: number } = {},
  calls: FifoCalls = library,
) {
  return Fifo.open({ path, mode: 0o600, pipeBytes: 4096, userId, ...options }, calls);
}

function refusal(options: { userId?: number } = {}, calls: FifoCalls = library): InputError {
  try {
    open(options, calls).close();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("it was opened");
}

const modeOf = (file: string) => lstatSync(file).mode & 0o7777;

describe("a path where there is nothing", () => {
  test("gets a FIFO with the mode asked for, whatever the umask, and loses it again", () => {
    const before = process.umask();
    try {
      for (const umask of [0o000, 0o022, 0o077]) {
        for (const mode of [0o600, 0o640, 0o666, 0o400]) {
          process.umask(umask);
          using fifo = open({ mode });
          expect([fifo.made, lstatSync(path).isFIFO(), modeOf(path)]).toEqual([true, true, mode]);
        }
        expect(existsSync(path)).toBe(false);
      }
    } finally {
      process.umask(before);
    }
  });

  test("that cannot be made is named, with the reason", () => {
    path = join(folder, "no", "such", "folder");
    expect(refusal().message).toBe(`cannot serve ${path}: there is no such folder`);
    path = join(folder, "x".repeat(300));
    expect(refusal().message).toBe(`cannot serve ${path}: the name is too long`);
  });

  test("is served by one program at a time; a lock is there as long, and is taken over from one that was killed", async () => {
    const module = new URL("../../../kit/files/file-lock.ts", import.meta.url).href;
    {
      using fifo = open();
      expect(readdirSync(folder).sort()).toEqual(["fifo", "fifo.lock"]);
      expect(refusal().message).toBe(`another program serves ${path}`);
      expect([fifo.made, lstatSync(path).isFIFO()]).toEqual([true, true]);
    }
    expect(readdirSync(folder)).toEqual([]);
    const script = `const { holdFile } = await import(${JSON.stringify(module)});
      globalThis.held = holdFile(${JSON.stringify(`${path}.lock`)});
      console.log("held");
      setInterval(() => {}, 1000);`;
    const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" });
    using _child = { [Symbol.dispose]: () => child.kill("SIGKILL") };
    await child.stdout.getReader().read();
    expect(refusal().message).toBe(`another program serves ${path}`);
    child.kill("SIGKILL");
    await child.exited;
    open().close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("what has taken the FIFO's name is not removed in its place", () => {
    {
      using _ = open();
      rmSync(path);
      writeFileSync(path, "mine");
    }
    expect(readFileSync(path, "utf8")).toBe("mine");
  });
});

describe("a FIFO that is there", () => {
  beforeEach(() => library.makeFifo(path, 0o600));

  test("is used as it is, and left", () => {
    chmodSync(path, 0o640);
    {
      using fifo = open({ mode: 0o666 });
      expect(fifo.made).toBe(false);
    }
    expect([lstatSync(path).isFIFO(), modeOf(path)]).toEqual([true, 0o640]);
  });

  test("loses what others have left in it", async () => {
    const other = openSync(path, constants.O_RDWR);
    writeSync(other, "not random at all");
    using fifo = open();
    await fifo.write(Buffer.from("fresh"), never);
    using reader = new FifoReader(path);
    expect(reader.readReady().toString()).toBe("fresh");
    closeSync(other);
  });

  test("is refused when it is another user's, who would read along", () => {
    // Root may change the owner; other users pretend to be somebody else.
    const asRoot = userId === 0;
    if (asRoot) chownSync(path, 12_345, -1);
    expect(refusal(asRoot ? {} : { userId: userId + 1 }).message).toContain("belongs to another user");
    expect(lstatSync(path).isFIFO()).toBe(true);
  });
});

describe("what is no FIFO is refused and left alone", () => {
  test("a file", () => {
    writeFileSync(path, "text");
    expect(refusal().message).toContain("is a file, not a FIFO");
    expect(readFileSync(path, "utf8")).toBe("text");
  });

  test("a folder, a device", () => {
    mkdirSync(path);
    expect(refusal().message).toContain("is a folder");
    path = "/dev/null";
    expect(refusal().message).toContain("is a device");
  });

  test("a socket", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    expect(refusal().message).toContain("is a socket");
    expect(statSync(path).isSocket()).toBe(true);
    server.close();
  });

  test("a symbolic link: to a FIFO, to a file, to nothing", () => {
    const target = join(folder, "target");
    symlinkSync(target, path);
    expect(refusal().message).toContain("is a symbolic link");
    expect(existsSync(target)).toBe(false);
    writeFileSync(target, "text");
    expect(refusal().message).toContain("is a symbolic link");
    expect(readFileSync(target, "utf8")).toBe("text");
    rmSync(target);
    library.makeFifo(target, 0o600);
    expect(refusal().message).toContain("is a symbolic link");
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
  });

  test("something that took the place of the FIFO just made", () => {
    const target = join(folder, "target");
    writeFileSync(target, "text");
    const makeFifo = () => symlinkSync(target, path);
    expect(refusal({}, { ...library, makeFifo }).message).toContain("is a symbolic link");
    expect([lstatSync(path).isSymbolicLink(), readFileSync(target, "utf8")]).toEqual([true, "text"]);
  });
});

describe("writing", () => {
  /** Tells if a promise is still pending after plenty of time for a write that need not wait. */
  async function waits(work: Promise<void>): Promise<boolean> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    work.then(settle, settle);
    for (let turns = 0; !settled && turns < 100; turns++) await turn();
    return !settled;
  }

  test("a reader that goes does not end it, and the next one finds what was left", async () => {
    using fifo = open();
    await fifo.write(Buffer.from("abcdef"), never);
    for (const expected of ["a", "bc", "def"]) {
      using reader = new FifoReader(path);
      expect((await reader.read(expected.length)).toString()).toBe(expected);
    }
    await fifo.write(Buffer.from("g"), never);
    using reader = new FifoReader(path);
    expect((await reader.read(1)).toString()).toBe("g");
  });

  for (const bytes of [4097, 300_000]) {
    test(`a write of ${bytes} bytes that waits ends when it is aborted`, async () => {
      const interrupt = new AbortController();
      using fifo = open();
      await fifo.write(new Uint8Array(4096), interrupt.signal);
      const writing = fifo.write(new Uint8Array(bytes), interrupt.signal);
      await waits(writing);
      const reason = new Error("interrupted");
      interrupt.abort(reason);
      expect(await writing.catch((error: unknown) => error)).toBe(reason);
      expect(await fifo.write(new Uint8Array(1), interrupt.signal).catch((error: unknown) => error)).toBe(
        reason,
      );
    });
  }

  const asked = [
    [4096, 4096],
    [5000, 4096],
    [16_384, 16_384],
  ] as const;
  test.skipIf(process.platform !== "linux")("the pipe holds what was said, and no more", async () => {
    for (const [pipeBytes, holds] of asked) {
      const interrupt = new AbortController();
      using fifo = open({ pipeBytes });
      for (let held = 0; held < holds; held += 512) await fifo.write(new Uint8Array(512), never);
      const further = fifo.write(new Uint8Array(512), interrupt.signal);
      expect(await waits(further)).toBe(true);
      interrupt.abort(new Error("enough"));
      await further.catch(() => {});
    }
  });
});
