/**
 * Endpoints: what a request must be, who may send it, what it is answered with, and the handler, in one place. The OpenAPI
 * document is made of the same facts as the checks.
 */
import type { Context } from "hono";
import { orAborted } from "../abort.ts";
import type { Caller, Guard, Scope } from "./access.ts";
import { NO_TOKEN } from "./access.ts";
import { HeldBodies } from "./body.ts";
import { isHead } from "./head.ts";
import { LargeAnswers } from "./large-answers.ts";
import type { Answer, HeaderParameter, Schema } from "./openapi.ts";
import { describeQuery, type QueryOf, type QuerySpec, readQuery } from "./parameters.ts";
import { BODY, type Shape } from "./shapes.ts";
import { NetworkTurns } from "./turns.ts";
import { isUpgrade } from "./web-socket.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";

export interface Endpoint {
  readonly method: Method;
  /** As OpenAPI writes it: `/things/{id}`. */
  readonly path: string;
  readonly scope: Scope;
  readonly handler: (c: Context, caller: Caller, surroundings: Surroundings) => Promise<Response>;
  readonly operation: EndpointOperation;
}

/** Things that the requests of a server have in common. */
interface Surroundings {
  /** Aborted when the server stops; its reason is then thrown at once. */
  readonly closing: AbortSignal;
  readonly bodies: HeldBodies;
}

/** The part of an operation that is particular to an endpoint: see `describe`. */
export interface EndpointOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters: readonly object[];
  readonly requestBody?: object;
  /** By status. */
  readonly responses: Readonly<Record<string, Answer>>;
}

/** A request that has passed all checks. */
export interface Asked<Query, Body> {
  readonly query: Query;
  readonly body: Body;
  /** A parameter of the path. */
  readonly path: (name: string) => string;
  readonly caller: Caller;
  readonly request: Request;
  /** Reads bodies that the endpoint does not describe as JSON, if they are held whole. */
  readonly bodies: HeldBodies;
  readonly c: Context;
  /** Aborted when the client goes away, or the server stops. */
  readonly signal: AbortSignal;
}

