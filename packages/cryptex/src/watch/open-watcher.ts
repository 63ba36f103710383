/** Chooses how files are watched. */
import { NativeError } from "#kit/errors.ts";
import { pathOf } from "../scan-runner/paths.ts";
import { InotifyWatcher } from "./inotify-watcher.ts";
import { PollingWatcher } from "./polling-watcher.ts";
import type { Watcher, WatchOptions } from "./watcher.ts";

/** Where the system tells nothing, every file is looked at that often. */
const POLL_MS = 2000;

/**
 * @param pollMs looks at every file that often, in place of asking the system
 * @param warn told why it is done so where nobody asked for it
 */
export function openWatcher(
  options: WatchOptions,
  pollMs: number | undefined,
  warn: (text: string) => void,
): Watcher {
  if (pollMs === undefined && process.platform === "linux") {
    try {
      return new InotifyWatcher(options);
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      warn(
        `the system does not tell of changes (${error.message}): every file is looked at every ${POLL_MS / 1000} s`,
      );
    }
  }
  return new PollingWatcher({ ...options, intervalMs: pollMs ?? POLL_MS });
}

/** Calls `act` when rule files change or go away, or others appear beside them. Disposing ends it. */
export function watchRuleFiles(
  paths: readonly string[],
  debounceMs: number,
  pollMs: number | undefined,
  act: () => void,
): Disposable {
  const walk = {
    roots: [...new Set(paths.map(pathOf))],
    exclude: [],
    maxSize: Number.POSITIVE_INFINITY,
    maxDepth: Number.POSITIVE_INFINITY,
    follow: true,
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  // What takes the place of a file comes a moment after it went.
  const onGone = () => {
    clearTimeout(timer);
    timer = setTimeout(act, 2 * debounceMs);
  };
  const options = { walk, debounceMs, initial: false, onNote: () => {}, onGone };
  const watcher = openWatcher(options, pollMs, () => {});
  watcher.onMore = () => {
    let isNews = false;
    for (let found = watcher.next(); found; found = watcher.next()) isNews = true;
    if (!isNews) return;
    clearTimeout(timer);
    act();
  };
  watcher.onMore();
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      watcher[Symbol.dispose]();
    },
  };
}
