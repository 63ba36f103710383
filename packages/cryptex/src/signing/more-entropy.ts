/** Bytes of the program esoteric-entropy, for the seeds of a new key. They are mixed in with those of the operating system, never in their place. */
import { accessSync, constants } from "node:fs";
import { dirname, join } from "node:path";
import { orAborted } from "#kit/abort.ts";
import { ToolError } from "#kit/errors.ts";
import { visible } from "#kit/format/visible.ts";
import { findProgram, runOtherProgram } from "../other-engines/program.ts";

const PROGRAM = "esoteric-entropy";
/** 256 bits, as much as a seed has. */
const BYTES = 32;
/** The bytes, and what it may have to say. */
const MOST_BYTES = 64 * 1024;
/** A machine with little noise takes some seconds. */
const LONGEST_MS = 20_000;

export interface MoreEntropy {
  readonly bytes?: Uint8Array;
  /** Where they came from, or why there are none. */
  readonly words: string;
}

/** Asks the program beside this one, else the first in PATH, and waits no longer than `longestMs`. Never fails. @throws the signal's reason */
export async function moreEntropy(signal: AbortSignal, longestMs = LONGEST_MS): Promise<MoreEntropy> {
  const path = besideThisProgram() ?? findProgram(PROGRAM);
  if (path === undefined) return { words: `${PROGRAM} is not installed` };
  const late = AbortSignal.timeout(longestMs);
  const end = AbortSignal.any([signal, late]);
  try {
    // Something that it started may keep its output open after it has ended.
    const { code, stdout, stderr } = await orAborted(
      runOtherProgram(path, ["stream", "--bytes", `${BYTES}`], end, { mostBytes: MOST_BYTES }),
      end,
    );
    if (code === 0 && stdout.length === BYTES) return { bytes: stdout, words: `${BYTES} bytes of ${path}` };
    const said = visible(stderr.trim().split("\n").at(-1) ?? "").slice(0, 200);
    return { words: `${path} gave no ${BYTES} bytes, exit code ${code ?? "none"}${said ? `: ${said}` : ""}` };
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) return { words: `${path} did not end within ${longestMs / 1000} s` };
    if (error instanceof ToolError) return { words: error.message };
    throw error;
  }
}

function besideThisProgram(): string | undefined {
  if (!Bun.main.startsWith("/$bunfs/")) return undefined; // from source, this program is Bun
  const path = join(dirname(process.execPath), PROGRAM);
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return undefined;
  }
}
