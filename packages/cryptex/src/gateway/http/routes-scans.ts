/** `/scans`, and `/scan`: what is scanned, and what was found. */

import { readBytes } from "#kit/http/body.ts";
import { stateTag, unlessKnown } from "#kit/http/conditions.ts";
import { endpoint } from "#kit/http/endpoint.ts";
import { answerOf, withHeaders } from "#kit/http/openapi.ts";
import { namesParameter, numberParameter, switchParameter, textParameter } from "#kit/http/parameters.ts";
import { list, object, optional, text, whole, yesOrNo } from "#kit/http/shapes.ts";
import { JournalError, SCAN_STATES, type ScanRecord } from "../../results/journal.ts";
import { jsonWriter } from "../../scan-runner/formats/json.ts";
import { cursorOf, readCursor } from "../cursor.ts";
import type { ScanOrder } from "../scans/scans.ts";
import { ServiceError } from "../service-error.ts";
import type { Services } from "../services.ts";
import { Turns } from "../turns.ts";
import { HEADERS, json } from "./answers.ts";
import { idempotencyKey, keyHeader } from "./idempotency.ts";
import { AFTER, answer, LIMIT, paged, problem } from "./lists.ts";
import { FRAME_TYPES, pageOf } from "./schemas.ts";

/** PATH_MAX of Linux. */
const PATH = text(4_096, { least: 1 });
/** Larger numbers make lines that nobody reads. */
const MAX_STRINGS = 10_000;
const DAY_MS = 86_400_000;

const ORDER = object({
  root: text(64, { least: 1 }),
  paths: list(PATH, 10_000, { least: 1 }),
  ruleset: optional(text(100, { least: 1 })),
  options: optional(
    object({
      exclude: optional(list(text(1_000, { least: 1 }), 1_000)),
      maxSize: optional(whole(0, Number.MAX_SAFE_INTEGER)),
      recursive: optional(whole(0, 1_000_000)),
      since: optional(text(40, { least: 10 })),
      timeoutMs: optional(whole(0, DAY_MS)),
      maxStrings: optional(whole(0, MAX_STRINGS)),
      listClean: optional(yesOrNo()),
      archives: optional(whole(0, 100)),
      explain: optional(yesOrNo()),
      cache: optional(yesOrNo()),
      profile: optional(yesOrNo()),
      threads: optional(whole(1, 256)),
    }),
  ),
});

const MAX_JSON_BYTES = 2 ** 20;
export const MAX_SCANNED_BYTES = 64 * 2 ** 20;

const ID = { id: "Id of the scan" };

/** Pages of results end when they have this many characters, whatever the limit. */
const RESULTS_TEXT = 4 * 2 ** 20;

