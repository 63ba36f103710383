/**
 * SARIF 2.1.0 (OASIS, with errata 01): a result for each rule and file. GitHub's code scanning takes it: each result has a rule with
 * descriptions, one location with a relative URI and a line, and a fingerprint. A file of bytes has no lines, and a region may not mix
 * both (§3.30.4), so the location names line 1, and the matches stand as byte regions among the related locations.
 * GitHub reads at most 25,000 results of a run and 10 MB of compressed text.
 */
import { createHash } from "node:crypto";
import { fromUtf8, safeJson, visible } from "#kit/format/visible.ts";
import type { MatchEvent, MatchedString, MetaEntry, ScanEvent, ShownPath, StartEvent } from "../events.ts";
import { MAX_DATA_BYTES, pathBytes, unescapeData, visiblePath } from "./escape.ts";
import type { FormatOptions, FormatWriter } from "./format.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/**
 * Writes results as they come. Rules and files that match, and notifications of all that was not evaluated, are held until the end,
 * since each stand together.
 */
export function sarifWriter({ version }: FormatOptions): FormatWriter {
  let start: StartEvent | undefined;
  let isComplete = false;
  let results = 0;
  const rules = new Map<string, { index: number; text: string }>();
  const files = new FileList();
  const notifications: string[] = [];

  const resultText = (event: MatchEvent): string => {
    const id = ruleId(event.namespace, event.rule);
    const rule = rules.get(id) ?? { index: rules.size, text: safeJson(descriptor(id, event)) };
    rules.set(id, rule);
    const result = resultOf(event, { id, index: rule.index }, files.indexOf(event));
    return `${results++ === 0 ? opening() : ","}\n${safeJson(result)}`;
  };
  return {
    event(event) {
      if (event.type === "match") return { out: resultText(event) };
      if (event.type === "start") start = event;
      else if (event.type === "end") isComplete = event.complete;
      else notifications.push(safeJson(notification(event)));
      return {};
    },
    end() {
      const invocation = `{"executionSuccessful":${isComplete},"toolExecutionNotifications":${list(notifications)}}`;
      const ruleList = list([...rules.values()].map(({ text }) => text));
      const driver = `"driver":{${safeJson(driverOf(version, start)).slice(1, -1)},"rules":${ruleList}}`;
      const tool = `{${driver},"extensions":${safeJson(extensionsOf(start))}}`;
      const rest = `"artifacts":${list(files.texts)},\n"invocations":[${invocation}],\n"tool":${tool}`;
      return { out: `${results === 0 ? opening() : ""}],\n${rest}}]}\n` };
    },
  };
}

function opening(): string {
  return `{"$schema":"${SCHEMA}","version":"2.1.0","runs":[{"results":[`;
}

function list(texts: readonly string[]): string {
  return texts.length === 0 ? "[]" : `[\n${texts.join(",\n")}]`;
}

/** Files and members that match, each once; the lines of a file stand together. */
class FileList {
  readonly texts: string[] = [];
  private last = "";

  indexOf(event: MatchEvent): number {
    const location = { uri: uriOf(event) };
    // Members of an archive may have one name.
    const file = `${event.sha256} ${location.uri}`;
    if (file !== this.last) {
      const hashes = { "sha-256": event.sha256 };
      this.texts.push(safeJson({ location, length: event.size, roles: ["analysisTarget"], hashes }));
    }
    this.last = file;
    return this.texts.length - 1;
  }
}

function driverOf(version: string, start: StartEvent | undefined) {
  return {
    name: "cryptex",
    version,
    ...(start && { properties: { ruleset: start.ruleset, rules: start.rules } }),
  };
}

function extensionsOf(start: StartEvent | undefined) {
  return (start?.engines ?? []).map(({ name, version, digest }) => ({
    name,
    version,
    properties: { digest },
  }));
}

function ruleId(namespace: string, rule: string): string {
  return namespace === "default" ? rule : `${namespace}:${rule}`;
}

function descriptor(id: string, { rule, namespace, tags, meta }: MatchEvent) {
  const description = { text: message(textOfMeta(meta, "description") ?? `The YARA rule ${id} matches.`) };
  return {
    id,
    name: rule,
    shortDescription: description,
    fullDescription: description,
    help: { text: message(`YARA rule ${id}`) },
    defaultConfiguration: { level: levelOf(meta) },
    properties: { tags, namespace, meta },
  };
}

