/** One scan as it goes on: its record, and its lines from the first to those that come now. */
import { untrack } from "svelte";
import type {
  CryptexClient,
  EventFrame,
  LostFrame,
  ScanRecord,
} from "../../../../../../cryptex-client/src/index.ts";
import { type Frame, live } from "../gateway/live.svelte.ts";
import { Resource } from "../gateway/resource.svelte.ts";
import { KINDS, type Kind, type LineList, type ScanFrame, ScanLines } from "./scan-lines.ts";

const TYPES_OF = Object.fromEntries(
  KINDS.map(({ id, types }): [Kind, readonly string[]] => [id, types]),
) as Readonly<Record<Kind, readonly string[]>>;

export class ScanLog {
  readonly record = new Resource<ScanRecord>();
  lost = $state.raw<readonly LostFrame[]>([]);
  readonly #lines = new ScanLines();
  /** Grows with each change of the lines. */
  #changes = $state(0);
  #place = 0;

  constructor(private readonly id: string) {}

  /** The lines as they are now; whoever reads it in an effect is called again when there are more. */
  get lines(): ScanLines {
    void this.#changes;
    return this.#lines;
  }

  /** A list of its own for each change, so that it is seen to be another one. */
  of(kind: Kind): LineList {
    return { ...this.lines.of(kind) };
  }

  /** Lines of a kind: as the record says while they are still to come, then as they are. */
  total(kind: Kind): number {
    const { total } = this.lines.of(kind);
    return this.isBehind ? Math.max(total, this.#recorded(TYPES_OF[kind])) : total;
  }

  /** Lines that were there before have not come yet. */
  get isBehind(): boolean {
    return this.#recorded(Object.values(TYPES_OF).flat()) > this.lines.total;
  }

  #recorded(types: readonly string[]): number {
    const counts = this.record.value?.lines ?? {};
    return types.reduce((sum, type) => sum + (counts[type] ?? 0), 0);
  }

  /** Follows until the function that it returns is called. */
  start(client: CryptexClient): () => void {
    return untrack(() => {
      void this.load(client);
      const stop = live.follow({
        client,
        scan: this.id,
        after: this.#place,
        take: (frames) => this.#take(client, frames),
      });
      return () => {
        stop();
        this.record.stop();
      };
    });
  }

  load(client: CryptexClient): Promise<void> {
    return this.record.load((signal) => client.scans.get(this.id, { signal }));
  }

  /** Asks for a line as a whole. @throws CryptexError */
  async line(client: CryptexClient, seq: number, signal: AbortSignal): Promise<EventFrame | undefined> {
    const found = client.scans.results(this.id, { after: seq - 1, limit: 1, follow: false, signal });
    for await (const frame of found) return frame.seq === seq ? frame : undefined;
    return undefined;
  }

  #take(client: CryptexClient, frames: readonly Frame[]): void {
    const lost = frames.filter((frame): frame is LostFrame => !("seq" in frame));
    if (lost.length > 0) this.lost = [...this.lost, ...lost];
    const last = frames.at(-1)!;
    this.#place = "seq" in last ? last.seq : last.to;
    if (this.#lines.add(frames as readonly object[] as readonly ScanFrame[])) void this.load(client);
    this.#changes++;
  }
}
