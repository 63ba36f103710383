/** Numbers as a report prints them. JSON has all their digits. */

/** `0.4213`; below 0.0001 `3.1e-12`; exact zeros and ones as such. Nothing below 0.01, where results are weak, is shown as 0.0100. */
export function formatP(p: number): string {
  if (Number.isNaN(p)) return "?";
  if (p === 0 || p === 1) return String(p);
  return p < 0.0001
    ? p.toExponential(1)
    : p > 0.9999
      ? ">0.9999"
      : p < 0.01
        ? Math.min(p, 0.0099).toFixed(4)
        : p.toFixed(4);
}

/** Six significant digits. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return value.toLocaleString("en-US");
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(3);
  return String(Number(value.toPrecision(6)));
}
