#!/usr/bin/env node
/** Starts the program in the package for this system, `…<os>-<arch>[-musl]`, that npm has installed beside this one. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { isatty } from "node:tty";

/** Time, ms, for a child to end after a terminal interrupted both processes, before the signal is passed on. */
const GRACE_MS = 100;

const require = createRequire(import.meta.url);
const { bin, optionalDependencies } = require("../package.json");
const [name] = Object.keys(bin);
const packages = Object.keys(optionalDependencies);
const isWindows = process.platform === "win32";

const target = `${isWindows ? "windows" : process.platform}-${process.arch}${runsOnMusl() ? "-musl" : ""}`;
const program = hasProcessor() ? findProgram() : undefined;
if (program === undefined) {
  process.exitCode = 1;
} else if (process.execve && !isWindows) {
  // Node 22.15 and later can become the program.
  process.execve(program, [name, ...process.argv.slice(2)], process.env);
} else {
  runChild(program, process.argv.slice(2));
}

function findProgram() {
  const own = packages.find((each) => targetOf(each) === target);
  try {
    if (own) return require.resolve(`${own}/bin/${isWindows ? `${name}.exe` : name}`);
  } catch (error) {
    if (error.code !== "MODULE_NOT_FOUND") throw error;
  }
  const [message, hint] = own
    ? [
        `the package ${own} is not installed`,
        "run npm install --include=optional: --omit=optional leaves the package out",
      ]
    : [`there is no build for ${target}`, `there are builds for ${packages.map(targetOf).join(", ")}`];
  process.stderr.write(`${name}: error: ${message}\nhint: ${hint}\n`);
  return undefined;
}

/** Tells whether the processor has what the program takes for granted, where Linux says what it has. If not, says so. */
function hasProcessor() {
  const list = "/proc/cpuinfo";
  if (process.arch !== "x64" || !existsSync(list)) return true;
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync(list, "latin1"))?.[1].split(" ");
  const missing = ["ssse3", "sse4_1", "sse4_2", "popcnt"].find((flag) => flags && !flags.includes(flag));
  if (missing === undefined) return true;
  process.stderr.write(
    `${name}: error: this processor lacks ${missing} of the level x86-64-v2, without which it does not run\n` +
      "hint: in a virtual machine choose another model than qemu64 or kvm64: for QEMU -cpu host or -cpu Nehalem\n",
  );
  return false;
}

/** Names the system that a package is for: its name ends with it. */
function targetOf(packageName) {
  return /[a-z0-9]+-[a-z0-9]+(-musl)?$/.exec(packageName)[0];
}

/** Tells whether Node runs on musl, whose loader is then mapped into the process. */
function runsOnMusl() {
  const maps = "/proc/self/maps";
  return existsSync(maps) && readFileSync(maps, "latin1").includes("/ld-musl-");
}

/** Passes signals on, and ends as the child ends: with the same exit code, or by the same signal. */
function runChild(path, args) {
  const child = spawn(path, args, { stdio: "inherit" });
  const passOn = (signal) => child.kill(signal);
  // Ctrl-C at a terminal reaches the child anyway; a second signal would end it at once.
  const atTerminal = [0, 1, 2].some((fd) => isatty(fd));
  const handlers = {
    SIGINT: () => !atTerminal && setTimeout(passOn, GRACE_MS, "SIGINT").unref(),
    SIGTERM: passOn,
    SIGHUP: passOn,
    SIGQUIT: () => !atTerminal && passOn("SIGQUIT"),
  };
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
  child.on("error", (error) => {
    process.stderr.write(`${name}: error: ${path}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    for (const [name, handler] of Object.entries(handlers)) process.off(name, handler);
    if (signal) process.kill(process.pid, signal);
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}
