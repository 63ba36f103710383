/** Runs cryptex from its source, as a program of its own whose data and settings are in a folder of the test's. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Ended, runProcess } from "../../../../test/support/run-process.ts";
import type { EndEvent, MatchedString, ScanEvent } from "../../src/scan-runner/events.ts";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;

/** A folder that goes when the block ends that it was made in. */
export class WorkFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "cryptex-test-"));

  /** @param files content by path; a text is written one byte a character */
  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    for (const [name, content] of Object.entries(files)) this.write(name, content);
  }

  write(name: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.at(name)), { recursive: true });
    writeFileSync(this.at(name), typeof content === "string" ? Buffer.from(content, "latin1") : content);
  }

  at(name: string): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export async function runCryptex(folder: WorkFolder, ...args: readonly string[]): Promise<Ended> {
  const env = {
    PATH: process.env["PATH"],
    HOME: join(folder.path, "home"),
    XDG_DATA_HOME: join(folder.path, "home/data"),
    XDG_CACHE_HOME: join(folder.path, "home/cache"),
    XDG_CONFIG_HOME: join(folder.path, "home/config"),
  };
  return runProcess([process.execPath, MAIN, ...args], { cwd: folder.path, env });
}

/** A scan's result, as short as tests compare it. All lists are sorted. */
export interface ScanResult {
  readonly exitCode: number;
  /** `path rule` and the places of its strings: `$a@16+4`. */
  readonly matches: readonly string[];
  /** `file:line rule`, with "-" for what there is not. */
  readonly quarantined: readonly string[];
  /** `path: reason` */
  readonly skipped: readonly string[];
  readonly errors: readonly string[];
  readonly end: EndEvent | undefined;
  readonly events: readonly ScanEvent[];
  readonly ended: Ended;
}

export async function scan(folder: WorkFolder, ...args: readonly string[]): Promise<ScanResult> {
  const ended = await runCryptex(folder, "scan", "--format", "ndjson", ...args);
  const events = eventsOf(ended);
  const list = (shown: (event: ScanEvent) => string | undefined) =>
    events.flatMap((event) => shown(event) ?? []).sort();
  const places = (strings: readonly MatchedString[]) =>
    strings.map(({ id, offset, length }) => ` ${id}@${offset}+${length}`).join("");
  return {
    exitCode: ended.exitCode,
    matches: list((event) =>
      event.type === "match" ? `${event.path} ${event.rule}${places(event.strings)}` : undefined,
    ),
    quarantined: list((event) =>
      event.type === "quarantine" ? `${event.file}:${event.line ?? "-"} ${event.rule ?? "-"}` : undefined,
    ),
    skipped: list((event) => (event.type === "skip" ? `${event.path}: ${event.reason}` : undefined)),
    errors: list((event) => (event.type === "error" ? `${event.path}: ${event.reason}` : undefined)),
    end: events.find((event) => event.type === "end"),
    events,
    ended,
  };
}

/** The lines of a scan's result. @throws for one that is not JSON */
export function eventsOf({ stdout }: Ended): ScanEvent[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}
