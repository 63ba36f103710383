/** The flags of `hunt`. */
import { UsageError } from "#kit/errors.ts";
import { resumeFlags } from "#kit/fleet/flags.ts";
import { flag, group, many, type OptionsOf, positional } from "#kit/term/flags.ts";
import { TRUST_FLAGS } from "./key-flags.ts";
import { SCAN_FLAGS } from "./scan-flags.ts";

const { timeout, maxStrings, listClean, exclude, maxSize, recursive } = SCAN_FLAGS;
const { archives, archiveMembers, archiveBytes, archiveRatio } = SCAN_FLAGS;

/** Name of this product's queue in a fleet. */
export const QUEUE = "cryptex";

export const HUNT_FLAGS = {
  ruleset: many(positional.file({ required: false, about: "Packed rule set" })),
  ...resumeFlags(QUEUE),
  path: many(
    flag.text({
      hint: "ROOT/PATH",
      about: "Scan this root of each host, or what is below it; hosts say with --root where their roots are",
    }),
  ),
  // A week: as long as a fleet keeps work for hosts that are off.
  deadline: flag.seconds({
    default: "604800",
    about: "Time after which no host begins or goes on, seconds",
  }),
  wait: flag.seconds({
    about: "Wait so long for answers, then say who is missing, seconds; default: until the deadline",
  }),
  detach: flag.switch({ about: "Give the hunt out, and wait for no answer" }),
  expect: flag.file({
    about: "Names of the hosts that have to answer, one a line; default: those that the server knows",
  }),
  run: flag.text({ hint: "NAME", about: "Name of the hunt; default: made of the time" }),
  follow: flag.text({ hint: "NAME", about: "Follow this hunt, from its beginning, and give out nothing" }),
  timeout,
  maxStrings,
  listClean,
  ...group("Files", { exclude, maxSize, recursive }),
  ...group("Archives", { archives, archiveMembers, archiveBytes, archiveRatio }),
  ...TRUST_FLAGS,
};

export type HuntOptions = OptionsOf<typeof HUNT_FLAGS>;

/** @throws UsageError */
export function checkHuntOptions({ ruleset, path, follow, run, wait, detach }: HuntOptions): void {
  if (detach && (wait !== undefined || follow !== undefined)) {
    throw new UsageError("--detach waits for nothing, and --wait and --follow do");
  }
  if (follow !== undefined) {
    if (ruleset.length + path.length > 0 || run !== undefined)
      throw new UsageError("--follow takes what was asked for from the ledger: no rule set, --path or --run");
    return;
  }
  if (ruleset.length === 0) throw new UsageError("no rule set is named", ["ruleset pack makes one"]);
  if (path.length === 0) throw new UsageError("nothing to scan is named", ["--path ROOT"]);
  const wrong = path.find((each) => !isRootPath(each));
  if (wrong !== undefined)
    throw new UsageError(`'${wrong}' is no path below a root`, ["as web, or web/upload"]);
}

function isRootPath(path: string): boolean {
  return path
    .replace(/\/+$/, "")
    .split("/")
    .every((part) => part !== "" && part !== "." && part !== "..");
}
