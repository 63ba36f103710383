/** Completion scripts for zsh and fish, made by `@bomb.sh/tab`. The script for bash is written by hand, and says why. */
import { RootCommand } from "@bomb.sh/tab";

/** The mistake: fish takes a candidate that begins with a dash for an option of `string`, and "\t" is no tab in fish. */
const FISH_MISTAKE = 'string split --max 1 "\\t" $';
const FISH_CORRECTED = "string split --max 1 -- \\t $";

/** Returns the script for a shell. */
export function completionScript(program: string, shell: "zsh" | "fish"): string {
  const script = printed(() => new RootCommand().setup(program, program, shell));
  return shell === "zsh" ? script : corrected(script);
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
