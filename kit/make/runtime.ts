/** The Bun executable that a binary is made of: the npm package bun itself would install on that system. */
import type { Target } from "../native/target.ts";
import { type LockedPackage, lockedPackage, packageFile } from "./locked-package.ts";

export interface RuntimePackage extends LockedPackage {
  readonly name: string;
}

/** The package of a target. @throws Error if its version is not the one running, which makes the bundle and its bytecode */
export function runtimePackage(target: Target): RuntimePackage {
  const name = `@oven/bun-${target.replace("arm64", "aarch64")}`;
  const locked = lockedPackage(name);
  if (!locked) throw new Error(`package-lock.json does not name ${name}`);
  if (locked.version !== Bun.version) {
    throw new Error(`${name} is locked at ${locked.version}, but Bun ${Bun.version} is running`);
  }
  return { name, ...locked };
}

/** Path of the executable. */
export function fetchRuntime(target: Target): Promise<string> {
  return packageFile(runtimePackage(target).name, "bin/bun");
}
