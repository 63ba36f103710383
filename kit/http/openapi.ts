/** Pieces of an OpenAPI 3.1 document: schemas (JSON Schema 2020-12), parameters, answers and operations. */

export type Schema = Readonly<Record<string, unknown>>;

export const NUMBER: Schema = { type: "number" };
export const INTEGER: Schema = { type: "integer" };
export const TEXT: Schema = { type: "string" };

export function arrayOf(items: Schema): Schema {
  return { type: "array", items };
}

/** @param required names of properties that are always there; without it, nothing is said about that */
export function objectOf(properties: Readonly<Record<string, Schema>>, required?: readonly string[]): Schema {
  return { type: "object", ...(required ? { required } : {}), properties };
}

export interface Parameter {
  readonly name: string;
  readonly schema: Schema;
  readonly description?: string;
  readonly required?: true;
}

/** A header that a request may have. */
export interface HeaderParameter {
  readonly name: string;
  readonly description: string;
  readonly schema?: Schema;
}

export interface Answer {
  readonly description: string;
  /** Missing for an answer without a body. */
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
  readonly headers?: Readonly<Record<string, object>>;
}

export function answerOf(description: string, contentType: string, schema: Schema): Answer {
  return { description, content: { [contentType]: { schema } } };
}

export function jsonAnswer(description: string, schema: Schema): Answer {
  return answerOf(description, "application/json", schema);
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  /** All of them parts of the query. */
  readonly parameters?: readonly Parameter[];
  /** By status. */
  readonly responses: Readonly<Record<string, Answer>>;
}

/** Describes a path that has GET alone. */
export function getOf({ operationId, summary, tags, parameters, responses }: Operation): object {
  const query = parameters?.map((parameter) => ({ in: "query", ...parameter }));
  return { get: { operationId, summary, tags, ...(query ? { parameters: query } : {}), responses } };
}

/** @param headers descriptions by name */
export function withHeaders(answer: Answer, headers: Readonly<Record<string, string>>): Answer {
  const described = Object.entries(headers).map(([name, description]) => [
    name,
    { description, schema: TEXT },
  ]);
  return { ...answer, headers: { ...answer.headers, ...Object.fromEntries(described) } };
}

/** Names a schema among the components of the document. */
export function schemaNamed(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}
