/** Checks of JSON that tools print: objects, and lists of objects. */
import { ToolError } from "../../../errors.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws ToolError if the text is not a JSON object */
export function parseObject(text: string, tool: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ToolError(`${tool}: its output is not a JSON object`);
}

/** Returns the list of a section of `system_profiler -json`. @throws ToolError if there is none */
export function parseProfile(text: string, section: string): readonly JsonObject[] {
  const list = parseObject(text, "system_profiler")[section];
  if (!Array.isArray(list)) throw new ToolError(`system_profiler: no ${section} in its output`);
  return objectsIn(list);
}

/** Returns the objects in a list; none if it is not a list. */
export function objectsIn(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
