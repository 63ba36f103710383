/** A tool: what it takes and gives, who may use it, and its work. server.ts offers tools to clients. */
import type { z } from "zod";
import type { Scope } from "../scopes.ts";
import type { Services } from "../services.ts";

/** The services that agents use. */
export type McpServices = Pick<
  Services,
  "journal" | "dictionary" | "roots" | "ruleSets" | "scans" | "gap" | "artifacts"
>;

/** Who asks, and what is allowed. */
export interface Access {
  /** Name under which changes are written down. */
  readonly author: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Lets tools that write be there. */
  readonly allowWrite: boolean;
}

export interface Tool<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly title: string;
  /** For models: when to use it, and what comes of it. */
  readonly description: string;
  /** All of them are needed. */
  readonly scopes: readonly Scope[];
  /** True for a tool that is there with `allowWrite` only. */
  readonly writes?: true;
  readonly effects: Effects;
  readonly timeoutMs: number;
  readonly input: Input;
  readonly output: Output;
  run(input: z.output<Input>, work: Work): Promise<Answer<z.input<Output>>>;
}

/** Effects of a call, as clients are told of them: schema of MCP, ToolAnnotations. */
export interface Effects {
  /** Nothing stays of it. */
  readonly readOnly: boolean;
  /** It may take away what was there. */
  readonly destructive: boolean;
  /** A second call with the same arguments changes nothing more. */
  readonly idempotent: boolean;
}

export const READS: Effects = { readOnly: true, destructive: false, idempotent: true };

/** The surroundings of a call. */
export interface Work {
  readonly services: McpServices;
  readonly author: string;
  /** Aborted when the call is cancelled, or takes too long. */
  readonly signal: AbortSignal;
  /** Tells a client that wants to hear of it. */
  progress(done: number, total: number | undefined, words: string): void;
}

/** The same, taken as it is. */
type Unchanged<Data> = Data extends object ? { readonly [Name in keyof Data]: Unchanged<Data[Name]> } : Data;

export interface Answer<Data> {
  readonly data: Unchanged<Data>;
  /** Sentences of this program's own: no text of others is in them. */
  readonly says: readonly string[];
  /** Texts of others, for the form that people and models read. */
  readonly shows: string;
  /** Present where what was asked for was not done, though there is something to say of it. */
  readonly failed?: true;
}

/** Infers the types of input and output from the schemas. */
export function tool<Input extends z.ZodObject, Output extends z.ZodObject>(
  definition: Tool<Input, Output>,
): Tool {
  return definition as unknown as Tool;
}

export function isOffered({ scopes, writes }: Tool, access: Access): boolean {
  return scopes.every((scope) => access.scopes.has(scope)) && (!writes || access.allowWrite);
}
