/**
 * A real server of a queue on loopback: that of `.ci/run` in build/nats, else the system's. Where there is none, its tests are skipped
 * aloud. It may be killed and started again, at the same port and with what it had on its disk.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./temporary-folder.ts";

const OWN = join(import.meta.dirname, "../../build/nats/nats-server");

/** Undefined where there is none. */
export const NATS_SERVER = existsSync(OWN) ? OWN : (Bun.which("nats-server") ?? undefined);

const VERSION = NATS_SERVER === undefined ? "" : versionOf(NATS_SERVER);

/** Servers before 2.11 know no X25519MLKEM768, and others before 2.10 nothing of clocks and of `sync_interval: always`. */
export const NATS_IS_NEW = /v2\.(1[1-9]|[2-9]\d)\./.test(VERSION);

/** Says why tests are skipped; undefined where they run. */
export function whyNoNats(needsNew = false): string | undefined {
  if (NATS_SERVER === undefined) return "skipped: nats-server is not installed (Debian: nats-server)";
  return needsNew && !NATS_IS_NEW ? `skipped: ${VERSION} is older than 2.11` : undefined;
}

function versionOf(program: string): string {
  return Bun.spawnSync([program, "--version"]).stdout.toString().trim();
}

export interface NatsOptions {
  /** Lines of its configuration besides the address and the folder. */
  readonly config?: string;
  /** Bytes that it may keep. */
  readonly mostBytes?: number;
}

export class NatsServer implements AsyncDisposable {
  readonly #folder = temporaryFolder("nats");
  #process: Bun.Subprocess<"ignore", "ignore", "ignore"> | undefined;
  #port = -1;

  private constructor(private readonly options: NatsOptions) {}

  static async start(options: NatsOptions = {}): Promise<NatsServer> {
    const server = new NatsServer(options);
    await server.start();
    return server;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.#port}`;
  }

  /** Text of its log since it was started first. */
  get log(): string {
    return readFileSync(join(this.#folder.path, "log"), "utf8");
  }

  /** Starts it, again at the port that the system chose the first time. */
  async start(): Promise<void> {
    const { config = "", mostBytes } = this.options;
    const folder = this.#folder.path;
    const limit = mostBytes === undefined ? "" : `, max_file_store: ${mostBytes}`;
    const sync = NATS_IS_NEW ? ", sync_interval: always" : "";
    writeFileSync(
      join(folder, "conf"),
      `listen: "127.0.0.1:${this.#port}"\njetstream { store_dir: "${join(folder, "data")}"${limit}${sync} }\n${config}\n`,
    );
    for (const file of portsFiles(folder)) rmSync(file);
    const log = join(folder, "log");
    this.#process = Bun.spawn(
      [NATS_SERVER!, "-c", join(folder, "conf"), "-l", log, "--ports_file_dir", folder],
      {
        stdio: ["ignore", "ignore", "ignore"],
      },
    );
    this.#port = await this.#listening();
  }

  /** Waits until it listens; the file with its ports is written then. */
  async #listening(): Promise<number> {
    for (;;) {
      const [file] = portsFiles(this.#folder.path);
      const text = file === undefined ? "" : readFileSync(file, "utf8");
      const port = /:(\d+)"/.exec(text)?.[1];
      if (port !== undefined) return Number(port);
      if (this.#process?.exitCode != null) throw new Error(`nats-server did not start:\n${this.log}`);
      await Bun.sleep(10);
    }
  }

  /** Returns its memory on Linux, NaN elsewhere. */
  residentMebibytes(): number {
    const status = `/proc/${this.#process?.pid}/status`;
    const kibibytes = existsSync(status)
      ? /^VmRSS:\s+(\d+)/m.exec(readFileSync(status, "utf8"))?.[1]
      : undefined;
    return Math.round(Number(kibibytes) / 1_024);
  }

  /** Ends it as a power loss does. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.#folder[Symbol.dispose]();
  }
}

function portsFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".ports"))
    .map((name) => join(folder, name));
}
