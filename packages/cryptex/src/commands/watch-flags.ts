/** The flags of `watch`. */
import { UsageError } from "#kit/errors.ts";
import { flag, group, many, type OptionsOf, positional } from "#kit/term/flags.ts";
import { RULE_FLAGS } from "./rule-flags.ts";
import { SCAN_FLAGS } from "./scan-flags.ts";

const { timeout, threads, maxStrings, listClean, exclude, maxSize, recursive, follow } = SCAN_FLAGS;

export const WATCH_FLAGS = {
  path: many(positional.file({ about: "File or folder to watch" })),
  format: flag.choice(["text", "ndjson", "yara"], {
    short: "f",
    about: "Form of the lines; default: text on a terminal, else ndjson",
  }),
  initial: flag.switch({ about: "Scan what is there first" }),
  debounce: flag.seconds({
    default: "0.3",
    mostMs: 60_000,
    about: "Scan a file when it has been left alone for this long",
  }),
  poll: flag.seconds({ leastMs: 10, about: "Look at every file this often, for file systems of a network" }),
  reload: flag.switch({ about: "Read the rules again when their files change" }),
  timeout,
  threads,
  maxStrings,
  listClean,
  ...group("Files", { exclude, maxSize, recursive, follow }),
  ...RULE_FLAGS,
};

export type WatchFlags = OptionsOf<typeof WATCH_FLAGS>;

/** @throws UsageError */
export function checkWatchOptions({ poll }: WatchFlags, given: ReadonlySet<string>): void {
  if (poll !== undefined && given.has("debounce"))
    throw new UsageError(
      "--debounce does nothing with --poll: a file is scanned when a look finds it changed",
    );
}
