/** The client of a cryptex gateway: begin with CryptexClient. */
export { CryptexClient } from "./client.ts";
export type { EventsOptions, EventsState } from "./events.ts";
export type * from "./gateway-types.ts";
export type { CallOptions, ClientOptions } from "./http.ts";
export { pages } from "./pages.ts";
export { CryptexError, type Problem, type ProblemFacts, type ProblemKind } from "./problem.ts";
export type { ResultsOptions } from "./results.ts";