function textOfMeta(meta: readonly MetaEntry[], key: string): string | undefined {
  const entry = meta.find((one) => one.key === key);
  return entry !== undefined && "value" in entry && typeof entry.value === "string" ? entry.value : undefined;
}

/** Takes the level from a `severity` in words. Numbers mean something else in each rule set: such rules are warnings. */
function levelOf(meta: readonly MetaEntry[]): "error" | "warning" | "note" {
  const severity = textOfMeta(meta, "severity")?.toLowerCase() ?? "";
  if (["critical", "high", "error"].includes(severity)) return "error";
  return ["low", "info", "informational", "note"].includes(severity) ? "note" : "warning";
}

function resultOf(event: MatchEvent, rule: { id: string; index: number }, file: number) {
  const artifactLocation = { uri: uriOf(event), index: file };
  return {
    ruleId: rule.id,
    ruleIndex: rule.index,
    level: levelOf(event.meta),
    message: { text: message(`The YARA rule ${rule.id} matches ${visiblePath(event)}.`) },
    locations: [{ physicalLocation: { artifactLocation, region: { startLine: 1 } } }],
    relatedLocations: event.strings.map((string, index) => ({
      id: index,
      physicalLocation: { artifactLocation, region: regionOf(string) },
      message: { text: message(string.id) },
    })),
    // GitHub adds rule and path to it; there is one result for both, so that it stays the same when the file changes.
    partialFingerprints: { primaryLocationLineHash: fingerprint(rule.id, event) },
    properties: { engine: event.engine, ...(event.strings_total && { strings_total: event.strings_total }) },
  };
}

function fingerprint(id: string, shown: ShownPath): string {
  return `${createHash("sha256").update(id).update("\0").update(pathBytes(shown)).digest("hex").slice(0, 16)}:1`;
}

function regionOf({ offset, length, data }: MatchedString) {
  const bytes = unescapeData(data);
  const text = fromUtf8(bytes);
  const isPlain = text !== undefined && visible(text) === text;
  return {
    byteOffset: offset,
    byteLength: length,
    snippet: isPlain ? { text } : { binary: Buffer.from(bytes).toString("base64") },
    ...(length > MAX_DATA_BYTES && { properties: { snippetBytes: bytes.length } }),
  };
}

const LEVELS = {
  error: "error",
  quarantine: "error",
  skip: "note",
  log: "note",
  note: "note",
  clean: "none",
} as const;

/** Tells of an event that is no match. */
function notification(event: Exclude<ScanEvent, MatchEvent | { type: "start" | "end" }>) {
  const level = event.type === "quarantine" && event.harmless ? "note" : LEVELS[event.type];
  const locations: object[] = [];
  if (event.path !== undefined) locations.push(wholeFile({ ...event, path: event.path }));
  if (event.type === "quarantine") locations.push(wholeFile({ path: event.file }, event.line));
  return { descriptor: { id: event.type }, level, message: { text: message(words(event)) }, locations };
}

function wholeFile(shown: ShownPath, line: number | null = null) {
  const region = line === null ? {} : { region: { startLine: Math.max(1, line) } };
  return { physicalLocation: { artifactLocation: { uri: uriOf(shown) }, ...region } };
}

function words(event: Parameters<typeof notification>[0]): string {
  if (event.type === "clean") return `No rule matches.${event.sha256 ? ` SHA-256: ${event.sha256}` : ""}`;
  if (event.type === "log") return event.message;
  if (event.type !== "quarantine" || event.rule === null) return event.reason;
  return `rule ${event.rule}: ${event.reason}`;
}

/** Escapes signs by which a message refers to arguments and links (§3.11.5, §3.11.6), so that hostile text makes none. */
function message(text: string): string {
  return visible(text)
    .replace(/[\\[\]]/g, "\\$&")
    .replace(/[{}]/g, "$&$&");
}

/** Writes the bytes of a path as a URI reference (RFC 3986), each encoded that is not unreserved; a member of an archive keeps its `!`. */
function uriOf(shown: ShownPath): string {
  const isDrive = /^[A-Za-z]:[\\/]/.test(shown.path);
  const path = Buffer.from(pathBytes(shown)).toString("latin1");
  const encoded = (isDrive ? path.replaceAll("\\", "/") : path).replace(
    /[^A-Za-z0-9\-._~/!]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`,
  );
  if (isDrive) return `file:///${encoded.replace("%3A", ":")}`;
  return encoded.startsWith("/") ? `file://${encoded}` : encoded;
}
