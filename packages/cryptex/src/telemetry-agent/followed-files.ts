/** How far files were read whose lines are taken in as they come. */
import type { CheckState } from "./result-check.ts";

export interface FollowedFile {
  readonly dev: number;
  readonly ino: number;
  /** Where it was seen last. */
  readonly path: string;
  /** Bytes that were taken, to the end of a line. */
  readonly offset: number;
  /** Lines that were taken. */
  readonly lines: number;
  /** Digest of the last bytes before `offset`: a file that has others there is another one, whatever its number. */
  readonly tail: string;
  /** The result whose end has not come yet. */
  readonly result: FollowedResult | null;
}

export interface FollowedResult {
  readonly scan: string;
  /** Offset of its first line. */
  readonly from: number;
  readonly check: CheckState;
  /** Lines that were refused, and why the first one was. */
  readonly refused: number;
  readonly fault: string | null;
}

export interface FollowedFiles {
  /** Finds a file by its numbers; where its device was given another number since, by path and `ino`. One that is new has offset 0. */
  find(dev: number, ino: number, path: string): FollowedFile;
  all(): FollowedFile[];
  /**
   * Replaces what is known of a file by what `work` returns, in one transaction with what that writes to the journal.
   * @param known as it was found
   * @returns false where another program went on with the file meanwhile; nothing is done then
   */
  advance(known: FollowedFile, work: () => FollowedFile): boolean;
  /** The same for a file that is no more. */
  forget(known: FollowedFile, work: () => void): boolean;
}
