/** Holds lines that others sent against docs/scan-output.schema.json, which describes them for everybody. */
import { isObject, nameOf, type Schema, schemaFault, shown } from "#kit/format/json-schema.ts";
import document from "../../docs/scan-output.schema.json";

const DEFINITIONS = document.$defs as unknown as Readonly<Record<string, Schema>>;

/** Types of a line; each has the definition of its name. */
const TYPES: ReadonlySet<string> = new Set(document.oneOf.map(({ $ref }) => nameOf($ref)));

/** Says what is wrong with a line; undefined where nothing is. The text is plain: what was sent stands in it as JSON alone. */
export function faultOfLine(line: unknown): string | undefined {
  if (!isObject(line)) return "it is no object";
  const { type } = line;
  if (typeof type !== "string") return 'it has no "type"';
  if (!TYPES.has(type)) return `the type ${shown(type)} is not known`;
  const fault = schemaFault(line, DEFINITIONS[type]!, DEFINITIONS);
  return fault === undefined ? undefined : `${type}${fault}`;
}
