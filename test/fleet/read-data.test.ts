/** Data by reference: from each kind of place, and from places that give other data, too few, none, or lead elsewhere. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { digestOf } from "#kit/fleet/job.ts";
import { InputError } from "../../src/errors.ts";
import { type DataPlaces, readData } from "../../src/fleet/read-data.ts";
import { placeIn, type Reference, referenceIn, STORE } from "../../src/fleet/reference.ts";
import { runProcess } from "../support/run-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const WHOLE = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 2_654_435_761) >>> 24);
const [OFFSET, LENGTH] = [1_000_003, 1_500_000];
const PART = WHOLE.subarray(OFFSET, OFFSET + LENGTH);
const signal = new AbortController().signal;

const folder = temporaryFolder("data");
const root = `${folder.path}/root`;
const objects = { get: async (digest: string) => (digest === digestOf(PART) ? PART : WHOLE) };
const places: DataPlaces = { roots: new Map([["corpus", root]]), objects };

/** A server of parts, by path. */
const answers: Record<string, (request: Request) => Response> = {
  "/parts": (request) => {
    const [, first, last] = /bytes=(\d+)-(\d+)/.exec(request.headers.get("range") ?? "")!;
    return new Response(WHOLE.slice(Number(first), Number(last) + 1), { status: 206 });
  },
  "/whole": () => new Response(WHOLE),
  "/gone": () => new Response("", { status: 404 }),
  "/busy": () => new Response("", { status: 503 }),
  "/elsewhere": () => new Response("", { status: 302, headers: { location: "/parts" } }),
  "/long": () => new Response(WHOLE, { status: 206 }),
  "/short": () => new Response(PART.slice(1), { status: 206 }),
  "/other": () => new Response(WHOLE.slice(0, LENGTH), { status: 206 }),
};
let server: Bun.Server<undefined>;

beforeAll(async () => {
  mkdirSync(`${root}/sub`, { recursive: true });
  writeFileSync(`${root}/sub/whole.bin`, WHOLE);
  writeFileSync(`${folder.path}/outside.bin`, WHOLE);
  symlinkSync("../outside.bin", `${root}/out`);
  symlinkSync("sub/whole.bin", `${root}/in`);
  expect((await runProcess(["mkfifo", `${root}/pipe`])).exitCode).toBe(0);
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => (answers[new URL(request.url).pathname] ?? answers["/gone"]!)(request),
  });
});

afterAll(async () => {
  await server.stop(true);
  folder[Symbol.dispose]();
});

function at(where: string, more: Partial<Reference> = {}): Promise<Uint8Array> {
  return readData({ sha256: digestOf(PART), where, offset: OFFSET, length: LENGTH, ...more }, places, signal);
}

