/**
 * Holds values that others made against a schema that describes them for everybody. This reads a part of JSON Schema (draft 2020-12):
 * types, choices, members, items, patterns, and references to `$defs` of the same document.
 */

export type Schema = Readonly<Record<string, unknown>>;
type Definitions = Readonly<Record<string, Schema>>;

/** Levels of objects and lists in a value. Explanations of rules have some 60 at most; a checker without a limit would run out of stack. */
const MOST_LEVELS = 200;

/**
 * Says what is wrong with a value: its path in the whole, then the words, as `.strings[3].offset: it is no integer`; undefined where
 * nothing is. The text is plain: what was given stands in it as JSON alone.
 */
export function schemaFault(value: unknown, schema: Schema, definitions: Definitions): string | undefined {
  return faultAt(value, schema, definitions, 0);
}

function faultAt(
  value: unknown,
  schema: Schema,
  definitions: Definitions,
  level: number,
): string | undefined {
  if (level > MOST_LEVELS) return `: more than ${MOST_LEVELS} levels`;
  if (typeof schema["$ref"] === "string") {
    const fault = faultAt(value, definitions[nameOf(schema["$ref"])]!, definitions, level);
    if (fault !== undefined) return fault;
  }
  const choices = (schema["oneOf"] ?? schema["anyOf"]) as readonly Schema[] | undefined;
  if (choices) {
    const faults = choices.map((choice) => faultAt(value, choice, definitions, level));
    if (!faults.includes(undefined)) return faults[0];
  }
  return (
    faultOfScalar(value, schema) ??
    (Array.isArray(value) ? faultOfList(value, schema, definitions, level) : undefined) ??
    (isObject(value) ? faultOfObject(value, schema, definitions, level) : undefined)
  );
}

function faultOfScalar(value: unknown, schema: Schema): string | undefined {
  const { type, enum: choices, minimum, pattern } = schema;
  if ("const" in schema && value !== schema["const"]) return `: it is not ${shown(schema["const"])}`;
  if (Array.isArray(choices) && !choices.includes(value)) return `: it is none of ${shown(choices)}`;
  if (type !== undefined) {
    const types = [type].flat() as unknown as readonly string[];
    if (!types.some((each) => isOfType(value, each))) return `: it is no ${types.join(" or ")}`;
  }
  if (typeof minimum === "number" && typeof value === "number" && value < minimum) {
    return `: it is less than ${minimum}`;
  }
  if (typeof pattern === "string" && typeof value === "string" && !expression(pattern).test(value)) {
    return `: it is not like ${pattern}`;
  }
  return undefined;
}

function faultOfList(
  value: readonly unknown[],
  { items }: Schema,
  definitions: Definitions,
  level: number,
): string | undefined {
  if (!isObject(items)) return undefined;
  for (const [index, item] of value.entries()) {
    const fault = faultAt(item, items, definitions, level + 1);
    if (fault !== undefined) return `[${index}]${fault}`;
  }
  return undefined;
}

function faultOfObject(
  value: Schema,
  schema: Schema,
  definitions: Definitions,
  level: number,
): string | undefined {
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, Schema>>;
  const { required, dependentRequired, propertyNames, additionalProperties } = schema;
  const missing = ((required ?? []) as readonly string[]).find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) return `: "${missing}" is missing`;
  for (const [name, needed] of Object.entries((dependentRequired ?? {}) as Record<string, string[]>)) {
    const lacking = needed.find((each) => Object.hasOwn(value, name) && !Object.hasOwn(value, each));
    if (lacking !== undefined) return `: "${name}" without "${lacking}"`;
  }
  for (const [name, field] of Object.entries(value)) {
    if (Object.hasOwn(properties, name)) {
      const fault = faultAt(field, properties[name]!, definitions, level + 1);
      if (fault !== undefined) return `.${name}${fault}`;
      continue;
    }
    if (additionalProperties === false) return `: ${shown(name)} is not known`;
    const fault =
      (isObject(propertyNames) ? faultAt(name, propertyNames, definitions, level) : undefined) ??
      (isObject(additionalProperties)
        ? faultAt(field, additionalProperties, definitions, level + 1)
        : undefined);
    if (fault !== undefined) return `[${shown(name)}]${fault}`;
  }
  return undefined;
}

function isOfType(value: unknown, type: string): boolean {
  if (type === "integer") return Number.isSafeInteger(value);
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isObject(value);
  return type === "null" ? value === null : typeof value === type;
}

export function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const expressions = new Map<string, RegExp>();

function expression(pattern: string): RegExp {
  const known = expressions.get(pattern) ?? new RegExp(pattern, "u");
  expressions.set(pattern, known);
  return known;
}

/** Name of the definition that a reference leads to. */
export function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf("/") + 1);
}

/** Characters of a text that a message shows. */
const MOST_SHOWN = 60;

/** Writes a value as JSON, cut to a length that a message can hold. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
