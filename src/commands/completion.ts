/** `completion`: the script by which a shell completes this program's command lines. */

import type { Command } from "#kit/term/command.ts";
import bash from "../../completions/esoteric-entropy.bash" with { type: "text" };
import fish from "../../completions/esoteric-entropy.fish" with { type: "text" };
import zsh from "../../completions/esoteric-entropy.zsh" with { type: "text" };
import { UsageError } from "../errors.ts";
import { suggestion } from "../sources/selection.ts";

const SCRIPTS: Readonly<Record<string, string>> = { bash, zsh, fish };

export const completion: Command = {
  name: "completion",
  description: "Print a script that makes the shell complete commands, options and sources",
  details: [
    "Bash 4 or later, zsh and fish. The script asks this program, found by its name, what may come next.",
  ],
  args: {
    shell: {
      type: "positional",
      required: true,
      valueHint: Object.keys(SCRIPTS).join("|"),
      description: `Which: ${Object.keys(SCRIPTS).join(", ")}`,
    },
  },
  examples: [
    "esoteric-entropy completion bash > ~/.local/share/bash-completion/completions/esoteric-entropy",
    "esoteric-entropy completion zsh > ~/.zfunc/_esoteric-entropy  # a folder of $fpath",
    "esoteric-entropy completion fish > ~/.config/fish/completions/esoteric-entropy.fish",
  ],
  async run(args, io) {
    const shell = String(args["shell"]);
    const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
    if (script === undefined) {
      throw new UsageError(`there is no completion for '${shell}'`, suggestion(shell, Object.keys(SCRIPTS)));
    }
    await io.out(script);
    return 0;
  },
};
