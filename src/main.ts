#!/usr/bin/env bun
/** Runs the command line and sets the exit code. Nothing else happens here. */
import { writeSync } from "node:fs";
import { refuseClosedDescriptors } from "#kit/native/inherited.ts";
import { endIfLacking } from "#kit/term/allowance.ts";
import { VERSION } from "./version.ts";

refuseClosedDescriptors();

const argv = process.argv.slice(2);

if (!(argv.length === 1 && argv[0] === "--version" && wroteVersion())) {
  endIfLacking("esoteric-entropy");
  const { run } = await import("./product.ts");
  process.exit(await run(argv));
}

/** Writes it without `process.stdout`, which would take longer than all the rest. False where that fails: `run` says why. */
function wroteVersion(): boolean {
  try {
    writeSync(1, `${VERSION}\n`);
    return true;
  } catch {
    return false;
  }
}
