/** Runs the dashboard: passes events to `update`, carries out their effects, draws the model. Never blocks. */
import { onAbort } from "#kit/abort.ts";
import type { Pool } from "../../pool/pool.ts";
import { type Snapshot, Snapshots } from "../../pool/snapshot.ts";
import type { Generator } from "../../rbg/generator.ts";
import type { SourceInfo } from "../../source.ts";
import type { RawTrace } from "../../trace.ts";
import { firstModel, MAX_TRACE_SAMPLES, type Model } from "./model.ts";
import { OUTPUT_BYTES } from "./output-panel.ts";
import type { OpenScreen, Screen, ScreenEvents } from "./screen.ts";
import { type Effect, type Event, update } from "./update.ts";
import { view } from "./view.ts";

export interface DashboardOptions {
  readonly pool: Pool;
  readonly infos: readonly SourceInfo[];
  /** Makes the output that is shown. */
  readonly generator: Generator;
  readonly refreshMs: number;
  /** False draws with ASCII alone. */
  readonly unicode: boolean;
  readonly openScreen: OpenScreen;
  /** Writes the snapshot to a file. @returns its path */
  save(snapshot: Snapshot): Promise<string>;
  readonly signal: AbortSignal;
}

/** The way the user, or the terminal, ended it. */
export type Ending = "quit" | "interrupt" | "hang-up";

/** @throws the signal's reason; any uncaught error */
export async function runDashboard(options: DashboardOptions): Promise<Ending> {
  const { signal } = options;
  signal.throwIfAborted();
  const ending = Promise.withResolvers<Ending>();
  using dashboard = new Dashboard(options, ending);
  await using screen = await options.openScreen(dashboard);
  using _ = onAbort(signal, () => ending.reject(signal.reason));
  if (!signal.aborted) dashboard.begin(screen);
  return await ending.promise;
}

/** Interval between drawings; shorter than anyone notices. */
const FRAME_MS = 20;

class Dashboard implements ScreenEvents, Disposable {
  readonly #snapshots: Snapshots;
  readonly #closing = new AbortController();
  #shown: { readonly screen: Screen; model: Model } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #frame: ReturnType<typeof setTimeout> | undefined;
  #drawing = false;

  constructor(
    private readonly options: DashboardOptions,
    private readonly ending: PromiseWithResolvers<Ending>,
  ) {
    this.#snapshots = new Snapshots(options.pool, options.infos);
  }

  begin(screen: Screen): void {
    const { pool, infos, refreshMs, unicode } = this.options;
    const model = firstModel(infos, this.#snapshots.next(), screen, refreshMs, unicode);
    this.#shown = { screen, model };
    pool.on("revealed", this.#onRevealed).start();
    screen.draw(view(model));
    this.#schedule(refreshMs);
  }

  key(name: string): void {
    this.#happen({ kind: "key", name });
  }

  paste(text: string): void {
    this.#happen({ kind: "paste", text });
  }

  press(x: number, y: number): void {
    this.#happen({ kind: "press", x, y });
  }

  wheel(rows: number): void {
    this.#happen({ kind: "wheel", rows });
  }

  resize(width: number, height: number): void {
    this.#happen({ kind: "resize", width, height });
  }

  hangUp(): void {
    this.ending.resolve("hang-up");
  }

  crash(error: unknown): void {
    this.ending.reject(error);
  }

  [Symbol.dispose](): void {
    this.#closing.abort();
    clearTimeout(this.#timer);
    clearTimeout(this.#frame);
    this.options.pool.off("revealed", this.#onRevealed);
    this.#shown = undefined;
  }

  #happen(event: Event): void {
    const shown = this.#shown;
    if (!shown) return;
    const [model, ...effects] = update(shown.model, event);
    if (model !== shown.model) {
      shown.model = model;
      this.#drawSoon();
    }
    for (const effect of effects) this.#do(effect, shown.screen);
  }

  /** Draws within a frame's time, together with all that happens until then. */
  #drawSoon(): void {
    this.#frame ??= setTimeout(() => {
      this.#frame = undefined;
      this.#shown?.screen.draw(view(this.#shown.model));
    }, FRAME_MS);
  }

  #do(effect: Effect, screen: Screen): void {
    const { pool } = this.options;
    switch (effect.kind) {
      case "reveal":
        pool.reveal(effect.id);
        break;
      case "draw-output":
        this.#drawOutput();
        break;
      case "pause":
        pool.pause(effect.id);
        break;
      case "resume":
        pool.resume(effect.id);
        break;
      case "refresh":
        this.#schedule(effect.everyMs);
        break;
      case "save":
        this.#save(effect.snapshot);
        break;
      case "suspend":
        screen.suspend();
        break;
      case "quit":
      case "interrupt":
        this.ending.resolve(effect.kind);
    }
  }

  #schedule(afterMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#happen({ kind: "tick", snapshot: this.#snapshots.next() });
      if (this.#shown) this.#schedule(this.#shown.model.refreshMs);
    }, afterMs);
  }

  /** Asks for the next bytes unless earlier ones are pending: a pool that runs dry holds up nothing. */
  #drawOutput(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    const bytes = new Uint8Array(OUTPUT_BYTES);
    this.options.generator
      .fill(bytes, { signal: this.#closing.signal })
      .then(
        () => this.#happen({ kind: "output", bytes }),
        (error: Error) => this.#happen({ kind: "no-output", reason: error.message }),
      )
      .finally(() => {
        this.#drawing = false;
      });
  }

  #save(snapshot: Snapshot): void {
    this.options.save(snapshot).then(
      (path) => this.#happen({ kind: "saved", path }),
      (error: Error) => this.#happen({ kind: "not-saved", reason: error.message }),
    );
  }

  readonly #onRevealed = ({ sourceId, samples }: RawTrace): void => {
    const latest = samples.subarray(-MAX_TRACE_SAMPLES);
    this.#happen({ kind: "revealed", id: sourceId, samples: Array.from(latest, Number) });
  };
}
