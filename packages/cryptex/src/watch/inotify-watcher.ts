/**
 * Watches by inotify. A folder is watched before it is listed, so what is put into it meanwhile is found by one or the other. Where the
 * kernel has dropped events, everything is looked at again.
 */

import type { NativeError } from "#kit/errors.ts";
import { plural } from "#kit/format/numbers.ts";
import { IN, Inotify, type InotifyEvent } from "#kit/native/inotify.ts";
import { baseName, folderOf, shownPath } from "../scan-runner/paths.ts";
import { STOPPED, WENT_AWAY } from "../scan-runner/runner.ts";
import {
  EXCLUDED,
  type Found,
  GONE,
  type NotScanned,
  OWN,
  Walk,
  type WalkOptions,
} from "../scan-runner/walk.ts";
import { Changes } from "./changes.ts";
import { ChosenPaths, leftoversOf } from "./chosen-paths.ts";
import { entryOf, type Folder, Folders } from "./folders.ts";
import { folderNameOf, look, type Root } from "./roots.ts";
import {
  MOST_PENDING,
  ROOTS_MS,
  SLICE_MS,
  type Watcher,
  type WatchNote,
  type WatchOptions,
} from "./watcher.ts";

const FILE_EVENTS = IN.modify | IN.closeWrite | IN.movedTo | IN.create;
const MASK =
  FILE_EVENTS | IN.attributes | IN.movedFrom | IN.delete | IN.deleteSelf | IN.moveSelf | IN.onlyFolder;

/** Paths that one walk is made for. */
const MOST_CHOSEN = 1000;
/** Refused paths that are remembered; beyond them each change of rights is one of content. */
const MOST_REFUSED = 10_000;

/** ENOSPC of inotify_add_watch: the user's watches are used up. */
const NO_WATCH_LEFT = 28;

/** A walk that goes on, a step at a time. */
interface Job {
  readonly walk: Walk;
  /** Hands out the files that it finds. Else it is there to set watches. */
  readonly reports: boolean;
  /** Forgets folders that it has not met: all of the roots are walked. */
  readonly isWhole: boolean;
  readonly isFirst?: true;
}

export class InotifyWatcher implements Watcher {
  onMore: () => void = () => {};
  readonly #walkOptions: WalkOptions;
  readonly #changes: Changes;
  readonly #folders = new Folders();
  readonly #roots: readonly Root[];
  #inotify: Inotify;
  readonly #jobs: Job[] = [];
  /** Walks over what has changed; goes before the jobs. */
  #changed: { readonly walk: Walk; readonly chosen: ChosenPaths } | undefined;
  /** Folders that are new: they are walked at once, so that their watches are set. */
  readonly #newFolders = new Set<string>();
  readonly #refused = new Set<string>();
  /** Roots that have been there. */
  readonly #wasThere = new Set<string>();
  readonly #lines: NotScanned[] = [];
  #round = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #rootsTimer: ReturnType<typeof setInterval>;

