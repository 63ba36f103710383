/** A collector of OpenTelemetry that a program pushes its figures to. */
import { UsageError } from "../errors.ts";
import { visible } from "../format/visible.ts";
import type { OtlpPush, OtlpSettings } from "./otlp.ts";

/**
 * Reads the address of a collector; one without a path gets that of figures (https://opentelemetry.io/docs/specs/otlp/).
 * @throws UsageError
 */
export function parseCollector(text: string, name: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || url.hash !== "")
    throw new UsageError(`${name}: '${visible(text)}' is not the address of a collector`, [
      "addresses are like http://127.0.0.1:4318",
    ]);
  if (url.pathname === "/") url.pathname = "/v1/metrics";
  return url.href;
}

/** Begins to push, if there is somewhere to. The library is loaded for that alone. */
export async function pushTo(
  url: string | undefined,
  settings: Omit<OtlpSettings, "url">,
): Promise<OtlpPush | undefined> {
  if (url === undefined) return undefined;
  const { openOtlpPush } = await import("./otlp.ts");
  return openOtlpPush({ url, ...settings });
}
