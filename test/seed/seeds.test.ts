/** Seeds from servers on loopback: those that give them, and those that are down, slow, empty or not who they say. */
import { describe, expect, test } from "bun:test";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "#kit/signing/canonical-json.ts";
import { type SecretKey, secretKey } from "#kit/signing/keys.ts";
import { type Lineage, lineageOf, lineageText } from "#kit/signing/lineage.ts";
import { SignatureError } from "#kit/signing/signature-error.ts";
import { signStatement } from "#kit/signing/statement.ts";
import { InsufficientEntropyError } from "../../src/errors.ts";
import type { Answer, Question } from "../../src/seed/answer.ts";
import { fetchSeeds, type SeedRequest, WrongSeedError } from "../../src/seed/fetch-seeds.ts";
import { makeIdentityFile } from "../../src/seed/identity-file.ts";
import { checkManifest, digestOf, signManifest } from "../../src/seed/manifest.ts";
import { combined, mixIn } from "../../src/seed/mix.ts";
import { receiveSeeds } from "../../src/seed/receive.ts";
import { newIdentity, sealer } from "../../src/seed/sealing.ts";
import { listeningApp, type ServedOptions, servedApp } from "../support/served-app.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const never = new AbortController().signal;
const identity = await newIdentity();
const [KEY, OTHER_KEY] = [secretKey(randomBytes(64)), secretKey(randomBytes(64))];

function lineage(key: SecretKey, name: string): Lineage {
  return lineageOf(name, key.public, []);
}

function giving(key: SecretKey, said: string[] = [], more: ServedOptions = {}) {
  return listeningApp({ seeds: { key, name: "node", warn: (text) => said.push(text) }, ...more });
}

/** Serves what is told, whatever is asked. */
function serving(answer: (question: Question) => Response | Promise<Response>) {
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => answer((await request.json()) as Question),
  });
}

function requestTo(urls: readonly (string | URL)[], more: Partial<SeedRequest> = {}): SeedRequest {
  return {
    servers: urls.map((url) => new URL(url)),
    identity,
    trusted: [lineage(KEY, "pinned"), lineage(OTHER_KEY, "also-pinned")],
    need: 1,
    timeoutMs: 60_000,
    signal: never,
    onFailure: () => {},
    ...more,
  };
}

/** Answers as a server with this key would, but for what is changed. */
async function answerTo(
  { recipient, request }: Question,
  changes: { readonly key?: SecretKey; readonly members?: JsonObject; readonly seed?: Uint8Array } = {},
): Promise<Answer> {
  const { key = KEY, members = {}, seed = randomBytes(48) } = changes;
  const sealed = await sealer(recipient)(seed);
  const manifest = { server: "node", recipient: digestOf(recipient), request, sealed: digestOf(sealed) };
  const text = signStatement("seed", { ...manifest, bytes: 48, bits: 384, ...members }, key);
  return { schema: 1, sealed: Buffer.from(sealed).toString("base64"), manifest: text };
}

