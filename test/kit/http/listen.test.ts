/** Options of `listen` that no product's own tests use. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "#kit/errors.ts";
import { type Listening, type ListenOptions, listen } from "#kit/http/listen.ts";
import { inPieces } from "#kit/http/pieces.ts";
import { jsonErrors } from "#kit/http/refusal.ts";
import { createRouter } from "#kit/http/router.ts";
import { NetworkTurns } from "#kit/http/turns.ts";
import type { Socket } from "#kit/http/web-socket.ts";
import { rejectionOf } from "../../support/rejection.ts";
import { runProcess } from "../../support/run-process.ts";

const options = {
  address: { hostname: "127.0.0.1", port: 0 },
  errors: jsonErrors((problem) => ({ problem })),
  maxBodyBytes: 100,
  idleTimeoutSeconds: 120,
  fetch: async (request: Request) => new Response(await request.text()),
} satisfies ListenOptions;

async function listening(more: Partial<ListenOptions> = {}): Promise<Listening & AsyncDisposable> {
  const server = await listen({ ...options, ...more });
  return { ...server, [Symbol.asyncDispose]: () => server.stop(0) };
}

test("a body up to the limit is taken, a larger one is answered with 413", async () => {
  await using server = await listening();
  const post = (length: number) => fetch(server.url, { method: "POST", body: "x".repeat(length) });
  expect((await (await post(100)).text()).length).toBe(100);
  expect((await post(101)).status).toBe(413);
});

test("Hono's handlers are handed the server, which upgrades connections", async () => {
  let server: unknown;
  const app = createRouter({ errors: options.errors, headers: () => ({}), notFound: "", report() {} });
  app.get("/", (c) => {
    server = c.env;
    return c.text("");
  });
  await using bound = await listening({ fetch: app.fetch });
  await fetch(bound.url);
  expect((server as Bun.Server<Socket>).upgrade).toBeFunction();
});

test("a port in use: the product says what to do", async () => {
  await using server = await listening();
  const address = { hostname: "127.0.0.1", port: Number(new URL(server.url).port) };
  const error = await rejectionOf(listening({ address, portHints: ["another port"] }));
  expect((error as InputError).hints).toEqual(["another port"]);
});

test("of two that start on one socket, which a third left behind, one is told; nothing else is left", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kit-listen-"));
  try {
    const unix = join(folder, "socket");
    const script = `Bun.serve({ unix: ${JSON.stringify(unix)}, fetch: () => new Response() }); process.kill(process.pid, "SIGKILL");`;
    await Bun.spawn([process.execPath, "-e", script]).exited;
    expect(readdirSync(folder)).toEqual(["socket"]);
    const starts = await Promise.allSettled([1, 2, 3].map(() => listening({ address: { unix } })));
    expect(starts.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(readdirSync(folder)).toEqual(["socket"]);
    const [server] = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
    const answer = await fetch("http://localhost/", { unix, method: "POST", body: "here" });
    expect(await answer.text()).toBe("here");
    await server!.stop(0);
    for (const lost of [join(folder, "none/socket"), join(unix, "x")]) {
      const { message } = await rejectionOf(listening({ address: { unix: lost } }));
      expect([message, message.split(lost).length]).toEqual([expect.not.stringMatching(/E[A-Z]{4,}/), 2]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe("stopping, however long answers may take", () => {
  const HOUR_MS = 3_600_000;
  const connected = async (url: string, text: string) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    await new Promise<void>((resolve) => void socket.once("connect", resolve));
    socket.on("error", () => {}).pause();
    socket.write(text);
    return socket;
  };
  const get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

  for (const [what, text] of [
    ["that nothing was asked on", ""],
    ["with half a request", "GET / HTT"],
    ["with half a body", "POST / HTTP/1.1\r\nHost: localhost\r\ncontent-length: 9\r\n\r\nhalf"],
  ] as const) {
    test(`a connection ${what} holds nothing up`, async () => {
      const server = await listening();
      const socket = await connected(server.url, text);
      // Its connection was taken before this one.
      await (await fetch(server.url, { method: "POST", body: "x" })).text();
      await server.stop(HOUR_MS);
      socket.destroy();
    });
  }

  test("an answer that is not read holds nothing up, one that is read is given whole", async () => {
    const turns = new NetworkTurns();
    const stalled = Promise.withResolvers<void>();
    let left = 400;
    const server = await listening({
      fetch: ({ url }) => {
        const isEndless = url.endsWith("/endless");
        let made = 0;
        const body = inPieces(turns, {
          async next() {
            if (!isEndless) return left-- > 0 ? new Uint8Array(65_536) : undefined;
            made += 1;
            const before = made;
            // Nobody takes the piece: the connection is full.
            setTimeout(() => made === before && stalled.resolve(), 100);
            return new Uint8Array(65_536);
          },
          ended() {},
          report() {},
        });
        return new Response(body);
      },
    });
    const socket = await connected(server.url, get.replace("/", "/endless"));
    await stalled.promise;
    const whole = await fetch(server.url);
    const stopped = server.stop(HOUR_MS);
    expect((await whole.bytes()).length).toBe(400 * 65_536);
    await stopped;
    socket.destroy();
  });
});

const openssl = Bun.which("openssl");
if (!openssl) console.warn("skipped: TLS options; no openssl to make certificates with");

describe.skipIf(!openssl)("TLS", () => {
  let folder: string;
  const pem = (name: string) => readFileSync(join(folder, name), "utf8");
  const make = async (...args: string[]) => {
    const made = await runProcess([openssl!, ...args], { cwd: folder });
    if (made.exitCode !== 0) throw new Error(made.stderr);
  };
  const newKey = (name: string) => [
    ...["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", `${name}.key`],
    ...["-subj", `/CN=${name}`],
  ];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "kit-tls-"));
    const names = ["-addext", "subjectAltName=IP:127.0.0.1"];
    for (const name of ["server", "authority", "stranger"]) {
      await make("req", "-x509", ...newKey(name), ...names, "-days", "2", "-out", `${name}.pem`);
    }
    await make("req", "-new", ...newKey("client"), "-out", "client.csr");
    const signer = ["-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial"];
    await make("x509", "-req", "-in", "client.csr", ...signer, "-days", "2", "-out", "client.pem");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const certificate = () => ({ cert: pem("server.pem"), key: pem("server.key") });

  test("client certificates: one of the authority's is let in, none or another is not", async () => {
    await using server = await listening({ tls: { ...certificate(), clientCa: pem("authority.pem") } });
    const ask = (name?: string) => {
      const own = name === undefined ? {} : { cert: pem(`${name}.pem`), key: pem(`${name}.key`) };
      return fetch(server.url, { method: "POST", body: "hi", tls: { ca: pem("server.pem"), ...own } });
    };
    expect(await (await ask("client")).text()).toBe("hi");
    expect(await rejectionOf(ask())).toBeInstanceOf(Error);
    expect(await rejectionOf(ask("stranger"))).toBeInstanceOf(Error);
  });

  test("key-exchange groups: those named and no others", async () => {
    await using server = await listening({
      tls: { ...certificate(), keyExchangeGroups: ["P-384", "P-521"] },
    });
    const { port } = new URL(server.url);
    const connect = async (group: string) => {
      const client = ["s_client", "-connect", `127.0.0.1:${port}`, "-groups", group];
      return (await runProcess([openssl!, ...client])).exitCode === 0;
    };
    expect([await connect("P-384"), await connect("P-521"), await connect("P-256")]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test("a post-quantum group can be asked for; an unknown one is an error", async () => {
    const groups = ["X25519MLKEM768", "X25519"];
    await using server = await listening({ tls: { ...certificate(), keyExchangeGroups: groups } });
    const answer = fetch(server.url, { method: "POST", body: "hi", tls: { ca: pem("server.pem") } });
    expect(await (await answer).text()).toBe("hi");
    const error = await rejectionOf(listening({ tls: { ...certificate(), keyExchangeGroups: ["rot13"] } }));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toBe("one of the key-exchange groups is unknown");
  });
});
