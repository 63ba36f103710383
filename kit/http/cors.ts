/** Answers that scripts of other web sites may read: https://fetch.spec.whatwg.org/#http-cors-protocol */

export interface CorsRules {
  /** Web sites, as https://example.org. */
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  /** Headers that requests may have, and such of answers that may be read. */
  readonly requestHeaders: readonly string[];
  readonly answerHeaders: readonly string[];
}

/** How long a browser need not ask again, in seconds. */
const MAX_AGE_S = 600;

type Fetch<Server> = (request: Request, server: Server) => Response | Promise<Response>;

/** Says in answers to web sites of the list that they may be read. Who may ask is for the access rules to say. */
export function withCors<Server>(fetch: Fetch<Server>, rules: CorsRules): Fetch<Server> {
  const { origins, methods, requestHeaders, answerHeaders } = rules;
  if (origins.length === 0) return fetch;
  return async (request, server) => {
    const origin = request.headers.get("origin");
    if (origin === null || !origins.includes(origin)) return await fetch(request, server);
    const headers = { "access-control-allow-origin": origin, vary: "Origin" };
    // A browser asks before it sends what a form cannot; it sends no token with that.
    if (request.method === "OPTIONS" && request.headers.has("access-control-request-method")) {
      return new Response(null, {
        status: 204,
        headers: {
          ...headers,
          "access-control-allow-methods": methods.join(", "),
          "access-control-allow-headers": requestHeaders.join(", "),
          "access-control-max-age": String(MAX_AGE_S),
        },
      });
    }
    const response = await fetch(request, server);
    for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
    response.headers.set("access-control-expose-headers", answerHeaders.join(", "));
    return response;
  };
}
