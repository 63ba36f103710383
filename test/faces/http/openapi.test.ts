import { expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { OPENAPI } from "../../../src/faces/http/openapi.ts";
import { servedApp } from "../../support/served-app.ts";

test("the document is OpenAPI 3.1", async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(OPENAPI) as never);
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
  expect(validator.version).toBe("3.1");
});

test("every route is in it, and it has no other", async () => {
  using served = servedApp();
  const routes = served.app.routes
    .filter(({ method }) => method !== "OPTIONS")
    .map(({ method, path }) => `${method} ${path}`);
  const described = Object.entries(OPENAPI.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described.sort()).toEqual([...new Set(routes)].sort());
  expect(await (await served.app.request("/openapi.json")).json()).toEqual(OPENAPI);
});

test("every parameter in it is one that the server minds, and its limits are the server's", async () => {
  using served = servedApp({ mode: "drbg" });
  await served.random.ready();
  const status = async (path: string) => {
    const response = await served.app.request(path);
    await response.body?.cancel();
    return response.status;
  };
  for (const [path, item] of Object.entries(OPENAPI.paths) as [
    string,
    { get?: { parameters?: Parameter[] } },
  ][]) {
    const parameters = item.get?.parameters ?? [];
    const values = Object.fromEntries(parameters.map((parameter) => [parameter.name, example(parameter)]));
    const query = (changes: Record<string, unknown>) =>
      new URLSearchParams(JSON.parse(JSON.stringify({ ...values, ...changes }))).toString();
    for (const { name, required, schema } of parameters) {
      expect(await status(`${path}?${query({})}`), path).toBe(200);
      if (required) expect(await status(`${path}?${query({ [name]: undefined })}`)).toBe(400);
      expect(await status(`${path}?${query({ [name]: "~" })}`), `${path} ${name}`).toBe(400);
      if (schema.maximum === undefined) continue;
      expect(await status(`${path}?${query({ [name]: schema.maximum })}`), `${path} ${name}`).toBe(200);
      expect(await status(`${path}?${query({ [name]: schema.maximum + 1 })}`)).toBe(400);
      expect(await status(`${path}?${query({ [name]: schema.minimum! - 1 })}`)).toBe(400);
    }
  }
});

interface Parameter {
  readonly name: string;
  readonly required?: boolean;
  readonly schema: {
    readonly minimum?: number;
    readonly maximum?: number;
    readonly enum?: readonly string[];
  };
}

function example({ schema }: Parameter): string {
  return schema.enum?.[0] ?? (schema.minimum === undefined ? "a" : String(schema.minimum));
}
