/** Resources: entries of the dictionary, rules, artifacts. They are listed a page at a time, and their names can be completed. */
import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type Resource,
  ResourceNotFoundError,
  ResourceTemplate,
} from "@modelcontextprotocol/server";
import { cursorOf, readCursor } from "../../cursor.ts";
import { ServiceError } from "../../service-error.ts";
import { seen } from "../answers/fence.ts";
import type { McpServices } from "../tool.ts";
import { Completions } from "./completions.ts";
import { readPart } from "./documents.ts";
import { artifactUri, dictionaryUri, parseUri, ruleUri } from "./uris.ts";

const JSON_TYPE = "application/json";
const PAGE = 100;

/** Runs a look-up under the limits of all calls. */
export type Limited = <T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

export interface ResourceSurroundings {
  readonly services: McpServices;
  readonly limited: Limited;
  /** Told of errors that are this program's own. */
  readonly report: (error: unknown) => void;
}

export function addResources(mcp: McpServer, { services, limited, report }: ResourceSurroundings): void {
  addTemplates(mcp, new Completions(services, report));
  const { server } = mcp;
  // In place of the library's, which lists everything in one answer, and tells clients what it was thrown.
  server.setRequestHandler("resources/list", async ({ params }, { mcpReq }) =>
    explained(report, () => limited(mcpReq.signal, () => listPage(services, params?.cursor))),
  );
  server.setRequestHandler("resources/read", async ({ params: { uri } }, { mcpReq }) =>
    explained(report, () => limited(mcpReq.signal, () => read(services, uri)), uri),
  );
}

function addTemplates(mcp: McpServer, completions: Completions): void {
  const noReading = () => {
    throw new Error("resources are read by the handler in addResources");
  };
  const template = (uri: string, complete: ConstructorParameters<typeof ResourceTemplate>[1]["complete"]) =>
    new ResourceTemplate(uri, { list: undefined, complete: complete! });
  mcp.registerResource(
    "dictionary entry",
    template("cryptex://{codename}", { codename: (value) => completions.codenames(value) }),
    {
      description:
        "An entry of the code base's dictionary, with what needs it, its digest, and who changed it last",
      mimeType: JSON_TYPE,
    },
    noReading,
  );
  mcp.registerResource(
    "rule",
    template("rules://{ruleset}/{rule}", {
      ruleset: (value) => completions.sets(value),
      rule: (value, context) => completions.rules(value, context?.arguments?.["ruleset"]),
    }),
    {
      description:
        "All YARA rules of a name in a rule set: text, metadata, digest, licence, and how they hang together with others",
      mimeType: JSON_TYPE,
    },
    noReading,
  );
  mcp.registerResource(
    "artifact",
    template("artifact://{digest}", { digest: (value) => completions.digests(value) }),
    {
      description:
        "A file that a tool has made, by its SHA-256 in hex, with its licence and what it was made of",
      mimeType: JSON_TYPE,
    },
    noReading,
  );
}

async function read(services: McpServices, uri: string) {
  const wanted = parseUri(uri);
  if (!wanted) throw new ServiceError("not-found", "no resource has a URI like this");
  const [whole] = uri.split("?");
  const { text, ...facts } = await readPart(services, whole!, wanted);
  return { contents: [{ uri, mimeType: JSON_TYPE, text, _meta: facts }] };
}

// ---- The list: artifacts first, since few are there and somebody has asked for them; then the dictionary, then rules ----

/** Gives resources behind a place, and the place behind the last one; no place at the end. */
type Section = (
  services: McpServices,
  after: string,
  limit: number,
) => Promise<{ readonly resources: Resource[]; readonly after: string | undefined }>;

const SECTIONS: readonly Section[] = [artifactsAfter, entriesAfter, rulesAfter];

async function listPage(services: McpServices, cursor: string | undefined) {
  const [first, place] = cursor === undefined ? [0, ""] : readCursor(cursor, ["number", "string"]);
  const resources: Resource[] = [];
  let after = place;
  for (let number = first; number < SECTIONS.length; number++, after = "") {
    const section = SECTIONS[number];
    if (!section) break; // a number that was made up
    while (resources.length < PAGE) {
      const found = await section(services, after, PAGE - resources.length);
      resources.push(...found.resources);
      if (found.after === undefined) break;
      after = found.after;
      if (resources.length >= PAGE) return { resources, nextCursor: cursorOf([number, after]) };
    }
    if (resources.length >= PAGE && number + 1 < SECTIONS.length)
      return { resources, nextCursor: cursorOf([number + 1, ""]) };
  }
  return { resources };
}

async function artifactsAfter({ artifacts }: McpServices, after: string, limit: number) {
  const found = artifacts.list(limit, after === "" ? undefined : after);
  const resources = found.map(({ digest, name, type, licence, bytes }) => ({
    uri: artifactUri(digest),
    name: seen(name),
    mimeType: JSON_TYPE,
    description: `${seen(type)}, ${bytes} bytes`,
    _meta: { digest: `sha256:${digest}`, licence },
  }));
  return { resources, after: found.length < limit ? undefined : found.at(-1)!.digest };
}

/** A place is a number of entries. */
async function entriesAfter({ dictionary }: McpServices, after: string, limit: number) {
  const skip = /^\d{1,15}$/.test(after) ? Number(after) : 0;
  const { entries } = dictionary.find({ limit, skip });
  const resources = entries.map(({ codename }) => ({
    uri: dictionaryUri(codename),
    name: seen(codename),
    mimeType: JSON_TYPE,
  }));
  return { resources, after: entries.length < limit ? undefined : String(skip + limit) };
}

/** A place is the name of a set and a cursor in its rules. */
async function rulesAfter({ ruleSets }: McpServices, after: string, limit: number) {
  const names = (await ruleSets.list()).map(({ name }) => name);
  const [set = names[0], cursor] = after === "" ? [] : after.split(" ");
  const at = names.indexOf(set ?? "");
  if (at < 0) return { resources: [], after: undefined };
  const { rules, next } = await ruleSets.find({ ruleset: set, limit, ...(cursor && { after: cursor }) });
  const resources = [...new Set(rules.map(({ name }) => name))].map((name) => ({
    uri: ruleUri(set!, name),
    name: seen(name),
    mimeType: JSON_TYPE,
  }));
  const following = names[at + 1];
  return {
    resources,
    after: next !== null ? `${set} ${next}` : following === undefined ? undefined : `${following} `,
  };
}

/** Says in errors of MCP what services say; says nothing of other errors. */
async function explained<T>(
  report: (error: unknown) => void,
  work: () => Promise<T>,
  uri?: string,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ServiceError)) {
      report(error);
      throw new ProtocolError(
        ProtocolErrorCode.InternalError,
        "an error inside this program, which its log has",
      );
    }
    if (error.kind === "not-found" && uri !== undefined) throw new ResourceNotFoundError(uri);
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, seen(error.message).slice(0, 2_000));
  }
}
