/** `/gap`: what is ported, and what is not. */

import { stateTag, unlessKnown } from "#kit/http/conditions.ts";
import { endpoint } from "#kit/http/endpoint.ts";
import { arrayOf, objectOf, withHeaders } from "#kit/http/openapi.ts";
import { namesParameter, textParameter } from "#kit/http/parameters.ts";
import { nullable, object, optional, text } from "#kit/http/shapes.ts";
import { CODENAME_LENGTH } from "../../dictionary/entry.ts";
import type { GapReport } from "../../gap/gap-report.ts";
import type { Services } from "../services.ts";
import { json } from "./answers.ts";
import { answer, problem } from "./lists.ts";

const PORT_STATUSES = ["pending", "in_progress", "done", "stale", "excluded"] as const;
const NO_ROOT = { "404": problem("The gateway was started without --gap-root") };
const MAX_JSON_BYTES = 64 * 1024;

export function gapEndpoints({ gap }: Services) {
  return [
    endpoint("GET /gap", {
      id: "gapReport",
      summary: "The report as it was last made",
      tag: "gap",
      scope: "read",
      query: {
        status: namesParameter("Statuses of components", PORT_STATUSES),
        q: textParameter("Text that stands in a component's path, or in whom it is assigned to"),
      },
      responses: {
        "200": withHeaders(answer("The report; counts are of all components", "Gap.report"), {
          ETag: "Tag of this state",
        }),
        ...NO_ROOT,
      },
      handle({ query: { status, q }, request }) {
        const report = chosen(gap.report(), status, q);
        return unlessKnown(request, stateTag(report), () => json(report));
      },
    }),
    endpoint("GET /gap/history", {
      id: "gapHistory",
      summary: "Counts of earlier reports, the oldest first",
      tag: "gap",
      scope: "read",
      responses: {
        "200": answer(
          "The points",
          objectOf(
            {
              points: arrayOf(
                objectOf({ at: { type: "string" }, counts: { type: "object" } }, ["at", "counts"]),
              ),
            },
            ["points"],
          ),
        ),
        ...NO_ROOT,
      },
      handle: () => json({ points: gap.history() }),
    }),
    endpoint("PATCH /gap/{component}", {
      id: "setGapComponent",
      summary: "Say who is responsible for a component, or which entry of the dictionary it is",
      tag: "gap",
      scope: "write",
      path: { component: "Path of the component; a slash in it is %2F" },
      body: {
        shape: object({
          responsible: optional(nullable(text(1_000))),
          linked_cryptex: optional(nullable(text(CODENAME_LENGTH))),
        }),
        maxBytes: MAX_JSON_BYTES,
      },
      responses: { "200": answer("The component", "Gap.component") },
      handle: ({ path, body }) => json(gap.set(path("component"), body)),
    }),
    endpoint("POST /gap/scan", {
      id: "scanGap",
      summary: "Make the report anew",
      tag: "gap",
      scope: "write",
      responses: {
        "200": answer("The report", "Gap.report"),
        ...NO_ROOT,
        "503": problem("One is being made"),
      },
      handle: async () => json(await gap.scan()),
    }),
  ];
}

function chosen(
  report: GapReport,
  statuses: readonly string[] | undefined,
  q: string | undefined,
): GapReport {
  if (statuses === undefined && q === undefined) return report;
  const wanted = q?.toLowerCase() ?? "";
  const components = report.components.filter(
    (component) =>
      (statuses?.includes(component.port_status) ?? true) &&
      [component.component, component.responsible ?? ""].some((text) => text.toLowerCase().includes(wanted)),
  );
  return { ...report, components };
}
