import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { MAX_STREAMS } from "../../../src/faces/http/random-routes.ts";
import { fakeNoise, fakeSource } from "../../support/fake-thread.ts";
import { type ServedApp, type ServedOptions, servedApp } from "../../support/served-app.ts";

const RANDOM = "/api/v1/random?length=8&type=uint8";
const NUMBERS = "/?length=8&type=hex16&size=2";
const TOKEN = "0123456789abcdef";

async function ready(options: ServedOptions = {}): Promise<ServedApp> {
  const served = servedApp(options);
  await served.random.ready();
  return served;
}

for (const mode of ["full", "drbg"] as const) {
  describe(`random bytes, ${mode}`, () => {
    test("both paths of the ANU contract, every type", async () => {
      using served = await ready({ mode });
      for (const path of ["/api/v1/random", "/API/jsonI.php"]) {
        for (const type of ["uint8", "uint16"]) {
          const response = await served.app.request(`${path}?length=100&type=${type}`);
          expect(response.status).toBe(200);
          expect(response.headers.get("content-type")).toBe("application/json");
          expect(response.headers.get("cache-control")).toBe("no-store");
          const { data, ...rest } = (await response.json()) as { data: number[] };
          expect(rest as object).toEqual({ type, length: 100, success: true });
          expect(data.length).toBe(100);
          const limit = type === "uint8" ? 256 : 65_536;
          expect(data.every((value) => Number.isInteger(value) && value >= 0 && value < limit)).toBe(true);
          // False alarm 2^-100.
          expect(data.some((value) => value >= limit / 2)).toBe(true);
        }
        const hex = await served.app.request(`${path}?length=5&type=hex16&size=16`);
        const { data } = (await hex.json()) as { data: string[] };
        expect(data.every((block) => /^[0-9a-f]{32}$/.test(block))).toBe(true);
        expect(new Set(data).size).toBe(5); // false alarm 10 × 2^-128
      }
    });

    test("a mistake is answered in ANU's shape, and nothing else", async () => {
      using served = await ready({ mode });
      const response = await served.app.request("/API/jsonI.php?length=0&type=uint8");
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({
        success: false,
        error: "length must be a whole number from 1 to 65536, not '0'",
      });
    });

    test("bytes: exactly n, none twice", async () => {
      using served = await ready({ mode });
      const seen = new Set<string>();
      let blocks = 0;
      // Around the 16 KiB that DRBG output is drawn ahead by.
      for (const n of [1, 31, 16_383, 16_384, 16_385, 5_000, 20_000]) {
        const response = await served.app.request(`/api/v1/bytes?n=${n}`);
        expect(response.headers.get("content-type")).toBe("application/octet-stream");
        const bytes = Buffer.from(await response.arrayBuffer());
        expect(bytes.length).toBe(n);
        for (let at = 0; at + 16 <= n; at += 16) {
          seen.add(bytes.toString("hex", at, at + 16));
          blocks += 1;
        }
      }
      expect(seen.size).toBe(blocks); // false alarm below 2^-100
    });

    test("answers that are made at the same time share nothing", async () => {
      using served = await ready({ mode });
      const answers = await Promise.all(
        Array.from({ length: 20 }, async () => (await served.app.request("/api/v1/bytes?n=16")).bytes()),
      );
      expect(new Set(answers.map((bytes) => Buffer.from(bytes).toString("hex"))).size).toBe(20);
    });

    for (const n of ["0", "1048577", "", "x", "1&n=1"]) {
      test(`bytes: n=${n} is refused`, async () => {
        using served = await ready({ mode });
        expect((await served.app.request(`/api/v1/bytes?n=${n}`)).status).toBe(400);
      });
    }

    test("stream: bytes until the reader has enough", async () => {
      using served = await ready({ mode });
      const response = await served.app.request("/api/v1/stream");
      const reader = response.body!.getReader();
      let length = 0;
      while (length < 100_000) length += (await reader.read()).value!.length;
      await reader.cancel();
      served.closing.abort();
      expect(served.reported).toEqual([]);
    });

    test("stream: ends when the server stops", async () => {
      using served = await ready({ mode });
      const reader = (await served.app.request("/api/v1/stream")).body!.getReader();
      await reader.read();
      served.closing.abort();
      let last = await reader.read();
      while (!last.done) last = await reader.read();
      expect((await served.app.request("/api/v1/stream")).status).toBe(503);
    });
  });
}

