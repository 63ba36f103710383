/** `watch`: scans files as they change. */
import { join } from "node:path";
import { cacheFolder } from "#kit/files/user-folders.ts";
import { command } from "#kit/term/command.ts";
import { ClosedPipeError } from "#kit/term/exit.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import type { Deps } from "../deps.ts";
import { openRuleSet } from "../rules/open-rule-set.ts";
import { pathOf } from "../scan-runner/paths.ts";
import { openWatcher, watchRuleFiles } from "../watch/open-watcher.ts";
import { ReloadWish, runWatch, untilEnd } from "../watch/run-watch.ts";
import { INCOMPLETE } from "./exits.ts";
import { noRules } from "./no-rules.ts";
import { ownFiles } from "./own-files.ts";
import { chosenRules, plainRules } from "./rule-flags.ts";
import { ScanOutput } from "./scan-output.ts";
import { checkWatchOptions, WATCH_FLAGS } from "./watch-flags.ts";
import { WatchLines } from "./watch-lines.ts";

export const watch = command({
  name: "watch",
  description: "Scan files as they change",
  details: [
    "Watches files, and folders with all that is below them. What is written, moved or put there is scanned as soon as it has been left alone for --debounce, and at least once a minute while it changes on and on. The lines are those of scan, as they come. With --initial all that is there is scanned first.",
    "Nothing is missed in silence. Where the system has dropped changes, everything is scanned again, and a line says so. A folder that was named and goes away is waited for. A folder that cannot be watched is named, and the result is then not complete.",
    "It runs until Ctrl-C or SIGTERM. What had not been scanned by then is named, the counts follow, and the exit code is 0. SIGHUP has the rules read again, unless stderr is a terminal, and so does --reload when their files change, come or go; the counts of the old ones and a new first line say where one set of rules ends and the next begins. Rules that cannot be read leave the old ones in place.",
    "A system other than Linux is not asked: every file is looked at every two seconds, as with --poll 2.",
  ],
  flags: WATCH_FLAGS,
  check: checkWatchOptions,
  examples: [
    "cryptex watch /srv/upload --rules web.yar",
    "cryptex watch . --rules my-rules/ --initial --reload",
  ],
  seeAlso: ["scan", "rules lint"],
  runsUntilStopped: () => true,
  async run(options, io, { env, streams }: Deps) {
    const { path, exclude, maxSize, recursive, follow, threads, debounce, poll, initial } = options;
    const { signal } = io;
    const warn = (text: string) => io.log.warn(text);
    const named = plainRules(options, env).paths;
    const rules = await chosenRules(options, io, env);
    const wish = new ReloadWish();
    using _hangUp = io.errIsTerminal ? undefined : io.onHangUp(() => wish.make());
    const folder = join(cacheFolder("cryptex", env), "rules");
    // A packed set is verified each time.
    const reopen = async () =>
      openRuleSet({ ...(await chosenRules(options, io, env)), cacheFolder: folder, warn, signal });
    const ruleSet = await reopen();
    using line = new ProgressLine({ err: io.err, errIsTerminal: false }, () => "");
    using output = new ScanOutput({ out: io.outToTheEnd, err: io.err, outIsTerminal: false }, line);
    const lines = new WatchLines(options.format, io, output);
    const maxDepth = recursive ?? Number.POSITIVE_INFINITY;
    const walk = {
      roots: path.map(pathOf),
      exclude,
      maxSize,
      maxDepth,
      follow,
      own: ownFiles(undefined, undefined, streams),
    };
    const onNote = lines.note.bind(lines);
    using watcher = openWatcher({ walk, debounceMs: debounce, initial, onNote }, poll, warn);
    using _files = options.reload
      ? watchRuleFiles([...named, ...rules.paths, ...ruleSet.files], debounce, poll, () => wish.make())
      : undefined;
    const { timeout: timeoutMs, maxStrings, listClean } = options;
    const limits = { walk, timeoutMs, maxStrings, listClean, ...(threads !== undefined && { threads }) };
    const work = (async () => {
      for await (const event of runWatch({ watcher, ruleSet, reopen, wish, limits, signal, onNote }))
        await lines.write(event);
      await output.finish();
    })();
    try {
      await untilEnd(work, signal);
    } catch (error) {
      if (error instanceof ClosedPipeError) return INCOMPLETE;
      throw error;
    }
    signal.throwIfAborted();
    return noRules(ruleSet, rules.paths, io);
  },
});
