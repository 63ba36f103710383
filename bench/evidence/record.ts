/** `record`: runs the program's own command `record`, and `probe` twice for the replay control. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { currentHost } from "../../src/platform/index.ts";
import { evident, within } from "./sources.ts";

const ROOT = join(import.meta.dir, "..", "..");
const SAMPLES = 1_000_000;
/** A slow source is recorded for about this long, at its stated rate. */
const LONG_RUN_SECONDS = 100;
const ROWS = 1_000;
/** The restart matrix has 1,000 columns, or as many as come in this time. */
const ROW_SECONDS = 0.1;
const LEAST_COLS = 20;
const REPLAY_SAMPLES = 200_000;
const REPLAY_SECONDS = 10;

export async function record(args: string[]): Promise<void> {
  const [folder, ...rest] = args;
  if (!folder) throw new Error("record: which folder?");
  let program = [process.execPath, join(ROOT, "src", "main.ts")];
  let launcher: string[] = [];
  let restarts = true;
  const ids: string[] = [];
  for (let i = 0; i < rest.length; i++) {
    if (rest[i] === "--program") program = [rest[++i]!];
    else if (rest[i] === "--launcher") launcher = rest[++i]!.split(" ");
    else if (rest[i] === "--no-restarts") restarts = false;
    else ids.push(rest[i]!);
  }
  mkdirSync(folder, { recursive: true });
  for (const { info } of await evident(currentHost())) {
    const { id, rateHz } = info;
    if (ids.length > 0 && !ids.includes(id)) continue;
    const run = (...words: string[]) => spawned([...launcher, ...program, ...words]);
    const cols = Math.max(LEAST_COLS, within(rateHz, ROW_SECONDS, 1_000));
    try {
      await run(
        ...["record", id, "--out", folder, "--samples", `${within(rateHz, LONG_RUN_SECONDS, SAMPLES)}`],
        ...["--restarts", restarts ? `${ROWS}x${cols}` : "0"],
      );
      for (const replay of ["a", "b"]) {
        const path = join(folder, `${id}.replay-${replay}.u64`);
        if (existsSync(path)) continue;
        const n = within(rateHz, REPLAY_SECONDS, REPLAY_SAMPLES);
        writeFileSync(path, await run("probe", id, "--samples", `${n}`, "--raw"));
      }
      console.error(`${new Date().toISOString()} ${id} recorded`);
    } catch (error) {
      console.error(`${id}: ${error instanceof Error ? error.message : error}`);
    }
  }
}

async function spawned(command: string[]): Promise<Uint8Array> {
  const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).bytes(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (exitCode !== 0) throw new Error(stderr.trim());
  return stdout;
}
