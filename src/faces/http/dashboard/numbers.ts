/** Numbers as the page prints them. */

/** Formats with three significant digits: `0.52`, `12.3`, `523`, `1.23 k`, `45.6 M`. */
export function formatRate(rate: number): string {
  const units = ["", " k", " M", " G", " T"];
  let scaled = rate;
  let unit = 0;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  if (scaled === 0) return "0";
  const decimals = unit === 0 && Number.isInteger(scaled) ? 0 : scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
  return `${scaled.toFixed(decimals)}${units[unit]}`;
}

export function formatCount(count: number): string {
  return Math.floor(count).toLocaleString("en-US");
}

/** Formats bits per symbol; `–` while there is no estimate. */
export function formatEntropy(bitsPerSymbol: number | null): string {
  return bitsPerSymbol === null ? "–" : bitsPerSymbol.toFixed(2);
}

/** Formats with up to two units: `42 s`, `3 min 5 s`, `2 h 14 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first < 0) return "0 s";
  return parts
    .slice(first, first + 2)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(" ");
}
