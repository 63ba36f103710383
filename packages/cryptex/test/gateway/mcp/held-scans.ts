/** A scan service whose scans go on until somebody cancels them, and which tells what it is asked to. */
import { storedJournal } from "../../../src/cryptex-store/journal.ts";
import { openMemoryStore } from "../../../src/cryptex-store/store.ts";
import type { ScanOrder, Scans } from "../../../src/gateway/scans/scans.ts";
import type { Journal, ScanRecord } from "../../../src/results/journal.ts";

export class HeldScans implements Scans {
  readonly orders: ScanOrder[] = [];
  readonly cancelled: string[] = [];
  readonly #journal: Journal;
  #waiters: { readonly isSo: () => boolean; readonly wake: () => void }[] = [];

  constructor(journal: Journal = storedJournal(openMemoryStore())) {
    this.#journal = journal;
  }

  submit(order: ScanOrder, { origin }: { origin: "gateway" | "mcp" }): ScanRecord {
    this.orders.push(order);
    this.#tell();
    return this.#journal.create({ origin, state: "running", request: { ...order } });
  }

  cancel(id: string): ScanRecord {
    this.cancelled.push(id);
    this.#journal.append(id, [], { state: "cancelled" });
    this.#tell();
    return this.#journal.scan(id)!;
  }

  async ended(id: string): Promise<ScanRecord> {
    await this.until(() => this.cancelled.includes(id));
    return this.#journal.scan(id)!;
  }

  /** Resolves once it is so. */
  until(isSo: () => boolean): Promise<void> {
    if (isSo()) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiters.push({ isSo, wake: resolve });
    return promise;
  }

  #tell(): void {
    const [woken, others] = [true, false].map((is) => this.#waiters.filter(({ isSo }) => isSo() === is));
    this.#waiters = others!;
    for (const { wake } of woken!) wake();
  }

  scanBytes(): never {
    throw new Error("no tool scans bytes");
  }

  stats(): never {
    throw new Error("no tool counts scans");
  }

  ruleTimes(): never {
    throw new Error("no tool shows times of rules");
  }

  filesDone(): undefined {}

  resumeAll(): void {}

  async stop(): Promise<void> {}
}
