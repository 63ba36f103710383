/** `Bun.serve` where its documentation is silent or says otherwise: docs/BUN.md. Over real connections, on loopback. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "ee-bun-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MAX_BODY_BYTES = 1_024;

/** The URLs that the handler was asked for. */
const asked: string[] = [];
/** Answers in the making, for handlers that would otherwise never end. */
const open = Promise.withResolvers<Response>();
let cancelled = 0;
let pulled = 0;

function answer({ url }: Request): Response | Promise<Response> {
  asked.push(url);
  if (url.endsWith("/bytes")) return new Response(new Uint8Array(5).fill(65));
  if (url.endsWith("/wiped")) {
    const bytes = new Uint8Array(100_000).fill(65);
    const response = new Response(bytes);
    bytes.fill(0);
    return response;
  }
  if (url.endsWith("/stream")) {
    const pull = () => {
      pulled += 1;
    };
    const cancel = () => {
      cancelled += 1;
    };
    return new Response(new ReadableStream({ pull, cancel }, { highWaterMark: 0 }));
  }
  if (url.endsWith("/said")) {
    let pieces = 0;
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
      await new Promise((resolve) => setImmediate(resolve));
      controller.enqueue(new Uint8Array(100_000).fill(65));
      pieces += 1;
      if (pieces === 3) controller.close();
    };
    const headers = { "content-length": "300000" };
    return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), { headers });
  }
  if (url.endsWith("/broken")) {
    return new Response(
      new ReadableStream(
        {
          start: (controller) => controller.enqueue(new Uint8Array(100_000).fill(65)),
          pull: (controller) => controller.error(),
        },
        { highWaterMark: 0 },
      ),
    );
  }
  if (url.endsWith("/never")) return open.promise;
  return new Response("answered");
}

/** As kit/http/listen.ts starts it. */
const OPTIONS = { development: false, maxRequestBodySize: MAX_BODY_BYTES, fetch: answer };
const PORT = { hostname: "127.0.0.1", port: 0, reusePort: false };

let server: Bun.Server<undefined>;
beforeAll(() => {
  server = Bun.serve({ ...OPTIONS, ...PORT });
});
afterAll(async () => {
  open.resolve(new Response());
  await server.stop(true);
});

