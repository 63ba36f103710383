/**
 * A real PostgreSQL that listens on a socket in a temporary folder, and nowhere else. It may be killed and started again with what it
 * had on its disk.
 */
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { runProcess } from "./run-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const DEBIAN = "/usr/lib/postgresql";

/** Folder of its programs, those of the newest version; undefined where there are none. */
export const POSTGRES_BIN = [
  ...(existsSync(DEBIAN) ? readdirSync(DEBIAN) : [])
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(DEBIAN, version, "bin")),
  ...(process.env["PATH"] ?? "").split(":"),
].find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));

/** The user of Debian's `nobody`: PostgreSQL does not run as root. */
const NOBODY = 65534;
const IS_ROOT = process.getuid?.() === 0;

/** Says why tests are skipped; undefined where they run. */
export function whyNoPostgres(): string | undefined {
  if (POSTGRES_BIN === undefined) return "skipped: PostgreSQL is not installed (Debian: postgresql)";
  if (IS_ROOT && !Bun.which("setpriv"))
    return "skipped: PostgreSQL does not run as root, and setpriv is missing";
  return undefined;
}

const AS_NOBODY = IS_ROOT ? ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"] : [];

export class PostgresServer implements AsyncDisposable {
  readonly #folder = temporaryFolder("pg");
  #process: Bun.Subprocess | undefined;

  static async start(): Promise<PostgresServer> {
    const server = new PostgresServer();
    const { path } = server.#folder;
    chmodSync(path, 0o755);
    mkdirSync(server.#data, { mode: 0o700 });
    if (IS_ROOT) for (const each of [path, server.#data]) chownSync(each, NOBODY, NOBODY);
    const options = [
      "-D",
      server.#data,
      "-U",
      "fleet",
      "-A",
      "trust",
      "--no-sync",
      "-E",
      "UTF8",
      "--locale=C",
    ];
    const made = await runProcess([...AS_NOBODY, join(POSTGRES_BIN!, "initdb"), ...options], { cwd: "/" });
    if (made.exitCode !== 0) throw new Error(`initdb: ${made.stdout}${made.stderr}`);
    await server.start();
    return server;
  }

  get #data(): string {
    return join(this.#folder.path, "data");
  }

  /** As the ledger takes it. */
  get place(): string {
    return `postgres://fleet@localhost/postgres?host=${encodeURIComponent(this.#folder.path)}`;
  }

  async start(): Promise<void> {
    const { path } = this.#folder;
    // Shared memory by files of its own: what was killed leaves none behind.
    const options = [
      "-D",
      this.#data,
      "-k",
      path,
      "-c",
      "listen_addresses=",
      "-c",
      "shared_memory_type=mmap",
    ];
    this.#process = Bun.spawn([...AS_NOBODY, join(POSTGRES_BIN!, "postgres"), ...options], {
      cwd: "/",
      stdio: ["ignore", "ignore", "ignore"],
    });
    const isReady = join(POSTGRES_BIN!, "pg_isready");
    while ((await runProcess([isReady, "-q", "-h", path, "-U", "fleet"])).exitCode !== 0) {
      if (this.#process.exitCode !== null) throw new Error("postgres did not start");
      await Bun.sleep(10);
    }
  }

  /** Ends it at once; those who are connected lose their connection. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGQUIT"); // "immediate shutdown": SIGKILL would leave its processes
    await this.#process?.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.#folder[Symbol.dispose]();
  }
}
