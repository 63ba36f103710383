/** URIs of resources. A name in one is percent-encoded as far as it is more than letters, digits and - _ . ~ */

export function dictionaryUri(codename: string): string {
  return `cryptex://${encoded(codename)}`;
}

export function ruleUri(ruleset: string, rule: string): string {
  return `rules://${encoded(ruleset)}/${encoded(rule)}`;
}

/** @param digest SHA-256, hex */
export function artifactUri(digest: string): string {
  return `artifact://${digest}`;
}

/** RFC 3986 §2.3; signs that encodeURIComponent leaves stand for something in URI templates or in prose. A half of a surrogate pair has no UTF-8. */
function encoded(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export type ResourceName =
  | { readonly kind: "cryptex"; readonly codename: string }
  | { readonly kind: "rules"; readonly ruleset: string; readonly rule: string }
  | { readonly kind: "artifact"; readonly digest: string };

/** A resource, and the part of it that is wanted. */
export interface Wanted {
  readonly name: ResourceName;
  /** First character of the part. */
  readonly offset: number;
  /** Characters of the part; undefined where it is not said. */
  readonly length: number | undefined;
}

const FORM =
  /^(cryptex|rules|artifact):\/\/([^/?#]+)(?:\/([^/?#]+))?\/?(?:\?offset=(\d{1,15})(?:&length=(\d{1,15}))?)?$/;

/** @returns undefined for what names no resource of ours */
export function parseUri(uri: string): Wanted | undefined {
  const [, scheme, first, second, offset = "0", length] = FORM.exec(uri) ?? [];
  const [a, b] = [first, second].map(decoded);
  const name = nameOf(scheme, a, b);
  return name && { name, offset: Number(offset), length: length === undefined ? undefined : Number(length) };
}

function nameOf(scheme: string | undefined, a?: string, b?: string): ResourceName | undefined {
  if (a === undefined || (scheme === "rules") !== (b !== undefined)) return undefined;
  if (scheme === "rules") return { kind: scheme, ruleset: a, rule: b! };
  return scheme === "cryptex" ? { kind: scheme, codename: a } : { kind: "artifact", digest: a };
}

function decoded(part: string | undefined): string | undefined {
  try {
    return part === undefined ? undefined : decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
