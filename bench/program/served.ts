/** A server in a process of its own, and what /proc says of that. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { BenchError } from "./measure.ts";

/** USER_HZ, in which Linux tells times to programs: 100 on all its platforms of today (time(7)). */
const TICKS_A_SECOND = 100;

export class Served implements AsyncDisposable {
  readonly #end = () => this.child.kill();

  private constructor(
    private readonly child: Bun.Subprocess,
    readonly url: string,
  ) {
    process.once("exit", this.#end);
  }

  /** Starts a command that says where it listens. */
  static async start(command: readonly string[], env: Record<string, string> = {}): Promise<Served> {
    const child = Bun.spawn([...command], {
      env: { ...process.env, ...env },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    });
    let said = "";
    for await (const piece of child.stdout) {
      said += Buffer.from(piece).toString();
      const url = /listening on (\S+)\n/.exec(said)?.[1];
      if (url !== undefined) return new Served(child, url);
    }
    throw new BenchError(`${command.join(" ")} ended before it listened`, []);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Processor time of all threads since it was started, those that have ended too; seconds, in steps of 10 ms. */
  cpuSeconds(): number {
    const [, fields] = /^.*\) (.*)$/s.exec(readFileSync(`/proc/${this.child.pid}/stat`, "utf8"))!;
    const [user, system] = fields!.split(" ").slice(11, 13).map(Number);
    return (user! + system!) / TICKS_A_SECOND;
  }

  /** Time for which its main thread was ready to run and had no core, since it was started; seconds. */
  waitedSeconds(): number {
    return Number(readFileSync(`/proc/${this.child.pid}/schedstat`, "utf8").split(" ")[1]) / 1e9;
  }

  residentBytes(): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  }

  /** Lists what its descriptors stand for. */
  descriptors(): string[] {
    const folder = `/proc/${this.child.pid}/fd`;
    return readdirSync(folder).flatMap((name) => {
      try {
        return [readlinkSync(join(folder, name))];
      } catch {
        return []; // closed since
      }
    });
  }

  /** @throws BenchError for an answer that says no */
  async get(path: string, init: RequestInit = {}): Promise<Response> {
    // A connection that is kept would be one of its descriptors.
    const response = await fetch(this.url + path, { keepalive: false, ...init });
    if (!response.ok)
      throw new BenchError(`${path} was answered with ${response.status}`, [await response.text()]);
    return response;
  }

  async json<T>(path: string, init: RequestInit = {}): Promise<T> {
    return (await (await this.get(path, init)).json()) as T;
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    const headers = { "content-type": "application/json" };
    return this.json<T>(path, { method: "POST", headers, body: JSON.stringify(body) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off("exit", this.#end);
    this.#end();
    await this.child.exited;
  }
}
