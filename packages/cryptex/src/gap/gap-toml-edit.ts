/**
 * Writes a declaration into the text of gap.toml and keeps all the rest as it is: comments, order, blanks. What was written is read
 * again; where it says anything else than was meant, nothing is changed.
 */
import { InputError } from "#kit/errors.ts";
import { GAP_TOML, parsedToml } from "./gap-toml.ts";

/** Keys of `[[map]]`; what is undefined stays as it is. */
export interface MapKeys {
  readonly from: string;
  readonly to: string;
  readonly symbols?: readonly string[] | undefined;
  readonly tests?: readonly string[] | undefined;
  readonly sha256?: string | undefined;
  readonly responsible?: string | undefined;
  readonly linked?: string | undefined;
  readonly missing?: string | undefined;
}

/** Replaces what is said of the same `from` and `to`, else adds a table at the end. @throws InputError */
export function withMapping(text: string, keys: MapKeys): string {
  const lineBreak = text.includes("\r\n") ? "\r\n" : "\n";
  const given = Object.entries(keys).filter(([, value]) => value !== undefined);
  const before = mapsIn(text);
  const index = before.findIndex(({ from, to }) => from === keys.from && to === keys.to);
  const edited =
    index < 0
      ? added(text, given, lineBreak)
      : replaced(text, mapTablesIn(text)[index], given, before[index]!, lineBreak);
  const after =
    index < 0 ? [...before, Object.fromEntries(given)] : before.with(index, { ...before[index], ...keys });
  const meant = { ...(parsedToml(text, GAP_TOML) as object), map: after.map(withoutUndefined) };
  if (edited === undefined || !says(edited, meant)) {
    throw new InputError(`${GAP_TOML} is written in a way that this cannot edit`, {
      hints: [
        `write it there by hand: ${given.map(([key, value]) => `${key} = ${tomlValue(value)}`).join("; ")}`,
      ],
    });
  }
  return edited;
}

type Given = readonly (readonly [key: string, value: unknown])[];
type Mapped = Readonly<Record<string, unknown>>;

function mapsIn(text: string): Mapped[] {
  const { map } = parsedToml(text, GAP_TOML) as { map?: unknown };
  return Array.isArray(map) ? map : [];
}

function withoutUndefined(map: Mapped): Mapped {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined));
}

function says(text: string, meant: object): boolean {
  try {
    return Bun.deepEquals(Bun.TOML.parse(text), meant);
  } catch {
    return false;
  }
}

function added(text: string, given: Given, lineBreak: string): string {
  const lines = ["[[map]]", ...given.map(([key, value]) => `${key} = ${tomlValue(value)}`), ""];
  const gap = text === "" ? "" : text.endsWith("\n") ? lineBreak : lineBreak + lineBreak;
  return text + gap + lines.join(lineBreak);
}

function replaced(
  text: string,
  table: MapTable | undefined,
  given: Given,
  before: Mapped,
  lineBreak: string,
): string | undefined {
  if (table === undefined) return undefined;
  let edited = text;
  const changed = given.filter(([key, value]) => !Bun.deepEquals(before[key], value));
  const fresh = changed.filter(([key]) => !table.values.has(key));
  // From the end, so that places before it stay.
  const insertion = fresh.map(([key, value]) => `${key} = ${tomlValue(value)}${lineBreak}`).join("");
  const needsBreak = insertion !== "" && edited[table.end - 1] !== "\n";
  edited = edited.slice(0, table.end) + (needsBreak ? lineBreak : "") + insertion + edited.slice(table.end);
  const known = changed
    .flatMap(([key, value]) => {
      const place = table.values.get(key);
      return place ? [{ ...place, value }] : [];
    })
    .sort((a, b) => b.start - a.start);
  for (const { start, end, value } of known) {
    edited = edited.slice(0, start) + tomlValue(value) + edited.slice(end);
  }
  return edited;
}

/** A basic string of TOML 1.0 is one of JSON, but that DEL is escaped, too. */
function tomlValue(value: unknown): string {
  return JSON.stringify(value).replaceAll("\x7f", "\\u007f").replaceAll('","', '", "');
}

// ---- Where things stand in the text ----

interface MapTable {
  /** Values by their keys: index of the first character and of that behind the last. */
  readonly values: ReadonlyMap<string, { readonly start: number; readonly end: number }>;
  /** Behind the line of its last key, or of its header. */
  readonly end: number;
}

const HEADER = /[^\S\n]*\[\[\s*map\s*\]\][^\n]*\n?/y;
const KEY = /[^\S\n]*([\w-]+)[^\S\n]*=[^\S\n]*/y;
const LINE = /[^\n]*\n?/y;

/** Finds the tables `[[map]]` in their order. Keys in quotation marks or with dots are not found. */
function mapTablesIn(text: string): MapTable[] {
  const tables: { values: Map<string, { start: number; end: number }>; end: number }[] = [];
  let isOpen = false;
  for (let at = 0; at < text.length; ) {
    const header = matchAt(HEADER, text, at);
    const key = matchAt(KEY, text, at);
    if (header) {
      tables.push({ values: new Map(), end: at + header[0].length });
      isOpen = true;
      at += header[0].length;
    } else if (key) {
      const start = at + key[0].length;
      const end = endOfValue(text, start);
      at = end + matchAt(LINE, text, end)![0].length;
      if (isOpen) {
        tables.at(-1)!.values.set(key[1]!, { start, end });
        tables.at(-1)!.end = at;
      }
    } else {
      const [line] = matchAt(LINE, text, at)!;
      if (/^\s*\[/.test(line)) isOpen = false;
      at += line.length;
    }
  }
  return tables;
}

function matchAt(form: RegExp, text: string, at: number): RegExpExecArray | null {
  form.lastIndex = at;
  return form.exec(text);
}

const TOKEN =
  /"""[\s\S]*?(?<!\\)"{3,5}|'''[\s\S]*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|#[^\n]*|[[\]{}]|\n|[^"'#[\]{}\n]+/y;

/** A value ends with its line, unless brackets are open. */
function endOfValue(text: string, start: number): number {
  let open = 0;
  let end = start;
  for (let at = start; at < text.length; ) {
    const token = matchAt(TOKEN, text, at)?.[0] ?? text[at]!;
    if (open === 0 && (token === "\n" || token.startsWith("#"))) break;
    if (/^[[{]$/.test(token)) open++;
    if (/^[\]}]$/.test(token)) open--;
    at += token.length;
    if (token.trim() !== "" && !token.startsWith("#")) end = at - (token.length - token.trimEnd().length);
  }
  return end;
}
