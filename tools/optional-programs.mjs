/**
 * Programs that some tests run, listed in optional-programs.json. Where one is missing, those tests are skipped. Node only, as
 * bootstrap.mjs, because .ci/run and the workflows install them first of all.
 *
 *   node tools/optional-programs.mjs           prints what is missing
 *   node tools/optional-programs.mjs install   has apt-get install it, which takes root; prints what is still missing
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const PROGRAMS = JSON.parse(readFileSync(new URL("optional-programs.json", import.meta.url), "utf8"));

function missing() {
  return PROGRAMS.filter(
    ({ present }) => spawnSync("/bin/sh", ["-c", present], { stdio: "ignore" }).status !== 0,
  );
}

/** Failure is no error: the closing list shows it. */
function aptGet(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync("apt-get", args, { stdio: ["ignore", "ignore", "inherit"], env });
}

/** Failure is no error: without systemd, no service is started. */
function systemctl(verb, unit) {
  spawnSync("systemctl", [verb, unit], { stdio: "ignore" });
}

if (process.argv[2] === "install" && missing().length > 0) {
  aptGet("update", "-qq");
  // One by one: a package that this system does not know must not keep the others away.
  for (const { packages, unwanted = [] } of missing()) {
    // A package whose program is wanted for tests must not start a service: now, when it is installed, nor at the next boot.
    for (const unit of unwanted) systemctl("mask", unit);
    aptGet("install", "-qq", "--no-install-recommends", ...packages);
    // Whoever wants the service later finds it as any other.
    for (const verb of ["unmask", "disable"]) for (const unit of unwanted) systemctl(verb, unit);
  }
}

for (const { name, packages, neededBy } of missing()) {
  console.error(`skipped: ${neededBy}: ${name} is not installed (Debian: ${packages.join(" ")})`);
}
