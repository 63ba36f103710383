/** Lines of `watch`: those of a scan, and what is said beside them. */
import { safeJson, visible } from "#kit/format/visible.ts";
import type { Io } from "#kit/term/io.ts";
import type { ScanEvent } from "../scan-runner/events.ts";
import { visiblePath } from "../scan-runner/formats/escape.ts";
import type { FormatWriter } from "../scan-runner/formats/format.ts";
import { FORMATS } from "../scan-runner/formats/formats.ts";
import { VERSION } from "../version.ts";
import type { WatchNote } from "../watch/watcher.ts";
import type { ScanOutput } from "./scan-output.ts";

export class WatchLines {
  readonly #format: "text" | "ndjson" | "yara";
  #writer: FormatWriter | undefined;

  constructor(
    format: "text" | "ndjson" | "yara" | undefined,
    private readonly io: Io,
    private readonly output: ScanOutput,
  ) {
    this.#format = format ?? (io.outIsTerminal ? "text" : "ndjson");
  }

  /** Writes an event. Each set of rules has a result of its own, from start to end. */
  async write(event: ScanEvent): Promise<void> {
    if (event.type === "start" || !this.#writer)
      this.#writer = FORMATS[this.#format].open({ version: VERSION, screen: this.io, yara: {} });
    await this.output.write(this.#writer.event(event));
    if (event.type === "end") await this.output.write(this.#writer.end());
  }

  /** In NDJSON it is a line, else a message on stderr. */
  note(note: WatchNote): void {
    if (this.#format === "ndjson") {
      // A failure is that of the next line of a file.
      this.output.write({ out: `${safeJson(note)}\n` }).catch(() => {});
      return;
    }
    const { event, path, path_bytes, message } = note;
    const where =
      path === undefined ? "" : `${visiblePath({ path, ...(path_bytes !== undefined && { path_bytes }) })}: `;
    const log = event === "ready" || event === "rules" ? this.io.log.info : this.io.log.warn;
    log(where + visible(message));
  }
}
