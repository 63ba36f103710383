/**
 * Runs `npm start`, `npm test` and the other scripts. Uses Node alone and no packages: it installs them.
 *
 *   node bootstrap.mjs start [args]   esoteric-entropy; without arguments a short demonstration
 *   node bootstrap.mjs cryptex [args] the other program
 *   node bootstrap.mjs test [path…]   everything that must hold, or the checks and these tests: tools/test.ts
 *   node bootstrap.mjs check [name…]  what can be seen without running the program: tools/check.ts
 *   node bootstrap.mjs gen | build [args] | bench [name [args]]
 *   node bootstrap.mjs optional            installs what only tests of the workspaces in packages/ take, such as Node-RED
 *
 * Each first makes sure of the packages, of Bun and, if it takes it, of the native library: once, then in a few milliseconds.
 * Talk about that goes to stderr; stdout belongs to what is run.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ownPackages } from "./kit/make/lock-folders.mjs";

const ROOT = dirname(fileURLToPath(import.meta.url));
const MODULES = join(ROOT, "node_modules");

class BootstrapError extends Error {}

// ---- Packages and Bun ----

/**
 * Installs what package-lock.json names unless it is there. Packages that are there for a workspace alone, hundreds of them, come
 * with `npm run optional`, and stay from then on. Gives the path of Bun.
 */
function ensureInstalled(wantsAll = false) {
  const stampPath = join(MODULES, ".bootstrap.json");
  const lock = readFileSync(join(ROOT, "package-lock.json"));
  const lockHash = createHash("sha256").update(lock).digest("hex");
  const stamp = readJson(stampPath);
  const all = wantsAll || stamp?.all === true;
  if (stamp?.lockHash === lockHash && stamp.all === all && existsSync(stamp.bun)) return stamp.bun;

  if (!isInstalled(JSON.parse(lock.toString()).packages, all)) {
    talk(all ? "installing packages, the optional ones too" : "installing packages");
    installPackages(all);
  }
  const bun = findBun();
  writeFileSync(stampPath, JSON.stringify({ lockHash, bun, all }));
  return bun;
}

/**
 * A registry that lacks some other system's package makes lock files that `npm ci` refuses. `npm install` takes the same
 * versions from it, and leaves it as it is.
 */
function installPackages(all) {
  const flags = ["--no-audit", "--no-fund", "--loglevel=error", ...(all ? [] : ["--workspaces=false"])];
  try {
    npm("ci", ...flags);
  } catch (error) {
    if (!(error instanceof BootstrapError)) throw error;
    talk(`${error.message}; trying npm install`);
    npm("install", "--no-save", ...flags);
  }
}

/** True if npm's own record of node_modules agrees with the lock file. Packages for other systems may be missing. */
function isInstalled(entries, all) {
  const record = readJson(join(MODULES, ".package-lock.json"));
  if (!record) return false;
  const own = ownPackages(entries);
  return Object.entries(entries).every(([path, wanted]) => {
    if (!path.includes("node_modules/") || (!all && !own.has(path))) return true;
    const found = record.packages[path];
    return found ? found.integrity === wanted.integrity : wanted.optional === true;
  });
}

/**
 * Bun's package puts the executable into place in an install script, which npm may have been told not to run. Then the
 * script is run here; and if that fails as well, the executable is taken from the package it comes in.
 */
function findBun() {
  const placed = join(MODULES, "bun", "bin", "bun.exe");
  if (runs(placed)) return placed;
  spawnSync(process.execPath, [join(MODULES, "bun", "install.js")], { cwd: join(MODULES, "bun") });
  if (runs(placed)) return placed;
  const folder = join(MODULES, "@oven");
  const packages = existsSync(folder) ? readdirSync(folder) : [];
  const bun = packages.map((name) => join(folder, name, "bin", "bun")).find(runs);
  if (!bun) throw new BootstrapError(`Bun does not run on this system (${process.platform}-${process.arch})`);
  return bun;
}

function runs(executable) {
  return existsSync(executable) && spawnSync(executable, ["--version"]).status === 0;
}

/** npm run by the same npm that runs this, if one does. */
function npm(...args) {
  const path = process.env.npm_execpath;
  const [command, first] = path?.endsWith(".js") ? [process.execPath, [path]] : ["npm", []];
  const result = spawnSync(command, [...first, ...args], { cwd: ROOT, stdio: ["ignore", 2, 2] });
  if (result.error) throw new BootstrapError(`npm cannot be run: ${result.error.message}`);
  if (result.status !== 0) throw new BootstrapError(`npm ${args[0]} failed`);
}

