/** Hono, with one shape for all answers that are not a handler's: errors, unknown paths, wrong methods. */
import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { type ErrorForm, type HeaderFields, Refusal, refusalResponse } from "./refusal.ts";

export type Handler = (c: Context) => Response | Promise<Response>;

export interface RouterOptions {
  /** The form of all refusals, or of those under a path. */
  readonly errors: ErrorForm | ((path: string) => ErrorForm);
  /** Headers of all refusals under a path. */
  readonly headers: (path: string) => HeaderFields;
  /** Message for a path that has no handler. */
  readonly notFound: string;
  /** Makes a refusal of an error of the program's own. */
  readonly refusalOf?: (error: unknown) => Refusal | undefined;
  /** Called with errors that are no refusals, unless the client has gone. */
  readonly report: (error: unknown) => void;
}

/**
 * Makes an empty app. Register handlers with `get`, `post` …; a path's `allow` header follows from what is registered.
 *
 * Give each path one handler, without `app.use`: Hono calls a lone handler directly, but runs two or more through a chain of
 * promises. That costs 2.5 µs a request (measured over loopback, Bun 1.4.5), a quarter of what a small answer takes. What a
 * middleware would do before the handler is a wrapper around it: see `accessGuard`.
 */
export function createRouter({ errors, headers, notFound, refusalOf, report }: RouterOptions): Hono {
  const app = new Hono();
  const formOf = typeof errors === "function" ? errors : () => errors;
  const refuse = (refusal: HTTPException, c: Context) =>
    refusalResponse(refusal, formOf(c.req.path), headers(c.req.path));
  app.onError((error, c) => {
    const refusal = error instanceof HTTPException ? error : refusalOf?.(error);
    if (refusal) return refuse(refusal, c);
    // Its request is aborted with it, which whoever worked for it may throw.
    if (!c.req.raw.signal.aborted) report(error);
    return refuse(new Refusal(500, "internal error"), c);
  });
  return app.notFound((c) => {
    const { path } = c.req;
    const methods = methodsOf(app, path);
    if (methods.length === 0) return refuse(new Refusal(404, notFound), c);
    const allow = methods.join(", ");
    return refuse(new Refusal(405, `${path} is for ${allow}`, { allow }), c);
  });
}

/**
 * Lists the methods that a path has handlers for, in the order of registration. Hono answers HEAD wherever there is GET.
 * Handlers for all methods do not count: `use` makes no path known, and a path with `all` refuses no method.
 */
export function methodsOf(app: Hono, path: string): readonly string[] {
  const methods = new Set(app.routes.map(({ method }) => method));
  return [...methods]
    .filter((method) => method !== "ALL")
    .filter((method) => app.router.match(method, path)[0].some(([[, route]]) => route.method === method))
    .flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
}
