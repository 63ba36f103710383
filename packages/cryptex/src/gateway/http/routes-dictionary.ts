/** `/cryptex`: the dictionary. */

import { entityTag, preconditionOf } from "#kit/http/conditions.ts";
import { endpoint } from "#kit/http/endpoint.ts";
import { withHeaders } from "#kit/http/openapi.ts";
import { namesParameter, textParameter } from "#kit/http/parameters.ts";
import { Refusal } from "#kit/http/refusal.ts";
import { list, object, oneOf, optional, type Shape, text } from "#kit/http/shapes.ts";
import { DictionaryError, type StoredEntry } from "../../dictionary/dictionary.ts";
import { type Changes, CODENAME_LENGTH, newEntry, STATUSES } from "../../dictionary/entry.ts";
import { cursorOf, readCursor } from "../cursor.ts";
import { ServiceError } from "../service-error.ts";
import type { Services } from "../services.ts";
import { json, noContent } from "./answers.ts";
import { AFTER, answer, LIMIT, paged, problem } from "./lists.ts";
import { pageOf } from "./schemas.ts";

/** Fields whose contents the dictionary itself judges; the body's limit bounds them. */
const LINE = text(200_000);
const LINES = list(LINE, 10_000);

const FIELDS = {
  symbol: LINE,
  summary: LINE,
  status: oneOf(STATUSES),
  kind: LINE,
  location: LINE,
  signature: LINE,
  pseudocode: LINE,
  deps: LINES,
  line_references: LINES,
  owner: LINE,
  risk: LINE,
  notes: LINES,
  tags: LINES,
};
const CODENAME = text(CODENAME_LENGTH, { least: 1 });

/** For a new entry: what is not said is empty. */
const NEW_ENTRY = object({ codename: CODENAME, ...optionalAll(FIELDS) });
/** For an entry in place of another: what is not said would be lost. */
const WHOLE_ENTRY = object({ codename: optional(CODENAME), ...FIELDS });

const MAX_BYTES = 2 ** 20;
const PATH = { codename: "Codename of the entry" };
const IF_MATCH = {
  name: "If-Match",
  description: "ETag of the entry that was seen; * for any",
  schema: { type: "string", pattern: '^("[0-9]{1,15}"|\\*)$' },
};
const TAG = { ETag: "Revision of the entry" };
const CURRENT = problem("It is another one by now: `current` shows it");

