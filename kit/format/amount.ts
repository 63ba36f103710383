/** 1234567 → `1.23M`. Powers of 1000, three digits. */
export function formatAmount(n: number): string {
  if (!Number.isFinite(n)) return "–";
  const units = ["", "k", "M", "G", "T", "P"];
  let scaled = n;
  let unit = 0;
  while (Math.abs(scaled) >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  const digits = unit === 0 && Number.isInteger(scaled) ? 0 : scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
  return `${scaled.toFixed(digits)}${units[unit]}`;
}
