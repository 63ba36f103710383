/**
 * The real terminal, through OpenTUI; no other file of this folder touches it. It is restored however this ends: quit,
 * crash, SIGTERM, SIGHUP, or for a while on SIGTSTP.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { CliRenderer, KeyEvent, MouseEvent, OptimizedBuffer, RGBA } from "@opentui/core";
import { loadContent } from "#kit/native/loadable-file.ts";
import { EntropyError } from "../../errors.ts";
import type { Frame } from "./frame.ts";
import { embeddedHalf } from "./native-half.ts";
import type { Screen, ScreenEvents } from "./screen.ts";
import type { Style, Tone } from "./style.ts";
import { TerminalOutput } from "./terminal-output.ts";

type OpenTui = typeof import("@opentui/core");

/**
 * @param color false draws with bold, dim and inverse alone
 * @throws EntropyError if the terminal library is missing or does not run
 */
export async function openTerminal(events: ScreenEvents, color: boolean): Promise<Screen> {
  try {
    const openTui = await import("@opentui/core");
    if (embeddedHalf !== undefined) {
      loadContent(readFileSync(embeddedHalf), basename(embeddedHalf), (path) => {
        openTui.setRenderLibPath(path);
        openTui.resolveRenderLib();
      });
    }
    const output = new TerminalOutput();
    const { columns, rows } = output;
    const renderer = new openTui.CliRenderer(
      process.stdin,
      output as unknown as NodeJS.WriteStream,
      columns,
      rows,
      {
        remote: false,
        useThread: false,
        exitOnCtrlC: false,
        exitSignals: [],
        consoleMode: "disabled",
        openConsoleOnError: false,
        useKittyKeyboard: null,
        useMouse: true,
        enableMouseMovement: false,
      },
    );
    const terminal = new Terminal(openTui, renderer, output, events, color);
    // Its promise waits for the terminal to take what it writes, which it may never do.
    renderer.setupTerminal().catch((error) => events.crash(error));
    return terminal;
  } catch (error) {
    if (error instanceof EntropyError) throw error; // this build has no terminal library
    throw new EntropyError("native", `the terminal library does not run here: ${(error as Error).message}`, {
      cause: error,
      hints: ["'esoteric-entropy pool --json' shows the same figures without it"],
    });
  }
}

/** If it still runs this long after SIGTSTP, it will not stop: the system spares a process that no shell could continue. */
const NOT_STOPPED_MS = 100;

class Terminal implements Screen {
  readonly #renderer: CliRenderer;
  readonly #output: TerminalOutput;
  readonly #paint: Painter;
  #frame: Frame | undefined;
  #away = false;
  #closed = false;
  readonly #handlers: readonly [name: string, handler: (cause: unknown) => void][];