// ---- Running things ----

/** How long a child that was interrupted together with this process gets before the signal is passed on. */
const GRACE_MS = 100;

/**
 * Runs a command with this process's own input and output and gives its exit code. If a signal ended it, the same signal
 * ends this process.
 */
function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: "inherit", ...options });
    let running = true;
    const passOn = (signal) => running && child.kill(signal);
    // Ctrl-C at a terminal reaches the child without help, and twice would mean "at once" to it.
    const atTerminal = [0, 1, 2].some((fd) => isTerminal(fd));
    const onInterrupt = () => !atTerminal && setTimeout(passOn, GRACE_MS, "SIGINT").unref();
    const handlers = { SIGINT: onInterrupt, SIGTERM: passOn, SIGHUP: passOn };
    for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
    child.on("error", (error) => reject(new BootstrapError(`${command}: ${error.message}`)));
    child.on("exit", (code, signal) => {
      running = false;
      for (const [name, handler] of Object.entries(handlers)) process.off(name, handler);
      if (signal) process.kill(process.pid, signal);
      else resolve(code);
    });
  });
}

function isTerminal(fd) {
  return [process.stdin, process.stdout, process.stderr][fd].isTTY === true;
}

/** Builds the library if c/ has changed since. Silent, unless it takes time, as on a busy machine, or fails. */
async function ensureNative(bun) {
  const patience = setTimeout(talk, 500, "making sure of the native library");
  const build = spawn(bun, ["build.ts", "native"], { cwd: ROOT, stdio: ["ignore", "ignore", "pipe"] });
  let messages = "";
  build.stderr.on("data", (data) => {
    messages += data;
  });
  const code = await new Promise((resolve) => build.on("close", resolve));
  clearTimeout(patience);
  if (code !== 0) throw new BootstrapError(`the native library could not be built\n${messages.trim()}`);
}

function talk(text) {
  process.stderr.write(`bootstrap: ${text}\n`);
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined; // missing or damaged: as if it were not there
  }
}

// ---- Commands ----

async function start(bun, args) {
  const main = (...words) => run(bun, ["src/main.ts", ...words]);
  if (args.length > 0) return main(...args);
  return (await main("scan")) || (await main("stream", "--format", "hex", "--bytes", "64"));
}

const TAKES_HOURS = /^(calibrate-|evidence$)/;

/** One of bench/*.ts, with its arguments; or all that take minutes, not hours. The binaries that some of them run are built first. */
async function bench(bun, [name, ...args]) {
  const names = readdirSync(join(ROOT, "bench"))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -3));
  for (const product of ["esoteric-entropy", "cryptex"]) {
    const built = await run(bun, ["build.ts", "binary", `--product=${product}`]);
    if (built !== 0) return built;
  }
  if (name === undefined) {
    for (const each of names.filter((candidate) => !TAKES_HOURS.test(candidate)).sort()) {
      const code = await run(bun, [`bench/${each}.ts`]);
      if (code !== 0) return code;
    }
    return 0;
  }
  if (!names.includes(name)) throw new BootstrapError(`no benchmark "${name}": ${names.sort().join(", ")}`);
  return run(bun, [`bench/${name}.ts`, ...args]);
}

/** Commands that do not take esoteric-entropy's native library. */
const WITHOUT_NATIVE = ["cryptex", "gen", "optional"];

const COMMANDS = {
  start,
  cryptex: (bun, args) => run(bun, ["packages/cryptex/src/main.ts", ...args]),
  test: (bun, args) => run(bun, ["tools/test.ts", ...args]),
  check: (bun, args) => run(bun, ["tools/check.ts", ...args]),
  gen: (bun, args) => run(bun, ["build.ts", "gen", ...args]),
  build: (bun, args) => run(bun, ["build.ts", ...(args.length > 0 ? args : ["binary"])]),
  bench,
  optional: () => 0, // they are there by now
};

const [word = "", ...args] = process.argv.slice(2);
try {
  if (!Object.hasOwn(COMMANDS, word)) {
    talk(`usage: node bootstrap.mjs ${Object.keys(COMMANDS).join(" | ")} [args]`);
    process.exitCode = 2;
  } else {
    const bun = ensureInstalled(word === "optional");
    if (!WITHOUT_NATIVE.includes(word)) await ensureNative(bun);
    process.exitCode = await COMMANDS[word](bun, args);
  }
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  talk(`error: ${error.message}`);
  process.exitCode = 1;
}