  /** @throws NativeError where the system has no inotify left to give */
  constructor(private readonly options: WatchOptions) {
    const roots = options.walk.roots.map((root) => root.replace(/(?<=[^/])\/+$/, ""));
    this.#walkOptions = {
      ...options.walk,
      roots,
      onEnter: (path, byLink) => this.#enter(path, byLink),
    };
    this.#changes = new Changes(options.debounceMs, options.mostPending);
    this.#roots = roots.map((path) => ({ path, present: undefined }));
    this.#inotify = this.#open();
    for (const root of this.#roots) {
      if (look(root)) this.#wasThere.add(root.path);
      this.#watchFile(root);
    }
    this.#jobs.push({
      walk: new Walk(this.#walkOptions),
      reports: options.initial,
      isWhole: true,
      isFirst: true,
    });
    this.#rootsTimer = setInterval(() => this.#lookAtRoots(), ROOTS_MS);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    clearInterval(this.#rootsTimer);
    this.#inotify[Symbol.dispose]();
  }

  #open(): Inotify {
    return new Inotify(
      (events) => this.#take(events),
      (error) => {
        this.#inotify[Symbol.dispose]();
        this.#inotify = this.#open();
        this.#folders.clear();
        this.#rescan(`changes could not be read: ${error.message}`);
      },
    );
  }

  // ---- Events ----

  #take(events: readonly InotifyEvent[]): void {
    for (const event of events) {
      if (event.mask & IN.overflow) this.#rescan("the system has dropped changes: more came than it keeps");
      else {
        const folder = this.#folders.watched(event.watch);
        if (folder) this.#happened(folder, event);
      }
    }
    this.#arm();
  }

  #happened(folder: Folder, { mask, cookie, name }: InotifyEvent): void {
    if (mask & (IN.ignored | IN.unmount | IN.deleteSelf | IN.moveSelf)) {
      // Below a root its parent tells as well.
      if (mask & (IN.ignored | IN.unmount)) this.#folders.remove(folder);
      if (this.#roots.some(({ path }) => path === folder.path)) this.#lookAtRoots();
      return;
    }
    if (folder.only && !folder.only.has(name)) return;
    if (folder.only && mask & (IN.delete | IN.movedFrom)) this.#lookAtRoots();
    if (mask & (IN.delete | IN.movedFrom)) this.options.onGone?.();
    const path = entryOf(folder, name);
    if (mask & IN.isFolder && !folder.only) this.#folderHappened(path, mask);
    else if (mask & IN.movedFrom) this.#moved = { cookie, path };
    else if (mask & FILE_EVENTS) {
      // Its content is looked for under its new name alone.
      if (mask & IN.movedTo && cookie === this.#moved?.cookie) this.#changes.forget(this.#moved.path);
      this.#change(path);
    } else if (mask & IN.attributes && this.#isRefused(path)) this.#change(path);
  }

  /** The file that was renamed last: the other end follows at once, if it is in sight. */
  #moved: { readonly cookie: number; readonly path: string } | undefined;

  #folderHappened(path: string, mask: number): void {
    if (mask & (IN.create | IN.movedTo)) this.#newFolder(path);
    else if (mask & (IN.delete | IN.movedFrom)) {
      this.#newFolders.delete(path);
      const folder = this.#folders.at(path);
      if (folder) for (const watch of this.#folders.remove(folder)) this.#inotify.remove(watch);
    } else if (mask & IN.attributes && !this.#folders.at(path) && this.#isRefused(path))
      this.#newFolder(path);
  }

  #newFolder(path: string): void {
    if (this.#newFolders.size < (this.options.mostPending ?? MOST_PENDING)) this.#newFolders.add(path);
    else this.#rescan(`more than ${plural(this.#newFolders.size, "new folder")} wait`);
  }

  #isRefused(path: string): boolean {
    return this.#refused.size >= MOST_REFUSED || this.#refused.delete(path);
  }

  refused(path: string): void {
    if (this.#refused.size < MOST_REFUSED) this.#refused.add(path);
  }

  #change(path: string): void {
    if (!this.#changes.add(path)) this.#rescan(`more than ${plural(this.#changes.size, "change")} wait`);
  }

  // ---- Watches ----

  /** Watches a folder that a walk is about to list. */
  #enter(path: string, byLink: boolean): void {
    let watch: number;
    try {
      watch = this.#inotify.add(path, MASK | (byLink ? 0 : IN.dontFollow));
    } catch (error) {
      // For any other reason it cannot be listed either, and the walk says so.
      if ((error as NativeError).errno === NO_WATCH_LEFT) this.#cannotWatch(path);
      return;
    }
    const known = this.#folders.watched(watch);
    if (known?.path === path && !known.only) {
      known.round = this.#round;
      return;
    }
    const parent = this.#folders.at(folderOf(path));
    const folder = { watch, path, parent, name: baseName(path), only: undefined };
    for (const former of this.#folders.add(folder, this.#round)) this.#inotify.remove(former);
  }

  /** A file is watched by its folder: what is put in its place is another one. */
  #watchFile({ path, present }: Root): void {
    if (!present || present.isFolder) return;
    try {
      const watch = this.#inotify.add(folderNameOf(path), MASK);
      const known = this.#folders.watched(watch);
      if (known?.only) known.only.add(baseName(path));
      else if (!known) {
        const only = new Set([baseName(path)]);
        this.#folders.add({ watch, path: folderOf(path), parent: undefined, name: "", only }, this.#round);
      }
    } catch (error) {
      if ((error as NativeError).errno === NO_WATCH_LEFT) this.#cannotWatch(path);
    }
  }

  #cannotWatch(path: string): void {
    const reason =
      "not watched: all watches that the system gives to a user are taken (fs.inotify.max_user_watches); --poll does without";
    this.#lines.push({ kind: "error", path, reason, complete: false });
  }

  // ---- Roots ----

  #lookAtRoots(): void {
    for (const root of this.#roots) {
      const { path } = root;
      const wasFolder = root.present?.isFolder === true;
      const change = look(root);
      if (change === "back") this.#wasThere.add(path);
      if (change === undefined) continue;
      if (wasFolder) this.#forget(path);
      if (change === "gone") {
        this.#note("gone", "it went away; what is put in its place will be scanned", path);
        this.options.onGone?.();
        continue;
      }
      const what = change === "back" ? "it is there" : "another one is in its place";
      if (change !== "moved") this.#note("back", `${what}: everything in it is scanned`, path);
      this.#watchFile(root);
      if (root.present?.isFolder)
        this.#jobs.push({
          walk: new Walk({ ...this.#walkOptions, roots: [path] }),
          reports: true,
          isWhole: false,
        });
      else this.#change(path);
    }
    this.#arm();
  }

  #forget(path: string): void {
    const folder = this.#folders.at(path);
    if (folder) for (const watch of this.#folders.remove(folder)) this.#inotify.remove(watch);
  }

  // ---- What is to be scanned ----

  /** Looks at everything again. Once is enough for all that was missed before it begins. */
  #rescan(why: string): void {
    this.#changes.drain();
    this.#newFolders.clear();
    const waits = this.#jobs.slice(1).some(({ isWhole, reports }) => isWhole && reports);
    if (waits) return;
    this.#note("rescan", `${why}; everything is scanned again`);
    this.#jobs.push({ walk: new Walk(this.#walkOptions), reports: true, isWhole: true });
  }

  #note(event: WatchNote["event"], message: string, path?: string): void {
    this.options.onNote({ type: "watch", event, ...(path !== undefined && shownPath(path)), message });
  }

  next(): Found | undefined {
    const until = performance.now() + SLICE_MS;
    for (;;) {
      const line = this.#lines.shift();
      if (line) return line;
      this.#changed ??= this.#settled();
      // In turns, so that neither waits for the end of the other.
      this.#isTurnOfJobs = this.#jobs.length > 0 && !(this.#changed && this.#isTurnOfJobs);
      const found = this.#isTurnOfJobs
        ? this.#nextOfJob()
        : this.#changed && this.#nextChanged(this.#changed);
      if (found) return found;
      if (!this.#changed && this.#jobs.length === 0 && this.#newFolders.size + this.#lines.length === 0) {
        this.#arm();
        return undefined;
      }
      if (performance.now() > until) {
        setImmediate(() => this.onMore());
        return undefined;
      }
    }
  }

  #isTurnOfJobs = false;

  /** Begins a walk over what has settled, and over new folders. */
  #settled(): { readonly walk: Walk; readonly chosen: ChosenPaths } | undefined {
    const whole = [...this.#newFolders];
    this.#newFolders.clear();
    const paths = this.#changes.take(MOST_CHOSEN);
    if (whole.length + paths.length === 0) return undefined;
    const chosen = new ChosenPaths(this.#walkOptions, paths, whole);
    return { chosen, walk: chosen.walk() };
  }

  #nextChanged({ walk, chosen }: { readonly walk: Walk; readonly chosen: ChosenPaths }): Found | undefined {
    const found = walk.next();
    if (!found) {
      this.#changed = undefined;
      return undefined;
    }
    if (found.kind === "file") {
      // What lies in a new folder may still be written to. Where there is no room for it, it is scanned as it is.
      const waits = chosen.isWhole(found.folder.path) && this.#changes.add(found.path);
      return waits ? undefined : found;
    }
    if (found.kind === "skip" && (found.reason.startsWith(EXCLUDED) || found.reason === OWN))
      return undefined;
    return this.#lineOf(found);
  }

  /** Makes a line of what is no file. To come and go is no fault; of a root that went away a note tells. */
  #lineOf(found: NotScanned): NotScanned | undefined {
    if (found.kind !== "error") return found;
    if (found.reason === GONE) return { ...found, kind: "skip", reason: WENT_AWAY, complete: true };
    const isGone =
      this.#wasThere.has(found.path) &&
      this.#roots.some(({ path, present }) => path === found.path && !present);
    return isGone ? undefined : found;
  }

  #nextOfJob(): Found | undefined {
    const job = this.#jobs[0];
    if (!job) return undefined;
    if (job.isWhole && !this.#begun.has(job)) {
      this.#begun.add(job);
      this.#round++;
    }
    const found = job.walk.next();
    if (found?.kind === "file") return job.reports ? found : undefined;
    if (found) return job.reports || found.kind === "error" ? this.#lineOf(found) : undefined;
    this.#jobs.shift();
    if (job.isWhole) this.#sweep();
    if (job.isFirst) this.#note("ready", `watching ${plural(this.#folders.size, "folder")}`);
    return undefined;
  }

  readonly #begun = new WeakSet<Job>();

  /** Lets go of folders that a walk over everything has not met. */
  #sweep(): void {
    for (const folder of [...this.#folders.all()]) {
      if (folder.only || folder.round === this.#round) continue;
      for (const watch of this.#folders.remove(folder)) this.#inotify.remove(watch);
    }
  }

  /** Wakes whoever scans when there is something. */
  #arm(): void {
    clearTimeout(this.#timer);
    const hasWork =
      this.#jobs.length + this.#newFolders.size + this.#lines.length > 0 || this.#changed !== undefined;
    const wait = hasWork ? 0 : this.#changes.waitMs;
    if (wait !== undefined) this.#timer = setTimeout(() => this.onMore(), wait);
  }

  leftovers(): readonly NotScanned[] {
    const paths = [...this.#changes.drain(), ...this.#newFolders];
    const { onEnter: _, ...options } = this.#walkOptions;
    const lines = [...this.#lines, ...leftoversOf(paths, options)];
    for (const { reports, isFirst } of this.#jobs) {
      if (!reports) continue;
      const reason = isFirst ? STOPPED : "not wholly scanned again: the end came before";
      for (const { path } of this.#roots) lines.push({ kind: "error", path, reason, complete: false });
    }
    return lines;
  }
}
