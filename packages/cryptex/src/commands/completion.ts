/** `completion`: the script by which a shell completes this program's command lines. */
import { completionCommand } from "#kit/term/completion.ts";
import bash from "../../completions/cryptex.bash" with { type: "text" };
import fish from "../../completions/cryptex.fish" with { type: "text" };
import zsh from "../../completions/cryptex.zsh" with { type: "text" };

export const completion = completionCommand("cryptex", { bash, zsh, fish });
