/**
 * Pays a family of sources once for the same stretch of time (DESIGN: dependence).
 *
 * Members share a mechanism, so what two of them saw at the same moment may be the same noise. Each moment is
 * paid at the rate of the best member that covered it: a trace that overlaps an earlier one earns only what it
 * adds above that one's rate. Traces sampled one after the other are paid in full.
 */
export class FamilyTime {
  /** Paid spans, sorted, not overlapping. */
  #spans: Span[] = [];
  /** What ended before this is no longer remembered, and therefore counts as paid. */
  #horizonNs = Number.NEGATIVE_INFINITY;

  /** The part of `bits`, spread evenly over [startNs, endNs), that may be credited. */
  pay(startNs: number, endNs: number, bits: number): number {
    if (!(bits > 0) || !Number.isFinite(startNs)) return 0;
    const end = Math.max(endNs, startNs + 1);
    const rate = bits / (end - startNs);
    const start = Math.max(startNs, this.#horizonNs);
    if (start >= end) return 0;

    let paid = 0;
    const merged: Span[] = [];
    let cursor = start;
    const cover = (until: number, paidRate: number) => {
      if (until <= cursor) return;
      paid += (until - cursor) * Math.max(0, rate - paidRate);
      append(merged, { start: cursor, end: until, rate: Math.max(rate, paidRate) });
      cursor = until;
    };
    for (const span of this.#spans) {
      if (span.end <= start || span.start >= end) {
        if (span.start >= end) cover(end, 0);
        append(merged, span);
        continue;
      }
      cover(span.start, 0);
      if (span.start < start) append(merged, { ...span, end: start });
      cover(Math.min(span.end, end), span.rate);
      if (span.end > end) append(merged, { ...span, start: end });
    }
    cover(end, 0);

    while (merged.length > MAX_SPANS) this.#horizonNs = merged.shift()!.end;
    this.#spans = merged;
    return Math.min(paid, bits);
  }
}

interface Span {
  readonly start: number;
  readonly end: number;
  /** Bits per nanosecond already paid. */
  readonly rate: number;
}

/** Traces reach the ledger within a few slices of one another; this remembers some hundred slices. */
const MAX_SPANS = 256;

function append(spans: Span[], span: Span): void {
  if (span.end > span.start) spans.push(span);
}
