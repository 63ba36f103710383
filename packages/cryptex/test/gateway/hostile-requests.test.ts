/** Requests that nobody sends in good faith: each is refused in words, costs little, and the gateway goes on. */
import { describe, expect, test } from "bun:test";
import { connect } from "node:net";
import fc from "fast-check";
import { newEntry } from "../../src/dictionary/entry.ts";
import { cursorOf } from "../../src/gateway/cursor.ts";
import { openGateway } from "./support/gateway.ts";

async function problemOf(response: Response): Promise<[status: number, detail: string]> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const { status, detail } = (await response.json()) as { status: number; detail: string };
  expect(status).toBe(response.status);
  return [status, detail];
}

describe("bodies", () => {
  const JSON_TYPE = "application/json";
  for (const [name, type, body, status, detail] of [
    ["none", JSON_TYPE, undefined, 400, "the body is empty, and must be JSON"],
    ["no type", undefined, Buffer.from("{}"), 415, "the body must be application/json"],
    ["another type", "text/plain", "{}", 415, "the body must be application/json"],
    [
      "a form, as web sites may send without asking",
      "application/x-www-form-urlencoded",
      "a=b",
      415,
      "the body must be application/json",
    ],
    ["no JSON", JSON_TYPE, "{", 400, "the body is no JSON"],
    ["two values", JSON_TYPE, "{} {}", 400, "the body is no JSON"],
    ["no UTF-8", JSON_TYPE, Buffer.from([0x22, 0xff, 0x22]), 400, "the body is not UTF-8"],
    ["a list", JSON_TYPE, "[]", 400, "the body must be an object, not a list"],
    ["null", JSON_TYPE, "null", 400, "the body must be an object, not null"],
    ["a text", JSON_TYPE, '"x"', 400, 'the body must be an object, not "x"'],
    ["deep lists", JSON_TYPE, "[".repeat(500_000), 400, "the body is nested more than 64 levels deep"],
    [
      "deep objects",
      JSON_TYPE,
      `${'{"a":'.repeat(1_000)}1${"}".repeat(1_000)}`,
      400,
      "the body is nested more than 64 levels deep",
    ],
    ["brackets in a text", JSON_TYPE, JSON.stringify({ root: "[".repeat(60) }), 400, "paths is missing"],
    ["too much", JSON_TYPE, " ".repeat(2 ** 20 + 1), 413, "the body has more than 1048576 bytes"],
    [
      "unknown members",
      JSON_TYPE,
      '{"root":"a","paths":["b"],"colour":1,"shape":2}',
      400,
      "unknown member of the body: colour, shape",
    ],
    [
      "a member of another world",
      JSON_TYPE,
      '{"root":"a","paths":["b"],"__proto__":{"x":1}}',
      400,
      "unknown member of the body: __proto__",
    ],
    [
      "unknown members inside",
      JSON_TYPE,
      '{"root":"a","paths":["b"],"options":{"maxsize":1}}',
      400,
      "unknown member of options: maxsize",
    ],
    ["no paths", JSON_TYPE, '{"root":"a","paths":[]}', 400, "paths has 0 items; 1 are needed"],
    ["paths that are none", JSON_TYPE, '{"root":"a","paths":["b",3]}', 400, "paths[1] must be a text, not 3"],
    ["a path that is empty", JSON_TYPE, '{"root":"a","paths":[""]}', 400, "paths[0] is empty"],
    [
      "a long path",
      JSON_TYPE,
      JSON.stringify({ root: "a", paths: ["x".repeat(5_000)] }),
      400,
      "paths[0] has 5000 characters; 4096 are allowed",
    ],
    [
      "many paths",
      JSON_TYPE,
      JSON.stringify({ root: "a", paths: Array(10_001).fill("b") }),
      400,
      "paths has 10001 items; 10000 are allowed",
    ],
    [
      "a fraction",
      JSON_TYPE,
      '{"root":"a","paths":["b"],"options":{"threads":1.5}}',
      400,
      "options.threads must be a whole number from 1 to 256, not 1.5",
    ],
    [
      "beyond the limit",
      JSON_TYPE,
      '{"root":"a","paths":["b"],"options":{"threads":1e9}}',
      400,
      "options.threads must be a whole number from 1 to 256, not 1000000000",
    ],
    [
      "a switch that is none",
      JSON_TYPE,
      '{"root":"a","paths":["b"],"options":{"cache":"yes"}}',
      400,
      'options.cache must be true or false, not "yes"',
    ],
  ] as const) {
    test(`${name}: ${status}`, async () => {
      await using gateway = openGateway();
      const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
      const response = await gateway.request("/scans", {
        method: "POST",
        headers,
        ...(body !== undefined && { body }),
      });
      expect(await problemOf(response)).toEqual([status, detail]);
      expect(gateway.reported).toEqual([]);
    });
  }

  test("whatever JSON is sent to whatever route: an answer, and never an error of the gateway's own", async () => {
    await using gateway = openGateway();
    const posts = gateway.app.endpoints.filter(
      ({ operation }) => operation.requestBody && operation.operationId !== "scanBytes",
    );
    expect(posts.length).toBeGreaterThan(6);
    const names = [
      "root",
      "paths",
      "options",
      "codename",
      "deps",
      "rule",
      "content",
      "text",
      "targets",
      "url",
      "types",
    ];
    const value = fc.anything({ key: fc.constantFrom(...names), maxDepth: 3, withNullPrototype: false });
    const property = fc.asyncProperty(fc.constantFrom(...posts), value, async ({ method, path }, body) => {
      const text = JSON.stringify(body) ?? "null";
      const headers = { "content-type": "application/json", "if-none-match": "*" };
      const response = await gateway.request(path.replace(/\{\w+\}/g, "x"), {
        method: method.toUpperCase(),
        headers,
        body: text,
      });
      expect(response.status, `${path} ${text}`).toBeLessThan(500);
      await response.body?.cancel();
    });
    await fc.assert(property, { numRuns: 500 });
    expect(gateway.reported).toEqual([]);
  });
});

