/** The API says of itself what it does: in OpenAPI, checked against the routes, the answers and the refusals. */
import { describe, expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { END, matchOf, START } from "./support/fake-services.ts";
import { type Gateway, openGateway } from "./support/gateway.ts";

interface Operation {
  readonly operationId: string;
  readonly security?: unknown;
  readonly parameters?: readonly { in: string; name: string; schema: Record<string, unknown> }[];
  readonly requestBody?: { content: Record<string, { schema: object }> };
  readonly responses: Readonly<Record<string, { content?: Record<string, { schema: object }> }>>;
}

interface Limits {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly enum?: readonly string[];
}

type Document = { paths: Record<string, Record<string, Operation>>; components: { schemas: object } };

async function documentOf(gateway: Gateway): Promise<Document> {
  return (await (await gateway.request("/openapi.json")).json()) as Document;
}

function operationsOf({ paths }: Document): [route: string, operation: Operation][] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );
}

const withMcp = { mcp: () => Response.json({}) };

test("the document is OpenAPI 3.1", async () => {
  await using gateway = openGateway(withMcp);
  const validator = new Validator();
  const { valid, errors } = await validator.validate((await documentOf(gateway)) as never);
  expect(errors ?? []).toEqual([]);
  expect([valid, validator.version]).toEqual([true, "3.1"]);
});

test("every route is in it, it has no other, and each has an id of its own", async () => {
  await using gateway = openGateway(withMcp);
  const documented = operationsOf(await documentOf(gateway));
  const routes = gateway.app.router.routes.map(
    ({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`,
  );
  expect(documented.map(([route]) => route).sort()).toEqual([...new Set(routes)].sort());
  const ids = documented.map(([, { operationId }]) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test("it says whether this gateway asks for a token", async () => {
  await using open = openGateway();
  await using closed = openGateway({
    access: {
      tokens: {
        tokens: [{ name: "a", token: "abc", scopes: new Set(["read"]) }],
        realm: "x",
        protocolPrefix: "x.",
      },
    },
  });
  const document = await closed.request("/openapi.json", { headers: { authorization: "Bearer abc" } });
  expect((await documentOf(open)).paths["/scans"]?.["post"]?.security).toEqual([{ token: ["scan"] }, {}]);
  expect(((await document.json()) as Document).paths["/scans"]?.["post"]?.security).toEqual([
    { token: ["scan"] },
  ]);
});

test("every parameter in it is one that is minded, within its limits; any other is refused by name", async () => {
  await using gateway = openGateway();
  const document = await documentOf(gateway);
  for (const [route, { parameters = [] }] of operationsOf(document)) {
    const [method, path] = route.split(" ") as [string, string];
    const at = path.replace(/\{\w+\}/g, "x");
    const detail = async (query: string) => {
      const response = await gateway.request(`${at}?${query}`, { method });
      return {
        status: response.status,
        ...((await response.json().catch(() => ({}))) as { detail?: string; unknown?: unknown }),
      };
    };
    const unknown = await detail("colour=red");
    expect([unknown.status, unknown.detail, unknown.unknown], route).toEqual([
      400,
      "unknown parameter: colour",
      ["colour"],
    ]);
    for (const { name, schema } of parameters.filter((each) => each.in === "query")) {
      expect((await detail(`${name}=1&${name}=1`)).detail, route).toBe(`${name} is given more than once`);
      const wrong = [
        ...("maximum" in schema ? [String((schema["maximum"] as number) + 1), "-1", "1.5", "", "x"] : []),
        ...("maxLength" in schema ? ["x".repeat((schema["maxLength"] as number) + 1)] : []),
        ...("enum" in schema || "pattern" in schema ? ["~", ""] : []),
      ];
      expect(wrong.length, `${route} ${name}`).toBeGreaterThan(0);
      for (const value of wrong) {
        const { status, detail: words } = await detail(`${name}=${value}`);
        expect([status, words?.startsWith(name)], `${route} ${name}=${value.slice(0, 20)}: ${words}`).toEqual(
          [400, true],
        );
      }
    }
  }
});

test("every limit of a parameter can be reached", async () => {
  await using gateway = openGateway();
  for (const [route, { parameters = [] }] of operationsOf(await documentOf(gateway))) {
    const [method, path] = route.split(" ") as [string, string];
    for (const { name, schema } of parameters.filter((each) => each.in === "query")) {
      const { minimum, maximum, maxLength, enum: names = [] } = schema as Limits;
      const right = [
        ...(maximum === undefined ? [] : [String(minimum), String(maximum)]),
        // Each is two halves, and one character for a schema.
        ...(maxLength === undefined || name === "meta" || name === "after" ? [] : ["😀".repeat(maxLength)]),
        ...names,
      ];
      for (const value of right) {
        const query = `${name}=${encodeURIComponent(value)}`;
        const response = await gateway.request(`${path.replace(/\{\w+\}/g, "x")}?${query}`, { method });
        const isStream = response.headers.get("content-type") === "text/event-stream";
        const text = isStream ? await response.body!.cancel() : await response.text();
        expect(text ?? "", `${route} ${query}`).not.toContain(`"detail":"${name}`);
      }
    }
  }
  expect(gateway.reported).toEqual([]);
});