export interface EndpointSpec<Query extends QuerySpec, Body> {
  readonly id: string;
  readonly summary: string;
  readonly tag: string;
  readonly scope: Scope;
  /** Descriptions of the parameters of the path, by name. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Query;
  readonly headers?: readonly HeaderParameter[];
  readonly body?: BodySpec<Body>;
  readonly responses: Readonly<Record<string, Answer>>;
  readonly handle: (asked: Asked<QueryOf<Query>, Body>) => Response | Promise<Response>;
}

/** JSON of a shape, or bytes that the handler reads itself. */
export type BodySpec<Body> =
  | { readonly shape: Shape<Body>; readonly maxBytes: number }
  | { readonly bytes: Schema; readonly contentType: string; readonly description: string };

/** @param route method and path: `GET /things/{id}` */
export function endpoint<const Query extends QuerySpec = Record<never, never>, Body = undefined>(
  route: `${Uppercase<Method>} /${string}`,
  spec: EndpointSpec<Query, Body>,
): Endpoint {
  const [method, path] = route.split(" ") as [string, string];
  const { id, summary, tag, scope, body, headers = [], handle } = spec;
  const query = spec.query ?? ({} as Query);
  const jsonBody = body !== undefined && "shape" in body ? body : undefined;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  return {
    method: method.toLowerCase() as Method,
    path,
    scope,
    async handler(c, caller, { closing, bodies }) {
      const request = c.req.raw;
      const known = {
        query: readQuery(request.url, query),
        path: (name: string) => c.req.param(name) ?? "",
        ...{ caller, request, bodies, c },
        get signal() {
          return AbortSignal.any([request.signal, closing]);
        },
      };
      const answer = async (body: Body) => handle(Object.assign(known, { body }));
      const work = jsonBody
        ? bodies.json(request, jsonBody.maxBytes, async (sent) => answer(jsonBody.shape.read(sent, BODY)))
        : answer(undefined as Body);
      return await orAborted(work, closing);
    },
    operation: {
      operationId: id,
      summary,
      tags: [tag],
      parameters: [
        ...names.map((name) => ({
          in: "path",
          name,
          required: true,
          description: spec.path?.[name] ?? name,
          schema: { type: "string" },
        })),
        ...describeQuery(query).map((each) => ({ in: "query", ...each })),
        ...headers.map((each) => ({ in: "header", schema: { type: "string" }, ...each })),
      ],
      ...(body && { requestBody: requestBodyOf(body) }),
      responses: spec.responses,
    },
  };
}

function requestBodyOf(body: BodySpec<unknown>): object {
  if ("shape" in body) {
    const description = `At most ${body.maxBytes} bytes`;
    return { required: true, description, content: { "application/json": { schema: body.shape.schema } } };
  }
  return {
    required: true,
    description: body.description,
    content: { [body.contentType]: { schema: body.bytes } },
  };
}

/** The part of a router that endpoints are registered with. */
interface Routes {
  on(method: string, path: string, handler: (c: Context) => Response | Promise<Response>): unknown;
}

export interface MountOptions {
  readonly guard: Guard;
  /** Aborted when the server stops. */
  readonly closing: AbortSignal;
  /** Told of errors in answers that are under way. */
  readonly report: (error: unknown) => void;
}

/**
 * Answers to GET are made in turns, so that those who ask for much keep nobody waiting, and not at all for those who have gone by then.
 * What asks for no token is small, and is answered at once. Other requests are obeyed, whoever waits for the answer.
 */
export function mount(app: Routes, endpoints: readonly Endpoint[], options: MountOptions): void {
  const { guard, closing, report } = options;
  const turns = new NetworkTurns();
  const large = new LargeAnswers(turns, report);
  const surroundings = { closing, bodies: new HeldBodies() };
  for (const { method, path, scope, handler } of endpoints) {
    const inTurn = method === "get" && scope !== NO_TOKEN;
    const guarded = guard(scope, async (c, caller) => {
      if (!inTurn || isUpgrade(c.req.raw)) return await handler(c, caller, surroundings);
      await turns.take(c.req.raw.signal);
      const response = await handler(c, caller, surroundings);
      return isHead(c.req.raw) ? response : await large.send(response);
    });
    app.on(method.toUpperCase(), path.replace(/\{(\w+)\}/g, ":$1"), guarded);
  }
}

/**
 * Describes endpoints as the `paths` of an OpenAPI document, with the refusals that follow from what each checks.
 * @param refusal makes the answer of a status
 * @param scheme name of the security scheme of tokens
 * @param asksForTokens false where whoever comes may do everything: a token may be sent then, and is not looked at
 */
export function describe(
  endpoints: readonly Endpoint[],
  refusal: (status: number) => Answer,
  scheme: string,
  asksForTokens: boolean,
): Record<string, Record<string, object>> {
  const paths: Record<string, Record<string, object>> = {};
  for (const { method, path, scope, operation } of endpoints) {
    const statuses = refusalsOf(scope, operation);
    const refusals = Object.fromEntries(statuses.map((status) => [String(status), refusal(status)]));
    const token = scope === NO_TOKEN ? [] : [{ [scheme]: typeof scope === "string" ? [scope] : [] }];
    const security = asksForTokens && token.length > 0 ? token : [...token, {}];
    const { parameters, ...rest } = operation;
    paths[path] = {
      ...paths[path],
      [method]: {
        ...rest,
        ...(parameters.length > 0 && { parameters }),
        security,
        responses: { ...operation.responses, ...refusals, ...keep(operation.responses, statuses) },
      },
    };
  }
  return paths;
}

/** Answers that an endpoint describes itself stay as they are. */
function keep(own: EndpointOperation["responses"], statuses: readonly number[]): Record<string, Answer> {
  return Object.fromEntries(Object.entries(own).filter(([status]) => statuses.includes(Number(status))));
}

function refusalsOf(scope: Scope, { parameters, requestBody }: EndpointOperation): number[] {
  const statuses = [400, 403];
  if (scope !== NO_TOKEN) statuses.push(401);
  if (parameters.some((each) => (each as { in: string }).in === "path")) statuses.push(404);
  if (requestBody) statuses.push(408, 413, 415, 503);
  return statuses.sort();
}
