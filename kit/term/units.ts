/** Amounts as people type them. */
import { UsageError } from "../errors.ts";

const SIZE_UNITS: Record<string, number> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** Parses `64`, `4K`, `1.5M`, `2GiB`, `10kb` to bytes, in powers of 1024. @throws UsageError that names the flag */
export function parseSize(text: string, flag: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$/i.exec(text.trim());
  const unit = match ? SIZE_UNITS[match[2]!.toUpperCase()] : undefined;
  const bytes = match && unit ? Number(match[1]) * unit : Number.NaN;
  if (!Number.isSafeInteger(bytes)) {
    throw new UsageError(`${flag}: '${text}' is not a size`, ["sizes are like 64, 4K, 1M or 2G"]);
  }
  return bytes;
}

/** Parses `1000`, `64K`, `1M/s` to bytes a second, at least 1. @throws UsageError */
export function parseRate(text: string, flag: string): number {
  const rate = parseSize(text.replace(/\/s(ec)?$/i, ""), flag);
  if (rate < 1) throw new UsageError(`${flag}: the rate must be at least 1 byte a second`);
  return rate;
}

/** Parses a whole number within limits. @throws UsageError */
export function parseCount(text: string, flag: string, least: number, most: number): number {
  const count = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(count) || count < least || count > most) {
    throw new UsageError(`${flag}: '${text}' is not a whole number from ${least} to ${most}`);
  }
  return count;
}

/** Parses seconds, `2`, `0.5` or `500ms`, to milliseconds above 0. @throws UsageError */
export function parseSeconds(text: string, flag: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s)?$/.exec(text.trim());
  const ms = match ? Number(match[1]) * (match[2] === "ms" ? 1 : 1000) : Number.NaN;
  if (!(ms > 0) || ms > MAX_SECONDS * 1000) {
    throw new UsageError(`${flag}: '${text}' is not a time`, ["times are like 2, 0.5 or 500ms"]);
  }
  return ms;
}

/** Timers hold 31 bits of milliseconds: 2,147,483 s. */
const MAX_SECONDS = 2_000_000;
