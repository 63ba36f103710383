import { poissonTwoSided } from "../math/tails.ts";
import type { TestHeader, TestResult } from "../result.ts";
import { notEnoughData } from "./not-enough-data.ts";

/** 4,096 birthdays in a year of 2³² days. */
const BIRTHDAYS = 4096;
const DAYS = 2 ** 32;
const BYTES_A_YEAR = 4 * BIRTHDAYS;

/**
 * Expected number of equal spacings in a year. Two given spacings of m points that cut a circle of n days are
 * equal with chance (m − 1)/(2n), and there are m·(m − 1)/2 of them: m·(m − 1)²/(4n) = 3.998 (the usual
 * m³/(4n) is 4). Triples take away less than 1e-5 of it.
 */
const MEAN = (BIRTHDAYS * (BIRTHDAYS - 1) ** 2) / (4 * DAYS);

/**
 * Birthday spacings (G. Marsaglia; Knuth, TAOCP 2, §3.3.2 J): takes 4,096 birthdays from four bytes each, sorts them
 * around the year, and counts the spacings that occur again. The count is nearly Poisson, and so is its sum over all
 * years that the data hold (P. L'Ecuyer, R. Simard, Math. Comput. Simul. 55 (2001) 131–137, tells how nearly). The
 * test is two-sided, since lattice structure brings too many or too few.
 */
export function birthdaySpacings(bytes: Uint8Array): TestResult {
  const years = Math.floor(bytes.length / BYTES_A_YEAR);
  const header: TestHeader = {
    suite: "battery",
    test: "birthday-spacings",
    section: "Knuth, TAOCP 2, §3.3.2 J",
    params: { birthdays: BIRTHDAYS, days: DAYS },
    n: bytes.length,
  };
  if (years === 0) return notEnoughData(header, BYTES_A_YEAR, "bytes");
  let repeated = 0;
  const days = new Uint32Array(BIRTHDAYS);
  for (let year = 0, at = 0; year < years; year++) {
    for (let i = 0; i < BIRTHDAYS; i++, at += 4) {
      days[i] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    }
    repeated += repeatedSpacings(days);
  }
  return {
    ...header,
    kind: "hypothesis",
    statistic: repeated,
    pValues: [poissonTwoSided(repeated, years * MEAN)],
    details: { years, mean: years * MEAN },
  };
}

/** Counts the spacings around the year that equal another. Sorts `days` in place. */
function repeatedSpacings(days: Uint32Array): number {
  days.sort();
  const newYear = days[0]!;
  const spacings = new Uint32Array(days.length);
  for (let i = 1; i < days.length; i++) spacings[i - 1] = days[i]! - days[i - 1]!;
  // The last spacing goes over the new year; 2³² wraps by itself.
  spacings[days.length - 1] = newYear - days[days.length - 1]!;
  spacings.sort();
  let repeated = 0;
  for (let i = 1; i < spacings.length; i++) if (spacings[i] === spacings[i - 1]) repeated++;
  return repeated;
}
