/** `--root NAME=DIR`: folders of this machine by names that a fleet knows. */
import { resolve } from "node:path";
import { UsageError } from "#kit/errors.ts";

/** A root: its name, and the folder with its whole path. */
export type Root = readonly [name: string, folder: string];

/** @throws UsageError */
export function parseRoot(text: string, option: string): Root {
  const [, name, folder] = /^([A-Za-z0-9_-]{1,64})=(.+)$/s.exec(text) ?? [];
  if (name === undefined || folder === undefined) {
    throw new UsageError(`${option} takes a name and a folder, not '${text}'`, [`${option} web=/srv/www`]);
  }
  return [name, resolve(folder)];
}

/** @throws UsageError for a name that stands twice */
export function refuseTwice(roots: readonly Root[]): void {
  const names = roots.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) throw new UsageError(`the root ${twice} is named twice`);
}