export function dictionaryEndpoints({ dictionary }: Services) {
  const stored = (codename: string): StoredEntry => {
    const entry = dictionary.get(codename);
    if (!entry) throw new ServiceError("not-found", "there is no such entry");
    return entry;
  };
  const tagged = (entry: StoredEntry, status: number): Response => {
    const headers = { etag: entityTag(entry.revision) };
    return json(entry, status, status === 201 ? { ...headers, location: pathOf(entry) } : headers);
  };

  return [
    endpoint("GET /cryptex", {
      id: "findEntries",
      summary: "Entries of the dictionary",
      tag: "dictionary",
      scope: "read",
      query: {
        q: textParameter("Words, all of which an entry has"),
        symbol: textParameter("The symbol, whole", 4_000),
        status: namesParameter("Statuses", STATUSES),
        tag: textParameter("A tag that an entry has"),
        kind: textParameter("The kind, whole"),
        owner: textParameter("The owner, whole"),
        limit: LIMIT,
        after: AFTER,
      },
      responses: {
        "200": answer("A page of entries", pageOf("entries", "StoredEntry", { total: { type: "integer" } })),
      },
      handle({ query: { q, symbol, status, tag, kind, owner, limit, after } }) {
        const from = after === undefined ? 0 : readCursor(after, ["number"])[0];
        const words = (q ?? "").split(/\s+/).filter((word) => word !== "");
        const { total, entries } = dictionary.find({
          words,
          symbol,
          kind,
          owner,
          ...(status && { statuses: status }),
          ...(tag !== undefined && { tags: [tag] }),
          skip: from,
          limit,
        });
        const end = from + entries.length;
        return json({ total, entries, next: end < total ? cursorOf([end]) : null });
      },
    }),
    endpoint("POST /cryptex", {
      id: "addEntry",
      summary: "Add an entry",
      tag: "dictionary",
      scope: "write",
      body: { shape: NEW_ENTRY, maxBytes: MAX_BYTES },
      responses: {
        "201": withHeaders(answer("It is added", "StoredEntry"), { ...TAG, Location: "Path of the entry" }),
        "409": problem("There is one of this name: `current` shows it"),
      },
      handle({ body: { codename, ...known }, caller }) {
        return tagged(dictionary.add(newEntry(codename, known as Changes), { who: caller.name }), 201);
      },
    }),
    endpoint("GET /cryptex/{codename}", {
      id: "getEntry",
      summary: "An entry, and which need it",
      tag: "dictionary",
      scope: "read",
      path: PATH,
      responses: { "200": withHeaders(answer("The entry", "KnownEntry"), TAG) },
      handle({ path }) {
        const entry = stored(path("codename"));
        const used_by = dictionary.usedBy(entry.codename);
        return json({ ...entry, used_by }, 200, { etag: entityTag(entry.revision) });
      },
    }),
    endpoint("PUT /cryptex/{codename}", {
      id: "putEntry",
      summary: "Put an entry in place of the one that was seen, or add it where there is none",
      tag: "dictionary",
      scope: "write",
      path: PATH,
      headers: [
        IF_MATCH,
        {
          name: "If-None-Match",
          description: "* where there must be none yet",
          schema: { type: "string", const: "*" },
        },
      ],
      body: { shape: WHOLE_ENTRY, maxBytes: MAX_BYTES },
      responses: {
        "200": withHeaders(answer("It is in place", "StoredEntry"), TAG),
        "201": withHeaders(answer("It is added", "StoredEntry"), { ...TAG, Location: "Path of the entry" }),
        "412": CURRENT,
        "428": problem("Neither If-Match nor If-None-Match is given"),
      },
      handle({ path, body: { codename: named, ...fields }, caller, request }) {
        const codename = path("codename");
        if (named !== undefined && named !== codename)
          throw new Refusal(400, "codename: the body names another entry than the path");
        const condition = preconditionOf(request);
        if (condition === undefined)
          throw new Refusal(
            428,
            "If-Match with the ETag that was seen is needed, or If-None-Match: * for a new entry",
          );
        const changes = fields as Changes;
        const by = { who: caller.name };
        return unmet(() =>
          condition === "absent"
            ? tagged(dictionary.add(newEntry(codename, changes), by), 201)
            : tagged(
                dictionary.edit(codename, changes, condition === "there" ? by : { ...by, ...condition }),
                200,
              ),
        );
      },
    }),
    endpoint("DELETE /cryptex/{codename}", {
      id: "removeEntry",
      summary: "Remove an entry; its history stays",
      tag: "dictionary",
      scope: "write",
      path: PATH,
      headers: [IF_MATCH],
      responses: { "204": { description: "It is removed" }, "412": CURRENT },
      handle({ path, caller, request }) {
        const condition = preconditionOf(request);
        if (condition === "absent") throw new Refusal(400, "If-None-Match makes no sense here");
        const seen = typeof condition === "object" ? condition : {};
        dictionary.remove(path("codename"), { who: caller.name, ...seen });
        return noContent();
      },
    }),
    endpoint("GET /cryptex/{codename}/history", {
      id: "entryHistory",
      summary: "Who changed an entry, and when; the newest first",
      tag: "dictionary",
      scope: "read",
      path: PATH,
      query: { limit: LIMIT, after: AFTER },
      responses: { "200": answer("A page of changes", pageOf("changes", "Change")) },
      handle({ path, query: { limit, after } }) {
        const codename = path("codename");
        const before = after === undefined ? undefined : readCursor(after, ["number"])[0];
        const found = dictionary.history({ codename, before, limit: limit + 1 });
        if (found.length === 0 && after === undefined) stored(codename);
        const { page, last } = paged(found, limit);
        return json({ changes: page, next: last ? cursorOf([last.seq]) : null });
      },
    }),
  ];
}

type OptionalAll<M> = { readonly [K in keyof M]: M[K] & { readonly isOptional: true } };

function optionalAll<M extends Readonly<Record<string, Shape<unknown>>>>(members: M): OptionalAll<M> {
  return Object.fromEntries(
    Object.entries(members).map(([name, shape]) => [name, optional(shape)]),
  ) as OptionalAll<M>;
}

function pathOf({ codename }: StoredEntry): string {
  return `/cryptex/${encodeURIComponent(codename)}`;
}

/** An entry that is there, or is not, against the condition of the request: 412. */
function unmet(work: () => Response): Response {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DictionaryError) || (error.kind !== "exists" && error.kind !== "not-found"))
      throw error;
    const { current } = error.details;
    throw new ServiceError("other-revision", error.message, { current: current ?? null });
  }
}
