/** `/cryptex`: nobody overwrites another's changes, and what is refused shows what is there. */
import { describe, expect, test } from "bun:test";
import { newEntry } from "../../src/dictionary/entry.ts";
import { type Gateway, openGateway } from "./support/gateway.ts";

const FIELDS = (({ codename: _, ...fields }) => fields)(newEntry("x"));

interface Answer {
  readonly status: number;
  readonly etag: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

async function ask(
  gateway: Gateway,
  method: string,
  path: string,
  body?: unknown,
  headers = {},
): Promise<Answer> {
  const response = await (body === undefined
    ? gateway.request(path, { method, headers })
    : gateway.send(method, path, body, headers));
  const text = await response.text();
  return {
    status: response.status,
    etag: response.headers.get("etag"),
    body: text === "" ? {} : JSON.parse(text),
  };
}

test("an entry is added once; its tag is its revision", async () => {
  await using gateway = openGateway();
  const added = await ask(gateway, "POST", "/cryptex", { codename: "Lamp/Table ü", summary: "Keeps" });
  expect([added.status, added.etag]).toEqual([201, '"1"']);
  expect(added.body).toEqual({ ...newEntry("Lamp/Table ü", { summary: "Keeps" }), revision: 1 });
  const twice = await ask(gateway, "POST", "/cryptex", { codename: "Lamp/Table ü" });
  expect([twice.status, twice.body["type"], twice.body["current"]]).toEqual([
    409,
    "urn:cryptex:exists",
    added.body,
  ]);
  const found = await ask(gateway, "GET", "/cryptex/Lamp%2FTable%20%C3%BC");
  expect([found.status, found.etag, found.body]).toEqual([200, '"1"', { ...added.body, used_by: [] }]);
});

test("who needs an entry is shown with it", async () => {
  await using gateway = openGateway();
  await ask(gateway, "POST", "/cryptex", { codename: "a" });
  await ask(gateway, "POST", "/cryptex", { codename: "b", deps: ["a"] });
  expect((await ask(gateway, "GET", "/cryptex/a")).body["used_by"]).toEqual(["b"]);
});

describe("PUT", () => {
  const put = (gateway: Gateway, headers: object, changes = {}, codename = "Lamp") =>
    ask(gateway, "PUT", `/cryptex/${codename}`, { ...FIELDS, ...changes }, headers);

  test("takes the place of the revision that was seen, and of no other", async () => {
    await using gateway = openGateway();
    expect((await put(gateway, { "if-none-match": "*" })).status).toBe(201);
    const first = await put(gateway, { "if-match": '"1"' }, { summary: "mine" });
    expect([first.status, first.etag]).toEqual([200, '"2"']);
    const late = await put(gateway, { "if-match": '"1"' }, { summary: "yours" });
    expect([late.status, late.body["type"]]).toEqual([412, "urn:cryptex:other-revision"]);
    expect(late.body["current"]).toEqual(first.body);
    expect((await put(gateway, { "if-match": "*" }, { summary: "whatever is there" })).etag).toBe('"3"');
  });

  test("adds where there must be none, and there alone", async () => {
    await using gateway = openGateway();
    expect((await put(gateway, { "if-none-match": "*" })).status).toBe(201);
    const there = await put(gateway, { "if-none-match": "*" });
    expect([there.status, (there.body["current"] as { revision: number }).revision]).toEqual([412, 1]);
    for (const condition of ['"1"', "*"]) {
      const absent = await put(gateway, { "if-match": condition }, {}, "Other");
      expect([absent.status, absent.body["current"]]).toEqual([412, null]);
    }
  });

  test("wants to know what was seen, and every field", async () => {
    await using gateway = openGateway();
    expect((await put(gateway, {})).status).toBe(428);
    for (const condition of ["1", 'W/"1"', '"1", "2"', '"x"', '"-1"'])
      expect((await put(gateway, { "if-match": condition })).status, condition).toBe(400);
    expect((await put(gateway, { "if-none-match": '"1"' })).status).toBe(400);
    expect((await put(gateway, { "if-match": "*", "if-none-match": "*" })).status).toBe(400);
    const { summary: _, ...less } = FIELDS;
    const missing = await ask(gateway, "PUT", "/cryptex/Lamp", less, { "if-none-match": "*" });
    expect([missing.status, missing.body["detail"], missing.body["missing"]]).toEqual([
      400,
      "summary is missing",
      "summary",
    ]);
    const other = await put(gateway, { "if-none-match": "*" }, { codename: "Other" });
    expect([other.status, other.body["detail"]]).toEqual([
      400,
      "codename: the body names another entry than the path",
    ]);
  });

  test("by two at a time: one of them is told", async () => {
    await using gateway = openGateway();
    await put(gateway, { "if-none-match": "*" });
    const both = await Promise.all(
      ["a", "b"].map((summary) => put(gateway, { "if-match": '"1"' }, { summary })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  });
});

test("an entry is removed, and its history stays", async () => {
  await using gateway = openGateway();
  await ask(gateway, "POST", "/cryptex", { codename: "Lamp" });
  expect((await ask(gateway, "DELETE", "/cryptex/Lamp", undefined, { "if-match": '"2"' })).status).toBe(412);
  expect((await ask(gateway, "DELETE", "/cryptex/Lamp", undefined, { "if-match": '"1"' })).status).toBe(204);
  expect((await ask(gateway, "DELETE", "/cryptex/Lamp")).status).toBe(404);
  const { changes } = (await ask(gateway, "GET", "/cryptex/Lamp/history")).body as {
    changes: { action: string; who: string }[];
  };
  expect(changes.map(({ action, who }) => [action, who])).toEqual([
    ["remove", "local"],
    ["add", "local"],
  ]);
  expect((await ask(gateway, "GET", "/cryptex/None/history")).status).toBe(404);
});

test("lists and histories page by page, each item once", async () => {
  await using gateway = openGateway();
  for (let i = 0; i < 9; i++) await ask(gateway, "POST", "/cryptex", { codename: `Lamp-${i}`, tags: ["a"] });
  for (let i = 0; i < 6; i++) gateway.services.dictionary.edit("Lamp-0", { summary: `${i}` }, { who: "me" });
  const all = async (path: string, name: string) => {
    const items: Record<string, unknown>[] = [];
    let after = "";
    do {
      const { body } = await ask(gateway, "GET", `${path}?limit=4${after && `&after=${after}`}`);
      items.push(...(body[name] as Record<string, unknown>[]));
      after = (body["next"] as string | null) ?? "";
    } while (after !== "");
    return items;
  };
  expect((await all("/cryptex", "entries")).map((entry) => entry["codename"])).toEqual(
    Array.from({ length: 9 }, (_, i) => `Lamp-${i}`),
  );
  expect((await all("/cryptex/Lamp-0/history", "changes")).map((change) => change["revision"])).toEqual([
    7, 6, 5, 4, 3, 2, 1,
  ]);
  const count = async (query: string) => (await ask(gateway, "GET", `/cryptex?${query}`)).body["total"];
  expect([
    await count("q=lamp-1"),
    await count("tag=a"),
    await count("status=ported"),
    await count("symbol=x"),
  ]).toEqual([1, 9, 0, 0]);
});

test("the largest entry fits; what cannot be kept is said", async () => {
  await using gateway = openGateway();
  const largest = {
    codename: "Large",
    pseudocode: "x".repeat(200_000),
    notes: ["n".repeat(200_000), "m".repeat(200_000)],
  };
  expect((await ask(gateway, "POST", "/cryptex", largest)).status).toBe(201);
  const long = await ask(gateway, "POST", "/cryptex", { codename: "Long", summary: "x".repeat(161) });
  expect([long.status, long.body["detail"]]).toEqual([
    400,
    "Long: summary has 161 characters; 160 are allowed",
  ]);
});
