/**
 * Shapes of JSON values that clients send: each reads a value, and describes itself as a schema, so that what is documented is what is
 * taken. Members that are not known are refused by name.
 */
import type { Schema } from "./openapi.ts";
import { excerpt, refuseUnknown } from "./query.ts";
import { Refusal } from "./refusal.ts";

export interface Shape<T> {
  readonly schema: Schema;
  /** @param at names the value in messages @throws Refusal 400 */
  read(value: unknown, at: string): T;
  /** Says of a member that it may be missing. */
  readonly isOptional?: boolean;
}

export type TypeOf<S> = S extends Shape<infer T> ? T : never;

type Members = Readonly<Record<string, Shape<unknown>>>;
type OptionalKeys<M extends Members> = {
  [K in keyof M]: M[K] extends { readonly isOptional: true } ? K : never;
}[keyof M];
type Flat<T> = { readonly [K in keyof T]: T[K] };
export type ObjectOf<M extends Members> = Flat<
  { [K in Exclude<keyof M, OptionalKeys<M>>]: TypeOf<M[K]> } & { [K in OptionalKeys<M>]?: TypeOf<M[K]> }
>;

export function described<S extends Shape<unknown>>(description: string, shape: S): S {
  return { ...shape, schema: { ...shape.schema, description } };
}

export function optional<T>(shape: Shape<T>): Shape<T> & { readonly isOptional: true } {
  return { ...shape, isOptional: true };
}

/** @param most characters */
export function text(most: number, { least = 0 } = {}): Shape<string> {
  return {
    schema: { type: "string", ...(least > 0 && { minLength: least }), maxLength: most },
    read(value, at) {
      if (typeof value !== "string") throw wrong(at, "a text", value);
      const length = charactersOf(value, most, least);
      if (length > most) throw new Refusal(400, `${at} has ${length} characters; ${most} are allowed`);
      if (length < least) throw new Refusal(400, `${at} is ${length === 0 ? "empty" : "too short"}`);
      return value;
    },
  };
}

/** Counts characters, as JSON schemas do, where a text has too many halves of them or too few; else the halves. */
export function charactersOf(value: string, most: number, least = 0): number {
  return value.length > most || value.length < least ? [...value].length : value.length;
}

export function whole(least: number, most: number): Shape<number> {
  return {
    schema: { type: "integer", minimum: least, maximum: most },
    read(value, at) {
      if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
        return value as number;
      throw wrong(at, `a whole number from ${least} to ${most}`, value);
    },
  };
}

export function yesOrNo(): Shape<boolean> {
  return {
    schema: { type: "boolean" },
    read(value, at) {
      if (typeof value === "boolean") return value;
      throw wrong(at, "true or false", value);
    },
  };
}

export function oneOf<const Name extends string>(names: readonly Name[]): Shape<Name> {
  return {
    schema: { enum: names },
    read(value, at) {
      const found = names.find((name) => name === value);
      if (found !== undefined) return found;
      throw wrong(at, `one of ${names.join(", ")}`, value);
    },
  };
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return {
    schema: { oneOf: [{ type: "null" }, shape.schema] },
    read: (value, at) => (value === null ? null : shape.read(value, at)),
  };
}

export function list<T>(item: Shape<T>, most: number, { least = 0 } = {}): Shape<readonly T[]> {
  return {
    schema: { type: "array", items: item.schema, ...(least > 0 && { minItems: least }), maxItems: most },
    read(value, at) {
      if (!Array.isArray(value)) throw wrong(at, "a list", value);
      if (value.length > most) throw new Refusal(400, `${at} has ${value.length} items; ${most} are allowed`);
      if (value.length < least)
        throw new Refusal(400, `${at} has ${value.length} items; ${least} are needed`);
      return value.map((each, index) => item.read(each, `${at}[${index}]`));
    },
  };
}

export function object<const M extends Members>(members: M): Shape<ObjectOf<M>> {
  const names = Object.keys(members);
  const required = names.filter((name) => !members[name]!.isOptional);
  const properties = Object.fromEntries(names.map((name) => [name, members[name]!.schema]));
  return {
    schema: {
      type: "object",
      ...(required.length > 0 && { required }),
      properties,
      additionalProperties: false,
    },
    read(value, at) {
      if (typeof value !== "object" || value === null || Array.isArray(value))
        throw wrong(at, "an object", value);
      refuseUnknown(Object.keys(value), names, `member of ${at}`);
      const given = value as Readonly<Record<string, unknown>>;
      const result: Record<string, unknown> = {};
      for (const [name, member] of Object.entries(members)) {
        const path = at === BODY ? name : `${at}.${name}`;
        if (Object.hasOwn(given, name)) result[name] = member.read(given[name], path);
        else if (!member.isOptional) throw new Refusal(400, `${path} is missing`, {}, { missing: path });
      }
      return result as ObjectOf<M>;
    },
  };
}

/** Names the whole of what was sent. */
export const BODY = "the body";

function wrong(at: string, wanted: string, value: unknown): Refusal {
  const shown =
    typeof value === "object" && value !== null
      ? Array.isArray(value)
        ? "a list"
        : "an object"
      : excerpt(JSON.stringify(value));
  return new Refusal(400, `${at} must be ${wanted}, not ${shown}`);
}
