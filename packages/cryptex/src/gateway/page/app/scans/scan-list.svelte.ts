/** The list of scans, as it changes. */
import type { CryptexClient, ScanRecord } from "../../../../../../cryptex-client/src/index.ts";
import { type Frame, live } from "../gateway/live.svelte.ts";
import { Resource } from "../gateway/resource.svelte.ts";
import { isUnderWay } from "./scan-words.ts";

const PAGE = 50;
/** States come as events, counts do not: scans that run are asked for their counts this often. */
const COUNTS_MS = 2_000;

export class ScanList {
  readonly page = new Resource<{ scans: readonly ScanRecord[]; next: string | null }>();
  /** Older pages that were asked for. */
  readonly older = new Resource<null>();
  #dirty = new Set<string>();
  #isRefreshing = false;

  constructor(
    private readonly client: CryptexClient,
    private readonly states: string,
  ) {}

  /** Follows until the function that it returns is called. */
  start(): () => void {
    const stop = live.follow({
      client: this.client,
      types: ["scan"],
      ready: () => void this.load(),
      take: (frames) => this.#take(frames),
    });
    // Without events, too, there is a list.
    if (this.page.value === undefined) void this.load();
    const timer = setInterval(() => {
      if (document.hidden) return;
      for (const record of this.page.value?.scans ?? []) if (isUnderWay(record)) this.#dirty.add(record.id);
      void this.#refresh();
    }, COUNTS_MS);
    return () => {
      stop();
      clearInterval(timer);
      this.page.stop();
      this.older.stop();
    };
  }

  load(): Promise<void> {
    return this.page.load((signal) => this.#ask(undefined, signal));
  }

  more(): Promise<void> {
    return this.older.load(async (signal) => {
      const { scans = [], next = null } = this.page.value ?? {};
      const more = await this.#ask(next ?? undefined, signal);
      this.page.set({ scans: merged(scans, more.scans), next: more.next });
      return null;
    });
  }

  /** Puts a record in its place. */
  put(record: ScanRecord): void {
    const { scans = [], next = null } = this.page.value ?? {};
    this.page.set({ scans: merged(scans, [record]), next });
  }

  async #ask(after: string | undefined, signal: AbortSignal) {
    const state = this.states === "" ? undefined : this.states;
    const { scans, next } = await this.client.scans.list({ limit: PAGE, after, state }, { signal });
    return { scans, next };
  }

  #take(frames: readonly Frame[]): void {
    // What was lost may have been about any of them.
    if (frames.some(({ type }) => type === "lost")) void this.load();
    for (const frame of frames) if ("seq" in frame && frame.scan !== null) this.#dirty.add(frame.scan);
    void this.#refresh();
  }

  /** Asks for the scans of which something was heard, one after the other. */
  async #refresh(): Promise<void> {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    try {
      for (const id of this.#dirty) {
        this.#dirty.delete(id);
        this.put(await this.client.scans.get(id));
      }
    } catch {
      // The list stays as it is; what is wrong shows where it is asked for, and by the state of the connection.
    } finally {
      this.#isRefreshing = false;
    }
  }
}

/** Newest first; ids sort by time. A newer record stands for an older one of the same scan. */
function merged(scans: readonly ScanRecord[], others: readonly ScanRecord[]): readonly ScanRecord[] {
  const all = new Map([...scans, ...others].map((scan) => [scan.id, scan]));
  return [...all.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}
