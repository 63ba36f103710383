/** `GET /openapi.json`: the API as OpenAPI 3.1, made of the endpoints themselves. */
import { STATUS_CODES } from "node:http";
import { describe, type Endpoint } from "#kit/http/endpoint.ts";
import { VERSION } from "../../version.ts";
import { problem } from "./lists.ts";
import { SCHEMAS } from "./schemas.ts";

const TAGS = ["scans", "events", "rules", "dictionary", "gap", "triggers", "agents", "status"];

/** @param asksForTokens whether this gateway was started with tokens */
export function openapiOf(endpoints: readonly Endpoint[], asksForTokens: boolean) {
  const refusal = (status: number) => problem(STATUS_CODES[status] ?? "Refused");
  return {
    openapi: "3.1.1",
    info: {
      title: "cryptex",
      version: VERSION,
      description:
        "Scans with YARA rules, the rules themselves, the dictionary and the gap report of a code base.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: TAGS.map((name) => ({ name })),
    paths: describe(endpoints, refusal, "token", asksForTokens),
    components: {
      schemas: SCHEMAS,
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          description:
            "Of the scopes read, scan and write; a gateway that was started without tokens asks for none",
        },
      },
    },
  };
}
