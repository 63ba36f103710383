/** What a health test saw when it fired. Pure data. */
export interface HealthFailure {
  readonly test: "repetition-count" | "adaptive-proportion";
  /** The symbol that occurred too often. */
  readonly symbol: number;
  /** How often it occurred: the run length, or its count in the window. Equals `cutoff`: the tests stop there. */
  readonly count: number;
  /** C: the smallest count that fails. */
  readonly cutoff: number;
  /** Index of the symbol that completed the count, from 0 at the test's last reset. */
  readonly symbolIndex: number;
}