describe("data", () => {
  test("come from the store, a root, and a web server, in memory that threads share", async () => {
    for (const where of [STORE, "file:corpus/sub/whole.bin", "file:corpus/in", `${server.url.href}parts`]) {
      const bytes = await at(where);
      expect(bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(Buffer.compare(bytes, PART)).toBe(0);
    }
    const whole = await at(`${server.url.href}whole`, {
      sha256: digestOf(WHOLE),
      offset: 0,
      length: WHOLE.length,
    });
    expect(Buffer.compare(whole, WHOLE)).toBe(0);
  });

  test("that are others are refused before anything is computed", async () => {
    for (const where of ["file:corpus/sub/whole.bin", `${server.url.href}parts`]) {
      await expect(at(where, { offset: OFFSET + 1 })).rejects.toThrow("are not those of the job");
    }
    await expect(at(`${server.url.href}other`)).rejects.toThrow("are not those of the job");
    await expect(at(STORE, { sha256: "ab".repeat(32) })).rejects.toThrow("gave 3000000 bytes");
  });

  test("that cannot be had are refused in words", async () => {
    for (const [where, said] of [
      ["file:other/x", "this worker has no root 'other'"],
      ["file:corpus/none", "it does not exist"],
      ["file:corpus/sub", "is no regular file"],
      ["file:corpus/pipe", "is no regular file"],
      ["file:corpus/out", "leads out of its root"],
      ["file:corpus/../outside.bin", "is no path below a root"],
      ["file:corpus//etc/passwd", "is no path below a root"],
      ["file:corpus/a\0b", "is no path below a root"],
      [`${server.url.href}gone`, "answers 404"],
      [`${server.url.href}elsewhere`, "answers 302"],
      [`${server.url.href}whole`, "answers 200"],
      [`${server.url.href}long`, "gave more than"],
      ["http://example.org/x", "would be read in the clear"],
      ["https://me:secret@example.org/x", "holds a name or a password"],
      ["ftp://example.org/x", "is no place of data"],
      ["/etc/passwd", "is no place of data"],
    ] as const) {
      const error = await at(where).catch((reason: unknown) => reason);
      expect(error, where).toBeInstanceOf(InputError);
      expect((error as Error).message, where).toContain(said);
      expect((error as Error).message).not.toContain("secret");
    }
    await expect(at("file:corpus/in", { offset: WHOLE.length - 10 })).rejects.toThrow(
      "ends after 3000000 bytes",
    );
    await expect(at(STORE, { length: 2 ** 28 + 1 })).rejects.toThrow("may have 268435456");
  });

  test("that may be had the next time are no refusal", async () => {
    for (const path of ["busy", "short"]) {
      const error = await at(`${server.url.href}${path}`).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(InputError);
    }
  });

  test("by a reference that is none are refused", () => {
    const good = { sha256: "0".repeat(64), where: STORE, offset: 0, length: 1 };
    expect(referenceIn(good)).toEqual(good);
    for (const bad of [
      null,
      5,
      {},
      { ...good, sha256: "0" },
      { ...good, offset: -1 },
      { ...good, length: 0.5 },
      { ...good, where: 5 },
    ]) {
      expect(() => referenceIn(bad)).toThrow("a job's reference is none");
    }
    expect(placeIn("s3://bucket/a/b")).toEqual({ kind: "s3", bucket: "bucket", key: "a/b" });
  });
});

describe("data in S3", () => {
  /** Reads in a process of its own, which has the keys in its environment as a worker has. */
  async function inS3(key: string, env: Record<string, string>) {
    const reference = { sha256: digestOf(PART), where: `s3://bucket/${key}`, offset: OFFSET, length: LENGTH };
    const script = `
      import { readData } from ${JSON.stringify(new URL("../../src/fleet/read-data.ts", import.meta.url).pathname)};
      const places = { roots: new Map(), objects: {} };
      const bytes = await readData(${JSON.stringify(reference)}, places, new AbortController().signal).catch((error) => error);
      console.log(bytes instanceof Error ? bytes.name + ": " + bytes.message : "read " + bytes.length);`;
    const child = Bun.spawn([process.execPath, "-e", script], {
      env: { PATH: process.env["PATH"], ...env },
      stdout: "pipe",
      stderr: "inherit",
    });
    return (await new Response(child.stdout).text()).trim();
  }

  test("are read by their part; what is not there, and keys that are missing, are refusals", async () => {
    using s3 = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch(request) {
        if (new URL(request.url).pathname !== "/bucket/there") {
          return new Response("<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>", {
            status: 404,
          });
        }
        return answers["/parts"]!(request);
      },
    });
    const keys = { S3_ACCESS_KEY_ID: "id", S3_SECRET_ACCESS_KEY: "secret", S3_ENDPOINT: s3.url.origin };
    expect(await inS3("there", keys)).toBe(`read ${LENGTH}`);
    expect(await inS3("none", keys)).toStartWith("InputError: s3://bucket/none");
    expect(await inS3("there", { S3_ENDPOINT: s3.url.origin })).toStartWith("InputError: s3://bucket/there");
  });
});
