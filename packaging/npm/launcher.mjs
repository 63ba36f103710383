#!/usr/bin/env node
/** Starts the program in the package `@esoteric-entropy/<os>-<arch>[-musl]` that npm has installed beside this one. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { isatty } from "node:tty";

/** Time, ms, for a child to end after a terminal interrupted both processes, before the signal is passed on. */
const GRACE_MS = 100;

const target = `${process.platform}-${process.arch}${runsOnMusl() ? "-musl" : ""}`;
const program = findProgram(`@esoteric-entropy/${target}`);
if (program === undefined) {
  process.exitCode = 1;
} else if (process.execve) {
  // Node 22.15 and later can become the program.
  process.execve(program, ["esoteric-entropy", ...process.argv.slice(2)], process.env);
} else {
  runChild(program, process.argv.slice(2));
}

function findProgram(name) {
  const require = createRequire(import.meta.url);
  try {
    return require.resolve(`${name}/bin/esoteric-entropy`);
  } catch (error) {
    if (error.code !== "MODULE_NOT_FOUND") throw error;
  }
  const targets = Object.keys(require("../package.json").optionalDependencies);
  const exists = targets.includes(name);
  const [message, hint] = exists
    ? [
        `the package ${name} is not installed`,
        "run npm install --include=optional: --omit=optional leaves the package out",
      ]
    : [
        `there is no build for ${target}`,
        `there are builds for ${targets.map((each) => each.split("/")[1]).join(", ")}`,
      ];
  process.stderr.write(`esoteric-entropy: error: ${message}\nhint: ${hint}\n`);
  return undefined;
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
  };
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
  child.on("error", (error) => {
    process.stderr.write(`esoteric-entropy: error: ${path}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    for (const [name, handler] of Object.entries(handlers)) process.off(name, handler);
    if (signal) process.kill(process.pid, signal);
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}
