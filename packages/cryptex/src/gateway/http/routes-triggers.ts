/** `/triggers`: web hooks. */
import { endpoint } from "#kit/http/endpoint.ts";
import { arrayOf, objectOf, schemaNamed, withHeaders } from "#kit/http/openapi.ts";
import { list, object, oneOf, optional, text } from "#kit/http/shapes.ts";
import type { TriggerOrder, Triggers } from "../triggers/triggers.ts";
import { json, noContent } from "./answers.ts";
import { answer } from "./lists.ts";
import { FRAME_TYPES } from "./schemas.ts";

const MAX_JSON_BYTES = 64 * 1024;
const ID = { id: "Id of the trigger" };

const ORDER = object({
  url: text(2_000, { least: 1 }),
  types: optional(list(oneOf(FRAME_TYPES), FRAME_TYPES.length, { least: 1 })),
  scan: optional(text(100, { least: 1 })),
  rule: optional(text(10_000, { least: 1 })),
  tag: optional(text(1_000, { least: 1 })),
  secret: optional(text(200, { least: 16 })),
});

export function triggerEndpoints(triggers: Triggers) {
  return [
    endpoint("GET /triggers", {
      id: "listTriggers",
      summary: "All triggers",
      tag: "triggers",
      scope: "read",
      responses: {
        "200": answer(
          "Without their secrets",
          objectOf({ triggers: arrayOf(schemaNamed("Trigger")) }, ["triggers"]),
        ),
      },
      handle: () => json({ triggers: triggers.list() }),
    }),
    endpoint("POST /triggers", {
      id: "addTrigger",
      summary: "Have frames sent to an address",
      tag: "triggers",
      scope: "write",
      body: { shape: ORDER, maxBytes: MAX_JSON_BYTES },
      responses: {
        "201": withHeaders(answer("With the secret, if it was made here: it is shown this once", "Trigger"), {
          Location: "Path of the trigger",
        }),
      },
      handle({ body }) {
        const made = triggers.add(body as TriggerOrder);
        return json(made, 201, { location: `/triggers/${made.id}` });
      },
    }),
    endpoint("GET /triggers/{id}", {
      id: "getTrigger",
      summary: "A trigger, and how its deliveries go",
      tag: "triggers",
      scope: "read",
      path: ID,
      responses: { "200": answer("Without its secret", "Trigger") },
      handle: ({ path }) => json(triggers.get(path("id"))),
    }),
    endpoint("DELETE /triggers/{id}", {
      id: "removeTrigger",
      summary: "Remove a trigger; what has not been delivered is dropped",
      tag: "triggers",
      scope: "write",
      path: ID,
      responses: { "204": { description: "It is removed" } },
      handle({ path }) {
        triggers.remove(path("id"));
        return noContent();
      },
    }),
    endpoint("POST /triggers/{id}/test", {
      id: "testTrigger",
      summary: "Send a frame of type test, once",
      tag: "triggers",
      scope: "write",
      path: ID,
      responses: {
        "200": answer(
          "How it came out",
          objectOf(
            {
              delivered: { type: "boolean" },
              status: { type: ["integer", "null"] },
              error: { type: ["string", "null"] },
            },
            [...["delivered", "status", "error"]],
          ),
        ),
      },
      handle: async ({ path, signal }) => json(await triggers.test(path("id"), signal)),
    }),
  ];
}
