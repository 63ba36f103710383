/** One try: what is sent, to whom, and what receivers may do. */
import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { type DeliverSettings, deliver } from "../../../src/gateway/triggers/deliver.ts";
import { signatureOf } from "../../../src/gateway/triggers/signature.ts";
import { Tree } from "../../scan-runner/support/tree.ts";
import { Receiver } from "./receiver.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

function post(url: string, settings: Partial<DeliverSettings> = {}, signal = new AbortController().signal) {
  const delivery = {
    url: new URL(url),
    key: "key-1",
    body: '{"type":"match"}',
    secret: SECRET,
    now: 1_614_265_330_123,
  };
  return deliver(delivery, { isPrivate: true, ...settings }, signal);
}

/** Names in tests lead where the test says. */
const leads =
  (...addresses: string[]) =>
  async () =>
    addresses;

test("the body, one key, a time and a signature over the three", async () => {
  await using receiver = await Receiver.open();
  expect(await post(`${receiver.url}?a=b`)).toEqual({ delivered: true, status: 204, error: null });
  const [got] = receiver.got;
  expect(got!.body).toBe('{"type":"match"}');
  expect(got!.path).toBe("/hook?a=b");
  expect(got!.headers).toMatchObject({
    "content-type": "application/json",
    "idempotency-key": "key-1",
    "webhook-id": "key-1",
    "webhook-timestamp": "1614265330",
    host: `127.0.0.1:${receiver.port}`,
  });
  expect(got!.headers["webhook-signature"]).toBe(signatureOf(SECRET, "key-1", 1_614_265_330, got!.body));
});

test("the signature is that of the standard's own example", () => {
  // From the documentation of Standard Webhooks' libraries (github.com/standard-webhooks/standard-webhooks, libraries/*/tests).
  expect(signatureOf(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, '{"test": 2432232314}')).toBe(
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  );
});

describe("whom it asks", () => {
  test("the address that was judged, and the name is looked up once", async () => {
    await using receiver = await Receiver.open();
    let asked = 0;
    const resolve = async () => (asked++ === 0 ? ["127.0.0.1"] : ["127.0.0.2"]);
    expect((await post(`http://hooks.test:${receiver.port}/`, { resolve })).delivered).toBe(true);
    expect(asked).toBe(1);
    expect(receiver.got[0]!.headers.host).toBe(`hooks.test:${receiver.port}`);
  });

  test("no name that leads into a private network, now or later, and no address of special purpose ever", async () => {
    await using receiver = await Receiver.open();
    const url = `http://hooks.test:${receiver.port}/`;
    // Public when it was judged for the first time; then this machine.
    const answers = [["203.0.114.1", "127.0.0.1"], ["127.0.0.1"]];
    for (const addresses of answers) {
      const { error } = await post(url, { isPrivate: false, resolve: leads(...addresses) });
      expect(error).toBe("the name leads to a private network, and --trigger-private was not given");
    }
    for (const address of [
      "169.254.169.254",
      "0.0.0.0",
      "::ffff:127.0.0.1",
      "64:ff9b::7f00:1",
      "fe80::1",
      "2002:7f00:1::",
    ]) {
      const { error } = await post(url, { resolve: leads("127.0.0.1", address) });
      expect(error, address).toBe("the name leads to an address that may not be asked");
    }
    expect((await post(url, { resolve: leads() })).error).toBe("the name has no address");
    expect((await post(`http://[::ffff:127.0.0.1]:${receiver.port}/`)).error).toBe(
      "the name leads to an address that may not be asked",
    );
    expect(receiver.got).toEqual([]);
  });

  test("where nobody listens at one address of a name, the next", async () => {
    await using receiver = await Receiver.open();
    const resolve = leads("127.0.0.2", "127.0.0.1");
    expect((await post(`http://hooks.test:${receiver.port}/`, { resolve })).delivered).toBe(true);
  });

  test("no proxy of the environment", async () => {
    await using proxy = await Receiver.open();
    await using receiver = await Receiver.open();
    const names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    const before = names.map((name) => process.env[name]);
    try {
      for (const name of names) process.env[name] = `http://127.0.0.1:${proxy.port}`;
      const { delivered } = await post(`http://hooks.test:${receiver.port}/`, {
        resolve: leads("127.0.0.1"),
      });
      expect([delivered, proxy.got.length, receiver.got.length]).toEqual([true, 0, 1]);
    } finally {
      for (const [at, name] of names.entries()) {
        if (before[at] === undefined) delete process.env[name];
        else process.env[name] = before[at];
      }
    }
  });

  test("a name whose look-up hangs, or fails", async () => {
    const never = () => new Promise<string[]>(() => undefined);
    expect((await post("http://hooks.test/", { resolve: never, limitMs: 20 })).error).toBe(
      "no answer within 0.02 s",
    );
    const fails = async () => {
      throw Object.assign(new Error("getaddrinfo ENOTFOUND hooks.internal"), { code: "ENOTFOUND" });
    };
    expect((await post("http://hooks.test/", { resolve: fails })).error).toBe("the name has no address");
  });
});

