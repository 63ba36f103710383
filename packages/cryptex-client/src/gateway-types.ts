/** Names for the types of the gateway's OpenAPI document. */
import type { components, paths } from "../generated/gateway.ts";

export type Path = keyof paths;

/** An operation of a path, by its method in lower case. */
type Operation<P extends Path, M extends keyof paths[P]> = paths[P][M];

type Success = 200 | 201 | 202;

/** The JSON that an operation answers. */
export type Answer<P extends Path, M extends keyof paths[P]> =
  Operation<P, M> extends { responses: infer R }
    ? {
        [S in keyof R & Success]: R[S] extends { content: { "application/json": infer T } } ? T : never;
      }[keyof R & Success]
    : never;

/** The JSON that an operation takes. */
export type Body<P extends Path, M extends keyof paths[P]> =
  Operation<P, M> extends { requestBody: { content: { "application/json": infer T } } } ? T : never;

/** The query that an operation takes; several names are separated by commas. */
export type Query<P extends Path, M extends keyof paths[P]> =
  Operation<P, M> extends { parameters: { query?: infer Q } }
    ? { [Name in keyof Exclude<Q, undefined>]: Plain<Exclude<Q, undefined>[Name]> }
    : never;

/** The document lists the words of a switch. */
type Plain<T> = "true" extends T ? boolean | Exclude<T, "1" | "true" | "0" | "false"> : T;

type Schemas = components["schemas"];

/** A line of a scan's result. */
export type ScanLine =
  Schemas[`ScanLine.${"start" | "match" | "skip" | "error" | "log" | "note" | "quarantine" | "clean" | "end"}`];
export type MatchLine = Schemas["ScanLine.match"];
export type EndLine = Schemas["ScanLine.end"];

/** Something that is no line of a scan's result; members beside the type depend on it. */
export interface Happening {
  readonly type: Exclude<Schemas["Frame"]["type"], ScanLine["type"]>;
  readonly [member: string]: unknown;
}

/** Something that happened, as it stands in the gateway's journal. */
export type EventFrame = {
  /** Grows from frame to frame. The place to go on from, with `after`. */
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Id of the scan that it belongs to. */
  readonly scan: string | null;
} & (ScanLine | Happening);

/** Frames that will not come: they were removed before they were read, or this reader was too slow. */
export interface LostFrame {
  readonly type: "lost";
  /** `seq` of the first and of the last. */
  readonly from: number;
  readonly to: number;
}

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