export function scanEndpoints({ journal, scans }: Services) {
  // Four bodies of the largest size are in memory at a time; those of others wait in their connections.
  const uploads = new Turns("scans of bytes", 4, 64);
  const record = (id: string): ScanRecord => {
    const found = journal.scan(id);
    if (found === undefined) throw new ServiceError("not-found", "there is no such scan");
    return found;
  };

  return [
    endpoint("POST /scans", {
      id: "orderScan",
      summary: "Order a scan",
      tag: "scans",
      scope: "scan",
      headers: [keyHeader("A second order with this key is answered as the first was")],
      body: { shape: ORDER, maxBytes: MAX_JSON_BYTES },
      responses: {
        "202": withHeaders(answer("It is written down, and runs or waits", "ScanRecord"), {
          Location: "Path of the scan",
        }),
        "404": problem("There is no such root, path or rule set"),
        "409": problem("The key belongs to another order"),
        "503": problem("Too many scans wait"),
      },
      handle({ body, request }) {
        const key = idempotencyKey(request);
        const order = body as ScanOrder;
        const ordered = onceByKey(
          () => scans.submit(order, { origin: "gateway", ...(key !== undefined && { key }) }),
          order,
          record,
        );
        return json(ordered, 202, { location: `/scans/${ordered.id}` });
      },
    }),
    endpoint("GET /scans", {
      id: "listScans",
      summary: "Scans, the newest first",
      tag: "scans",
      scope: "read",
      query: {
        state: namesParameter("States", SCAN_STATES),
        origin: textParameter("Who scanned: gateway, mcp, or the name of a sender", 200),
        limit: LIMIT,
        after: AFTER,
      },
      responses: { "200": answer("A page of scans", pageOf("scans", "ScanRecord")) },
      handle({ query: { state, origin, limit, after } }) {
        const before = after === undefined ? undefined : readCursor(after, ["string"])[0];
        const found = journal.scans({
          limit: limit + 1,
          ...(state && { states: state }),
          ...(origin !== undefined && { origin }),
          ...(before !== undefined && { before }),
        });
        const { page, last } = paged(found, limit);
        return json({ scans: page, next: last ? cursorOf([last.id]) : null });
      },
    }),
    endpoint("GET /scans/{id}", {
      id: "getScan",
      summary: "State and counts of a scan",
      tag: "scans",
      scope: "read",
      path: ID,
      responses: { "200": withHeaders(answer("The scan", "ScanRecord"), { ETag: "Tag of this state" }) },
      handle({ path, request }) {
        const found = record(path("id"));
        return unlessKnown(request, stateTag(found), () => json(found));
      },
    }),
    endpoint("DELETE /scans/{id}", {
      id: "cancelScan",
      summary: "Cancel a scan; what it has found stays",
      tag: "scans",
      scope: "scan",
      path: ID,
      responses: {
        "200": answer("It is cancelled", "ScanRecord"),
        "409": problem("It has ended"),
      },
      handle: ({ path }) => json(scans.cancel(record(path("id")).id)),
    }),
    endpoint("GET /scans/{id}/results", {
      id: "scanResults",
      summary: "Lines of a scan, a frame a line",
      tag: "scans",
      scope: "read",
      path: ID,
      query: {
        after: numberParameter("Number of the last frame that was seen", 0, Number.MAX_SAFE_INTEGER, 0),
        limit: LIMIT,
        type: namesParameter("Types of lines", FRAME_TYPES),
      },
      responses: {
        "200": withHeaders(
          answerOf("Frames as NDJSON; none where nothing follows", "application/x-ndjson", {
            type: "string",
          }),
          {
            "cryptex-next": "Number to go on with as `after`",
            "cryptex-state":
              "State of the scan before the frames were read: where it has ended and there are no frames, there will be none",
          },
        ),
      },
      handle({ path, query: { after, limit, type } }) {
        const { id: scan, state } = record(path("id"));
        const frames = journal.frames({
          scan,
          after,
          limit,
          most: RESULTS_TEXT,
          ...(type && { types: type }),
        });
        return new Response(frames.map((frame) => `${frame.text}\n`).join(""), {
          headers: {
            ...HEADERS,
            "content-type": "application/x-ndjson",
            "cryptex-next": String(frames.at(-1)?.seq ?? after),
            "cryptex-state": state,
          },
        });
      },
    }),
    endpoint("POST /scan", {
      id: "scanBytes",
      summary: "Scan these bytes, and wait for the result",
      tag: "scans",
      scope: "scan",
      query: {
        ruleset: textParameter("Name or digest of the rule set", 100),
        filename: textParameter("Name that rules see", 1_000, { least: 1 }),
        explain: switchParameter("Explain each match"),
        timeout_ms: numberParameter("Give up after this long; 0 is without limit", 0, DAY_MS),
        max_strings: numberParameter("Matches that are listed of a string", 0, MAX_STRINGS),
        archives: numberParameter("Levels of archives that are opened", 0, 100),
      },
      body: {
        bytes: { type: "string", format: "binary" },
        contentType: "application/octet-stream",
        description: `What to scan, at most ${MAX_SCANNED_BYTES} bytes, whatever its type is said to be`,
      },
      responses: {
        "200": answer("As `cryptex scan --format json` prints it", "ScanResult"),
        "404": problem("There is no such rule set"),
        "503": problem("Too many are scanned at a time"),
      },
      async handle({ query, request, signal }) {
        const {
          ruleset,
          filename,
          explain,
          timeout_ms: timeoutMs,
          max_strings: maxStrings,
          archives,
        } = query;
        const options = { ruleset, filename, explain, timeoutMs, maxStrings, archives };
        const events = await uploads.take(
          async () => scans.scanBytes(await readBytes(request, MAX_SCANNED_BYTES), options, signal),
          signal,
        );
        const writer = jsonWriter();
        const parts = [...events.map((event) => writer.event(event)), writer.end()];
        return new Response(parts.map(({ out = "" }) => out).join(""), {
          headers: { ...HEADERS, "content-type": "application/json" },
        });
      },
    }),
  ];
}

/** Finds the scan that was ordered before with the same key. @throws JournalError "duplicate" where the order was another one */
function onceByKey(
  submit: () => ScanRecord,
  order: ScanOrder,
  record: (id: string) => ScanRecord,
): ScanRecord {
  try {
    return submit();
  } catch (error) {
    if (!(error instanceof JournalError) || error.kind !== "duplicate" || error.scan === undefined)
      throw error;
    const before = record(error.scan);
    if (!Bun.deepEquals(before.request, order)) throw error;
    return before;
  }
}
