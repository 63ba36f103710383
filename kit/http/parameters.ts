/** Parameters of a query: each reads its text, and describes itself. Those that are not known are refused by name. */
import type { Parameter, Schema } from "./openapi.ts";
import { excerpt, onlyKnown, parameter, wholeNumber } from "./query.ts";
import { Refusal } from "./refusal.ts";
import { charactersOf } from "./shapes.ts";

export interface QueryParameter<T> {
  readonly schema: Schema;
  readonly description: string;
  /** @param text undefined where it is not given @throws Refusal 400 */
  read(text: string | undefined, name: string): T;
}

export type QuerySpec = Readonly<Record<string, QueryParameter<unknown>>>;
export type QueryOf<Spec extends QuerySpec> = {
  readonly [Name in keyof Spec]: Spec[Name] extends QueryParameter<infer T> ? T : never;
};

export function readQuery<Spec extends QuerySpec>(url: string, spec: Spec): QueryOf<Spec> {
  const start = url.indexOf("?");
  const query = new URLSearchParams(start < 0 ? "" : url.slice(start));
  onlyKnown(query, Object.keys(spec));
  const entries = Object.entries(spec).map(([name, each]) => [name, each.read(parameter(query, name), name)]);
  return Object.fromEntries(entries);
}

export function describeQuery(spec: QuerySpec): Parameter[] {
  return Object.entries(spec).map(([name, { schema, description }]) => ({ name, description, schema }));
}

/** Any text that is not too long. @param least characters, where there must be some */
export function textParameter(
  description: string,
  most = 1_000,
  { least = 0 } = {},
): QueryParameter<string | undefined> {
  return {
    description,
    schema: { type: "string", ...(least > 0 && { minLength: least }), maxLength: most },
    read(text, name) {
      if (text === undefined) return text;
      const length = charactersOf(text, most, least);
      if (length < least) throw new Refusal(400, `${name} is ${length === 0 ? "empty" : "too short"}`);
      if (length > most) throw new Refusal(400, `${name} has ${length} characters; ${most} are allowed`);
      return text;
    },
  };
}

export function numberParameter(
  description: string,
  least: number,
  most: number,
): QueryParameter<number | undefined>;
export function numberParameter(
  description: string,
  least: number,
  most: number,
  byDefault: number,
): QueryParameter<number>;
export function numberParameter(
  description: string,
  least: number,
  most: number,
  byDefault?: number,
): QueryParameter<number | undefined> {
  const schema = { type: "integer", minimum: least, maximum: most };
  return {
    description,
    schema: byDefault === undefined ? schema : { ...schema, default: byDefault },
    read: (text, name) => (text === undefined ? byDefault : wholeNumber(name, text, least, most)),
  };
}

/** True where it says 1 or true. */
export function switchParameter(description: string): QueryParameter<boolean> {
  return {
    description,
    schema: { enum: ["1", "true", "0", "false"], default: "0" },
    read(text, name) {
      if (text === "1" || text === "true") return true;
      if (text === undefined || text === "0" || text === "false") return false;
      throw new Refusal(400, `${name} must be 1 or 0, not '${excerpt(text)}'`);
    },
  };
}

/** One or several of the names, with commas between them. */
export function namesParameter<const Name extends string>(
  description: string,
  names: readonly Name[],
): QueryParameter<readonly Name[] | undefined> {
  return {
    description: `${description}: one or several of ${names.join(", ")}, with commas between them`,
    schema: { type: "string", pattern: `^(${names.join("|")})(,(${names.join("|")}))*$` },
    read(text, name) {
      if (text === undefined) return undefined;
      return text.split(",").map((each) => {
        const found = names.find((known) => known === each);
        if (found === undefined)
          throw new Refusal(400, `${name}: '${excerpt(each)}' is none of ${names.join(", ")}`);
        return found;
      });
    },
  };
}
