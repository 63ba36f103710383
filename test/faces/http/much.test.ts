/** Those for whom much is made: that they keep nobody waiting, and what they cost. Over real connections where those matter. */
import { describe, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { PART_BYTES } from "../../../src/faces/http/random-answer.ts";
import { MAX_IN_PARTS } from "../../../src/faces/http/random-routes.ts";
import { type ListeningApp, listeningApp, type ServedApp, servedApp } from "../../support/served-app.ts";

const MEGABYTE = "/api/v1/bytes?n=1048576";

/** Counts the pieces of random bytes that are made, and these bytes. */
function counted(served: ServedApp): { pieces: number; bytes: number } {
  const made = { pieces: 0, bytes: 0 };
  const { random } = served;
  const [fill, fillNow] = [random.fill.bind(random), random.fillNow.bind(random)];
  const count = (out: Uint8Array) => {
    made.pieces += 1;
    made.bytes += out.length;
  };
  if (random.mode === "full") {
    random.fill = (out, options) => {
      count(out);
      return fill(out, options);
    };
  }
  // In drbg mode, all goes through here.
  random.fillNow = (out) => {
    count(out);
    return fillNow(out);
  };
  return made;
}

async function connected({ url }: ListeningApp): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.once("connect", resolve);
  });
  return socket.on("error", () => {}); // the server cuts off what is under way when it stops
}

function ask(socket: Socket, path: string): void {
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
}

/** Asks for /health on a connection that stands. */
async function health(socket: Socket): Promise<void> {
  const answered = new Promise((resolve) => socket.once("data", resolve));
  ask(socket, "/health");
  expect(String(await answered)).toStartWith("HTTP/1.1 200 ");
}

/** Resolves when each of them has got something. */
async function begun(sockets: readonly Socket[]): Promise<void> {
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once("data", resolve))));
}

describe("between a request and its answer at most eight pieces are made for all others together", () => {
  /** Asks often, and returns the most pieces that were made meanwhile. */
  async function mostPieces(served: ListeningApp, made: { readonly pieces: number }): Promise<number> {
    const socket = await connected(served);
    let most = 0;
    for (let i = 0; i < 50; i++) {
      const before = made.pieces;
      await health(socket);
      most = Math.max(most, made.pieces - before);
    }
    socket.destroy();
    return most;
  }

  for (const [name, reading, stalled] of [
    ["streams that are read", 8, 0],
    ["streams that are not read", 0, 64],
    ["both", 8, 64],
  ] as const) {
    test(name, async () => {
      await using served = await listeningApp();
      const made = counted(served);
      const readers = await Promise.all(Array.from({ length: reading }, () => connected(served)));
      const sleepers = await Promise.all(Array.from({ length: stalled }, () => connected(served)));
      for (const socket of readers) socket.on("data", () => {});
      for (const socket of sleepers) socket.pause();
      for (const socket of [...readers, ...sleepers]) ask(socket, "/api/v1/stream");
      // Also while streams that nobody reads fill the system's buffers.
      expect(await mostPieces(served, made)).toBeLessThanOrEqual(8);
      await begun(readers);
      expect(await mostPieces(served, made)).toBeLessThanOrEqual(8);
      for (const socket of [...readers, ...sleepers]) socket.destroy();
    });
  }

  for (const path of [MEGABYTE, "/api/v1/random?type=hex16&length=1024&size=1024", "/api/v1/bytes?n=60000"]) {
    test(`answers to ${path}, one after the other`, async () => {
      await using served = await listeningApp();
      const made = counted(served);
      let isOver = false;
      const asking = Array.from({ length: 8 }, async () => {
        while (!isOver) await (await fetch(served.url + path)).bytes();
      });
      const most = await mostPieces(served, made);
      isOver = true;
      await Promise.all(asking);
      expect(made.pieces).toBeGreaterThan(8);
      expect(most).toBeLessThanOrEqual(8);
    });
  }
});

describe("nothing is made for those who have gone", () => {
  for (const mode of ["full", "drbg"] as const) {
    for (const path of [
      MEGABYTE,
      "/api/v1/random?type=hex16&length=1024&size=1024",
      "/api/v1/random?type=uint8&length=65536",
      "/api/v1/bytes?n=60000",
      "/api/v1/stream",
    ]) {
      test(`${path}, ${mode}`, async () => {
        await using served = await listeningApp({ mode });
        const made = counted(served);
        for (let i = 0; i < 200; i++) {
          const socket = await connected(served);
          ask(socket, path);
          socket.destroy();
        }
        // Connections are taken in order: when these have their answers, the others have been seen.
        for (let i = 0; i < 5; i++) {
          const socket = await connected(served);
          await health(socket);
          socket.destroy();
        }
        expect(made.bytes).toBeLessThanOrEqual(8 * PART_BYTES);
      });
    }
  }
});