test("no more streams than allowed; one that ends makes room", async () => {
  using served = await ready({ mode: "drbg" });
  const open = await Promise.all(
    Array.from({ length: MAX_STREAMS }, () => served.app.request("/api/v1/stream")),
  );
  expect(open.every(({ status }) => status === 200)).toBe(true);
  const refused = await served.app.request("/api/v1/stream");
  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toBe("1");
  await open[0]!.body!.cancel();
  expect((await served.app.request("/api/v1/stream")).status).toBe(200);
});

describe("when there is no entropy", () => {
  test("a request waits so long, then gets 503 with Retry-After; what it had got is not reused", async () => {
    using served = servedApp({ maxWaitMs: 30 });
    served.thread.frozen = true;
    for (const path of [RANDOM, "/api/v1/bytes?n=8"]) {
      const response = await served.app.request(path);
      expect(response.status).toBe(503);
      expect(response.headers.get("retry-after")).toBe("1");
      expect(await response.json()).toEqual({
        success: false,
        error: expect.stringMatching(/^not enough entropy within 0\.03 s: 0 bits credited/),
      });
    }
    const health = await served.app.request("/health");
    expect(health.status).toBe(503);
    expect(((await health.json()) as { reasons: string[] }).reasons[0]).toBe("no source is healthy");
  });

  test("a stream that cannot begin is refused like any request", async () => {
    using served = servedApp({ maxWaitMs: 30 });
    served.thread.frozen = true;
    expect((await served.app.request("/api/v1/stream")).status).toBe(503);
  });

  test("a stream that can never go on is cut off, not closed", async () => {
    using served = await ready();
    const reader = (await served.app.request("/api/v1/stream")).body!.getReader();
    await reader.read();
    served.pool.close();
    const end = (async () => {
      while (!(await reader.read()).done);
    })();
    const outcome = await end.then(
      () => "closed",
      () => "cut off",
    );
    expect(outcome).toBe("cut off");
    expect(String(served.reported.at(-1))).toContain("closed");
    expect((await served.app.request("/api/v1/stream")).status).toBe(503);
  });

  test("no source can ever deliver: told at once, with the reason", async () => {
    const source = fakeSource({ id: "gone" }, fakeNoise(1));
    source.unavailable = "not on this machine";
    using served = servedApp({ sources: [source] });
    const response = await served.app.request(RANDOM);
    expect(response.status).toBe(503);
    expect(((await response.json()) as { error: string }).error).toContain("no source can deliver");
  });

  test("a source that is always the same earns nothing, so no byte is served", async () => {
    using served = servedApp({ sources: [fakeSource({ id: "dead" }, () => 7)], maxWaitMs: 500 });
    expect((await served.app.request(RANDOM)).status).toBe(503);
    expect(served.pool.status().ledger.creditedBits).toBe(0);
  });
});

