/** Ours as scanners to compare: the engine by itself, and the whole product, from the parser of rules to the lines of a result. */
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { engineCode } from "../../src/engine/engine-file.ts";
import { Libyara } from "../../src/engine/libyara.ts";
import { eventsOf, runCryptex, WorkFolder } from "../support/program.ts";
import { type Answers, GAVE_UP, place, Refused } from "./answers.ts";
import type { Scanned } from "./yara-program.ts";

/** Names that the numbers in the engine's answer stand for, in the order of the source. */
export interface ScannedRule {
  readonly name: string;
  readonly strings: readonly string[];
}

export function scanWithEngine(
  { source, files, externals }: Scanned,
  rules: readonly ScannedRule[],
): Answers {
  const engine = new Libyara(engineCode());
  const values = Object.fromEntries(externals.map(({ expression, value }) => [expression, value]));
  const { rules: compiled, diagnostics } = engine.compile(Buffer.from(source, "latin1"), values);
  if (compiled === undefined) {
    const errors = diagnostics.filter(({ level }) => level === "error");
    throw new Refused([...new Set(errors.map(({ line }) => ruleAt(source, line)))].sort());
  }
  const answers = new Map<string, Map<string, string[]>>();
  for (const { name, bytes } of files) {
    engine.buffer(bytes.length).set(bytes);
    const scan = compiled.scan(bytes.length, { timeoutMs: 0, maxMatches: 1_000_000 });
    if (scan.outcome !== "done") throw new Error(`${name}: ${scan.outcome}: ${scan.message}`);
    if (scan.givenUp.length > 0) {
      answers.set(name, new Map([[GAVE_UP, []]]));
      continue;
    }
    const found = new Map<string, string[]>();
    for (const { rule, strings } of scan.matches) {
      const known = rules[rule];
      const places = strings.flatMap(({ string, matches }) =>
        matches.map(({ offset, length }) => place(known?.strings[string] ?? "?", offset, length)),
      );
      found.set(known?.name ?? "?", places.sort());
    }
    answers.set(name, found);
  }
  return answers;
}

/** Name of the rule that a line stands in. */
function ruleAt(source: string, line: number): string {
  const before = source.split("\n").slice(0, line).join("\n");
  return [...before.matchAll(/\brule (\w+)/g)].at(-1)?.[1] ?? "";
}

/** @throws Refused; an error for a file that could not be read */
export async function scanWithProduct({ source, files, externals }: Scanned): Promise<Answers> {
  using folder = new WorkFolder();
  mkdirSync(join(folder.path, "files"));
  writeFileSync(join(folder.path, "rules.yar"), Buffer.from(source, "latin1"));
  for (const { name, bytes } of files) writeFileSync(join(folder.path, "files", name), bytes);
  const defined = externals.flatMap(({ expression, value }) => ["--define", `${expression}=${value}`]);
  const ended = await runCryptex(
    folder,
    ...["scan", "files", "--rules", "rules.yar", "--format", "ndjson", "--max-strings", "1000000"],
    ...defined,
  );
  const events = eventsOf(ended);
  const answers = new Map<string, Map<string, string[]>>();
  for (const event of events) {
    if (event.type === "match") {
      const found = answers.get(basename(event.path)) ?? new Map<string, string[]>();
      const places = event.strings.map(({ id, offset, length }) => place(id, offset, length));
      answers.set(basename(event.path), found.set(event.rule, places.sort()));
    }
  }
  const refused = events.flatMap((event) =>
    event.type === "quarantine" && event.path === undefined ? (event.rule ?? event.reason) : [],
  );
  if (refused.length > 0) throw new Refused(refused.sort());
  for (const event of events) {
    if (event.type === "quarantine" && event.path !== undefined && event.reason.includes("fibers")) {
      answers.set(basename(event.path), new Map([[GAVE_UP, []]]));
    } else if (
      event.type === "quarantine" ||
      event.type === "skip" ||
      (event.type === "error" && !answers.has(basename(event.path)))
    ) {
      throw new Error(`cryptex: ${JSON.stringify(event)}`);
    }
  }
  const end = events.at(-1);
  if (end?.type !== "end" || end.scanned + end.errors !== files.length)
    throw new Error(`cryptex: ${ended.stderr}${JSON.stringify(end)}`);
  return answers;
}
