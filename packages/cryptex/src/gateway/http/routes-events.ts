/** `GET /events`: frames as they come, by WebSocket or as server-sent events. */
import { endpoint } from "#kit/http/endpoint.ts";
import type { EventHub } from "#kit/http/events/event-hub.ts";
import { EventSocket } from "#kit/http/events/event-socket.ts";
import { EVENT_STREAM_TYPE, eventStream } from "#kit/http/events/event-stream.ts";
import type { FrameStore } from "#kit/http/events/frame.ts";
import { bodiless, isHead } from "#kit/http/head.ts";
import { answerOf } from "#kit/http/openapi.ts";
import { namesParameter, numberParameter, switchParameter, textParameter } from "#kit/http/parameters.ts";
import { wholeNumber } from "#kit/http/query.ts";
import { isUpgrade, type Socket, upgrade } from "#kit/http/web-socket.ts";
import type { Journal } from "../../results/journal.ts";
import { ServiceError } from "../service-error.ts";
import { HEADERS } from "./answers.ts";
import { problem } from "./lists.ts";
import { FRAME_TYPES } from "./schemas.ts";

/** Subprotocol that the server answers. */
const PROTOCOL = "cryptex.events.v1";
/** Begins the subprotocol by which a page's script brings its token. */
export const TOKEN_PROTOCOL = "cryptex.bearer.";

export function journalFrames(journal: Journal): FrameStore {
  return {
    read: ({ after, topic, limit, most }) =>
      journal
        .frames({ after, limit, most, ...(topic !== undefined && { scan: topic }) })
        .map(({ seq, type, scan, text }) => ({ seq, type, topic: scan, text })),
    bounds: () => journal.bounds(),
    onWritten: (listener) => journal.onWritten(listener),
  };
}

/** @param report told of errors of the store */
export function eventEndpoints(journal: Journal, hub: EventHub, report: (error: unknown) => void) {
  return [
    endpoint("GET /events", {
      id: "events",
      summary: "Frames as they are written, by WebSocket or as server-sent events",
      tag: "events",
      scope: "read",
      query: {
        after: numberParameter(
          "Number of the last frame that was seen; by default from now on",
          0,
          Number.MAX_SAFE_INTEGER,
        ),
        type: namesParameter("Types of frames", FRAME_TYPES),
        scan: textParameter("Id of the scan that frames belong to", 100),
        batch: switchParameter("WebSocket: send arrays of frames"),
      },
      headers: [
        {
          name: "Last-Event-ID",
          description: "Stands for `after`, and goes before it",
          schema: { type: "string", pattern: "^[0-9]{1,16}$" },
        },
      ],
      responses: {
        "200": answerOf(
          "Server-sent events: `data` is a Frame, Hello or Lost, `id` what to go on with as `after`",
          EVENT_STREAM_TYPE,
          { type: "string" },
        ),
        "101": {
          description: `A WebSocket, with the subprotocol ${PROTOCOL} if it is offered. Each message is a frame`,
        },
        "404": problem("There is no such scan"),
        "503": problem("Too many listen"),
      },
      handle({ query: { after, type, scan, batch }, request, c }) {
        if (scan !== undefined && journal.scan(scan) === undefined)
          throw new ServiceError("not-found", "there is no such scan");
        const filter = { types: type, topic: scan };
        const lastId = request.headers.get("last-event-id");
        const place = lastId ? wholeNumber("Last-Event-ID", lastId, 0, Number.MAX_SAFE_INTEGER) : after;
        if (isUpgrade(request)) {
          const socket = new EventSocket(hub, filter, place, batch, report);
          return upgrade(request, c.env as Bun.Server<Socket>, socket, PROTOCOL);
        }
        const headers = { ...HEADERS, "content-type": EVENT_STREAM_TYPE, "x-accel-buffering": "no" };
        if (isHead(request)) return bodiless(headers);
        return new Response(eventStream(hub, filter, place, report), { headers });
      },
    }),
  ];
}
