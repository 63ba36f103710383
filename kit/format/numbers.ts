/** Numbers as people read them: one function for each meaning. */

const PREFIXES = ["", "k", "M", "G", "T", "P"];

/** Shortens to three digits and a power of 1000: 1234567 → `1.23M`. For columns whose title names the unit. */
export function formatAmount(n: number): string {
  return scaled(n).join("");
}

/** Like formatAmount, with a unit: `1.23 MB/s`, `512 B`. */
export function formatQuantity(n: number, unit: string): string {
  const [digits, prefix] = scaled(n);
  return `${digits} ${prefix}${unit}`;
}

function scaled(n: number): [digits: string, prefix: string] {
  if (!Number.isFinite(n)) return ["–", ""];
  let left = n;
  let prefix = 0;
  while (Math.abs(left) >= 999.5 && prefix < PREFIXES.length - 1) {
    left /= 1000;
    prefix += 1;
  }
  const size = Math.abs(left);
  const decimals = prefix === 0 && Number.isInteger(left) ? 0 : size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
  return [left.toFixed(decimals), PREFIXES[prefix]!];
}

/** Writes a whole number in full: `1,234,567`. Drops a fraction: only whole bits and bytes count. */
export function formatCount(n: number): string {
  return Math.floor(n).toLocaleString("en-US");
}

/** `1 test`, `2 tests`; `many` is for nouns that take more than an s. */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : many}`;
}

/** Writes a number with that many decimals, or `–` where there is none. */
export function formatFixed(value: number | null, decimals: number): string {
  return value === null ? "–" : value.toFixed(decimals);
}

/** Writes a share of 1 as `42 %`. Rounds down: `100 %` means complete. */
export function formatPercent(share: number): string {
  return `${Math.floor(100 * share)} %`;
}

/** Writes a duration in its two largest units: `42 s`, `3 min 5 s`, `2 h 14 min`, `3 d 4 h`. */
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

/** Writes a duration as a clock shows it: `0:07`, `12:30`, `3:04:05`. */
export function formatClock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
