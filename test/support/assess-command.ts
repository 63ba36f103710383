/** Runs the commands of `assess` on files of a folder that lives as long as the test file. */
import { afterAll, beforeAll } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "#kit/term/command.ts";
import type { Flags, OptionsOf } from "#kit/term/flags.ts";
import { fakeIo } from "./fake-io.ts";
import { optionsFor } from "./options.ts";

export interface Scratch {
  readonly folder: string;
  /** Writes a file and returns its path. */
  readonly fileOf: (name: string, bytes: Uint8Array) => string;
}

export function scratch(): Scratch {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "ee-assess-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    get folder() {
      return folder;
    },
    fileOf(name, bytes) {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      return path;
    },
  };
}

/** Runs a command that needs nothing besides its options. @param args as `optionsFor` */
export async function runCommand<F extends Flags>(
  command: Command<unknown, F>,
  args: Record<string, unknown>,
  changes: Partial<OptionsOf<F>> = {},
) {
  const io = fakeIo();
  const exitCode = await command.run({ ...optionsFor(command, args), ...changes }, io, undefined);
  return { exitCode, out: io.written().toString(), bytes: io.written(), talk: io.talk() };
}

/** The JSON that it writes. */
export async function jsonOf<F extends Flags>(command: Command<unknown, F>, args: Record<string, unknown>) {
  return JSON.parse((await runCommand(command, { ...args, json: true })).out);
}
