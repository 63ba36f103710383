/** Measures what rules take, each by itself, on a sample of what a scan went through: as `cryptex scan --profile` does. */
import { takeSample } from "../../scan-runner/sample.ts";
import type { RuleSets, RuleTime } from "../rule-sets.ts";
import { type OrderedPlaces, requestOf } from "./order.ts";
import type { ScanOrder } from "./scans.ts";

/** Bytes of the sample, and files that are looked at for it: taken in one go, some ten milliseconds. */
const SAMPLE = { limit: 2 ** 20, mostFiles: 500 };

/** Rules that are remembered: as many as the largest collections have, by name. */
const MOST_RULES = 20_000;

export class RuleTimes {
  readonly #times = new Map<string, number>();

  /**
   * Measures the rules of an order. What was measured before of the same rules is forgotten.
   * @returns false where the sample is empty
   * @throws ServiceError; the signal's reason
   */
  async measure(
    ruleSets: Pick<RuleSets, "times">,
    order: ScanOrder,
    places: OrderedPlaces,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { roots, within, exclude } = requestOf(order, places).walk;
    // What cannot be read is in the lines of the scan.
    const { files } = takeSample({ roots, within, exclude, ...SAMPLE }, () => undefined);
    if (files.length === 0) return false;
    for (const { rule, secondsPerMib } of await ruleSets.times(order.ruleset, files, signal))
      this.#set(rule, secondsPerMib);
    return true;
  }

  /** Lists them by name; of rules of one name the sum. */
  all(): RuleTime[] {
    return [...this.#times].map(([rule, secondsPerMib]) => ({ rule, secondsPerMib }));
  }

  #set(rule: string, secondsPerMib: number): void {
    this.#times.delete(rule);
    this.#times.set(rule, secondsPerMib);
    if (this.#times.size > MOST_RULES) this.#times.delete(this.#times.keys().next().value!);
  }
}