describe("a server", () => {
  test("gives a seed that is sealed and signed, and another each time", async () => {
    await using server = await giving(KEY);
    const seeds = [];
    for (let i = 0; i < 3; i++) seeds.push(...(await fetchSeeds(requestTo([server.url]))));
    expect(seeds.map(({ seed }) => seed.length)).toEqual([48, 48, 48]);
    expect(new Set(seeds.map(({ seed }) => Buffer.from(seed).toString("hex"))).size).toBe(3); // but for 2⁻³⁸⁴
    const [{ manifest }] = seeds as [(typeof seeds)[number]];
    expect(manifest).toMatchObject({ server: "node", signer: "pinned", key: KEY.public.id, bits: 384 });
  });

  test("spends full entropy on each, whatever its mode", async () => {
    for (const mode of ["full", "drbg"] as const) {
      await using server = await giving(KEY, [], { mode });
      await fetchSeeds(requestTo([server.url]));
      const before = server.pool.status().extractedBytes;
      await fetchSeeds(requestTo([server.url]));
      expect(server.pool.status().extractedBytes - before).toBeGreaterThanOrEqual(48);
    }
  });

  test("says, and counts, that a recipient asks from two places, and gives it different seeds", async () => {
    const said: string[] = [];
    using served = servedApp({
      mode: "full",
      seeds: { key: KEY, name: "node", warn: (text) => said.push(text) },
    });
    await served.random.ready();
    const ask = (address: string) =>
      served.app.fetch(post({ recipient: identity.recipient, request: digestOf(address) }), {
        requestIP: () => ({ address }),
      });
    const answers = [];
    for (const place of ["10.0.0.1", "10.0.0.1", "10.0.0.2"]) {
      const answer = await ask(place);
      expect(answer.status).toBe(200);
      answers.push(((await answer.json()) as Answer).sealed);
    }
    expect(new Set(answers).size).toBe(3);
    expect(said.length).toBe(1);
    expect(said[0]).toContain("asks for a seed from 10.0.0.2, and did so from 10.0.0.1 before");
    const count = (name: string) =>
      served.figures().find((figure) => figure.name.endsWith(name))?.samples[0]?.[1];
    expect([count("seeds_total"), count("seed_recipients_moved_total")]).toEqual([3, 1]);
  });

  test("without entropy in time refuses for now; without a key it gives none", async () => {
    using starved = servedApp({
      mode: "full",
      entropy: {
        extract: async () => Promise.reject(new InsufficientEntropyError("no")),
        shortage: () => "",
      },
      seeds: { key: KEY, name: "node", warn: () => {} },
    });
    const question = { recipient: identity.recipient, request: digestOf("") };
    const later = await starved.app.fetch(post(question));
    expect([later.status, later.headers.has("retry-after")]).toEqual([503, true]);
    using without = servedApp();
    expect((await without.app.fetch(post(question))).status).toBe(404);
    const got = await without.app.request("/api/v1/seed");
    expect([got.status, got.headers.get("allow")]).toEqual([405, "POST"]);
  });

  test("refuses questions that are none, and draws nothing for them", async () => {
    using served = servedApp({ mode: "full", seeds: { key: KEY, name: "node", warn: () => {} } });
    const { recipient } = identity;
    const request = digestOf("");
    const swapped = recipient.slice(0, -1) + (recipient.endsWith("q") ? "p" : "q");
    const wrong: readonly [unknown, number][] = [
      [null, 400],
      [[], 400],
      [{}, 400],
      [{ recipient }, 400],
      [{ request }, 400],
      [{ recipient, request: "00" }, 400],
      [{ recipient, request: request.toUpperCase().replace(/\d/g, "A") }, 400],
      [{ recipient: swapped, request }, 400],
      [{ recipient: "age1qqqq", request }, 400],
      [{ recipient, request, bytes: 1_000 }, 400],
      [{ recipient, request, more: "x".repeat(5_000) }, 413],
    ];
    for (const [body, status] of wrong) expect((await served.app.fetch(post(body))).status).toBe(status);
    const text = post({ recipient, request });
    text.headers.set("content-type", "text/plain");
    expect((await served.app.fetch(text)).status).toBe(415);
    expect((await served.app.fetch(post({ recipient, request }, "?n=1"))).status).toBe(400);
    expect(served.pool.status().extractedBytes).toBe(0);
  });

  test("that wants a token gives seeds to those who have it", async () => {
    await using server = await giving(KEY, [], { token: "0123456789abcdef" });
    await expect(fetchSeeds(requestTo([server.url]))).rejects.toThrow(InsufficientEntropyError);
    expect(await fetchSeeds(requestTo([server.url], { token: "0123456789abcdef" }))).toHaveLength(1);
  });
});

