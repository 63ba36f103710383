/** Times of certificates and signatures: UTCTime and GeneralizedTime as OpenSSL's ASN1_TIME_to_tm reads them. */
import { TAG } from "./encoding.ts";

export interface EncodedTime {
  readonly tag: number | undefined;
  readonly value: Uint8Array;
}

/**
 * Seconds since 1970 of the date that upstream shows for a time that cannot be read. It takes a structure full of zeros for a date: day
 * 0 of January 1900.
 */
const UNREADABLE_SECONDS = Date.UTC(1899, 11, 31) / 1000;

/** YYMMDDhhmm and, if any, ss; then the zone. Without seconds there must be a zone all the same. */
const UTC_TIME = /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?(?:Z|([+-])(\d{2})(\d{2}))$/;
const GENERALIZED_TIME =
  /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(?:(\d{2})(?:\.\d+)?)?(?:Z|([+-])(\d{2})(\d{2}))$/;
/** No time is longer; a fraction of seconds has no bound, but OpenSSL gives its value no meaning either. */
const MAX_TIME_BYTES = 1024;

/** Returns seconds since 1970, or what upstream shows where the time cannot be read. */
export function shownSeconds(time: EncodedTime): number {
  return secondsOf(time) ?? UNREADABLE_SECONDS;
}

/** Returns seconds since 1970, or undefined where the time cannot be read. */
export function secondsOf({ tag, value }: EncodedTime): number | undefined {
  if (value.length > MAX_TIME_BYTES) return undefined;
  const form = tag === TAG.utcTime ? UTC_TIME : tag === TAG.generalizedTime ? GENERALIZED_TIME : undefined;
  const match = form?.exec(Buffer.from(value).toString("latin1"));
  if (match === null || match === undefined) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((digits) => Number(digits ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [sign, zoneHours, zoneMinutes] = [match[7], Number(match[8] ?? 0), Number(match[9] ?? 0)];
  // RFC 5280, 4.1.2.5.1: two digits below 50 are of this century.
  const fullYear = tag === TAG.generalizedTime ? year : year < 50 ? 2000 + year : 1900 + year;
  const date = new Date(0);
  date.setUTCFullYear(fullYear, month - 1, day);
  const isDate = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && month >= 1;
  if (!isDate || hour > 23 || minute > 59 || second > 59 || zoneHours > 12 || zoneMinutes > 59)
    return undefined;
  const zoneSeconds = (zoneHours * 60 + zoneMinutes) * 60 * (sign === "-" ? -1 : 1);
  return date.getTime() / 1000 + (hour * 60 + minute) * 60 + second - zoneSeconds;
}
