/** Constants that several tests, estimates and pictures share. */

/** Significance level of SP 800-22 §4.2.1. */
export const DEFAULT_ALPHA = 0.01;

/** Φ⁻¹(0.995): 99 % of a normal law lie within this many standard deviations (2.576 in SP 800-90B §6.3.1). */
export const Z_99 = 2.5758293035489008;

/** Mean and variance of the uniform law on 0–255: 255/2 and (256² − 1)/12. */
export const BYTE_MEAN = 127.5;
export const BYTE_VARIANCE = (256 ** 2 - 1) / 12;
