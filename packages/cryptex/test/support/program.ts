/** Runs cryptex from its source, as a program of its own whose data and settings are in a folder of the test's. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ended, runProcess } from "../../../../test/support/run-process.ts";
import type { ScanEvent } from "../../src/scan-runner/events.ts";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;

/** A folder that goes when the block ends that it was made in. */
export class WorkFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "cryptex-test-"));

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

/** The lines of a scan's result. @throws for one that is not JSON */
export function eventsOf({ stdout }: Ended): ScanEvent[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}
