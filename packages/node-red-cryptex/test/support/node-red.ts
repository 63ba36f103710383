/** Node-RED itself, in a process of Node, with the built package in its folder and flows that the test gives it. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../../../kit/make/checkout.ts";
import { buildPackage } from "../../../../kit/make/npm.ts";
import { cryptex } from "../../../cryptex/make/cryptex.ts";

const MODULES = join(ROOT, "node_modules");
const RED = join(MODULES, "node-red", "red.js");
export const PACKAGE = "@esoteric-entropy/node-red-cryptex";

/** Node-RED 5.0.7 says so in its package.json. */
const OLDEST_NODE = [22, 9] as const;

function isNewEnough(node: string): boolean {
  const { stdout, exitCode } = Bun.spawnSync([node, "--version"]);
  const [major = 0, minor = 0] = stdout.toString().replace("v", "").split(".").map(Number);
  return exitCode === 0 && (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]));
}

/** The one of this machine if it is new enough, else the one that is installed beside Node-RED. */
export const NODE: string | undefined = [
  Bun.which("node"),
  join(MODULES, `node-${process.platform}-${process.arch}`, "bin", "node"),
].find((node) => node !== null && existsSync(node) && isNewEnough(node)) as string | undefined;

/** Says why nothing can be tried here. */
export const MISSING: string | undefined = !existsSync(RED)
  ? "Node-RED is not installed (npm run optional)"
  : NODE === undefined
    ? `no Node ${OLDEST_NODE.join(".")} or later is there`
    : undefined;

let built: Promise<string> | undefined;

/** Builds the package as it is published, once in a run of tests. Not to be changed. */
export function builtPackage(): Promise<string> {
  const recipe = cryptex.release.npm.beside!.find(({ folder }) => folder.endsWith("node-red-cryptex"))!;
  const folder = join(ROOT, "build", "test", "node-red-cryptex");
  built ??= buildPackage(cryptex, recipe, folder).then(() => folder);
  return built;
}

export type FlowNode = Readonly<Record<string, unknown>>;

export class NodeRed implements AsyncDisposable {
  readonly userDir = mkdtempSync(join(tmpdir(), "node-red-"));
  url = "";
  log = "";
  readonly #waiting = new Set<() => void>();
  #child: Bun.Subprocess<"ignore", "pipe", "pipe"> | undefined;

  static async start(): Promise<NodeRed> {
    const red = new NodeRed();
    const installed = join(red.userDir, "node_modules", PACKAGE);
    mkdirSync(installed, { recursive: true });
    cpSync(await builtPackage(), installed, { recursive: true });
    const settings = {
      uiPort: 0,
      uiHost: "127.0.0.1",
      flowFile: "flows.json",
      credentialSecret: "of the test",
      editorTheme: { tours: false },
      telemetry: { enabled: false, updateNotification: false },
      externalModules: { palette: { allowInstall: false } },
      contextStorage: {
        default: { module: "memory" },
        file: { module: "localfilesystem", config: { flushInterval: 0.05 } },
      },
    };
    writeFileSync(join(red.userDir, "settings.js"), `module.exports = ${JSON.stringify(settings)};`);
    writeFileSync(join(red.userDir, "package.json"), '{ "name": "test", "private": true }');
    await red.restart();
    return red;
  }

  /** Starts the process, or ends it as a service manager does and starts another. */
  async restart(): Promise<void> {
    await this.#end();
    const from = this.log.length;
    const child = Bun.spawn([NODE!, RED, "--userDir", this.userDir], {
      cwd: this.userDir,
      env: { PATH: process.env["PATH"], HOME: this.userDir },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    this.#child = child;
    const reading = Promise.all([this.#read(child.stdout), this.#read(child.stderr)]).then(() => {
      throw new Error(`Node-RED has ended:\n${this.log.slice(from)}`);
    });
    reading.catch(() => {}); // as it does in the end
    const begun = ["Started flows", "Server now running at http"].map((text) => this.logged(text, from)); // in any order
    await Promise.race([Promise.all(begun), reading]);
    this.url = /Server now running at (http:\/\/[\d.:]+)/.exec(this.log.slice(from))![1]!;
  }

  /** Has flows run in place of those before. */
  async deploy(nodes: readonly FlowNode[]): Promise<void> {
    const from = this.log.length;
    const response = await fetch(`${this.url}/flows`, {
      method: "POST",
      headers: { "content-type": "application/json", "node-red-deployment-type": "full" },
      body: JSON.stringify(nodes),
    });
    if (!response.ok) throw new Error(`flows were refused: ${await response.text()}`);
    await this.logged("Started flows", from);
  }

  /** Resolves once the log has a text, behind a place. */
  logged(text: string, from = 0): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!this.log.includes(text, from)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of stream) {
      this.log += decoder.decode(bytes, { stream: true });
      for (const look of this.#waiting) look();
    }
  }

  /** Asks the admin API for JSON. */
  async admin<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}${path}`, { headers: { accept: "application/json" } });
    return (await response.json()) as T;
  }

  file(name: string): string {
    return readFileSync(join(this.userDir, name), "utf8");
  }

  async #end(): Promise<void> {
    this.#child?.kill("SIGTERM");
    await this.#child?.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
    rmSync(this.userDir, { recursive: true, force: true });
  }
}