/** Everything that comes back until the connection ends, in whatever way. */
async function answerTo(text: string, body = ""): Promise<string> {
  const socket = connect(server.port!, "127.0.0.1");
  let received = "";
  socket.on("data", (piece: Buffer) => {
    received += piece.toString("latin1");
  });
  socket.on("error", () => {}); // a reset is an end as well
  socket.write(text.replaceAll("\n", "\r\n") + body);
  await closed(socket);
  return received;
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

describe("requests that no handler sees", () => {
  const head = (fields: string) => `POST / HTTP/1.1\nHost: localhost\nConnection: close\n${fields}\n`;
  for (const [name, text, status] of [
    ["no request at all", "NONSENSE\n\n", 400],
    ["HTTP/1.1 without Host", "GET / HTTP/1.1\nConnection: close\n\n", 400],
    ["two lengths of the body", head("Content-Length: 2\nTransfer-Encoding: chunked\n"), 400],
    ["a header of 20,000 bytes", head(`X: ${"x".repeat(20_000)}\n`), 431],
    ["300 headers", head(Array.from({ length: 300 }, (_, i) => `X${i}: x\n`).join("")), 431],
    ["a path of 20,000 bytes", `GET /${"x".repeat(20_000)} HTTP/1.1\nHost: localhost\n\n`, 431],
    ["another version", "GET / HTTP/2.0\nHost: localhost\n\n", 505],
    ["a body above the limit", head(`Content-Length: ${MAX_BODY_BYTES + 1}\n`), 413],
  ] as const) {
    test(`${name}: ${status}`, async () => {
      const before = asked.length;
      const body = status === 413 ? "x".repeat(MAX_BODY_BYTES + 1) : "";
      const received = await answerTo(text, body);
      expect(received).toStartWith(`HTTP/1.1 ${status} `);
      expect(received).toEndWith("\r\n\r\n");
      expect(asked.length).toBe(before);
    });
  }
});

describe("requests that a handler sees", () => {
  for (const [name, text] of [
    ["HTTP/1.0 without Host", "GET /path HTTP/1.0\n\n"],
    ["a Host that is none", "GET /path HTTP/1.1\nHost: a b\nConnection: close\n\n"],
  ] as const) {
    test(`${name}: the URL is a mere path`, async () => {
      await answerTo(text);
      expect(asked.at(-1)).toBe("/path");
    });
  }

  test("the Host header, not the request line, names the host of the URL", async () => {
    await answerTo("GET http://line.example/path HTTP/1.1\nHost: header.example\nConnection: close\n\n");
    expect(asked.at(-1)).toBe("http://header.example/path");
  });
});

describe("answers", () => {
  const ask = (method: string, path: string) =>
    answerTo(`${method} ${path} HTTP/1.1\nHost: localhost\nConnection: close\n\n`);

  test("HEAD: the handler's headers with the length of its body, which is not sent", async () => {
    const received = await ask("HEAD", "/bytes");
    expect(received).toStartWith("HTTP/1.1 200 OK\r\n");
    expect(received.toLowerCase()).toContain("content-length: 5\r\n");
    expect(received).toEndWith("\r\n\r\n");
  });

  test("HEAD: a stream is cancelled and not asked for anything", async () => {
    const before = { cancelled, pulled };
    expect(await ask("HEAD", "/stream")).toEndWith("\r\n\r\n");
    expect({ cancelled, pulled }).toEqual({ cancelled: before.cancelled + 1, pulled: before.pulled });
  });

  test("bytes that are wiped once the Response is made are sent as they were", async () => {
    expect(await ask("GET", "/wiped")).toEndWith("A".repeat(100_000));
  });

  test("a stream is sent in chunks, whatever length it is said to have", async () => {
    const received = (await ask("GET", "/said")).toLowerCase();
    expect(received).toContain("transfer-encoding: chunked\r\n");
    expect(received).not.toContain("content-length");
  });

  test("a stream that fails is cut off: no last chunk says that it is whole", async () => {
    const received = await ask("GET", "/broken");
    expect(received).not.toContain("\r\n0\r\n\r\n");
    expect(received.toLowerCase()).not.toContain("content-length");
  });
});

describe("addresses", () => {
  const second = (options: object) =>
    Bun.serve({ ...OPTIONS, hostname: "127.0.0.1", port: server.port!, ...options });

  test("a port in use: serve throws EADDRINUSE", () => {
    expect(() => second({ reusePort: false })).toThrow(expect.objectContaining({ code: "EADDRINUSE" }));
  });

  test.skipIf(process.platform !== "linux")(
    "outside development two servers share a port unless reusePort forbids it",
    async () => {
      const { reusePort: _, ...port } = PORT;
      await using first = Bun.serve({ ...OPTIONS, ...port });
      await using other = Bun.serve({ ...OPTIONS, ...port, port: first.port! });
      expect(other.port).toBe(first.port);
    },
  );

  test("a certificate that is none: serve throws an error with a code of OpenSSL's", () => {
    const tls = { cert: "none", key: "none" };
    expect(() => Bun.serve({ ...OPTIONS, ...PORT, tls })).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^ERR_/) }),
    );
  });
});

describe("a Unix socket", () => {
  test("exists when serve returns, with the permissions that the umask leaves, until the server stops", async () => {
    const unix = join(folder, "umask.sock");
    const umask = process.umask(0o177);
    const bound = Bun.serve({ ...OPTIONS, unix });
    process.umask(umask);
    expect(statSync(unix).mode & 0o777).toBe(0o600);
    await bound.stop(true);
    expect(existsSync(unix)).toBe(false);
  });

  /** Bun looks at idle connections every 4 s. */
  test("idleTimeout closes an idle connection, although the types have it for ports alone", async () => {
    const unix = join(folder, "idle.sock");
    const timeout: object = { idleTimeout: 1 };
    await using _ = Bun.serve({ ...OPTIONS, ...timeout, unix });
    const socket = connect(unix);
    socket.resume().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await closed(socket);
  });
});
