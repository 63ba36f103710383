/** The app over real connections, on loopback. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "../../../src/errors.ts";
import { serveApp } from "../../../src/faces/http/app.ts";
import { rejectionOf } from "../../support/rejection.ts";
import { LOOPBACK, listeningApp, servedApp } from "../../support/served-app.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Opens a connection that is not read until it is resumed. */
async function rawRequest(url: string, text: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.pause();
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.once("connect", resolve);
  });
  socket.write(text.replaceAll("\n", "\r\n"));
  return socket;
}

async function answerTo(url: string, text: string): Promise<string> {
  const socket = await rawRequest(url, text);
  const pieces: Buffer[] = [];
  for await (const piece of socket) pieces.push(piece);
  return Buffer.concat(pieces).toString("latin1");
}

/** Polls until the condition holds. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("a port", () => {
  test("the API and the page answer", async () => {
    await using served = await listeningApp();
    const bytes = await (await fetch(`${served.url}/api/v1/bytes?n=100000`)).bytes();
    expect(bytes.length).toBe(100_000);
    const page = await fetch(served.url);
    expect(page.headers.get("content-type")).toStartWith("text/html");
    const html = await page.text();
    expect(html).toContain("Content-Security-Policy");
    for (const [, path] of html.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
      expect((await fetch(served.url + path)).status).toBe(200);
    }
  });

  test("one that is in use is named", async () => {
    await using served = await listeningApp();
    const port = Number(new URL(served.url).port);
    const error = await rejectionOf(listeningApp({}, { hostname: "127.0.0.1", port }));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toBe(`port ${port} of 127.0.0.1 is in use`);
  });

  test("an address of another machine is an error", async () => {
    const error = await rejectionOf(listeningApp({}, { hostname: "192.0.2.1", port: 0 }));
    expect(error.message).toStartWith("cannot listen on port 0 of 192.0.2.1: ");
  });

  test("a certificate that is none is an error", async () => {
    using served = servedApp();
    const error = await rejectionOf(serveApp(served.app, LOOPBACK, { cert: "none", key: "none" }));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toStartWith("the certificate or its key cannot be used: ");
  });

  test("TLS", async () => {
    const openssl = Bun.which("openssl");
    if (!openssl) return console.warn("skipped: no openssl to make a certificate with");
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const made = Bun.spawnSync([
      ...[
        openssl,
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
      ],
      ...["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert],
    ]);
    expect(made.exitCode).toBe(0);
    using served = servedApp({ mode: "drbg" });
    await served.random.ready();
    const tls = { cert: await Bun.file(cert).text(), key: await Bun.file(key).text() };
    const listening = await serveApp(served.app, LOOPBACK, tls);
    expect(listening.url).toStartWith("https://127.0.0.1:");
    const response = await fetch(`${listening.url}/api/v1/bytes?n=5`, { tls: { ca: tls.cert } });
    expect((await response.bytes()).length).toBe(5);
    await listening.stop(0);
  });

  for (const [name, text, status] of [
    ["nonsense", "NONSENSE\n\n", 400],
    ["HTTP/1.1 without Host", "GET /health HTTP/1.1\n\n", 400],
    ["HTTP/1.0 without Host", "GET /health HTTP/1.0\n\n", 400],
    ["endless headers", `GET /health HTTP/1.1\nHost: localhost\nX: ${"x".repeat(100_000)}\n\n`, 431],
    ["an endless path", `GET /${"x".repeat(100_000)} HTTP/1.1\nHost: localhost\n\n`, 431],
    ["another machine's name", "GET /health HTTP/1.1\nHost: evil.example\nConnection: close\n\n", 403],
    [
      "another machine's URL",
      "GET http://evil.example/health HTTP/1.1\nHost: evil.example\nConnection: close\n\n",
      403,
    ],
    ["a body", "POST /health HTTP/1.1\nHost: localhost\nConnection: close\nContent-Length: 2\n\nhi", 405],
  ] as const) {
    test(`${name}: ${status}, and the server goes on`, async () => {
      await using served = await listeningApp({ hosts: "loopback" });
      expect(await answerTo(served.url, text)).toStartWith(`HTTP/1.1 ${status} `);
      expect((await fetch(`${served.url}/health`)).status).toBe(200);
    });
  }
});

describe("clients that misbehave", () => {
  test("one that does not read its stream costs no memory, and is forgotten when it goes", async () => {
    let pieces = 0;
    await using served = await listeningApp();
    const fill = served.random.fill.bind(served.random);
    let signal: AbortSignal | undefined;
    served.random.fill = (out, options) => {
      pieces += 1;
      signal = options?.signal;
      return fill(out, options);
    };
    const socket = await rawRequest(served.url, "GET /api/v1/stream HTTP/1.1\nHost: localhost\n\n");
    let before = -1;
    while (pieces > before || pieces === 0) {
      before = pieces;
      for (let i = 0; i < 20; i++) await fetch(`${served.url}/health`);
    }
    // No more than the kernel's buffers hold, in pieces of 64 KiB.
    expect(pieces).toBeLessThan(500);
    socket.destroy();
    await until(() => signal!.aborted);
  });

  test("200 that open a stream and go leave nothing open", async () => {
    await using served = await listeningApp();
    const open = new Set<AbortSignal>();
    const fill = served.random.fill.bind(served.random);
    served.random.fill = (out, options) => {
      open.add(options!.signal!);
      return fill(out, options);
    };
    for (let i = 0; i < 200; i++) {
      const socket = await rawRequest(served.url, "GET /api/v1/stream HTTP/1.1\nHost: localhost\n\n");
      await new Promise((resolve) => socket.once("readable", resolve));
      socket.destroy();
    }
    await until(() => [...open].every(({ aborted }) => aborted));
    expect((await fetch(`${served.url}/health`)).status).toBe(200);
  });

  test("the bytes of a request that went away are not handed to another, and it leaves the queue", async () => {
    await using served = await listeningApp({ mode: "full", capacityBytes: 64 });
    served.thread.frozen = true;
    const gone = new AbortController();
    const request = fetch(`${served.url}/api/v1/bytes?n=100000`, { signal: gone.signal }).catch(() => "gone");
    const waiting = async () => {
      const text = await (await fetch(`${served.url}/metrics`)).text();
      return Number(/^esoteric_entropy_waiting_requests (\d+)$/m.exec(text)![1]);
    };
    while ((await waiting()) === 0);
    gone.abort();
    expect(await request).toBe("gone");
    while ((await waiting()) > 0);
  });

  test("a watcher that goes is forgotten", async () => {
    await using served = await listeningApp();
    const gone = new AbortController();
    const response = await fetch(`${served.url}/events`, { signal: gone.signal });
    await response.body!.getReader().read();
    expect(served.ticking()).toBe(true);
    gone.abort();
    await until(() => !served.ticking());
  });
});

describe("stopping", () => {
  test("who waits for entropy is refused, endless answers end, connections that idle are closed", async () => {
    await using served = await listeningApp({ mode: "full", capacityBytes: 64 });
    const stream = (await fetch(`${served.url}/api/v1/stream`)).body!.getReader();
    const events = (await fetch(`${served.url}/events`)).body!.getReader();
    const idle = await rawRequest(served.url, "GET /health HTTP/1.1\nHost: localhost\n\n");
    const idleClosed = new Promise((resolve) => idle.resume().once("close", resolve));
    await stream.read();
    const answer = fetch(`${served.url}/api/v1/bytes?n=1000000`);
    await until(() => served.pool.status().extractedBytes > 4_000);
    served.closing.abort();
    const stopped = served.listening.stop(3_600_000);
    const refused = await answer;
    expect([refused.status, await refused.json()]).toEqual([
      503,
      { success: false, error: "the server is stopping" },
    ]);
    for (const reader of [stream, events]) while (!(await reader.read()).done);
    await Promise.all([stopped, idleClosed]);
    expect(await rejectionOf(fetch(served.url))).toBeInstanceOf(Error);
  });

  test("an answer that does not finish is cut off", async () => {
    await using served = await listeningApp({ mode: "full" });
    served.thread.frozen = true;
    const answer = rejectionOf(fetch(`${served.url}/api/v1/bytes?n=100000`));
    while (!/waiting_requests 1\n/.test(await (await fetch(`${served.url}/metrics`)).text()));
    await served.listening.stop(1);
    expect(await answer).toBeInstanceOf(Error);
  });
});

describe("a Unix socket", () => {
  const ask = (path: string) => fetch("http://localhost/api/v1/bytes?n=7", { unix: path });

  test("is its owner's alone, answers, and goes with the server", async () => {
    const path = join(folder, "own.sock");
    await using served = await listeningApp({}, { unix: path });
    expect(served.url).toBe(`unix:${path}`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await (await ask(path)).bytes()).length).toBe(7);
    await served.listening.stop(0);
    expect(existsSync(path)).toBe(false);
  });

  test("takes the place of one that nobody listens on", async () => {
    const path = join(folder, "stale.sock");
    // A process that is killed leaves its socket behind.
    const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
    await Bun.spawn([process.execPath, "-e", script]).exited;
    expect(statSync(path).isSocket()).toBe(true);
    await using _ = await listeningApp({}, { unix: path });
    expect((await ask(path)).status).toBe(200);
  });

  test("leaves alone one that somebody listens on, and files", async () => {
    const [taken, file] = [join(folder, "taken.sock"), join(folder, "file")];
    writeFileSync(file, "precious");
    const other = createServer().listen(taken);
    await new Promise((resolve) => other.once("listening", resolve));
    for (const [path, problem] of [
      [taken, "another program listens there"],
      [file, "exists and is not a socket"],
      [folder, "exists and is not a socket"],
      [join(folder, "x".repeat(100)), "at most 103 bytes"],
      [join(folder, "no", "folder"), "cannot listen on"],
    ] as const) {
      const error = await rejectionOf(listeningApp({}, { unix: path }));
      expect(error).toBeInstanceOf(InputError);
      expect(error.message).toContain(problem);
    }
    other.close();
    expect(await Bun.file(file).text()).toBe("precious");
  });
});
