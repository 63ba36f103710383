import {
  AdaptiveProportionTest,
  aptCutoff,
  aptWindow,
  type HealthFailure,
  RepetitionCountTest,
  rctCutoff,
} from "./health-tests.ts";

/**
 * α = 2⁻⁴⁰. A source that is as good as its reference has twice the H of the cutoffs, so that it alarms with about α²
 * only: at 10⁷ symbols a second a run that long is awaited for 2⁸⁰/10⁷ s, which is 4 thousand million years. One that has
 * lost half of its entropy, and is then exactly as weak as the cutoffs say, alarms every day and a half.
 */
export const SECOND_ALPHA_EXPONENT = 40;

/** Blocks whose lowest estimate is the running reference. */
export const REFERENCE_BLOCKS = 16;

/** Lowest H that is tested: below it a window would be longer than a source is awaited. */
const LEAST_H = 2 ** -11;

/**
 * Returns W of the second adaptive proportion test: a power of two, at least 512/H and SP 800-90B's own. Of so many
 * symbols some 355 differ from the most common value at a small H (W·(1 − 2^−H) = 512·ln 2), of which 2⁻⁴⁰ allows 230 as
 * a fluctuation: a source that falls to half of H, with 180, is found. W = 512 would be blind below H = 40/511.
 */
export function secondWindow(h: number, symbolBits: number): number {
  return Math.max(aptWindow(symbolBits), 2 ** Math.ceil(Math.log2(512 / h)));
}

/** Returns the H that a reference leads to: half of it; undefined for one so low that the tests would be blind. */
export function secondH(reference: number, symbolBits: number): number | undefined {
  const h = Math.min(reference / 2, symbolBits);
  return h >= LEAST_H ? h : undefined;
}

/**
 * The repetition count and adaptive proportion tests once more, with cutoffs from half of what the source is known to
 * hold on this machine. A claim may be a hundred times lower than that; the tests of the claim then see a loss of 99 %
 * only. The reference is the calibrated H, or else, and after an alarm, the lowest of the first 16 estimates of blocks: a
 * machine at work is not the quiet one that was calibrated, and a source must not be lost for that.
 *
 * An alarm is a warning. It says that the source is not what it was, not that it holds less than is claimed.
 *
 * **They cannot see** a loss that came before the reference was learnt, nor one that leaves values as common as before,
 * such as a replay: that is for `BlockEstimate`.
 */
export class SecondTests {
  #tests: readonly [RepetitionCountTest, AdaptiveProportionTest] | undefined;
  /** The calibrated H, until an alarm shows that it does not hold now. */
  #calibratedH: number | undefined;
  #blocks = 0;
  #lowest = Number.POSITIVE_INFINITY;

  /**
   * @param symbolBits width of a symbol, 1..8
   * @param calibratedH min-entropy assessed on this machine, bits per symbol; undefined: learn it from `note`
   */
  constructor(
    readonly symbolBits: number,
    calibratedH: number | undefined,
  ) {
    this.#calibratedH = calibratedH;
    if (calibratedH !== undefined) this.#refer(calibratedH);
  }

  /** Min-entropy that the cutoffs are made for, bits per symbol; undefined until the reference is known. */
  get h(): number | undefined {
    return this.#h;
  }
  #h: number | undefined;

  /** @returns the alarm, if one of the tests fired; then `reset` is called by the owner */
  observe(symbols: Uint8Array): HealthFailure | undefined {
    if (this.#tests === undefined) return undefined;
    const [repetition, proportion] = this.#tests;
    const alarm = repetition.test(symbols) ?? proportion.test(symbols);
    if (alarm) this.#calibratedH = undefined;
    return alarm;
  }

  /** Takes a block's estimate, bits per symbol, from which the running reference is learnt. */
  note(blockEstimate: number): void {
    if (this.#tests !== undefined) return;
    this.#lowest = Math.min(this.#lowest, blockEstimate);
    this.#blocks += 1;
    if (this.#blocks < REFERENCE_BLOCKS) return;
    this.#refer(this.#lowest);
    this.#blocks = 0;
    this.#lowest = Number.POSITIVE_INFINITY;
  }

  /** Starts over, after an alarm or a pause. A running reference is learnt anew, since it may be what has changed. */
  reset(): void {
    this.#blocks = 0;
    this.#lowest = Number.POSITIVE_INFINITY;
    if (this.#calibratedH === undefined) {
      this.#tests = undefined;
      this.#h = undefined;
    }
    for (const test of this.#tests ?? []) test.reset();
  }

  /** Makes the tests; none for a reference so low that they would be blind. */
  #refer(reference: number): void {
    const h = secondH(reference, this.symbolBits);
    if (h === undefined) return;
    this.#h = h;
    const window = secondWindow(h, this.symbolBits);
    this.#tests = [
      new RepetitionCountTest(rctCutoff(h, SECOND_ALPHA_EXPONENT)),
      new AdaptiveProportionTest(aptCutoff(h, window, SECOND_ALPHA_EXPONENT), window),
    ];
  }
}
