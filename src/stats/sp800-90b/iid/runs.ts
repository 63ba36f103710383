/** Runs of equal steps in a sequence of steps up and down. */
export interface Runs {
  readonly count: number;
  /** Steps in the longest run. */
  readonly longest: number;
  /** Steps up, over all runs. */
  readonly ups: number;
}
