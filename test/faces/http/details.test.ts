/** HTTP besides statuses and bodies, over real connections: the runtime has a part in it. */
import { describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { OPENAPI } from "../../../src/faces/http/openapi.ts";
import { type ListeningApp, listeningApp } from "../../support/served-app.ts";

interface Raw {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Sends a request as it stands, on a connection that is closed afterwards. */
async function raw({ url }: ListeningApp, head: string, body = ""): Promise<Raw> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.on("error", () => {}); // the rest of a body that is not taken
  socket.write(`${head.replaceAll("\n", "\r\n")}\r\n\r\n${body}`);
  const pieces: Buffer[] = [];
  for await (const piece of socket) pieces.push(piece);
  const text = Buffer.concat(pieces).toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  const [status, ...fields] = text.slice(0, end).split("\r\n");
  const headers = new Headers(fields.map((field) => field.split(": ", 2) as [string, string]));
  return { status: Number(status!.split(" ")[1]), headers, body: text.slice(end + 4) };
}

const CLOSE = "Host: localhost\nConnection: close";

describe("HEAD", () => {
  const head = (served: ListeningApp, path: string) => raw(served, `HEAD ${path} HTTP/1.1\n${CLOSE}`);

  for (const path of [
    "/health",
    "/sources",
    "/openapi.json",
    "/api/v1/bytes?n=100",
    "/api/v1/bytes?n=40000",
    "/api/v1/random?type=hex16&length=7&size=9",
    "/API/jsonI.php?type=hex16&length=300&size=64",
    "/nope",
    "/api/v1/bytes?n=0",
    "/health?a=b",
  ]) {
    test(`${path}: the status and the length of GET, and no body`, async () => {
      await using served = await listeningApp({ mode: "drbg" });
      const [asked, got] = [await head(served, path), await fetch(served.url + path)];
      expect(asked.status).toBe(got.status);
      expect(asked.headers.get("content-length")).toBe(String((await got.bytes()).length));
      expect(asked.headers.get("content-type")).toBe(got.headers.get("content-type"));
      expect(asked.body).toBe("");
    });
  }

  for (const path of [
    "/api/v1/random?type=uint8&length=100",
    "/api/v1/random?type=uint16&length=65536",
    "/api/v1/bytes?n=1048576",
    "/api/v1/stream",
    "/events",
    "/metrics",
  ]) {
    test(`${path}: no length is said of what is not made`, async () => {
      await using served = await listeningApp({ mode: "drbg" });
      const asked = await head(served, path);
      expect([asked.status, asked.body]).toEqual([200, ""]);
      expect(asked.headers.get("content-length")).not.toBe("0");
    });
  }

  for (const mode of ["full", "drbg"] as const) {
    test(`nothing is drawn for it: ${mode}`, async () => {
      await using served = await listeningApp({ mode });
      let drawn = 0;
      served.random.fillNow = () => {
        drawn += 1;
        return false;
      };
      served.random.fill = () => {
        drawn += 1;
        return Promise.reject(new Error("drawn"));
      };
      for (const path of ["random?type=uint8&length=9", "bytes?n=9", "bytes?n=1048576", "stream"])
        expect((await head(served, `/api/v1/${path}`)).status).toBe(200);
      expect(drawn).toBe(0);
      expect(served.ticking()).toBe(false);
    });
  }
});

describe("parameters that are not known", () => {
  const needed: Readonly<Record<string, string>> = {
    "/": "length=1&type=uint8&",
    "/api/v1/random": "length=1&type=uint8&",
    "/API/jsonI.php": "length=1&type=uint8&",
    "/api/v1/bytes": "n=1&",
  };
  for (const [path, item] of Object.entries(OPENAPI.paths)) {
    if (!("get" in item)) continue;
    test(`${path}: 400 that names them`, async () => {
      await using served = await listeningApp();
      for (const query of ["lenght=3", "N=3", "=", "constructor=1", "%00=1"]) {
        const response = await fetch(`${served.url}${path}?${needed[path] ?? ""}${query}`);
        expect(response.status, query).toBe(400);
        const { success, ...why } = (await response.json()) as Record<string, unknown>;
        expect(success).toBe(false);
        expect(why).toEqual({
          [path === "/" ? "message" : "error"]: expect.stringMatching(/^unknown parameter: /),
        });
      }
      const empty = await fetch(`${served.url}${path}?${needed[path] ?? ""}`);
      expect(empty.status).toBe(200);
      await empty.body?.cancel();
    });
  }

  test("the time by which clients of ANU keep browsers from answering themselves is none", async () => {
    await using served = await listeningApp();
    for (const path of ["/api/v1/random", "/API/jsonI.php"])
      expect((await fetch(`${served.url}${path}?length=1&type=uint8&_=1700000000000`)).status).toBe(200);
  });
});

describe("bodies that are larger than any endpoint takes", () => {
  const chunked = (length: number) => `${length.toString(16)}\r\n${"x".repeat(length)}\r\n0\r\n\r\n`;

  for (const method of ["GET", "POST"]) {
    for (const [name, field, body] of [
      ["that is said to be too long", "Content-Length: 4097", "x".repeat(4_097)],
      ["that is said to be far too long, and does not come", "Content-Length: 99999999999", ""],
      ["in chunks", "Transfer-Encoding: chunked", chunked(5_000)],
    ] as const) {
      // The runtime drops what comes in chunks with GET.
      if (method === "GET" && name === "in chunks") continue;
      test(`${method} with one ${name}: 413, as all errors are`, async () => {
        await using served = await listeningApp();
        const refused = await raw(served, `${method} /health HTTP/1.1\n${CLOSE}\n${field}`, body);
        expect(refused.status).toBe(413);
        expect(JSON.parse(refused.body)).toEqual({
          success: false,
          error: "the body has more than 4096 bytes",
        });
        expect(refused.headers.get("content-type")).toBe("application/json");
        expect((await fetch(`${served.url}/health`)).status).toBe(200);
      });
    }

    test(`${method} with a small one, in whatever form, is answered as without`, async () => {
      await using served = await listeningApp();
      const status = method === "GET" ? 200 : 405;
      for (const [field, body] of [
        ["Content-Length: 3", "abc"],
        ["Content-Length: 0", ""],
        ["Transfer-Encoding: chunked", chunked(3)],
      ] as const) {
        const answer = await raw(served, `${method} /health HTTP/1.1\n${CLOSE}\n${field}`, body);
        expect(answer.status, field).toBe(status);
      }
    });
  }
});

for (const host of ["127.0.0.1:", "localhost:", "[::1]:", "LOCALHOST.:8042"]) {
  test(`bound to loopback, answers to ${host}`, async () => {
    await using served = await listeningApp({ hosts: "loopback" });
    const answer = await raw(served, `GET /health HTTP/1.1\nHost: ${host}\nConnection: close`);
    expect(answer.status).toBe(200);
  });
}

for (const host of ["127.0.0.1:8042:1", "127.0.0.1:x", "evil.example:", "127.0.0.1:123456"]) {
  test(`bound to loopback, does not answer to ${host}`, async () => {
    await using served = await listeningApp({ hosts: "loopback" });
    const answer = await raw(served, `GET /health HTTP/1.1\nHost: ${host}\nConnection: close`);
    expect([400, 403]).toContain(answer.status);
  });
}
