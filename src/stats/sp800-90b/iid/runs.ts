/** A sequence of two kinds of steps, up and down, seen as runs of equal ones. */
export interface Runs {
  /** How many runs there are. */
  readonly count: number;
  /** Steps in the longest. */
  readonly longest: number;
  /** Steps up, over all runs. */
  readonly ups: number;
}
