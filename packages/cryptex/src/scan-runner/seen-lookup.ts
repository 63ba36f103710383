/** The records of seen files as a scan uses them: folder by folder, written in batches. */
import type { FileIdentity, SeenFile, SeenFiles, SeenFolder, SeenResult } from "./seen-files.ts";
import type { FoundFile, WalkedFolder } from "./walk.ts";

/** Files that are recorded in one go; a scan that is killed does those again. */
const BATCH_FILES = 4096;
/** Time after which a smaller batch is recorded. */
const BATCH_MS = 1000;

export class SeenLookup implements Disposable {
  readonly #folders = new WeakMap<WalkedFolder, SeenFolder>();
  #batch: SeenFile[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param onFailure is told of records that cannot be written behind the scan's back */
  constructor(
    private readonly seen: SeenFiles,
    private readonly reuse: boolean | "paranoid",
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** Result of an earlier scan. With "paranoid", only one whose content can be compared. */
  get({ folder, name, identity }: FoundFile): SeenResult | undefined {
    if (!this.reuse) return undefined;
    let known = this.#folders.get(folder);
    if (!known) {
      known = this.seen.folder(folder.path);
      this.#folders.set(folder, known);
    }
    const result = known.get(name, identity);
    return this.reuse === "paranoid" && result?.sha256 === undefined ? undefined : result;
  }

  /** @param identity of the file when it was read */
  keep({ folder, name }: FoundFile, identity: FileIdentity, result: SeenResult): void {
    this.#batch.push({ folder: folder.path, name, ...identity, ...result });
    if (this.#batch.length >= BATCH_FILES) this.#record();
    else this.#timer ??= setTimeout(() => this.#record(), BATCH_MS);
  }

  /** Records the rest. */
  [Symbol.dispose](): void {
    this.#record();
  }

  #record(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length === 0) return;
    try {
      this.seen.record(batch);
    } catch (error) {
      this.onFailure(error);
    }
  }
}