test("every refusal in it is a problem", async () => {
  await using gateway = openGateway();
  for (const [route, { responses }] of operationsOf(await documentOf(gateway)))
    for (const [status, { content = {} }] of Object.entries(responses).filter(([each]) => each >= "400"))
      if (route !== "GET /health")
        expect(Object.keys(content), `${route} ${status}`).toEqual(["application/problem+json"]);
});

describe("answers are as it says", () => {
  const entry = { codename: "Lamp", symbol: "lib_lamp", tags: ["a"] };

  /** Every route with a request that is answered; later ones find what earlier ones made. */
  async function requests(
    gateway: Gateway,
  ): Promise<
    readonly (readonly [route: string, path: string, body?: unknown, headers?: Record<string, string>])[]
  > {
    const { journal } = gateway.services;
    const { id } = journal.create({
      origin: "gateway",
      state: "waiting",
      request: { root: "files", paths: ["."] },
    });
    journal.append(id, [START, matchOf("a"), END]);
    const waiting = journal.create({ origin: "mcp", state: "waiting" }).id;
    return [
      [
        "POST /scans",
        "/scans",
        { root: "files", paths: ["note.txt"], options: { archives: 1, listClean: true } },
      ],
      ["GET /scans", "/scans?state=done,waiting&origin=gateway&limit=1"],
      ["GET /scans/{id}", `/scans/${id}`],
      ["GET /scans/{id}/results", `/scans/${id}/results?after=1&limit=2&type=match`],
      ["DELETE /scans/{id}", `/scans/${waiting}`],
      ["POST /scan", "/scan?filename=a.exe&archives=1"],
      [
        "POST /collect",
        "/collect",
        `${[START, matchOf("a"), END].map((line) => JSON.stringify(line)).join("\n")}\n`,
      ],
      ["GET /events", `/events?after=0&scan=${id}`],
      ["GET /rules", "/rules?q=good&limit=1"],
      ["GET /rules/{name}", "/rules/good"],
      ["GET /rule-health", "/rule-health"],
      ["POST /rules/validate", "/rules/validate", { text: "rule a { condition: }" }],
      ["POST /rules/explain", "/rules/explain", { rule: "good", root: "files", path: "note.txt" }],
      [
        "POST /rules/explain",
        "/rules/explain",
        { rule: "good", content: Buffer.from("bad").toString("base64") },
      ],
      ["POST /rules/safe-index", "/rules/safe-index", { targets: ["clamav"] }],
      ["GET /rulesets", "/rulesets"],
      ["GET /rulesets/{ref}", "/rulesets/default"],
      ["POST /cryptex", "/cryptex", entry],
      ["GET /cryptex", "/cryptex?q=lamp"],
      ["GET /cryptex/{codename}", "/cryptex/Lamp"],
      ["PUT /cryptex/{codename}", "/cryptex/Lamp", { ...whole(), summary: "new" }, { "if-match": '"1"' }],
      ["PUT /cryptex/{codename}", "/cryptex/Other", whole(), { "if-none-match": "*" }],
      ["GET /cryptex/{codename}/history", "/cryptex/Lamp/history?limit=1"],
      ["DELETE /cryptex/{codename}", "/cryptex/Lamp"],
      ["GET /gap", "/gap?status=pending&q=ann"],
      ["GET /gap/history", "/gap/history"],
      ["PATCH /gap/{component}", "/gap/src%2Fa.c", { responsible: null }],
      ["POST /gap/scan", "/gap/scan"],
      ["POST /triggers", "/triggers", { url: "https://hooks.example/x" }],
      ["GET /triggers", "/triggers"],
      ["GET /triggers/{id}", "/triggers/t1"],
      ["POST /triggers/{id}/test", "/triggers/t1/test"],
      ["DELETE /triggers/{id}", "/triggers/t1"],
      ["GET /engines", "/engines"],
      ["GET /health", "/health"],
      ["GET /metrics", "/metrics"],
      ["GET /openapi.json", "/openapi.json"],
      ["POST /mcp", "/mcp", {}],
      ["GET /mcp", "/mcp"],
      ["DELETE /mcp", "/mcp"],
    ];
  }

  function whole() {
    const lists = { deps: [], line_references: [], notes: ["a note"], tags: [] };
    const lines = {
      symbol: "s",
      summary: "",
      kind: "",
      location: "",
      signature: "",
      pseudocode: "",
      owner: "",
      risk: "",
    };
    return { ...lines, ...lists, status: "ported" };
  }

  test("for every route, in status, type and content", async () => {
    await using gateway = openGateway(withMcp);
    const document = await documentOf(gateway);
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    formats(ajv);
    ajv.addSchema({ $id: "doc:", components: document.components });
    const checks = (schema: object, value: unknown, what: string) => {
      const text = JSON.stringify(schema).replaceAll('"#/components/', '"doc:#/components/');
      const validate = ajv.compile(JSON.parse(text));
      expect(validate(value) ? [] : validate.errors, what).toEqual([]);
    };
    const operations = new Map(operationsOf(document));
    const asked = new Set<string>();
    for (const [route, path, body, headers = {}] of await requests(gateway)) {
      const operation = operations.get(route)!;
      const [method] = route.split(" ") as [string];
      const [type] = Object.keys(operation.requestBody?.content ?? {});
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const sent = {
        method,
        headers: { ...(body !== undefined && { "content-type": type! }), ...headers },
        ...(body !== undefined && { body: text }),
      };
      const [bodySchema] = Object.values(operation.requestBody?.content ?? {});
      if (body !== undefined) checks(bodySchema!.schema, body, `${route}: what is sent`);
      const response = await gateway.request(path, sent);
      const described = operation.responses[String(response.status)];
      expect([response.status < 300, described !== undefined], `${route}: ${response.status}`).toEqual([
        true,
        true,
      ]);
      const answered = response.headers.get("content-type")?.split(";")[0];
      expect(answered ?? null, route).toBe(Object.keys(described!.content ?? {})[0] ?? (null as never));
      if (answered === "application/json")
        checks(described!.content![answered]!.schema, await response.json(), route);
      else await response.body?.cancel();
      asked.add(route);
    }
    expect([...operations.keys()].filter((route) => !asked.has(route))).toEqual([]);
    expect(gateway.reported).toEqual([]);
  });

  test("refusals are problems, and such as it names", async () => {
    await using gateway = openGateway();
    const document = await documentOf(gateway);
    const operations = new Map(operationsOf(document));
    for (const [route, path, init, status, kind] of [
      ["GET /scans/{id}", "/scans/none", {}, 404, "not-found"],
      ["GET /scans", "/scans?after=x", {}, 400, "invalid"],
      ["GET /rules/{name}", "/rules/none", {}, 404, "not-found"],
      ["GET /cryptex/{codename}", "/cryptex/none", {}, 404, "not-found"],
      ["POST /scans", "/scans", { method: "POST" }, 415, undefined],
      ["GET /cryptex", "/cryptex", { headers: { host: "evil.example" } }, 403, undefined],
      ["GET /cryptex", "/cryptex", { headers: { origin: "https://evil.example" } }, 403, undefined],
    ] as const) {
      const response = await gateway.request(path, init);
      const problem = (await response.json()) as Record<string, unknown>;
      expect([response.status, response.headers.get("content-type")], route).toEqual([
        status,
        "application/problem+json",
      ]);
      expect(problem, route).toEqual({
        type: kind === undefined ? "about:blank" : `urn:cryptex:${kind}`,
        title: expect.any(String),
        status,
        detail: expect.any(String),
      });
      expect(Object.keys(operations.get(route)!.responses), route).toContain(String(status));
    }
  });
});
