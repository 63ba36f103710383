/** Flags of commands that record. */
import { flag, many, parseCount } from "#kit/term/flags.ts";
import { UsageError } from "../errors.ts";
import { parseTag } from "../evidence/catalogue/catalogue.ts";
import type { RestartPlan } from "../recording/manifest.ts";

/** Rows and columns of the restart matrix. SP 800-90B §3.1.4 asks for 1,000; its tests take quadratic time. */
const MAX_RESTARTS = 10_000;

export const RESTARTS_FLAG = {
  restarts: flag.value(parseRestarts, {
    hint: "RxC",
    default: "1000x1000",
    about: "Number of starts, and samples of each; 0 for none",
  }),
};

function parseRestarts(text: string, name: string): Pick<RestartPlan, "rows" | "cols"> | undefined {
  if (text === "0") return undefined;
  const [rows, cols, ...rest] = text.split("x");
  if (rows === undefined || cols === undefined || rest.length > 0) {
    throw new UsageError(`${name}: '${text}' is not like 1000x1000, or 0`);
  }
  return { rows: parseCount(rows, name, 2, MAX_RESTARTS), cols: parseCount(cols, name, 2, MAX_RESTARTS) };
}

export const TAG_FLAG = {
  tag: many(
    flag.value(parseTag, { hint: "NAME", about: "Put the recording into the index, under this name" }),
  ),
};
