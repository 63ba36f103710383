/** Names for the types of the gateway's OpenAPI document. */
import type { paths } from "../generated/gateway.ts";

export type Path = keyof paths;

/** An operation of a path, by its method in lower case. */
type Operation<P extends Path, M extends keyof paths[P]> = paths[P][M];

type Success = 200 | 201 | 202;

/** The answer of an operation, as JSON. */
export type Answer<P extends Path, M extends keyof paths[P]> =
  Operation<P, M> extends { responses: infer R }
    ? {
        [S in keyof R & Success]: R[S] extends { content: { "application/json": infer T } } ? T : never;
      }[keyof R & Success]
    : never;

/** The JSON that an operation takes. */
export type Body<P extends Path, M extends keyof paths[P]> =
  Operation<P, M> extends { requestBody: { content: { "application/json": infer T } } } ? T : never;

/** The query that an operation takes. */
export type Query<P extends Path, M extends keyof paths[P]> =
  Operation<P, M> extends { parameters: { query?: infer Q } } ? Exclude<Q, undefined> : never;

export type ScanOrder = Body<"/scans", "post">;
export type ScanRecord = Answer<"/scans/{id}", "get">;
export type ScanState = ScanRecord["state"];
/** The lines of a scan of bytes, in lists. */
export type ScanResult = Answer<"/scan", "post">;

export type Entry = Body<"/cryptex", "post">;
export type StoredEntry = Answer<"/cryptex/{codename}", "get">;

export type GapReport = Answer<"/gap", "get">;
export type GapComponent = Answer<"/gap/{component}", "patch">;

export type RuleList = Answer<"/rules", "get">;
export type Rule = RuleList["rules"][number];
export type RuleSetInfo = Answer<"/rulesets", "get">["rulesets"][number];

export type NewTrigger = Body<"/triggers", "post">;
export type Trigger = Answer<"/triggers/{id}", "get">;
