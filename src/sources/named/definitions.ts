/** Definitions of sources as a user types them: `--source-file NAME=PATH[:BAUD]`, `--source-exec NAME="COMMAND …"`. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { shellWord, splitWords } from "#kit/format/shell-word.ts";
import { visible } from "#kit/format/visible.ts";
import { UsageError } from "../../errors.ts";
import type { NamedCommand, NamedFile } from "../../platform/host.ts";
import { natureOf } from "./file-nature.ts";

/** As ids are written, and no longer than the longest of them, for which tables have room. */
const NAME = /^[a-z][a-z0-9_]{0,20}$/;

/** Bounds of what is passed on to threads and other processes; those of Linux are 4,096 for a path and 131,072 for a word. */
const MAX_CHARS = 4_096;

/** Speeds that termios.h of Linux names. The lowest are for knock sequences, such as TrueRNGpro's. */
const SPEEDS: readonly number[] = [
  50, 75, 110, 134, 150, 200, 300, 600, 1_200, 1_800, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200,
  230_400, 460_800, 500_000, 576_000, 921_600, 1_000_000, 1_152_000, 1_500_000, 2_000_000, 2_500_000,
  3_000_000, 3_500_000, 4_000_000,
];

/** @param flag as the user knows it @throws UsageError */
export function parseNamedFile(text: string, flag: string): NamedFile {
  const { name, rest } = split(text, flag, "/dev/ttyACM0");
  const { path, baud } = lineOf(rest, flag);
  const absolute = resolve(path);
  const stat = statOf(absolute);
  const nature = stat ? natureOf(stat) : "stream";
  return { name, path: absolute, baud, nature, taken: new SharedArrayBuffer(8) };
}

/** @param flag as the user knows it @throws UsageError */
export function parseNamedCommand(text: string, flag: string): NamedCommand {
  const { name, rest } = split(text, flag, '"infnoise --raw"');
  const [program, ...args] = wordsOf(rest, flag);
  if (!program) throw new UsageError(`${flag}: ${name} has no command`);
  const folder = process.cwd();
  // A name is looked up when it is started; anything else is a path from here.
  return { name, words: [program.includes("/") ? resolve(program) : program, ...args], folder };
}

/** Writes definitions as they are typed, for another process of this program in the same folder. */
export function namedFileText({ name, path, baud }: NamedFile): string {
  return `${name}=${path}${baud === undefined ? "" : `:${baud}`}`;
}

export function namedCommandText({ name, words }: NamedCommand): string {
  return `${name}=${words.map(shellWord).join(" ")}`;
}

function split(text: string, flag: string, example: string): { name: string; rest: string } {
  const at = text.indexOf("=");
  const [name, rest] = [text.slice(0, Math.max(0, at)), text.slice(at + 1)];
  if (at < 0 || rest === "" || !NAME.test(name)) {
    throw new UsageError(
      `${flag}: '${visible((at < 0 ? text : name).slice(0, 80))}' is not like my_stick=${example}`,
      ["a name is of a-z, 0-9 and _, begins with a letter, and has at most 21 characters"],
    );
  }
  if (rest.length > MAX_CHARS)
    throw new UsageError(`${flag}: ${name} is followed by more than ${MAX_CHARS} characters`);
  if (rest.includes("\0"))
    throw new UsageError(`${flag}: ${name} is followed by a text with a zero byte in it`);
  return { name, rest };
}

/** A colon and a speed end the path, unless there is a file of that very name. @throws UsageError for a device with another number */
function lineOf(text: string, flag: string): { path: string; baud: number | undefined } {
  const [, path, digits] = /^(.+):(\d+)$/.exec(text) ?? [];
  if (path === undefined || statOf(resolve(text))) return { path: text, baud: undefined };
  if (SPEEDS.includes(Number(digits))) return { path, baud: Number(digits) };
  if (statOf(resolve(path))?.isCharacterDevice()) {
    throw new UsageError(`${flag}: ${digits} is no speed of a serial line`, [
      `speeds are ${SPEEDS.join(", ")}`,
    ]);
  }
  return { path: text, baud: undefined };
}

function statOf(path: string) {
  try {
    return statSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined; // whoever opens it says why
    throw error;
  }
}

function wordsOf(line: string, flag: string): string[] {
  try {
    return splitWords(line);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(`${flag}: ${error.message}`, [`a shell is asked for: ${flag} NAME="sh -c '…'"`]);
  }
}
