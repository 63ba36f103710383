/** A fleet of cryptex as processes: a folder with rules and files, a server, workers. */
import { connectFleet } from "#kit/fleet/connection.ts";
import { readContext } from "#kit/fleet/context.ts";
import { makeQueue, Queue, type QueueSettings, queueSettings } from "#kit/fleet/queue.ts";
import { lineageText } from "#kit/signing/lineage.ts";
import { NatsServer } from "../../../../test/support/nats-server.ts";
import type { ScanEvent } from "../../src/scan-runner/events.ts";
import { house, packed } from "../rule-packages/packages.ts";
import { WorkFolder } from "../support/program.ts";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;

/** A batch has 200 files: this makes some. */
const FOLDERS = 30;
const FILES_A_FOLDER = 40;

export const RULES = `
  rule found { strings: $a = "needle" condition: $a }
  rule by_path { condition: filepath contains "/d7" and filename == "f9" }`;

export interface Spoken {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class ScanFleet implements AsyncDisposable {
  readonly #workers: Bun.Subprocess[] = [];

  private constructor(
    readonly folder: WorkFolder,
    readonly server: NatsServer,
    readonly queue: Queue,
    readonly settings: QueueSettings,
    private readonly program: readonly string[],
  ) {}

  /** @param program runs cryptex; by default from its source */
  static async open(
    files: Readonly<Record<string, string>> = manyFiles(),
    own: { readonly program?: readonly string[]; readonly ackWaitMs?: number } = {},
  ): Promise<ScanFleet> {
    const folder = new WorkFolder({ "rules/a.yar": RULES, ...files });
    folder.write("house.pub", lineageText(house.lineage));
    await packed(folder, "house.cxr");
    const server = await NatsServer.start();
    const settings = queueSettings({
      name: "cryptex",
      ackWaitMs: own.ackWaitMs ?? 3_000,
      mostBytes: 64 * 2 ** 20,
    });
    const connection = await connectFleet(
      readContext(server.url, () => {}),
      { name: "test", signal: new AbortController().signal, againMs: 50 },
    );
    await makeQueue(connection, settings);
    const queue = await Queue.open(connection, settings);
    return new ScanFleet(folder, server, queue, settings, own.program ?? [process.execPath, MAIN]);
  }

  /** @param name of its folder of state @param args besides those that each has */
  worker(name: string, ...args: readonly string[]): Bun.Subprocess<"ignore", "ignore", "pipe"> {
    const own = args.includes("--pin") ? [] : ["--pin", "house.pub", "--root", "corpus=files"];
    const worker = this.#start(["worker", "--threads", "1", "--state", name, ...this.#nats, ...own, ...args]);
    this.#workers.push(worker);
    return worker as Bun.Subprocess<"ignore", "ignore", "pipe">;
  }

  /** Keeps a worker running that dies of certain files, until the block ends. */
  weakWorker(): AsyncDisposable {
    const script = new URL("./poison-worker.ts", import.meta.url).pathname;
    const words = [script, this.server.url, JSON.stringify(this.settings), this.folder.path];
    let isOver = false;
    let worker: Bun.Subprocess | undefined;
    const running = (async () => {
      while (!isOver) {
        worker = Bun.spawn([process.execPath, ...words], { stdio: ["ignore", "ignore", "ignore"] });
        await worker.exited;
      }
    })();
    return {
      async [Symbol.asyncDispose]() {
        isOver = true;
        worker?.kill("SIGKILL");
        await running;
      },
    };
  }

  /** Scans on this machine alone. */
  local(...args: readonly string[]): Promise<Spoken> {
    return spoken(
      this.#start(["scan", "files", "--rules", "house.cxr", "--key", "house.pub", ...args], true),
    );
  }

  /** Begins a scan by the fleet. */
  begin(...args: readonly string[]): Bun.Subprocess<"ignore", "pipe", "pipe"> {
    const rules = args.includes("--rules") ? [] : ["--rules", "house.cxr", "--key", "house.pub"];
    const root = args.includes("--root") ? [] : ["--root", "corpus=files"];
    const ledger = ["--ledger", "sqlite:ledger.db"];
    const words = ["scan", "files", ...rules, ...root, ...ledger, ...this.#nats, ...args];
    return this.#start(words, true) as Bun.Subprocess<"ignore", "pipe", "pipe">;
  }

  scan(...args: readonly string[]): Promise<Spoken> {
    return spoken(this.begin(...args));
  }

  get #nats(): readonly string[] {
    return ["--nats", this.server.url];
  }

  #start(words: readonly string[], isRead = false) {
    const env = {
      PATH: process.env["PATH"],
      HOME: this.folder.at("home"),
      XDG_DATA_HOME: this.folder.at("home/data"),
      XDG_CACHE_HOME: this.folder.at("home/cache"),
    };
    return Bun.spawn([...this.program, ...words], {
      cwd: this.folder.path,
      env,
      stdio: ["ignore", isRead ? "pipe" : "ignore", "pipe"],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.#workers) worker.kill("SIGKILL");
    await Promise.all(this.#workers.map(({ exited }) => exited));
    await this.queue.connection[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
    this.folder[Symbol.dispose]();
  }
}

export function manyFiles(): Record<string, string> {
  const files: Record<string, string> = {};
  for (let folder = 0; folder < FOLDERS; folder++) {
    for (let file = 0; file < FILES_A_FOLDER; file++) {
      files[`files/d${folder}/f${file}`] = file % 7 === 0 ? `a needle in ${folder}` : `hay ${folder} ${file}`;
    }
  }
  // Names that are no UTF-8 and no ASCII have to come back as they are.
  files["files/d\u00e9j\u00e0/n\u00ff"] = "needle";
  return files;
}

export async function spoken(process: {
  readonly stdout: unknown;
  readonly stderr: unknown;
  readonly exited: Promise<number>;
}): Promise<Spoken> {
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(process.stdout as ReadableStream).text(),
    new Response(process.stderr as ReadableStream).text(),
    process.exited,
  ]);
  return { exitCode, stdout, stderr };
}

export function eventsIn({ stdout }: Pick<Spoken, "stdout">): ScanEvent[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as ScanEvent);
}

/** Lists error lines as `path: reason`. */
export function errorsIn(result: Pick<Spoken, "stdout">): string[] {
  return eventsIn(result).flatMap((event) =>
    event.type === "error" ? [`${event.path}: ${event.reason}`] : [],
  );
}
