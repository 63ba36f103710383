/**
 * Holds lines that others sent against docs/scan-output.schema.json, which describes them for everybody. This reads the part of JSON Schema
 * (draft 2020-12) that the file uses.
 */
import document from "../../docs/scan-output.schema.json";

type Schema = Readonly<Record<string, unknown>>;

const DEFINITIONS = document.$defs as unknown as Readonly<Record<string, Schema>>;

/** Types of a line; each has the definition of its name. */
const TYPES: ReadonlySet<string> = new Set(document.oneOf.map(({ $ref }) => nameOf($ref)));

/** Levels of objects and lists in a line. Explanations have some 60 at most; a checker without a limit would run out of stack. */
const MOST_LEVELS = 200;

/** Says what is wrong with a line; undefined where nothing is. The text is plain: what was sent stands in it as JSON alone. */
export function faultOfLine(line: unknown): string | undefined {
  if (!isObject(line)) return "it is no object";
  const { type } = line;
  if (typeof type !== "string") return 'it has no "type"';
  if (!TYPES.has(type)) return `the type ${shown(type)} is not known`;
  const fault = faultOf(line, DEFINITIONS[type]!, 0);
  return fault === undefined ? undefined : `${type}${fault}`;
}

/** @returns the path of the value and what is wrong with it: `.strings[3].offset: …` */
function faultOf(value: unknown, schema: Schema, level: number): string | undefined {
  if (level > MOST_LEVELS) return `: more than ${MOST_LEVELS} levels`;
  if (typeof schema["$ref"] === "string") {
    const fault = faultOf(value, DEFINITIONS[nameOf(schema["$ref"])]!, level);
    if (fault !== undefined) return fault;
  }
  const choices = (schema["oneOf"] ?? schema["anyOf"]) as readonly Schema[] | undefined;
  if (choices) {
    const faults = choices.map((choice) => faultOf(value, choice, level));
    if (!faults.includes(undefined)) return faults[0];
  }
  return (
    faultOfScalar(value, schema) ??
    (Array.isArray(value) ? faultOfList(value, schema, level) : undefined) ??
    (isObject(value) ? faultOfObject(value, schema, level) : undefined)
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

function faultOfList(value: readonly unknown[], { items }: Schema, level: number): string | undefined {
  if (!isObject(items)) return undefined;
  for (const [index, item] of value.entries()) {
    const fault = faultOf(item, items, level + 1);
    if (fault !== undefined) return `[${index}]${fault}`;
  }
  return undefined;
}

function faultOfObject(value: Schema, schema: Schema, level: number): string | undefined {
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
      const fault = faultOf(field, properties[name]!, level + 1);
      if (fault !== undefined) return `.${name}${fault}`;
      continue;
    }
    if (additionalProperties === false) return `: ${shown(name)} is not known`;
    const fault =
      (isObject(propertyNames) ? faultOf(name, propertyNames, level) : undefined) ??
      (isObject(additionalProperties) ? faultOf(field, additionalProperties, level + 1) : undefined);
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

function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const expressions = new Map<string, RegExp>();

function expression(pattern: string): RegExp {
  const known = expressions.get(pattern) ?? new RegExp(pattern, "u");
  expressions.set(pattern, known);
  return known;
}

function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf("/") + 1);
}

/** Characters of a text that a message shows. */
const MOST_SHOWN = 60;

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