  constructor(
    openTui: OpenTui,
    renderer: CliRenderer,
    output: TerminalOutput,
    private readonly events: ScreenEvents,
    color: boolean,
  ) {
    this.#renderer = renderer;
    this.#output = output;
    this.#paint = painter(openTui, color);
    const picture = new openTui.BoxRenderable(renderer, {
      width: "100%",
      height: "100%",
      renderAfter: (buffer) => this.#guard(() => this.#frame && this.#paint(buffer, this.#frame)),
      onMouse: (mouse) => this.#guard(() => this.#onMouse(mouse)),
    });
    renderer.root.add(picture);
    renderer.keyInput.on("keypress", (key) => this.#guard(() => events.key(nameOf(key))));
    renderer.keyInput.on("paste", ({ bytes }) =>
      this.#guard(() => events.paste(Buffer.from(bytes).toString())),
    );
    renderer.on("resize", (width: number, height: number) => this.#guard(() => events.resize(width, height)));
    this.#handlers = [
      ["SIGTSTP", this.#stop],
      ["SIGCONT", this.#comeBack],
      ["SIGWINCH", () => this.#guard(() => renderer.resize(output.columns, output.rows))],
      ["SIGHUP", () => events.hangUp()],
      ["uncaughtException", (error) => events.crash(error)],
      ["unhandledRejection", (error) => events.crash(error)],
    ];
    for (const [name, handler] of this.#handlers) process.on(name, handler);
  }

  get width(): number {
    return this.#renderer.width;
  }

  get height(): number {
    return this.#renderer.height;
  }

  draw(frame: Frame): void {
    this.#frame = frame;
    if (!this.#closed && !this.#away) this.#renderer.requestRender();
  }

  suspend(): void {
    process.kill(0, "SIGTSTP"); // stops the whole job, as the terminal itself would
  }

  readonly #stop = async (): Promise<void> => {
    if (this.#away || this.#closed) return;
    this.#away = true;
    await this.#output.giveBack(() => this.#renderer.suspend());
    if (this.#closed) return;
    // Without a handler the signal stops the process, or does nothing if no shell could continue it.
    process.off("SIGTSTP", this.#stop);
    process.kill(process.pid, "SIGTSTP");
    setTimeout(() => this.#away && this.#comeBack(), NOT_STOPPED_MS);
  };

  readonly #comeBack = (): void => {
    if (this.#closed) return;
    if (this.#away) process.on("SIGTSTP", this.#stop);
    else this.#renderer.suspend(); // it was stopped by SIGSTOP: the terminal is as the shell left it
    this.#away = false;
    this.#renderer.resume();
    // A terminal reports its new size to the foreground job only, which the shell was meanwhile.
    process.kill(process.pid, "SIGWINCH");
  };

  #onMouse({ type, button, x, y, scroll }: MouseEvent): void {
    if (type === "down" && button === 0) this.events.press(x, y);
    else if (type === "scroll" && scroll?.direction === "up") this.events.wheel(-1);
    else if (type === "scroll" && scroll?.direction === "down") this.events.wheel(1);
  }

  /** Reports errors thrown inside OpenTUI's calls, which it would print over the screen and forget. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.events.crash(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#output.giveBack(() => this.#renderer.destroy());
    this.#output[Symbol.dispose]();
    for (const [name, handler] of this.#handlers) process.off(name, handler);
  }
}

function nameOf({ name, sequence, ctrl }: KeyEvent): string {
  if (ctrl) return `ctrl+${name}`;
  return /^[!-~]$/.test(sequence) ? sequence : name;
}

type Painter = (buffer: OptimizedBuffer, frame: Frame) => void;

/** Colours as numbers in the terminal's own palette of 16, so that they suit its background. */
const PALETTE: Record<Tone, number | undefined> = {
  plain: undefined,
  dim: undefined,
  good: 2,
  warn: 3,
  bad: 1,
  accent: 6,
};

function painter({ RGBA, TextAttributes }: OpenTui, color: boolean): Painter {
  const foreground = RGBA.defaultForeground();
  const background = RGBA.defaultBackground();
  const colors = new Map<Tone, RGBA>();
  for (const [tone, index] of Object.entries(PALETTE) as [Tone, number | undefined][]) {
    colors.set(tone, index === undefined || !color ? foreground : RGBA.fromIndex(index));
  }
  const attributesOf = ({ tone, bold, inverse }: Style) =>
    (tone === "dim" ? TextAttributes.DIM : 0) |
    (bold ? TextAttributes.BOLD : 0) |
    (inverse ? TextAttributes.INVERSE : 0);
  return (buffer, frame) => {
    buffer.clear(background);
    for (let y = 0; y < Math.min(frame.height, buffer.height); y++) {
      for (const { x, text, style } of frame.spans(y)) {
        if (x >= buffer.width) break;
        const shown = text.slice(0, buffer.width - x);
        buffer.drawText(shown, x, y, colors.get(style.tone) ?? foreground, background, attributesOf(style));
      }
    }
  };
}