describe("an answer", () => {
  const wrong: Readonly<Record<string, (question: Question) => Promise<object>>> = {
    "of a key that is not pinned": (question) => answerTo(question, { key: secretKey(randomBytes(64)) }),
    "to another request": (question) => answerTo(question, { members: { request: digestOf("old") } }),
    "to another recipient": (question) => answerTo(question, { members: { recipient: digestOf("x") } }),
    "that claims more entropy than fits in": (question) => answerTo(question, { members: { bits: 385 } }),
    "with a member more": (question) => answerTo(question, { members: { more: 1 } }),
    "that is longer": (question) => answerTo(question, { members: { bytes: 49 } }),
    "that is shorter than it says": (question) => answerTo(question, { seed: randomBytes(47) }),
    "with another seed beside its manifest": async (question) => ({
      ...(await answerTo(question)),
      sealed: (await answerTo(question)).sealed,
    }),
    "with a time that was changed": async (question) => {
      const { manifest, ...rest } = await answerTo(question);
      return { ...rest, manifest: manifest.replace(/"time":"\d{4}/, '"time":"2001') };
    },
    "with one signature of two": async (question) => {
      const { manifest, ...rest } = await answerTo(question);
      const [head, json, ed25519] = manifest.split("\n");
      const other = signManifest(
        { server: "", recipient: "", request: "", sealed: "", bytes: 0, bits: 0 },
        KEY,
      );
      return { ...rest, manifest: `${[head, json, ed25519, other.split("\n")[3]].join("\n")}\n` };
    },
  };
  for (const [what, make] of Object.entries(wrong)) {
    test(`${what} ends it, and no seed is used`, async () => {
      await using liar = serving(async (question) => Response.json(await make(question)));
      await expect(fetchSeeds(requestTo([liar.url]))).rejects.toThrow(WrongSeedError);
    });
  }

  test("that was given before is to another question", async () => {
    let first: Answer | undefined;
    await using server = serving(async (question) => {
      first ??= await answerTo(question);
      return Response.json(first);
    });
    expect(await fetchSeeds(requestTo([server.url]))).toHaveLength(1);
    await expect(fetchSeeds(requestTo([server.url]))).rejects.toThrow("another request");
  });

  const none: Readonly<Record<string, () => Response>> = {
    "a page": () => new Response("<html>log in</html>"),
    "JSON of another kind": () => Response.json([1]),
    "too much": () => new Response("x".repeat(70_000)),
    "another address": () => Response.redirect("http://127.0.0.1:1/"),
    "a refusal": () => Response.json({ error: "none\u001b[2J" }, { status: 503 }),
  };
  for (const [what, answer] of Object.entries(none)) {
    test(`that is ${what} is no seed`, async () => {
      await using server = serving(answer);
      const failures: string[] = [];
      const asked = fetchSeeds(requestTo([server.url], { onFailure: (_, reason) => failures.push(reason) }));
      await expect(asked).rejects.toThrow(InsufficientEntropyError);
      expect(failures).toHaveLength(1);
      expect(failures[0]).not.toMatch(/\p{Cc}/u);
    });
  }

  test("holds no more once the manifest's every character may be another", () => {
    const expected = { recipient: digestOf("a"), request: digestOf("b"), sealed: digestOf("c") };
    const text = signManifest({ ...expected, server: "node", bytes: 48, bits: 384 }, KEY);
    expect(checkManifest(text, expected, [lineage(KEY, "pinned")]).server).toBe("node");
    const end = text.indexOf("\nml-dsa-65 "); // what follows is more of the same, and long
    for (let at = 0; at < end + 40; at++) {
      const changed = text.slice(0, at) + (text[at] === "a" ? "b" : "a") + text.slice(at + 1);
      expect(() => checkManifest(changed, expected, [lineage(KEY, "pinned")])).toThrow(SignatureError);
    }
  });
});

describe("several servers", () => {
  test("some of them down and slow: those that are needed suffice", async () => {
    await using one = await giving(KEY);
    await using other = await giving(OTHER_KEY);
    await using slow = serving(() => new Promise<Response>(() => {}));
    const down = "http://127.0.0.1:1";
    const seeds = await fetchSeeds(requestTo([down, one.url, slow.url, other.url], { need: 2 }));
    expect(new Set(seeds.map(({ manifest: { signer } }) => signer))).toEqual(
      new Set(["pinned", "also-pinned"]),
    );
  });

  test("too few of them: none is used, and each failure is told", async () => {
    await using one = await giving(KEY);
    await using slow = serving(() => new Promise<Response>(() => {}));
    const failures: string[] = [];
    const request = requestTo([one.url, slow.url, "http://127.0.0.1:1"], {
      need: 2,
      timeoutMs: 1_000,
      onFailure: ({ port }, reason) => failures.push(`${port}: ${reason}`),
    });
    await expect(fetchSeeds(request)).rejects.toThrow("1 of 3 servers gave a seed, and 2 are needed");
    expect(failures).toHaveLength(2);
    expect(failures.some((text) => text === `${slow.url.port}: no answer within 1 s`)).toBe(true);
  });

  test("that share a key count once", async () => {
    await using one = await giving(KEY);
    await using same = await giving(KEY);
    await expect(fetchSeeds(requestTo([one.url, same.url], { need: 2 }))).rejects.toThrow(
      InsufficientEntropyError,
    );
  });

  test("are left at once when it is interrupted", async () => {
    await using slow = serving(() => new Promise<Response>(() => {}));
    const interrupt = new AbortController();
    const asked = fetchSeeds(requestTo([slow.url], { signal: interrupt.signal }));
    interrupt.abort(new Error("interrupted"));
    await expect(asked).rejects.toThrow("interrupted");
  });
});

describe("what is mixed in", () => {
  test("depends on each seed and on the machine's own output, and on no order", () => {
    const [a, b] = [
      { key: "aa", seed: new Uint8Array(48).fill(1) },
      { key: "bb", seed: new Uint8Array(48).fill(2) },
    ] as const;
    const own = new Uint8Array(64).fill(3);
    const hex = (...args: Parameters<typeof combined>) => Buffer.from(combined(...args)).toString("hex");
    expect(hex([b, a], own)).toBe(hex([a, b], own));
    const others = [
      hex([a, b], own),
      hex([a], own),
      hex([b], own),
      hex([a, b], new Uint8Array(64)),
      hex(
        [
          { ...a, seed: b.seed },
          { ...b, seed: a.seed },
        ],
        own,
      ),
      hex([{ key: "a", seed: Buffer.concat([Buffer.from("a"), a.seed]) }, b], own),
    ];
    expect(new Set(others).size).toBe(others.length);
    const parts = [Buffer.from("aa"), a.seed, own].map((part) =>
      Buffer.concat([Buffer.from(`${part.length}\n`), part]),
    );
    const text = Buffer.concat([Buffer.from("esoteric-entropy seed/1\n"), ...parts]);
    expect(hex([a], own)).toBe(createHash("sha512").update(text).digest("hex"));
  });

  test("is counted only where that is asked for, and not more than is in it", () => {
    using folder = temporaryFolder("seed");
    const device = join(folder.path, "device");
    writeFileSync(device, "");
    const block = randomBytes(64);
    mixIn(block, device);
    expect(readFileSync(device)).toEqual(block);
    writeFileSync(device, "");
    const counted: [Buffer, number][] = [];
    mixIn(block, device, (bytes, bits) => counted.push([Buffer.from(bytes), bits]));
    expect(counted).toEqual([[block.subarray(0, 32), 256]]);
    expect(readFileSync(device)).toEqual(block.subarray(32));
  });

  test("is nothing where an answer does not hold, and something each time it does", async () => {
    using folder = temporaryFolder("seed");
    const file = (name: string) => join(folder.path, name);
    const recipient = await makeIdentityFile(file("identity"));
    writeFileSync(file("server.pub"), lineageText(lineage(KEY, "pinned")));
    writeFileSync(file("device"), "");
    let key = KEY;
    await using server = serving(async (question) => {
      expect(question.recipient).toBe(recipient);
      return Response.json(await answerTo(question, { key }));
    });
    const receive = () =>
      receiveSeeds(
        {
          servers: [server.url],
          identity: file("identity"),
          pin: [file("server.pub")],
          need: 1,
          timeoutMs: 60_000,
          tokenFile: undefined,
        },
        { signal: never, warn: () => {}, device: file("device") },
      );
    await receive();
    const mixed = readFileSync(file("device"));
    expect(mixed).toHaveLength(64);
    key = OTHER_KEY;
    await expect(receive()).rejects.toThrow(WrongSeedError);
    expect(readFileSync(file("device"))).toEqual(mixed);
    key = KEY;
    await receive();
    expect(readFileSync(file("device"))).not.toEqual(mixed);
  });
});

function post(body: unknown, query = ""): Request {
  return new Request(`http://localhost/api/v1/seed${query}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}
