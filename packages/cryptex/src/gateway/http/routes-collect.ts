/** `POST /collect`: results of scans elsewhere. */

import { InputError } from "#kit/errors.ts";
import { requireType } from "#kit/http/body.ts";
import { endpoint } from "#kit/http/endpoint.ts";
import { withHeaders } from "#kit/http/openapi.ts";
import { Refusal } from "#kit/http/refusal.ts";
import { MOST_BYTES } from "../../telemetry-agent/read-results.ts";
import { takeIn } from "../../telemetry-agent/take-in.ts";
import type { Services } from "../services.ts";
import { Turns } from "../turns.ts";
import { json } from "./answers.ts";
import { idempotencyKey, keyHeader } from "./idempotency.ts";
import { answer, problem } from "./lists.ts";

const NDJSON = "application/x-ndjson";

export function collectEndpoints({ journal }: Services) {
  // A result may be sent while it is made, for hours; each takes some 10 MB of memory, and a file.
  const senders = new Turns("results", 32, 64);
  return [
    endpoint("POST /collect", {
      id: "collectResult",
      summary: "Take in the result of a scan that was made elsewhere, as a whole or not at all",
      tag: "scans",
      scope: "write",
      headers: [
        { name: "Cryptex-Origin", description: "Name of the sender; by default that of the token" },
        keyHeader("Tells this result from others of the sender; by default its lines do"),
      ],
      body: {
        bytes: { type: "string" },
        contentType: NDJSON,
        description: `Lines as \`cryptex scan --format ndjson\` prints them, at most ${MOST_BYTES} bytes`,
      },
      responses: {
        "201": withHeaders(answer("It is taken in", "ScanRecord"), { Location: "Path of the scan" }),
        "409": problem("It is there already: `scan` is its id"),
        "503": problem("Too many are sent at a time"),
      },
      async handle({ request, caller, signal }) {
        requireType(request, [NDJSON, "application/ndjson", "application/jsonl"]);
        const key = idempotencyKey(request);
        const origin = request.headers.get("cryptex-origin") ?? caller.name;
        const { body } = request;
        if (body === null) throw new Refusal(400, "there is no result in it: it is empty");
        const record = await senders.take(
          () => taken(() => takeIn(journal, body, { origin, key, signal })),
          signal,
        );
        return json(record, 201, { location: `/scans/${record.id}` });
      },
    }),
  ];
}

/** Blames the sender for what is wrong with a result. */
async function taken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InputError) throw new Refusal(400, error.message, {}, { kind: "invalid" });
    throw error;
  }
}
