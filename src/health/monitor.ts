import type { HealthFailure } from "./health-tests.ts";
import {
  AdaptiveProportionTest,
  aptCutoff,
  aptWindow,
  CONTINUOUS_ALPHA_EXPONENT,
  RepetitionCountTest,
  rctCutoff,
  STARTUP_ALPHA_EXPONENT,
} from "./health-tests.ts";

/** *starting* until the start-up test has passed; *failed* from the first alarm until `restart`. */
export type HealthState = "starting" | "healthy" | "failed";

/** The monitor's judgement of one batch of symbols. Pure data. */
export interface Verdict {
  /** The state after this batch. */
  readonly state: HealthState;
  /**
   * Number of this batch's symbols that may be credited; always the last ones. 0 in quarantine and when a test fired.
   * Symbols of the start-up test are never credited.
   */
  readonly creditableSymbols: number;
  /** Alarms since the monitor was made. */
  readonly failures: number;
  readonly lastFailure: MonitorFailure | undefined;
}

export interface MonitorFailure extends HealthFailure {
  /** The run of the test that fired: α = 2⁻²⁰ at start-up, 2⁻³⁰ in continuous use. */
  readonly phase: "start-up" | "continuous";
}

/** Describes an alarm. */
export function describeFailure({ test, phase, symbol, count, cutoff }: MonitorFailure): string {
  return `failed the ${phase} ${test} test: symbol ${symbol} seen ${count} times (cutoff ${cutoff})`;
}

/** SP 800-90B §4.3: the start-up tests run over at least 1,024 consecutive samples. */
export const MIN_STARTUP_SYMBOLS = 1024;

/**
 * H that the tests assume for a source that claims nothing. Such a source earns no credit, but its status should still
 * show when it dies. At 0.05, 401 equal symbols at start-up, or 601 later, are a failure; counters that change rarely
 * pass.
 */
export const NOMINAL_H = 0.05;

/** Returns the H that a claim is tested for, bits per symbol. */
export function testedH(claim: number): number {
  return claim === 0 ? NOMINAL_H : claim;
}

/**
 * Runs the health tests of one source, SP 800-90B §4: repetition count and adaptive proportion, at start-up and
 * continuously. Detects gross failures quickly; does not measure entropy.
 */
export class HealthMonitor {
  /** Length of the start-up test, symbols: 1,024, or more if H is so low that a stuck source takes longer to show. */
  readonly startupSymbols: number;

  readonly #startup: readonly [RepetitionCountTest, AdaptiveProportionTest];
  readonly #continuous: readonly [RepetitionCountTest, AdaptiveProportionTest];
  #state: HealthState = "starting";
  #startupLeft: number;
  #failures = 0;
  #lastFailure: MonitorFailure | undefined;

  /**
   * @param claim H_submitter, bits per symbol, 0 ≤ claim ≤ symbolBits; 0 is tested as `NOMINAL_H`
   * @param symbolBits width of a symbol, 1..8
   */
  constructor(claim: number, symbolBits: number) {
    if (!Number.isInteger(symbolBits) || symbolBits < 1 || symbolBits > 8) {
      throw new RangeError(`symbolBits must be a whole number from 1 to 8, not ${symbolBits}`);
    }
    if (!(claim >= 0 && claim <= symbolBits)) {
      throw new RangeError(`the claim must be from 0 to ${symbolBits} bits per symbol, not ${claim}`);
    }
    const h = testedH(claim);
    this.#startup = tests(h, symbolBits, STARTUP_ALPHA_EXPONENT);
    this.#continuous = tests(h, symbolBits, CONTINUOUS_ALPHA_EXPONENT);
    this.startupSymbols = Math.max(MIN_STARTUP_SYMBOLS, this.#startup[0].cutoff);
    this.#startupLeft = this.startupSymbols;
  }

  get state(): HealthState {
    return this.#state;
  }

  /** Symbols that the start-up test still wants. */
  get startupLeft(): number {
    return this.#startupLeft;
  }

  /** Alarms since the monitor was made. */
  get failures(): number {
    return this.#failures;
  }

  /** Tests the source's next symbols and says how many of them may be credited. */
  observe(symbols: Uint8Array): Verdict {
    if (this.#state === "failed") return this.#verdict(0);
    const startup = symbols.subarray(0, this.#startupLeft);
    this.#startupLeft -= startup.length;
    for (const test of this.#startup) this.#note("start-up", test.test(startup));
    for (const test of this.#continuous) this.#note("continuous", test.test(symbols));
    if (this.#startupLeft === 0 && this.#state === "starting") this.#state = "healthy";
    return this.#verdict(this.#state === "healthy" ? symbols.length - startup.length : 0);
  }

  /** Starts over after a quarantine or a pause in sampling, with the start-up test. Keeps the counters. */
  restart(): void {
    for (const test of [...this.#startup, ...this.#continuous]) test.reset();
    this.#startupLeft = this.startupSymbols;
    this.#state = "starting";
  }

  /** Counts at most one alarm per batch, and keeps the first. */
  #note(phase: MonitorFailure["phase"], failure: HealthFailure | undefined): void {
    if (failure === undefined || this.#state === "failed") return;
    this.#state = "failed";
    this.#failures += 1;
    this.#lastFailure = { ...failure, phase };
  }

  #verdict(creditableSymbols: number): Verdict {
    return {
      state: this.#state,
      creditableSymbols,
      failures: this.#failures,
      lastFailure: this.#lastFailure,
    };
  }
}

function tests(
  h: number,
  symbolBits: number,
  alphaExponent: number,
): [RepetitionCountTest, AdaptiveProportionTest] {
  const window = aptWindow(symbolBits);
  return [
    new RepetitionCountTest(rctCutoff(h, alphaExponent)),
    new AdaptiveProportionTest(aptCutoff(h, window, alphaExponent), window),
  ];
}
