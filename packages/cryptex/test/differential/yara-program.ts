/** Debian's `yara` as a scanner to compare with. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Fact } from "../support/files/fact.ts";
import { type Answers, DIED, GAVE_UP, type Places, place, Refused } from "./answers.ts";

/** The version that the list of known differences is about. */
export const COMPARED_VERSION = "4.2.3";

/** Why it cannot be compared with, or undefined. */
export function whyNoYara(): string | undefined {
  const path = Bun.which("yara");
  if (path === null) return "yara is not installed";
  const version = Bun.spawnSync([path, "--version"]).stdout.toString().trim();
  return version === COMPARED_VERSION
    ? undefined
    : `yara is ${version}, and the known differences are those of ${COMPARED_VERSION}`;
}

export interface Scanned {
  readonly source: string;
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  readonly externals: readonly Fact[];
}

/** @throws Refused; an error when it says anything else but matches, as of a file that it could not read */
export function scanWithYara({ source, files, externals }: Scanned): Answers {
  const folder = mkdtempSync(join(tmpdir(), "differential-"));
  try {
    writeFileSync(join(folder, "rules.yar"), Buffer.from(source, "latin1"));
    const list = files.map(({ name, bytes }) => {
      writeFileSync(join(folder, name), bytes);
      return `${join(folder, name)}\n`;
    });
    writeFileSync(join(folder, "list"), list.join(""));
    const defined = externals.flatMap(({ expression, value }) => ["-d", `${expression}=${value}`]);
    const run = (...target: string[]) =>
      Bun.spawnSync(["yara", "-w", "-s", "-L", "-p", "1", ...defined, ...target], { cwd: folder });
    const together = run("--scan-list", "rules.yar", "list");
    // It can die of an assertion, and takes the answers about the other files with it.
    if (together.signalCode === undefined) return answersOf(together);
    return new Map(
      files.flatMap(({ name }): [string, ReadonlyMap<string, Places>][] => {
        const alone = run("rules.yar", name);
        return alone.signalCode === undefined ? [...answersOf(alone)] : [[name, new Map([[DIED, []]])]];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function answersOf({ exitCode, stdout, stderr }: Bun.SyncSubprocess<"pipe", "pipe">): Answers {
  const answers = new Map(parse(stdout.toString("latin1")));
  const complaints = stderr.toString().split("\n");
  const refused = complaints.flatMap((line) => /^error: rule "(\w+)" in /.exec(line)?.[1] ?? []);
  if (refused.length > 0) throw new Refused([...new Set(refused)].sort());
  for (const line of complaints) {
    const [, path] = /^error scanning (.+): string .* caused error: 46$/.exec(line) ?? [];
    if (path !== undefined) answers.set(basename(path), new Map([[GAVE_UP, []]]));
    else if (line !== "") throw new Error(`yara: ${line}`);
  }
  if (exitCode !== 0) throw new Error(`yara: exit code ${exitCode}`);
  return answers;
}

/** A line `RULE PATH` for a match, then `0xOFFSET:LENGTH:$ID: data` for each place; data has no line ends. */
export function parse(output: string): Answers {
  const answers = new Map<string, Map<string, string[]>>();
  let places: string[] = [];
  for (const line of output.split("\n")) {
    if (line === "") continue;
    const string = /^0x([0-9a-f]+):(\d+):(\$\w*): /.exec(line);
    if (string !== null) {
      const [, offset = "", length = "", id = ""] = string;
      places.push(place(id, Number.parseInt(offset, 16), Number(length)));
      continue;
    }
    const [, rule = "", path = ""] = /^(\w+) (.+)$/.exec(line) ?? [];
    if (rule === "") throw new Error(`yara: a line that is neither a match nor a string: ${line}`);
    places = [];
    const rules = answers.get(basename(path)) ?? new Map<string, string[]>();
    answers.set(basename(path), rules.set(rule, places));
  }
  for (const rules of answers.values()) for (const list of rules.values()) list.sort();
  return answers;
}