describe("receivers", () => {
  const answered = async (answering: Receiver["answering"], settings: Partial<DeliverSettings> = {}) => {
    await using receiver = await Receiver.open();
    receiver.answering = answering;
    return await post(receiver.url, settings);
  };

  test("that send elsewhere are not followed", async () => {
    await using other = await Receiver.open();
    for (const status of [301, 302, 307, 308]) {
      const outcome = await answered(
        (response) => void response.writeHead(status, { location: other.url }).end(),
      );
      expect(outcome).toEqual({
        delivered: false,
        status,
        error: `the receiver answers ${status}: redirects are not followed`,
      });
    }
    expect(other.got).toEqual([]);
  });

  test("that refuse, and say when to come again", async () => {
    const outcome = await answered(
      (response) => void response.writeHead(503, { "retry-after": "120" }).end("x".repeat(1_000)),
    );
    expect(outcome).toEqual({
      delivered: false,
      status: 503,
      error: "the receiver answers 503",
      retryAfterMs: 120_000,
    });
    expect(await answered((response) => void response.writeHead(404).end())).toMatchObject({
      delivered: false,
      status: 404,
    });
  });

  test("that hang", async () => {
    expect(await answered(() => undefined, { limitMs: 50 })).toEqual({
      delivered: false,
      status: null,
      error: "no answer within 0.05 s",
    });
  });

  test("that close", async () => {
    const outcome = await answered((response) => void response.socket!.destroy());
    expect(outcome).toMatchObject({
      delivered: false,
      status: null,
      error: "the receiver closed the connection",
    });
  });

  test("whose body has no end", async () => {
    let sent = 0;
    const outcome = await answered((response) => {
      response.writeHead(200);
      const go = () => {
        if (response.destroyed || response.socket?.destroyed) return;
        sent += 1;
        response.write("x".repeat(16_384), () => setImmediate(go));
      };
      go();
    });
    expect(outcome).toEqual({ delivered: true, status: 200, error: null });
    expect(sent).toBeLessThan(10_000);
  });

  /** Answers in bytes, whatever is asked. */
  const said = async (speak: (socket: Socket) => void) => {
    const server = createServer((socket) => {
      socket.on("error", () => {}); // whoever asked has heard enough
      socket.once("data", () => speak(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const outcome = await post(`http://127.0.0.1:${port}/`);
    server.close();
    return outcome;
  };

  test("that speak no HTTP", async () => {
    const error = "what it answers is no HTTP, or too much of it";
    const nothing = { delivered: false, status: null, error };
    expect(await said((socket) => void socket.end("220 mail\r\n"))).toEqual(nothing);
    const header = `X: ${"x".repeat(16_000)}\r\n`;
    const endless = async (socket: Socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      while (!socket.destroyed) await new Promise((resolve) => socket.write(header, resolve));
    };
    expect(await said(endless)).toEqual(nothing);
  });

  test("that take the frame, and break off what they say to it", async () => {
    const outcome = await said(
      (socket) => void socket.end("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nthank"),
    );
    expect(outcome).toEqual({ delivered: true, status: 200, error: null });
  });

  test("that say that they are at work, and nothing else", async () => {
    const notice = "HTTP/1.1 102 Processing\r\n\r\n";
    const busy = async (socket: Socket) => {
      while (!socket.destroyed) await new Promise((resolve) => socket.write(notice, resolve));
    };
    expect(await said(busy)).toEqual({
      delivered: false,
      status: null,
      error: "the receiver says that it is at work, and no more",
    });
    const outcome = await said((socket) => void socket.end(`${notice}HTTP/1.1 204 No Content\r\n\r\n`));
    expect(outcome).toEqual({ delivered: true, status: 204, error: null });
  });

  test("of whom nobody is there", async () => {
    let port: number;
    {
      await using receiver = await Receiver.open();
      port = receiver.port;
    }
    expect(await post(`http://127.0.0.1:${port}/`)).toEqual({
      delivered: false,
      status: null,
      error: "nobody listens there",
    });
  });

  test("are left when the gateway stops", async () => {
    await using receiver = await Receiver.open();
    receiver.answering = () => undefined;
    const stop = new AbortController();
    const trying = post(receiver.url, {}, stop.signal);
    await receiver.heard(1);
    stop.abort(new Error("stopped"));
    await expect(trying).rejects.toThrow("stopped");
  });
});

const openssl = Bun.which("openssl");

test.skipIf(!openssl)(
  "TLS: the certificate must be that of the name, whatever the environment says (openssl makes one)",
  async () => {
    using tree = new Tree();
    const [key, cert] = [tree.path("key.pem"), tree.path("cert.pem")];
    const subject = ["-subj", "/CN=hooks.test", "-addext", "subjectAltName=DNS:hooks.test,IP:127.0.0.1"];
    const made = [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "2",
    ];
    expect(spawnSync(openssl!, [...made, "-keyout", key, "-out", cert, ...subject]).status).toBe(0);
    const tls = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
    await using receiver = await Receiver.open(tls);
    const at = (host: string, ca?: string) =>
      post(`https://${host}:${receiver.port}/`, {
        resolve: leads("127.0.0.1"),
        ...(ca !== undefined && { ca }),
      });
    expect(await at("hooks.test", tls.cert)).toMatchObject({ delivered: true });
    expect(await at("127.0.0.1", tls.cert)).toMatchObject({ delivered: true });
    expect(await at("other.test", tls.cert)).toMatchObject({ error: "its certificate is for another name" });
    const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    try {
      expect(await at("hooks.test")).toMatchObject({
        error: "its certificate is not signed by an authority that is known here",
      });
    } finally {
      if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
      else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
    }
    expect(receiver.got).toHaveLength(2);
  },
);