describe("status", () => {
  test("health is ok once a source is healthy and the generator seeded", async () => {
    using served = await ready();
    const response = await served.app.request("/health");
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: "ok", mode: "full", reasons: [] });
  });

  test("health is ok while sources are in their start-up test again, as after a pause", async () => {
    using served = await ready();
    for (const { info } of served.sources) served.pool.pause(info.id);
    expect((await served.app.request("/health")).status).toBe(503);
    served.thread.frozen = true;
    for (const { info } of served.sources) served.pool.resume(info.id);
    expect(served.pool.status().sources.map(({ state }) => state)).toEqual(["starting", "starting"]);
    expect((await served.app.request("/health")).status).toBe(200);
  });

  test("sources: what they are and how they do", async () => {
    using served = await ready();
    const body = (await (await served.app.request("/sources")).json()) as { sources: object[] };
    expect(body.sources.length).toBe(2);
    expect(body.sources[0]).toMatchObject({
      id: "a",
      title: "Source A",
      mechanism: "a test",
      family: "clock",
      unit: "count",
      symbolBits: 8,
      claim: 1,
      effects: [],
      state: "healthy",
    });
  });

  test("pool/status: the account adds up", async () => {
    using served = await ready();
    const body = await (await served.app.request("/pool/status")).json();
    const { ledger, sources, schema, capacityBytes } = body as Awaited<
      ReturnType<typeof served.pool.status>
    > & {
      schema: number;
    };
    expect(schema).toBe(1);
    expect(capacityBytes).toBe(4_096);
    expect(sources.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(ledger.creditedBits).toBeGreaterThanOrEqual(320);
    expect(ledger.spentBits + ledger.forfeitedBits + ledger.levelBits).toBeCloseTo(ledger.creditedBits, 3);
  });
});

describe("access", () => {
  const all = [
    NUMBERS,
    "/api/v1/random?length=1&type=uint8",
    "/api/v1/bytes?n=1",
    "/api/v1/stream",
    "/events",
    "/metrics",
  ];
  const others = [
    "/API/jsonI.php?length=1&type=uint8",
    "/health",
    "/sources",
    "/pool/status",
    "/openapi.json",
  ];

  for (const path of [...all, ...others]) {
    test(`${path}: nothing without the token`, async () => {
      using served = await ready({ mode: "drbg", token: TOKEN });
      const status = async (authorization?: string) => {
        const response = await served.app.request(path, { headers: authorization ? { authorization } : {} });
        await response.body?.cancel();
        return response.status;
      };
      expect(await status()).toBe(401);
      expect(await status(`Bearer ${TOKEN}`)).toBe(200);
      expect(await status(`bearer ${TOKEN}`)).toBe(200);
      const byKey = await served.app.request(path, { headers: { "x-api-key": TOKEN } });
      await byKey.body?.cancel();
      expect(byKey.status).toBe(200);
      for (const wrong of [
        TOKEN,
        `Basic ${TOKEN}`,
        "Bearer",
        `Bearer ${TOKEN}x`,
        `Bearer ${TOKEN.slice(1)}`,
      ]) {
        expect(await status(wrong)).toBe(401);
      }
      const { headers } = await served.app.request(path);
      expect(headers.get("www-authenticate")).toStartWith("Bearer");
    });
  }

  for (const host of [
    "localhost",
    "localhost:8042",
    "127.0.0.1:8042",
    "127.1.2.3",
    "[::1]:8042",
    "a.localhost",
  ]) {
    test(`bound to loopback, answers to ${host}`, async () => {
      using served = await ready({ mode: "drbg", hosts: "loopback" });
      expect((await served.app.request(RANDOM, { headers: { host } })).status).toBe(200);
    });
  }
  for (const host of [
    "evil.example",
    "evil.example:8042",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "",
  ]) {
    test(`bound to loopback, does not answer to '${host}'`, async () => {
      using served = await ready({ mode: "drbg", hosts: "loopback" });
      const response = await served.app.request(RANDOM, { headers: { host } });
      expect(response.status).toBe(403);
      expect(((await response.json()) as { success: boolean }).success).toBe(false);
      expect((await served.app.request("/events", { headers: { host } })).status).toBe(403);
    });
  }

  test("bound elsewhere, answers to any name", async () => {
    using served = await ready({ mode: "drbg" });
    expect((await served.app.request(RANDOM, { headers: { host: "entropy.example" } })).status).toBe(200);
  });

  test("any web site may read the random endpoints, and nothing else", async () => {
    using served = await ready({ mode: "drbg" });
    for (const path of [
      RANDOM,
      NUMBERS,
      "/?type=",
      "/API/jsonI.php",
      "/api/v1/bytes?n=1",
      "/api/v1/stream",
    ]) {
      const { headers, body } = await served.app.request(path);
      expect(headers.get("access-control-allow-origin")).toBe("*");
      await body?.cancel();
    }
    for (const path of [
      "/health",
      "/sources",
      "/pool/status",
      "/metrics",
      "/openapi.json",
      "/events",
      "/no",
    ]) {
      const { headers, body } = await served.app.request(path);
      expect(headers.has("access-control-allow-origin")).toBe(false);
      await body?.cancel();
    }
  });

  test("--cors: one web site, named in every answer", async () => {
    using served = await ready({ mode: "drbg", corsOrigin: "https://example.org" });
    const { headers } = await served.app.request(RANDOM);
    expect(headers.get("access-control-allow-origin")).toBe("https://example.org");
    expect(headers.get("vary")).toBe("Origin");
  });

  test("a browser that asks first is told that it may send a token, and needs none to ask", async () => {
    using served = await ready({ mode: "drbg", token: TOKEN });
    const response = await served.app.request(RANDOM, { method: "OPTIONS" });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-allow-headers")).toBe("Authorization, X-API-Key");
  });

  for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
    test(`${method} is not allowed`, async () => {
      using served = await ready({ mode: "drbg" });
      const response = await served.app.request(RANDOM, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
    });
  }

  test("HEAD has a status and no body", async () => {
    using served = await ready({ mode: "drbg" });
    for (const path of [RANDOM, NUMBERS, "/api/v1/stream", "/events", "/health"]) {
      const response = await served.app.request(path, { method: "HEAD" });
      expect(response.status).toBe(200);
      expect(response.body).toBeNull();
    }
    expect(served.ticking()).toBe(false);
  });

  test("unknown paths", async () => {
    using served = await ready({ mode: "drbg" });
    for (const path of ["/nope", "/api/v1", "/api/v1/random/", "/API/JSONI.PHP", "/__proto__", "/%00"]) {
      const response = await served.app.request(path);
      expect(response.status).toBe(404);
      expect(((await response.json()) as { success: boolean }).success).toBe(false);
    }
  });
});

