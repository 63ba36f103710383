import { expect, test } from "bun:test";
import { accessGuard, NO_TOKEN } from "#kit/http/access.ts";
import { endpoint, mount } from "#kit/http/endpoint.ts";
import { LargeAnswers } from "#kit/http/large-answers.ts";
import { jsonErrors } from "#kit/http/refusal.ts";
import { createRouter } from "#kit/http/router.ts";
import { NetworkTurns } from "#kit/http/turns.ts";
import { rejectionOf } from "../../support/rejection.ts";

const MEGABYTE = "é".repeat(1 << 19);

function largeAnswers(): (text: string) => Promise<Response> {
  const large = new LargeAnswers(new NetworkTurns(), () => {}, 3 << 20);
  return (text) => large.send(new Response(text, { status: 201, headers: { "x-kept": "yes" } }));
}

test("a large answer arrives as it is, a small one with its length", async () => {
  const send = largeAnswers();
  for (const text of [MEGABYTE, "small", ""]) {
    const response = await send(text);
    expect([response.status, response.headers.get("x-kept")]).toEqual([201, "yes"]);
    expect(await response.text()).toBe(text);
  }
});

test("so much is held for those who do not read, and no more; what is taken or given up makes room", async () => {
  const send = largeAnswers();
  const [one, two] = [await send(MEGABYTE), await send(MEGABYTE), await send(MEGABYTE)];
  const refusal = await rejectionOf(send(MEGABYTE));
  expect(refusal.message).toContain("too many large answers");
  expect(await (await send("small")).text()).toBe("small");
  await one!.body!.cancel();
  await send(MEGABYTE);
  expect(await rejectionOf(send(MEGABYTE))).toBeInstanceOf(Error);
  await two!.text();
  await send(MEGABYTE);
});

test("a stream of events is not waited for", async () => {
  const large = new LargeAnswers(new NetworkTurns(), () => {});
  const headers = { "content-type": "text/event-stream; charset=utf-8" };
  const response = new Response(new ReadableStream(), { headers });
  expect(await large.send(response)).toBe(response);
});

test("answers to GET are not made for those who have gone; what changes something is done all the same", async () => {
  const app = createRouter({
    errors: jsonErrors((problem) => ({ problem })),
    headers: () => ({}),
    notFound: "",
    report() {},
  });
  const done: string[] = [];
  const made = (route: "GET /list" | "POST /order" | "GET /health", scope: string | typeof NO_TOKEN) =>
    endpoint(route, {
      id: route,
      summary: route,
      tag: "test",
      scope,
      responses: {},
      handle() {
        done.push(route);
        return new Response(route);
      },
    });
  mount(app, [made("GET /list", "read"), made("POST /order", "write"), made("GET /health", NO_TOKEN)], {
    guard: accessGuard({ hosts: "any", origins: [] }),
    closing: new AbortController().signal,
    report() {},
  });
  const ask = (method: string, path: string, signal?: AbortSignal) =>
    app.fetch(new Request(`http://localhost${path}`, { method, ...(signal && { signal }) }));
  const gone = new AbortController();
  const asked = [...Array(100).keys()].map(() => ask("GET", "/list", gone.signal));
  const ordered = ask("POST", "/order", gone.signal);
  gone.abort();
  await Promise.all([...asked, ordered]);
  expect(done).toEqual(["POST /order"]);
  expect(await (await ask("GET", "/list")).text()).toBe("GET /list");
  expect(await (await ask("GET", "/health")).text()).toBe("GET /health");
});
