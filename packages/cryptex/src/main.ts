#!/usr/bin/env bun
/** Runs the command line and sets the exit code. Nothing else happens here. */
import { VERSION } from "./version.ts";

const argv = process.argv.slice(2);

if (argv.length === 1 && argv[0] === "--version") {
  console.log(VERSION); // process.stdout would take longer than all the rest
} else {
  const { run } = await import("./product.ts");
  process.exit(await run(argv));
}
