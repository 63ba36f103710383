/** Completion scripts: for zsh and fish made by `@bomb.sh/tab`, for bash from completion.bash, which says why. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RootCommand } from "@bomb.sh/tab";
import type { Shell } from "../term/completion.ts";

/** The mistake: fish takes a candidate that begins with a dash for an option of `string`, and "\t" is no tab in fish. */
const FISH_MISTAKE = 'string split --max 1 "\\t" $';
const FISH_CORRECTED = "string split --max 1 -- \\t $";

/** Returns the script for a shell. */
export function completionScript(program: string, shell: Shell): string {
  if (shell === "bash") return bashScript(program);
  const script = printed(() => new RootCommand().setup(program, program, shell));
  return shell === "zsh" ? script : corrected(script);
}

function bashScript(program: string): string {
  const template = readFileSync(join(import.meta.dirname, "completion.bash"), "utf8");
  // A shell function is named without dashes.
  return template.replaceAll("_PROGRAM", `_${program.replaceAll("-", "_")}`).replaceAll("PROGRAM", program);
}

function corrected(script: string): string {
  const [before, after, ...more] = script.split(FISH_MISTAKE);
  if (after === undefined || more.length > 0) throw new Error("@bomb.sh/tab has another script for fish now");
  return `${before}${FISH_CORRECTED}${after}`;
}

/** Catches what the library prints: it offers no other way to get a script. */
function printed(print: () => void): string {
  const { log } = console;
  const texts: string[] = [];
  console.log = (text: string) => texts.push(text);
  try {
    print();
  } finally {
    console.log = log;
  }
  return texts.join("\n").replaceAll(/[ \t]+$/gm, "");
}
