/** How zsh and fish ask the program what may come next, by `@bomb.sh/tab`. The script for bash is written by hand, and says why. */
import { RootCommand } from "@bomb.sh/tab";

/** In fish, a candidate that begins with a dash would be an option of `string`, and "\t" is no tab. */
const FISH_MISTAKE = 'string split --max 1 "\\t" $';
const FISH_CORRECTED = "string split --max 1 -- \\t $";

/** The script the shell should have. */
export function completionScript(program: string, shell: "zsh" | "fish"): string {
  const script = printed(() => new RootCommand().setup(program, program, shell));
  return shell === "zsh" ? script : corrected(script);
}

function corrected(script: string): string {
  const [before, after, ...more] = script.split(FISH_MISTAKE);
  if (after === undefined || more.length > 0) throw new Error("@bomb.sh/tab has another script for fish now");
  return `${before}${FISH_CORRECTED}${after}`;
}

/** The library has no other way to hand a script over than the console. */
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
