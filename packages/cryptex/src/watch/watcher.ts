/** Contract of what watches folders and files: it names what has changed, each thing once it has settled. */
import { EXCLUDED, type Found, type NotScanned, OWN, type WalkOptions } from "../scan-runner/walk.ts";

/** Something that is said beside the lines of files. */
export interface WatchNote {
  readonly type: "watch";
  /**
   * "ready": all watches are set. "gone", "back": a path that was named. "rescan": changes may have been missed, so everything is looked
   * at again. "rules": they were read again, or could not be.
   */
  readonly event: "ready" | "gone" | "back" | "rescan" | "rules";
  readonly path?: string;
  readonly path_bytes?: string;
  readonly message: string;
}

export interface WatchOptions {
  readonly walk: WalkOptions;
  /** A file is handed out when nothing has happened to it for so long. */
  readonly debounceMs: number;
  /** Hands out all files that are there, before those that change. */
  readonly initial: boolean;
  readonly onNote: (note: WatchNote) => void;
  /** Is called when something that was there is no more, under its name: for whoever asks what there is, and not what is new. */
  readonly onGone?: () => void;
  /** Changes that are remembered; beyond them everything is looked at again. */
  readonly mostPending?: number;
}

export interface Watcher extends Disposable {
  /** Takes what is to be scanned next; undefined where there is nothing at present. Works for some milliseconds at most. */
  next(): Found | undefined;
  /** Is called when `next` may have something again. */
  onMore: () => void;
  /** Tells that a path was refused, so that a change of its rights is a change of it. @param path a binary string */
  refused(path: string): void;
  /** Names what was waiting when the watch ended, for the last lines. */
  leftovers(): readonly NotScanned[];
}

/** True for what is not to be scanned however it changes: no line says so again and again. */
export function isLeftOut({ kind, reason }: NotScanned): boolean {
  return kind === "skip" && (reason.startsWith(EXCLUDED) || reason === OWN);
}

/** Changes that are remembered, a path of some hundred bytes each. */
export const MOST_PENDING = 100_000;
/** A file that changes all the time is scanned that often. */
export const LONGEST_WAIT_MS = 60_000;
/** The folders that were named are looked for that often: what happens above them tells nobody. */
export const ROOTS_MS = 1000;
/** Time that one call of `next` works. */
export const SLICE_MS = 5;
