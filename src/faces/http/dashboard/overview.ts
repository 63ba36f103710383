/** The strip of key figures: grade, rates, totals, pool level. */

import { formatAmount, formatCount, formatDuration } from "#kit/format/numbers.ts";
import type { Grade, Snapshot } from "../../../pool/snapshot.ts";
import { claimsText, familiesText, seedText, selfTestText } from "../../../pool/status.ts";
import { part, setText } from "./parts.ts";

const MEANINGS: Record<Grade, string> = {
  A: "all that can run are healthy",
  B: "two families or more are healthy",
  C: "one family is healthy",
  D: "start-up tests are under way",
  F: "nothing can be served",
};

export class Overview {
  readonly #grade = part("grade", HTMLElement);
  readonly #level = part("level", HTMLElement);
  readonly #levelBar = part("level-bar", HTMLElement);

  render(snapshot: Snapshot): void {
    const { ledger, readyBytes, capacityBytes, grade } = snapshot;
    this.#grade.dataset["grade"] = grade;
    const level = capacityBytes > 0 ? Math.round((100 * readyBytes) / capacityBytes) : 0;
    this.#level.setAttribute("aria-valuenow", String(level));
    this.#levelBar.style.width = `${level}%`;
    for (const [id, text] of Object.entries({
      grade,
      "grade-meaning": MEANINGS[grade],
      "credited-rate": formatAmount(snapshot.creditedBitsPerSecond),
      "credited-total": `${formatCount(ledger.creditedBits)} in all`,
      "output-rate": formatAmount(snapshot.fullEntropyBytesPerSecond),
      extracted: formatCount(snapshot.extractedBytes),
      uptime: `in ${formatDuration(snapshot.uptimeMs)}`,
      spent: formatCount(ledger.spentBits),
      families: familiesText(snapshot),
      seed: seedText(snapshot),
      "self-test": selfTestText(snapshot),
      claims: claimsText(snapshot),
      forfeited: `${formatCount(ledger.forfeitedBits)} came while full, not counted`,
      ready: formatCount(readyBytes),
      capacity: `of ${formatCount(capacityBytes)}, and ${formatCount(ledger.levelBits)} bits on the way`,
    })) {
      setText(part(id, HTMLElement), text);
    }
  }
}