describe("bytes under way", () => {
  const unread = async (served: ServedApp, path: string, count: number): Promise<Response[]> =>
    await Promise.all(Array.from({ length: count }, async () => await served.app.request(path)));

  for (const path of [MEGABYTE, "/api/v1/random?type=hex16&length=1024&size=1024"]) {
    test(`${path}: a part for each answer that is not read, whatever its length`, async () => {
      using served = servedApp({ mode: "drbg" });
      await served.random.ready();
      const made = counted(served);
      const answers = await unread(served, path, 100);
      expect(answers.every(({ status }) => status === 200)).toBe(true);
      expect(made.bytes).toBeLessThanOrEqual(100 * PART_BYTES);
      await Promise.all(answers.map(({ body }) => body!.cancel()));
    });
  }

  test("so many large answers at a time and no more; one that ends or is given up makes room", async () => {
    using served = servedApp({ mode: "drbg" });
    await served.random.ready();
    const answers = await unread(served, MEGABYTE, MAX_IN_PARTS);
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    const refused = await served.app.request(MEGABYTE);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    await answers[0]!.body!.cancel();
    expect((await answers[1]!.bytes()).length).toBe(1 << 20);
    for (const { status } of await unread(served, MEGABYTE, 2)) expect(status).toBe(200);
    expect((await served.app.request(MEGABYTE)).status).toBe(503);
    expect((await served.app.request("/api/v1/bytes?n=32")).status).toBe(200);
  });

  test("full entropy that is being sent counts as what is waited for does", async () => {
    using served = servedApp({ mode: "full", capacityBytes: 64 });
    await served.random.ready();
    const fill = served.random.fill.bind(served.random);
    // As many as fit into 64 MiB, without the time that they would take.
    served.random.fill = async (out, options) => (out.length > PART_BYTES ? undefined : fill(out, options));
    const answers = await unread(served, MEGABYTE, 64);
    expect(answers.map(({ status }) => status)).toEqual(Array(64).fill(200));
    expect((await served.app.request("/api/v1/bytes?n=32")).status).toBe(503);
    await answers[0]!.body!.cancel();
    expect((await served.app.request("/api/v1/bytes?n=32")).status).toBe(200);
  });
});

describe("large answers are what they would be as a whole", () => {
  for (const mode of ["full", "drbg"] as const) {
    for (const [query, element] of [
      ["type=uint8&length=65536", /^\d{1,3}$/],
      ["type=uint16&length=65536", /^\d{1,5}$/],
      ["type=hex16&length=65536&size=3", /^[0-9a-f]{6}$/],
      ["type=hex16&length=200&size=1024", /^[0-9a-f]{2048}$/],
    ] as const) {
      test(`${query}, ${mode}`, async () => {
        using served = servedApp({ mode });
        await served.random.ready();
        const response = await served.app.request(`/api/v1/random?${query}`);
        const { data, success, length } = (await response.json()) as {
          data: (string | number)[];
          success: boolean;
          length: number;
        };
        expect([success, length, data.length]).toEqual([true, data.length, length]);
        expect(data.every((each) => element.test(String(each)))).toBe(true);
        // No part was sent twice: false alarm below 2^-100.
        const parts = Array.from({ length: data.length / 200 }, (_, i) =>
          data.slice(200 * i, 200 * (i + 1)).join(),
        );
        expect(new Set(parts).size).toBe(parts.length);
      });
    }
  }

  test("no byte of full entropy is sent twice, and all that was drawn is sent", async () => {
    using served = servedApp({ mode: "full" });
    await served.random.ready();
    const bytes = Buffer.from(await (await served.app.request("/api/v1/bytes?n=200001")).bytes());
    expect(bytes.length).toBe(200_001);
    const blocks = Array.from({ length: 12_500 }, (_, i) => bytes.toString("hex", 16 * i, 16 * i + 16));
    expect(new Set(blocks).size).toBe(12_500); // false alarm below 2^-100
  });

  test("full entropy that a copy of the process has, too, is not sent on", async () => {
    using served = servedApp({ mode: "full" });
    await served.random.ready();
    const reader = (await served.app.request("/api/v1/bytes?n=200000")).body!.getReader();
    await reader.read();
    served.system.copy();
    const rest = (async () => {
      while (!(await reader.read()).done);
    })();
    expect(
      await rest.then(
        () => "whole",
        () => "cut off",
      ),
    ).toBe("cut off");
    expect(String(served.reported)).toContain("copied");
  });
});
