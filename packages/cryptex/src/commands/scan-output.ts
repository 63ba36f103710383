/** Writes the result of a scan while it goes on: few large pieces, none of them late. */
import type { OutputFile } from "#kit/files/output-file.ts";
import type { Io } from "#kit/term/io.ts";
import type { ProgressLine } from "#kit/term/progress.ts";
import type { Written } from "../scan-runner/formats/format.ts";

/** A system call a line would cost as much as the scan of a small file. */
const PIECE_CHARACTERS = 1 << 16;
/** A line is seen after this long. */
const LATEST_MS = 50;

export class ScanOutput implements Disposable {
  #pending = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Ends with the write that was begun last. */
  #writing: Promise<void> = Promise.resolve();
  /** The failure of a write that nobody waited for. */
  #failure: { readonly error: unknown } | undefined;

  /**
   * @param file takes the result in place of stdout
   * @param onText told of the result as it is written
   */
  constructor(
    private readonly io: Pick<Io, "out" | "err" | "outIsTerminal">,
    private readonly progress: ProgressLine,
    private readonly file?: OutputFile,
    private readonly onText: (text: string) => void = () => {},
  ) {}

  /** Takes text for both streams. Resolves when there is room for more. @throws ClosedPipeError; InputError */
  async write({ out, err }: Written): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    if (err) {
      this.progress.clear();
      this.io.err(err);
    }
    if (!out) return;
    this.onText(out);
    this.#pending += out;
    this.#timer ??= setTimeout(() => {
      this.#flush().catch((error: unknown) => {
        this.#failure = { error };
      });
    }, LATEST_MS);
    if (this.#pending.length >= PIECE_CHARACTERS) await this.#flush();
  }

  /** Writes what is left, and puts a file into its place. */
  async finish(): Promise<void> {
    await this.#flush();
    this.file?.publish();
  }

  #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#pending;
    this.#pending = "";
    this.#writing = this.#writing.then(() => this.#put(text));
    return this.#writing;
  }

  async #put(text: string): Promise<void> {
    if (this.file) return await this.file.append(text);
    if (this.io.outIsTerminal) this.progress.clear();
    await this.io.out(text);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#writing.catch(() => {});
  }
}
