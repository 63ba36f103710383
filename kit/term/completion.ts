/** The command `completion`, for any program: prints a script that makes a shell complete its command lines. */
import { type Command, command } from "./command.ts";
import { positional } from "./flags.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** @param scripts completion scripts by shell; each calls the program with `complete --` */
export function completionCommand(
  program: string,
  scripts: Readonly<Record<Shell, string>>,
): Command<unknown> {
  return command({
    name: "completion",
    description: "Print a script that makes the shell complete commands, options and their values",
    details: [
      "Bash 4 or later, zsh and fish. The script asks this program, found by its name, what may come next.",
    ],
    flags: { shell: positional.choice(SHELLS, { about: `One of ${SHELLS.join(", ")}` }) },
    examples: [
      `${program} completion bash > ~/.local/share/bash-completion/completions/${program}`,
      `${program} completion zsh > ~/.zfunc/_${program}  # a folder of $fpath`,
      `${program} completion fish > ~/.config/fish/completions/${program}.fish`,
    ],
    async run({ shell }, io) {
      await io.out(scripts[shell]);
      return undefined;
    },
  });
}
