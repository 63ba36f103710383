/** The scripts that `completion` prints, in the shells they are for. A shell that is not installed is skipped, aloud. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { runProcess } from "../support/run-process.ts";
import { Terminal } from "../support/terminal.ts";

let folder: string;
let env: Record<string, string>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-completion-"));
  const program = join(folder, "bin", "esoteric-entropy");
  mkdirSync(join(folder, "bin"));
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, "src", "main.ts")}' "$@"\n`);
  chmodSync(program, 0o755);
  mkdirSync(join(folder, "work", "a-folder"), { recursive: true });
  writeFileSync(join(folder, "work", "a-file"), "kept");
  env = { PATH: `${join(folder, "bin")}:/usr/bin:/bin`, HOME: folder, PS1: "ready> " };
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const script = (shell: string) => join(ROOT, "completions", `esoteric-entropy.${shell}`);

/** The line before a tab, and after it. */
const CASES: readonly (readonly [typed: string, completed: string])[] = [
  ["esoteric-entropy strea", "esoteric-entropy stream "],
  ["esoteric-entropy stream --form", "esoteric-entropy stream --format "],
  ["esoteric-entropy stream --format b", "esoteric-entropy stream --format base64 "],
  ["esoteric-entropy stream --format=b", "esoteric-entropy stream --format=base64 "],
  ["esoteric-entropy probe dram", "esoteric-entropy probe dram_row_buffer "],
  [
    "esoteric-entropy pool --sources clock_jitter,dram",
    "esoteric-entropy pool --sources clock_jitter,dram_row_buffer",
  ],
  ["esoteric-entropy pool --sources -dram", "esoteric-entropy pool --sources -dram_row_buffer"],
  ["esoteric-entropy pool --credit tpm=4,dram", "esoteric-entropy pool --credit tpm=4,dram_row_buffer="],
  ["esoteric-entropy report --input a-fi", "esoteric-entropy report --input a-file "],
  ["esoteric-entropy record tpm --out a-", "esoteric-entropy record tpm --out a-folder/"],
  ["esoteric-entropy stream > a-file --form", "esoteric-entropy stream > a-file --format "],
];

/** Shells whose prompt is waited for before anything is typed. */
const INTERACTIVE = [
  {
    shell: "bash",
    able: "type compopt",
    command: ["bash", "--norc", "-i"],
    prepare: () => `. '${script("bash")}'`,
  },
  {
    shell: "zsh",
    able: "true",
    command: ["zsh", "-f", "-i"],
    prepare: () =>
      `unsetopt zle_bracketed_paste 2>/dev/null; autoload -U compinit; compinit -u -D; . '${script("zsh")}'`,
  },
] as const;

for (const { shell, able, command, prepare } of INTERACTIVE) {
  const isAble = Bun.which(shell) !== null && Bun.spawnSync([shell, "-c", able]).exitCode === 0;
  if (!isAble) console.warn(`skipped: ${shell} is not installed, or is bash before version 4`);
  describe.skipIf(!isAble)(shell, () => {
    test("completes commands, options, values, lists, files and folders", async () => {
      await using terminal = new Terminal(command, { env, cwd: join(folder, "work"), timeoutMs: 240_000 });
      await terminal.until("ready> ");
      terminal.type(`${prepare()}; echo loaded-"$?"\n`);
      await terminal.until("loaded-0");
      await terminal.until("ready> ");
      for (const [typed, completed] of CASES) {
        terminal.type(`${typed}\t`);
        await terminal.until(completed);
        terminal.type("\x15\n"); // the line is thrown away, and an empty one entered
        await terminal.until("ready> ");
      }
      // A line being completed is not carried out, its redirection included.
      expect(readFileSync(join(folder, "work", "a-file"), "utf8")).toBe("kept");
    });
  });
}

const fish = Bun.which("fish");
if (fish === null) console.warn("skipped: fish is not installed");
test.skipIf(fish === null)("fish offers the same", async () => {
  for (const [typed, completed] of CASES) {
    const { stdout, stderr } = await runProcess(
      [fish!, "--no-config", "-c", `source '${script("fish")}'; complete --do-complete '${typed}'`],
      { env, cwd: join(folder, "work") },
    );
    expect([typed, stderr]).toEqual([typed, ""]);
    const candidates = stdout.split("\n").map((line) => line.split("\t")[0]);
    expect(candidates).toContain(completed.trim().split(" ").at(-1)!);
  }
  expect(readFileSync(join(folder, "work", "a-file"), "utf8")).toBe("kept");
});
