/** The menu's questions on a terminal. */
import { isCancel, select, text } from "@clack/prompts";
import { asked } from "./asked.ts";
import type { Ask } from "./menu.ts";

export const askOnTerminal: Ask = async (question, signal) => {
  const { message } = question;
  const answer = await asked(signal, (ending) =>
    "choices" in question
      ? select({ message, options: question.choices.map((choice) => ({ ...choice })), signal: ending })
      : text({
          message,
          initialValue: question.suggested,
          validate: (typed) => question.problem(typed ?? ""),
          signal: ending,
        }),
  );
  return isCancel(answer) ? undefined : (answer ?? "");
};
