/** The gateway itself, `cryptex serve`, in a process of its own, with a folder, rules and a store of the test's. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const MAIN = join(import.meta.dir, "..", "..", "..", "cryptex", "src", "main.ts");

const RULES = `
rule greeting : hello { meta: level = 3 strings: $a = "hello" condition: $a }
`;

export interface RealGatewayOptions {
  /** Files below the root `inbox`, by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly rules?: string;
  /** Token of all scopes; without one everybody on this machine may do everything. */
  readonly token?: string;
}

export class RealGateway implements AsyncDisposable {
  url = "";
  readonly #folder = mkdtempSync(join(tmpdir(), "real-gateway-"));
  readonly #token: string | undefined;
  #child: Bun.Subprocess<"ignore", "pipe", "pipe"> | undefined;
  #said = "";

  static async start({ files = {}, rules = RULES, token }: RealGatewayOptions = {}): Promise<RealGateway> {
    const gateway = new RealGateway(token);
    gateway.write("rules/rules.yar", rules);
    mkdirSync(join(gateway.#folder, "inbox"));
    for (const [path, content] of Object.entries(files)) gateway.write(`inbox/${path}`, content);
    if (token !== undefined) gateway.write("all.token", token);
    await gateway.restart();
    return gateway;
  }

  private constructor(token: string | undefined) {
    this.#token = token;
  }

  write(path: string, content: string): void {
    const file = join(this.#folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: 0o600 });
  }

  /** Ends the process, by a signal that it can obey or not, if it runs. */
  async end(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    this.#child?.kill(signal);
    await this.#child?.exited;
  }

  /** Starts it, again on the port that it had. */
  async restart(): Promise<void> {
    await this.end();
    const port = this.url === "" ? "0" : new URL(this.url).port;
    const tokens = this.#token === undefined ? [] : ["--token", "read,scan,write=all.token"];
    const child = Bun.spawn(
      [
        ...[process.execPath, MAIN, "serve", "--port", port, "--store", "store.sqlite", "--threads", "1"],
        ...["--root", "inbox=inbox", "--rules", "rules", ...tokens],
      ],
      {
        cwd: this.#folder,
        env: { PATH: process.env["PATH"], HOME: this.#folder },
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      },
    );
    this.#child = child;
    void this.#listen(child.stderr);
    for await (const bytes of child.stdout) {
      this.#said += Buffer.from(bytes).toString();
      const [, url] = /listening on (http\S+)\n/.exec(this.#said) ?? [];
      if (url === undefined) continue;
      this.url = url;
      this.#said = "";
      return;
    }
    throw new Error(`the gateway has ended: ${this.#said}`);
  }

  async #listen(stderr: ReadableStream<Uint8Array>): Promise<void> {
    for await (const bytes of stderr) this.#said += Buffer.from(bytes).toString();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
