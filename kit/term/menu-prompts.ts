/** The menu's questions on a terminal. */
import { isCancel, select, text } from "@clack/prompts";
import type { Ask } from "./menu.ts";

export const askOnTerminal: Ask = async (question, signal) => {
  const { message } = question;
  const answer =
    "choices" in question
      ? await select({ message, options: question.choices.map((choice) => ({ ...choice })), signal })
      : await text({
          message,
          initialValue: question.suggested,
          validate: (typed) => question.problem(typed ?? ""),
          signal,
        });
  return isCancel(answer) ? undefined : (answer ?? "");
};