describe("cursors that were made up", () => {
  const PARTS = [[], [1.5], [-1], [1e30], ["x"], [null], [[1]], [0, 0], ["", -1], ["", 1e99], {}, 7];
  for (const list of ["/cryptex", "/cryptex/Lamp/history", "/scans", "/rules"]) {
    test(`${list}: refused in words, unless it may be one`, async () => {
      await using gateway = openGateway();
      gateway.services.dictionary.add(newEntry("Lamp"), { who: "me" });
      const statuses = new Set<number>();
      for (const parts of PARTS) {
        const cursor = Buffer.from(JSON.stringify(parts)).toString("base64url");
        const response = await gateway.request(`${list}?after=${cursor}`);
        statuses.add(response.status);
        const { next } = (await response.json()) as { next?: unknown };
        // Who follows it comes to an end.
        expect([cursor, next ?? null]).toEqual([cursor, null]);
      }
      expect([...statuses].filter((status) => status !== 200)).toEqual([400]);
      expect(gateway.reported).toEqual([]);
    });
  }

  test("a place behind the end of the dictionary is its end", async () => {
    await using gateway = openGateway();
    gateway.services.dictionary.add(newEntry("Lamp"), { who: "me" });
    const response = await gateway.request(`/cryptex?after=${cursorOf([Number.MAX_SAFE_INTEGER])}`);
    expect(await response.json()).toEqual({ total: 1, entries: [], next: null } as never);
  });
});

describe("over a connection", () => {
  /** Sends bytes, and gives the answer as far as it came before the server closed. */
  async function answerTo(url: string, head: string, body: Iterable<Uint8Array> = []): Promise<string> {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    let answer = "";
    socket.on("data", (piece) => (answer += piece.toString("latin1")));
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => {}); // the server does not wait for the rest
    socket.write(`${head.replaceAll("\n", "\r\n")}\r\n\r\n`);
    for (const piece of body) {
      if (socket.destroyed || answer !== "") break;
      if (!socket.write(piece))
        await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), closed]);
    }
    while (!answer.includes("\r\n\r\n") && !socket.destroyed) await new Promise(setImmediate);
    socket.destroy();
    await closed;
    return answer;
  }

  function* endless(): Generator<Uint8Array> {
    const piece = Buffer.concat([Buffer.from("10000\r\n"), Buffer.alloc(65_536, 0x20), Buffer.from("\r\n")]);
    for (;;) yield piece;
  }

  for (const [name, head, body, status] of [
    [
      "a body that is announced as too large",
      "POST /scan HTTP/1.1\nHost: localhost\nContent-Length: 99999999999",
      [],
      413,
    ],
    ["a body without end", "POST /scan HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked", endless, 413],
    [
      "JSON without end",
      "POST /scans HTTP/1.1\nHost: localhost\nContent-Type: application/json\nTransfer-Encoding: chunked",
      endless,
      413,
    ],
    [
      "a body where none belongs",
      "GET /health HTTP/1.1\nHost: localhost\nContent-Length: 5\nConnection: close\n\nhello",
      [],
      200,
    ],
    ["nonsense", "NONSENSE", [], 400],
    ["another machine's name", "GET /scans HTTP/1.1\nHost: evil.example\nConnection: close", [], 403],
    ["a path with dots", "GET /../../etc/passwd HTTP/1.1\nHost: localhost\nConnection: close", [], 404],
    ["a broken escape", "GET /rules/%zz%ff HTTP/1.1\nHost: localhost\nConnection: close", [], 404],
    ["long headers", `GET /health HTTP/1.1\nHost: localhost\nX: ${"x".repeat(100_000)}`, [], 431],
  ] as const) {
    test(`${name}: ${status}`, async () => {
      await using gateway = openGateway();
      const url = await gateway.listen();
      const answer = await answerTo(url, head, typeof body === "function" ? body() : body);
      expect(answer.slice(0, 13)).toBe(`HTTP/1.1 ${status} `);
      expect((await fetch(`${url}/health`)).status).toBe(200);
      expect(gateway.reported).toEqual([]);
    });
  }
});

test("an error of the gateway's own says nothing of its inside, and is reported", async () => {
  await using gateway = openGateway();
  gateway.services.dictionary.find = () => {
    throw new Error(`cannot read ${gateway.folder.path}`);
  };
  const response = await gateway.request("/cryptex");
  expect(await response.json()).toEqual({
    type: "about:blank",
    title: "Internal Server Error",
    status: 500,
    detail: "internal error",
  } as never);
  expect(gateway.reported.map(String)).toEqual([`Error: cannot read ${gateway.folder.path}`]);
});
