/** Says of each result what `collect` did with it: a line of text, or of JSON. */
import { plural } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import { EXIT } from "#kit/term/exit.ts";
import type { Io } from "#kit/term/io.ts";
import type { ScanRecord } from "../results/journal.ts";
import type { Collected } from "../telemetry-agent/collect.ts";
import type { Remark } from "../telemetry-agent/open-result.ts";
import { jsonLine } from "./dict-text.ts";
import { INCOMPLETE } from "./exits.ts";

export class CollectLines {
  #refused = 0;
  #notWhole = 0;
  #pending = "";

  constructor(
    private readonly io: Pick<Io, "out" | "log">,
    private readonly isJson: boolean,
  ) {}

  /** INCOMPLETE where a result is not whole, failure where one was refused. */
  get exitCode(): number {
    return this.#refused > 0 ? EXIT.failure : this.#notWhole > 0 ? INCOMPLETE : EXIT.ok;
  }

  /** @param source name of a file or stream */
  say(source: string, collected: Collected): void {
    const { kind } = collected;
    if (kind === "refused") this.#refused++;
    if (kind === "taken" && collected.record.reason !== null) this.#notWhole++;
    if (this.isJson) this.#pending += jsonLine({ source, ...collected });
    else if (kind === "refused") this.io.log.error(`${source}: refused: ${collected.reason}`);
    else if (kind === "there") this.#pending += lineOf(collected.scan, source, "is there already");
    else this.#pending += lineOf(collected.record.id, source, takenText(collected.record));
  }

  /** Tells of a file that is followed. */
  remark(source: string, { level, text, scan }: Remark): void {
    const subject = scan === undefined ? "" : `${scan}: `;
    if (this.isJson) this.#pending += jsonLine({ source, level, text, ...(scan !== undefined && { scan }) });
    else if (level === "warn") this.io.log.warn(`${source}: ${subject}${text}`);
    else this.#pending += lineOf(scan!, source, text);
  }

  /** Writes what was said. @throws ClosedPipeError; the signal's reason */
  async flush(): Promise<void> {
    const text = this.#pending;
    this.#pending = "";
    if (text !== "") await this.io.out(text);
  }
}

function lineOf(scan: string, source: string, text: string): string {
  return `${scan}  ${visible(source)}: ${visible(text)}\n`;
}

function takenText({ lines, reason }: ScanRecord): string {
  const matches = plural(lines["match"] ?? 0, "match", "matches");
  return reason === null ? `taken in, ${matches}` : `taken in, ${matches}, not whole: ${reason}`;
}