describe("ANU's present API, on the path of the page", () => {
  const QUERIES = ["?length=2&type=uint8", "?type=hex8&length=2&size=4", "?length=2&type=hex16&size=4"];

  for (const mode of ["full", "drbg"] as const) {
    test(`${mode}: JSON, whatever the client accepts, that no cache keeps`, async () => {
      using served = await ready({ mode });
      for (const accept of ["application/json", "*/*", "text/html"]) {
        for (const query of QUERIES) {
          const response = await served.app.request(`/${query}`, { headers: { accept, "x-api-key": "any" } });
          expect(response.status).toBe(200);
          expect(response.headers.get("content-type")).toBe("application/json");
          expect(response.headers.get("cache-control")).toBe("no-store");
          expect(response.headers.get("x-content-type-options")).toBe("nosniff");
          const { success, length, data } = (await response.json()) as Record<string, unknown>;
          expect([success, length, (data as unknown[]).length]).toEqual([true, "2", 2]);
        }
      }
    });
  }

  test("no two answers have a block in common", async () => {
    using served = await ready({ mode: "drbg" });
    const blocks: string[] = [];
    for (let i = 0; i < 3; i++) {
      const response = await served.app.request("/?length=1024&type=hex16&size=10");
      blocks.push(...((await response.json()) as { data: string[] }).data);
    }
    expect(blocks.every((block) => /^[0-9a-f]{40}$/.test(block))).toBe(true);
    expect(new Set(blocks).size).toBe(3 * 1_024); // false alarm below 2^-130
  });

  test("without length and type, the path is the page's, which wants no token and has no CORS headers", async () => {
    using served = await ready({ mode: "drbg", token: TOKEN });
    for (const path of ["/", "/?", "/?size=4", "/?Length=1", "/?utm_source=x"]) {
      const response = await served.app.request(path);
      expect([200, 302]).toContain(response.status); // from source, the page has a path of its own
      expect(response.headers.has("access-control-allow-origin")).toBe(false);
    }
    for (const path of ["/?length", "/?type=", "/?%6cength=1", "/?size=1&type=hex8"])
      expect((await served.app.request(path)).status, path).toBe(401);
  });

  test("a mistake is answered in that service's shape", async () => {
    using served = await ready({ mode: "drbg" });
    const response = await served.app.request("/?length=1025&type=uint8");
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      success: false,
      message: "length must be a whole number from 1 to 1024, not '1025'",
    });
  });

  test("other names of this machine are refused, in that shape", async () => {
    using served = await ready({ mode: "drbg", hosts: "loopback" });
    const response = await served.app.request(NUMBERS, { headers: { host: "evil.example" } });
    expect(response.status).toBe(403);
    expect(((await response.json()) as { message: string }).message).toContain("loopback names only");
  });

  test("no entropy: 503, and when to ask again", async () => {
    using served = servedApp({ maxWaitMs: 30 });
    served.thread.frozen = true;
    const response = await served.app.request(NUMBERS);
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("1");
    expect(((await response.json()) as { message: string }).message).toContain("not enough entropy");
  });

  test("two headers that contradict each other let nobody in, and no answer repeats a token", async () => {
    using served = await ready({ mode: "drbg", token: TOKEN });
    const ask = async (headers: Record<string, string>) => {
      const response = await served.app.request(NUMBERS, { headers });
      const text = await response.text();
      expect(text).not.toContain(TOKEN);
      return [response.status, (JSON.parse(text) as { message?: string }).message];
    };
    const right = `Bearer ${TOKEN}`;
    expect(await ask({ authorization: right, "x-api-key": TOKEN })).toEqual([200, undefined]);
    expect(await ask({ authorization: right, "x-api-key": "" })).toEqual([200, undefined]);
    const contradiction = [401, "the bearer token and x-api-key contradict each other"];
    expect(await ask({ authorization: right, "x-api-key": `${TOKEN}x` })).toEqual(contradiction);
    expect(await ask({ authorization: "Bearer wrong", "x-api-key": TOKEN })).toEqual(contradiction);
    for (const key of [`${TOKEN}, ${TOKEN}`, `Bearer ${TOKEN}`, TOKEN.slice(1)])
      expect(await ask({ "x-api-key": key })).toEqual([401, "this is not the token"]);
    expect(served.reported).toEqual([]);
  });
});

