/** `completion`: the script by which a shell completes this program's command lines. */
import { completionCommand } from "#kit/term/completion.ts";
import bash from "../../completions/esoteric-entropy.bash" with { type: "text" };
import fish from "../../completions/esoteric-entropy.fish" with { type: "text" };
import zsh from "../../completions/esoteric-entropy.zsh" with { type: "text" };

export const completion = completionCommand("esoteric-entropy", { bash, zsh, fish });
