/** Runs a detector on a generator: bytes until it is found, and the detector's CPU seconds. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shellWord } from "#kit/format/shell-word.ts";
import { ROOT } from "#kit/make/checkout.ts";
import { compile } from "#kit/make/native.ts";
import type { Detector, Finding } from "./detectors.ts";

export interface Generator {
  readonly name: string;
  readonly wordBits: number;
}

export interface Detection {
  /** undefined: nothing was found in `bytes`. */
  readonly finding: Finding | undefined;
  /** Bytes that the detector had taken, or that it says it needed. */
  readonly bytes: number;
  readonly cpuSeconds: number;
}

export class Generators implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "deep-bench-"));
  readonly #program = join(this.#folder, "generators");

  static async build(): Promise<Generators> {
    const generators = new Generators();
    const source = join(ROOT, "bench", "deep", "generators.c");
    await compile(["cc", "-O2", "-o", generators.#program, source], { folder: generators.#folder });
    return generators;
  }

  /** Lists all, in their order. */
  list(): Generator[] {
    const { stdout } = Bun.spawnSync([this.#program]);
    const lines = stdout.toString().trim().split("\n");
    return lines.map((line) => {
      const [name, bits] = line.split(" ");
      return { name: name!, wordBits: Number(bits) };
    });
  }

  /** @param most bytes that the generator gives */
  async detect({ name, wordBits }: Generator, detector: Detector, most: number): Promise<Detection> {
    const fifo = join(this.#folder, "bytes");
    Bun.spawnSync(["mkfifo", fifo]);
    const through = (command: readonly string[], direction: "<" | ">") => [
      "/bin/sh",
      "-c",
      `exec ${command.map(shellWord).join(" ")} ${direction} ${shellWord(fifo)}`,
    ];
    const generator = Bun.spawn(through([this.#program, name, String(most)], ">"), { stderr: "pipe" });
    const process = Bun.spawn(through(detector.command(wordBits, most), "<"), {
      stdout: "pipe",
      stderr: "ignore",
    });
    let printed = "";
    let finding: Finding | undefined;
    for await (const piece of process.stdout.pipeThrough(new TextDecoderStream())) {
      printed += piece;
      finding = detector.finding(printed);
      if (finding !== undefined) break;
    }
    process.kill();
    await process.exited;
    const taken = Number(await new Response(generator.stderr).text());
    rmSync(fifo);
    return {
      finding,
      bytes: finding?.bytes ?? taken,
      cpuSeconds: Number(process.resourceUsage()!.cpuTime.total) / 1e6,
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