test("whatever the query, the answer is what was asked for or a refusal, in JSON", async () => {
  using served = await ready({ mode: "drbg" });
  const value = fc.oneof(
    fc.string(),
    fc.integer().map(String),
    fc.constantFrom("uint8", "uint16", "hex8", "hex16", "1", "7"),
  );
  const name = fc.oneof(fc.constantFrom("length", "type", "size"), fc.string());
  const query = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.tuple(name, value), { maxLength: 5 }).map((pairs) => new URLSearchParams(pairs).toString()),
  );
  await fc.assert(
    fc.asyncProperty(query, async (text) => {
      for (const path of ["/API/jsonI.php?", "/?length=3&"]) {
        const response = await served.app.request(path + text.replaceAll("#", "%23"));
        const body = (await response.json()) as {
          success: boolean;
          data: unknown[];
          length: number | string;
        };
        expect([200, 400]).toContain(response.status);
        expect(body.success).toBe(response.status === 200);
        if (body.success) expect(body.data.length).toBe(Number(body.length));
      }
    }),
    { numRuns: 300 },
  );
  expect(served.reported).toEqual([]);
});

test("an unexpected error is reported, and answered without its details", async () => {
  using served = await ready();
  served.random.fill = () => Promise.reject(new Error("secret inside"));
  const response = await served.app.request(RANDOM);
  expect(response.status).toBe(500);
  expect(await response.json()).toEqual({ success: false, error: "internal error" });
  expect(String(served.reported)).toContain("secret inside");
});
